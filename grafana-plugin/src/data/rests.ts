/** What Loki gave beyond the page that was asked for, until the next page is asked for. */
import type { EventFacts } from './records.ts';

export interface Rest {
  readonly events: readonly EventFacts[];
  /** Loki has no more behind them. */
  readonly ended: boolean;
}

/** Lists whose rest is kept: several sessions may be expanded at once. */
const KEPT_MAX = 4;

export class Rests {
  readonly #kept = new Map<string, Rest & { readonly cursor: string }>();

  keep(list: string, cursor: string, rest: Rest): void {
    this.#kept.delete(list);
    this.#kept.set(list, { ...rest, cursor });
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= KEPT_MAX) break;
      this.#kept.delete(oldest);
    }
  }

  /** The rest behind a cursor; it is no longer kept. */
  take(list: string, cursor: string | undefined): Rest | undefined {
    const rest = this.#kept.get(list);
    if (rest === undefined || rest.cursor !== cursor) return undefined;
    this.#kept.delete(list);
    return rest;
  }
}
