/**
 * PromQL from the contract's names. A matcher's value is either a word of ours or a dashboard variable, and both
 * are quoted here, nowhere else.
 */
import type { AttributeKey, MetricName } from '../../proxy/src/contract/index.ts';
import { type HistogramPart, type LabelOf, label, metric } from './names.ts';

/** Operator and quoted value. */
export type Match = `${'=' | '!=' | '=~' | '!~'}${string}`;
export type Matchers<Keys extends string> = Partial<Readonly<Record<Keys, Match>>>;

export const is = (word: string): Match => `="${word}"`;
export const isNot = (word: string): Match => `!="${word}"`;
export const oneOf = (words: readonly string[]): Match => `=~"${words.join('|')}"`;
export const noneOf = (words: readonly string[]): Match => `!~"${words.join('|')}"`;

/** The hidden variable that says whether what is chosen of another may stand in a query (`checks.ts`). */
export const checkOf = (variable: string): string => `${variable}Ok`;

/**
 * What the reader chose, or what an address says was chosen. A raw string and the format `regex`: quotes, backslashes
 * and everything that means something to a regular expression pass as they are. A backtick would end the string, and no
 * format of Grafana's quotes one in a list. So the pattern opens a parenthesis that only the check closes: without it
 * the pattern is none, and the store refuses the query, whatever else stands in it.
 */
export const chosen = (variable: string): Match => `=~\`(\${${checkOf(variable)}:raw}\${${variable}:regex}\``;

/**
 * A text that the reader typed or an address carries, taken as it is. Of this format only letters, digits and `-_.~`
 * come as they are, so nothing ends the string; a text with anything else in it is found nowhere.
 */
export const typed = (variable: string, operator: '=' | '=~' = '='): Match =>
  `${operator}\`\${${variable}:percentencode}\``;

/** A metric with its matchers. */
export function series<Metric extends MetricName>(
  name: Metric,
  matchers: Matchers<LabelOf<Metric>> = {},
  part?: HistogramPart,
): string {
  return metric(name, part) + braces(matchers);
}

/** The same of a metric that is not ours. */
export function foreign(name: string, matchers: Matchers<string> = {}): string {
  return name + braces(matchers);
}

function braces(matchers: Matchers<string>): string {
  const parts = Object.entries(matchers).map(([key, match]) => `${key.replaceAll('.', '_')}${match}`);
  return parts.length === 0 ? '' : `{${parts.join(', ')}}`;
}

/** Labels to keep, for `sum by (…)`. */
export function by(...keys: readonly AttributeKey[]): string {
  return `by (${keys.map(label).join(', ')})`;
}

/** The whole range that the dashboard shows, and the bars of a chart over it. */
export const RANGE = '$__range';
export const BAR = '$__interval';
/** Wide enough for a rate whatever the zoom. */
export const RATE = '$__rate_interval';

/** How much counters rose, added up over all labels but the ones to keep. */
export function increase(of: string, window: string = RANGE, keep: readonly AttributeKey[] = []): string {
  return `sum${keep.length === 0 ? '' : ` ${by(...keep)} `}(increase(${of}[${window}]))`;
}

/** The same figure for the period of equal length before. */
export function before(expr: string): string {
  return expr.replaceAll(`[${RANGE}]`, `[${RANGE}] offset ${RANGE}`);
}

/** A quantile of a histogram's buckets. */
export function quantile(
  q: number,
  buckets: string,
  window: string,
  keep: readonly AttributeKey[] = [],
): string {
  const labels = ['le', ...keep.map(label)].join(', ');
  return `histogram_quantile(${q}, sum by (${labels}) (rate(${buckets}[${window}])))`;
}

/** A word in place of a label that is not there. */
export function worded(expr: string, key: AttributeKey, word: string): string {
  return `label_replace(${expr}, "${label(key)}", "${word}", "${label(key)}", "")`;
}

/** `value`, or zero where there is `base` but nothing of `value`: none of the calls failed. */
export function orZero(value: string, base: string): string {
  return `(${value}) or (0 * ${base})`;
}
