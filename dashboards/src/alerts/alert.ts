/** What an alert is, before anyone's form: Prometheus' rules, Grafana's and the runbook are made from the same. */
import type { AttributeKey } from '../../../proxy/src/contract/index.ts';
import type { DashboardName } from '../links.ts';
import { by } from '../promql.ts';

/** `critical` wakes somebody, `warning` waits until the morning. */
export type Severity = 'critical' | 'warning';
/** What to look at first: one tool, a server behind the proxy, the proxy itself, the collector and the stores. */
export type Component = 'tool' | 'server' | 'proxy' | 'collector';
/** Labels that an alert keeps; `instance` is a proxy, `exporter` the collector's way to a store. */
export type AlertLabel = AttributeKey | 'instance' | 'exporter';
/** `count` has no decimals, `number` one. */
export type ValueForm = 'count' | 'number' | 'share' | 'duration';

/** How a text names what is known only when the alert fires. */
export interface Words {
  /** The label's value, or `absent` where the series has none. */
  label(key: AlertLabel, absent?: string): string;
  /** The value of the expression. */
  value(form: ValueForm): string;
}

export type Told = (words: Words) => string;

export interface Alert {
  readonly name: `Sightline${string}`;
  readonly severity: Severity;
  readonly component: Component;
  /** Gives a series for everything that is wrong, and none while nothing is. */
  readonly expr: string;
  /** How long it must hold; absent where the windows of the expression are wait enough. */
  readonly for?: string;
  /** Labels that the series have. */
  readonly labels: readonly AlertLabel[];
  /** One line: what is wrong, with what. */
  readonly summary: Told;
  /** What that means, with the figure. */
  readonly description: Told;
  /** The panel that shows it. */
  readonly panel: { readonly dashboard: DashboardName; readonly title: string };
  /** The section of the runbook: paragraphs and points in Markdown. */
  readonly runbook: {
    readonly means: string;
    readonly look: readonly string[];
    readonly act: readonly string[];
  };
}

/** Labels that tell which tool. */
export const TOOL = ['sightline.server.name', 'gen_ai.tool.name'] as const satisfies readonly AlertLabel[];
/** Labels that tell which server. */
export const SERVER = ['sightline.server.name'] as const satisfies readonly AlertLabel[];

/**
 * Series by these labels alone. Grafana tells instances of an alert apart by the name of what was recorded too, and
 * would begin a new one where another window takes over.
 */
export const nameless = (labels: readonly AttributeKey[], expr: string): string =>
  `max ${by(...labels)} (\n${expr.replaceAll(/^/gm, '  ')}\n)`;

/** The tool of a server, in a sentence. */
export const toolOf = ({ label }: Words): string =>
  `tool ${label('gen_ai.tool.name')} of server ${label('sightline.server.name')}`;

/** `5m` in words, as PromQL and the rules write it. */
export function spell(duration: string): string {
  const [, count = '', unit = ''] = /^(\d+)([smhd])$/.exec(duration) ?? [];
  const names: Readonly<Record<string, string>> = { s: 'second', m: 'minute', h: 'hour', d: 'day' };
  const name = names[unit];
  if (name === undefined) throw new Error(`'${duration}' is no duration`);
  return `${count} ${name}${count === '1' ? '' : 's'}`;
}
