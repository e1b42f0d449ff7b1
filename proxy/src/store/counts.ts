/** What a batch adds to the sums by minute, gathered first, so that many events cost one write each minute. */

import type { Traits } from '../reading/judge.ts';
import type { Database, StatementSync } from './sqlite.ts';

/** What one event adds. */
export interface Counted {
  readonly minute: number;
  /** Number of its traits, and what they count as. */
  readonly id: number;
  readonly traits: Traits;
  /** Microseconds. */
  readonly duration: number;
  readonly truncated: boolean;
  readonly unsampled: boolean;
  /** The lowest block of its payloads, when it has any there. */
  readonly payload: number | undefined;
  /** The session's term, of a request of a session. */
  readonly session: number | undefined;
}

/** In the order of the columns. */
interface MinuteSums {
  events: number;
  calls: number;
  toolCalls: number;
  errors: number;
  duration: number;
  truncated: number;
  unsampled: number;
  stored: number;
  first: number | null;
  last: number | null;
}

export class MinuteCounts {
  readonly #rollup: StatementSync;
  readonly #minute: StatementSync;
  readonly #session: StatementSync;
  readonly #byTraits = new Map<string, { readonly id: number; readonly minute: number; events: number }>();
  readonly #byMinute = new Map<number, MinuteSums>();
  readonly #sessions = new Map<string, { readonly minute: number; readonly session: number }>();

  constructor(db: Database) {
    this.#rollup = db.prepare(
      `INSERT INTO rollup (traits, minute, events) VALUES (?, ?, ?) ON CONFLICT DO UPDATE
       SET events = events + excluded.events`,
    );
    this.#minute = db.prepare(
      `INSERT INTO minute VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
       events = events + excluded.events, calls = calls + excluded.calls,
       tool_calls = tool_calls + excluded.tool_calls, errors = errors + excluded.errors,
       duration = duration + excluded.duration, truncated = truncated + excluded.truncated,
       unsampled = unsampled + excluded.unsampled, stored = stored + excluded.stored,
       payload_first = min(ifnull(payload_first, excluded.payload_first), ifnull(excluded.payload_first, payload_first)),
       payload_last = max(ifnull(payload_last, excluded.payload_last), ifnull(excluded.payload_last, payload_last))`,
    );
    this.#session = db.prepare('INSERT OR IGNORE INTO minute_session (minute, session) VALUES (?, ?)');
  }

  add(counted: Counted): void {
    const { minute, id, payload, session } = counted;
    const key = `${id},${minute}`;
    const row = this.#byTraits.get(key);
    if (row) row.events += 1;
    else this.#byTraits.set(key, { id, minute, events: 1 });
    const sums = this.#sumsOf(minute);
    addTo(sums, counted);
    if (payload !== undefined) {
      sums.stored += 1;
      sums.first = Math.min(sums.first ?? payload, payload);
      sums.last = Math.max(sums.last ?? payload, payload);
    }
    if (session !== undefined) this.#sessions.set(`${minute},${session}`, { minute, session });
  }

  /** Writes what was gathered, within the transaction of its events. */
  flush(): void {
    for (const { id, minute, events } of this.#byTraits.values()) this.#rollup.run(id, minute, events);
    for (const [minute, sums] of this.#byMinute) this.#minute.run(minute, ...Object.values(sums));
    for (const { minute, session } of this.#sessions.values()) this.#session.run(minute, session);
    this.forget();
  }

  forget(): void {
    this.#byTraits.clear();
    this.#byMinute.clear();
    this.#sessions.clear();
  }

  #sumsOf(minute: number): MinuteSums {
    const known = this.#byMinute.get(minute);
    if (known) return known;
    const sums = {
      events: 0,
      calls: 0,
      toolCalls: 0,
      errors: 0,
      duration: 0,
      truncated: 0,
      unsampled: 0,
      stored: 0,
      first: null,
      last: null,
    };
    this.#byMinute.set(minute, sums);
    return sums;
  }
}

function addTo(sums: MinuteSums, { traits, duration, truncated, unsampled }: Counted): void {
  sums.events += 1;
  if (truncated) sums.truncated += 1;
  if (unsampled) sums.unsampled += 1;
  if (!traits.call) return;
  sums.calls += 1;
  sums.duration += duration;
  if (traits.toolCall) sums.toolCalls += 1;
  if (traits.error) sums.errors += 1;
}
