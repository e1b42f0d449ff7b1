/**
 * The order in which events arrived here. Loki knows none: a record that comes late stands among older ones. Each event
 * gets the next number when it is seen first and keeps it, so that a view knows it again and asks for what came after.
 */
import type { EventItem } from 'sightline/contract';
import type { EventFacts } from './records.ts';

/** Events remembered at most: several times what the views keep. */
export const REMEMBERED_MAX = 65_536;

export class Arrivals {
  readonly #numbers = new Map<string, number>();
  readonly #max: number;
  #latest = 0;
  #newest: number | undefined;

  constructor(max = REMEMBERED_MAX) {
    this.#max = max;
  }

  /** The newest number given. */
  get latest(): number {
    return this.#latest;
  }

  /** Time of the newest event seen, Unix milliseconds. */
  get newest(): number | undefined {
    return this.#newest;
  }

  /** How many events are remembered. */
  get size(): number {
    return this.#numbers.size;
  }

  /** The event with its number. */
  number(event: EventFacts): EventItem {
    const key = keyOf(event);
    const known = this.#numbers.get(key);
    // What is seen again is what is still looked at: it goes to the end, and the oldest goes first.
    if (known !== undefined) this.#numbers.delete(key);
    const sequence = known ?? ++this.#latest;
    this.#newest = Math.max(this.#newest ?? event.time, event.time);
    this.#numbers.set(key, sequence);
    for (const oldest of this.#numbers.keys()) {
      if (this.#numbers.size <= this.#max) break;
      this.#numbers.delete(oldest);
    }
    return { sequence, ...event };
  }
}

/** The numbers that one question gives out, while others may give out numbers too. */
export class Turn {
  readonly #arrivals: Arrivals;
  readonly #floor: number;
  #own: number;
  #alone = true;

  constructor(arrivals: Arrivals) {
    this.#arrivals = arrivals;
    this.#floor = arrivals.latest;
    this.#own = this.#floor;
  }

  /** Events in an order of time, either way, with their numbers: the older have the lower ones. */
  number(events: readonly EventFacts[]): readonly EventItem[] {
    if (this.#arrivals.latest !== this.#own) this.#alone = false;
    const [first, last] = [events[0], events.at(-1)];
    const backward = first !== undefined && last !== undefined && first.timeUnixNano > last.timeUnixNano;
    const items = (backward ? events.toReversed() : events).map((event) => this.#arrivals.number(event));
    this.#own = this.#arrivals.latest;
    return backward ? items.reverse() : items;
  }

  /**
   * Everything up to this number is known to whoever asked. What others numbered meanwhile may not be among their rows:
   * then these come again as news, and the views know them.
   */
  get reached(): number {
    return this.#alone ? this.#own : this.#floor;
  }
}

/** What tells one event from every other; of a damaged one its time and what it is. */
export function keyOf({ eventId, timeUnixNano, eventName, sessionId, eventNumber }: EventFacts): string {
  return eventId ?? `${timeUnixNano} ${eventName} ${sessionId} ${eventNumber}`;
}

/** By time, and by number where times are equal. */
export function byTime(a: EventItem, b: EventItem): number {
  if (a.timeUnixNano !== b.timeUnixNano) return a.timeUnixNano < b.timeUnixNano ? -1 : 1;
  return a.sequence - b.sequence;
}
