/** What a session adds up to, and its summary as attributes. Cumulative: a later summary replaces an earlier one. */
import type { Attributes } from '../contract/index.ts';
import { BOUNDS } from './bounds.ts';

export class Tally {
  events = 0;
  calls = 0;
  toolCalls = 0;
  errors = 0;
  retries = 0;
  recovered = 0;
  gaveUp = 0;
  bytes = 0;
  tokensEstimated = 0;
  toolTimeUs = 0;
  incomplete = false;
  /** Calls and errors by tool. A Map: a tool may be called `__proto__`. */
  readonly #tools = new Map<string, [calls: number, errors: number]>();
  /** Bytes of the names as JSON: a control character takes six there, so length alone would not bound the record. */
  #namesBytes = 0;

  /** A tally that goes on from an earlier summary; `events` may be more than it knew. */
  static from(summary: Attributes, events: number): Tally {
    const tally = new Tally();
    const of = (key: SummaryCount): number => summary[`sightline.session.${key}`] ?? 0;
    tally.events = events;
    tally.calls = of('calls');
    tally.toolCalls = of('tool_calls');
    tally.errors = of('errors');
    tally.retries = of('retries');
    tally.recovered = of('recovered');
    tally.gaveUp = of('gave_up');
    tally.bytes = of('bytes');
    tally.tokensEstimated = of('tokens_estimated');
    tally.toolTimeUs = Math.round(of('tool_time') * 1e6);
    tally.incomplete = summary['sightline.session.incomplete'] ?? false;
    for (const [name, calls, errors] of readTools(summary['sightline.session.tools'])) {
      tally.#addTool(name, calls, errors);
    }
    return tally;
  }

  countTool(name: string, failed: boolean): void {
    this.#addTool(name, 1, failed ? 1 : 0);
  }

  #addTool(name: string, calls: number, errors: number): void {
    const known = this.#tools.has(name);
    const bytes = known ? 0 : Buffer.byteLength(JSON.stringify(name));
    const fits =
      this.#tools.size < BOUNDS.summaryToolsMax && this.#namesBytes + bytes <= BOUNDS.summaryNamesBytesMax;
    if (fits) this.#namesBytes += bytes;
    const key = known || fits ? name : '_more';
    const counts = this.#tools.get(key) ?? [0, 0];
    this.#tools.set(key, [counts[0] + calls, counts[1] + errors]);
  }

  attributes(): Attributes {
    return {
      'sightline.session.events': this.events,
      'sightline.session.calls': this.calls,
      'sightline.session.tool_calls': this.toolCalls,
      'sightline.session.errors': this.errors,
      'sightline.session.retries': this.retries,
      'sightline.session.recovered': this.recovered,
      'sightline.session.gave_up': this.gaveUp,
      'sightline.session.bytes': this.bytes,
      'sightline.session.tokens_estimated': this.tokensEstimated,
      'sightline.session.tool_time': this.toolTimeUs / 1e6,
      'sightline.session.incomplete': this.incomplete,
      'sightline.session.tools': this.#toolsText(),
    };
  }

  #toolsText(): string {
    const entries = [...this.#tools].map(
      ([name, counts]) => `${JSON.stringify(name)}:${JSON.stringify(counts)}`,
    );
    return `{${entries.join(',')}}`;
  }
}

type SummaryCount =
  | 'calls'
  | 'tool_calls'
  | 'errors'
  | 'retries'
  | 'recovered'
  | 'gave_up'
  | 'bytes'
  | 'tokens_estimated'
  | 'tool_time';

/** `{"name":[calls,errors]}`, as `attributes` writes it; `__proto__` is a name like any other. */
function readTools(text = '{}'): readonly (readonly [name: string, calls: number, errors: number])[] {
  const tools: unknown = JSON.parse(text);
  return Object.entries(tools as Readonly<Record<string, readonly [number, number]>>).map(
    ([name, [calls, errors]]) => [name, calls, errors] as const,
  );
}

/** Context tokens that a text of so many bytes costs, roughly: four bytes a token. */
export function estimateTokens(bytes: number): number {
  return Math.ceil(bytes / 4);
}
