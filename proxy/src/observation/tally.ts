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

  countTool(name: string, failed: boolean): void {
    const known = this.#tools.has(name);
    const bytes = known ? 0 : Buffer.byteLength(JSON.stringify(name));
    const fits =
      this.#tools.size < BOUNDS.summaryToolsMax && this.#namesBytes + bytes <= BOUNDS.summaryNamesBytesMax;
    if (fits) this.#namesBytes += bytes;
    const key = known || fits ? name : '_more';
    const counts = this.#tools.get(key) ?? [0, 0];
    this.#tools.set(key, [counts[0] + 1, counts[1] + (failed ? 1 : 0)]);
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

/** Context tokens that a text of so many bytes costs, roughly: four bytes a token. */
export function estimateTokens(bytes: number): number {
  return Math.ceil(bytes / 4);
}
