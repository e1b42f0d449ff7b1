/** What a batch adds to the sums by minute, gathered first, so that many events cost one write each minute. */
import type { Database, StatementSync } from './sqlite.ts';

/** What one event adds. */
export interface Counted {
  readonly minute: number;
  readonly traits: number;
  /** Microseconds. */
  readonly duration: number;
  readonly truncated: boolean;
  readonly unsampled: boolean;
  /** The lowest block of its payloads, when it has any there. */
  readonly payload: number | undefined;
  /** The session's term, of a request of a session. */
  readonly session: number | undefined;
}

interface MinuteSums {
  events: number;
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
  readonly #byTraits = new Map<
    string,
    { traits: number; minute: number; events: number; duration: number }
  >();
  readonly #byMinute = new Map<number, MinuteSums>();
  readonly #sessions = new Map<string, { readonly minute: number; readonly session: number }>();

  constructor(db: Database) {
    this.#rollup = db.prepare(
      `INSERT INTO rollup (traits, minute, events, duration) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE
       SET events = events + excluded.events, duration = duration + excluded.duration`,
    );
    this.#minute = db.prepare(
      `INSERT INTO minute VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
       events = events + excluded.events, truncated = truncated + excluded.truncated,
       unsampled = unsampled + excluded.unsampled, stored = stored + excluded.stored,
       payload_first = min(ifnull(payload_first, excluded.payload_first), ifnull(excluded.payload_first, payload_first)),
       payload_last = max(ifnull(payload_last, excluded.payload_last), ifnull(excluded.payload_last, payload_last))`,
    );
    this.#session = db.prepare('INSERT OR IGNORE INTO minute_session (minute, session) VALUES (?, ?)');
  }

  add({ minute, traits, duration, truncated, unsampled, payload, session }: Counted): void {
    const key = `${traits},${minute}`;
    const row = this.#byTraits.get(key);
    if (row) {
      row.events += 1;
      row.duration += duration;
    } else this.#byTraits.set(key, { traits, minute, events: 1, duration });
    let sums = this.#byMinute.get(minute);
    if (!sums) {
      sums = { events: 0, truncated: 0, unsampled: 0, stored: 0, first: null, last: null };
      this.#byMinute.set(minute, sums);
    }
    sums.events += 1;
    if (truncated) sums.truncated += 1;
    if (unsampled) sums.unsampled += 1;
    if (payload !== undefined) {
      sums.stored += 1;
      sums.first = Math.min(sums.first ?? payload, payload);
      sums.last = Math.max(sums.last ?? payload, payload);
    }
    if (session !== undefined) this.#sessions.set(`${minute},${session}`, { minute, session });
  }

  /** Writes what was gathered, within the transaction of its events. */
  flush(): void {
    for (const { traits, minute, events, duration } of this.#byTraits.values()) {
      this.#rollup.run(traits, minute, events, duration);
    }
    for (const [minute, sums] of this.#byMinute) {
      const { events, truncated, unsampled, stored, first, last } = sums;
      this.#minute.run(minute, events, truncated, unsampled, stored, first, last);
    }
    for (const { minute, session } of this.#sessions.values()) this.#session.run(minute, session);
    this.forget();
  }

  forget(): void {
    this.#byTraits.clear();
    this.#byMinute.clear();
    this.#sessions.clear();
  }
}
