/**
 * How far each list of events has been read, so that a look for news reads from there and not all over. A list is known
 * by its filter; its place is a number of arrival, and beside it stands when that was true.
 */
import type { EventFilter } from 'sightline/contract';
import { AHEAD_MS, BEHIND_MS, OVERLAP_MS } from './clocks.ts';

interface Checkpoint {
  readonly sequence: number;
  /** Unix milliseconds at which everything up to there had been read. */
  readonly askedAt: number;
  /** Time of the newest event known then. */
  readonly newest: number;
}

/** Lists and places of each that are remembered. */
const LISTS_MAX = 64;
const PLACES_MAX = 8;

export class Checkpoints {
  readonly #lists = new Map<string, readonly Checkpoint[]>();

  /** Everything that the filter lets through and that was there at `askedAt` has a number up to `sequence`. */
  note(filter: EventFilter, checkpoint: Checkpoint): void {
    const key = keyOf(filter);
    const places = [...(this.#lists.get(key) ?? []), checkpoint].slice(-PLACES_MAX);
    this.#lists.delete(key);
    this.#lists.set(key, places);
    for (const oldest of this.#lists.keys()) {
      if (this.#lists.size <= LISTS_MAX) break;
      this.#lists.delete(oldest);
    }
  }

  /** From which moment on news after a number must be looked for. */
  startOf(filter: EventFilter, after: number, now: number): number {
    const places = this.#lists.get(keyOf(filter)) ?? [];
    const place = places.findLast(({ sequence }) => sequence <= after);
    if (place === undefined) return Math.max(filter.from ?? 0, now - AHEAD_MS);
    // Clocks of proxies may stand behind this one, and nothing new seen is how that looks.
    const from = Math.max(Math.min(place.askedAt, place.newest), place.askedAt - BEHIND_MS);
    return Math.max(from - OVERLAP_MS, filter.from ?? 0);
  }
}

/** Equal filters have equal keys, whatever range they were asked for. */
function keyOf(filter: EventFilter): string {
  const { session, server, tool, method, client, outcome, httpStatus, type, q } = filter;
  return JSON.stringify([session, server, tool, method, client, outcome, httpStatus, type, q]);
}
