/** The reading side over SQLite. Each answer is of one moment: one transaction. */
import type {
  EventDetail,
  EventFilter,
  EventItem,
  EventPage,
  EventQuery,
  Facets,
  Page,
  Series,
  SessionItem,
  SessionQuery,
  Totals,
} from '../contract/index.ts';
import type { ArchiveReader, ArchiveStats } from '../observation/archive.ts';
import { BodyReader } from './bodies.ts';
import { both, matching, within } from './conditions.ts';
import { listEvents, listSession } from './eventLists.ts';
import { readNewest, readStats } from './figures.ts';
import { detailOf } from './items.ts';
import { firstNanoOf } from './moments.ts';
import type { ReaderSettings } from './openReader.ts';
import { findSession, listChanged, listSessions } from './sessionLists.ts';
import type { Database, Row } from './sqlite.ts';
import { readFacets, readSeries, readTotals } from './sums.ts';

/** Events of an export that are in memory at a time. */
const CHUNK_EVENTS = 500;

export class SqliteReader implements ArchiveReader {
  readonly #db: Database;
  readonly #bodies: BodyReader;
  readonly #settings: ReaderSettings;

  constructor(db: Database, settings: ReaderSettings) {
    this.#db = db;
    this.#settings = settings;
    this.#bodies = new BodyReader(db);
  }

  events(query: EventQuery): EventPage {
    return this.#read(() => listEvents(this.#db, this.#bodies, query));
  }

  event(eventId: string): EventDetail | undefined {
    const ms = Number.parseInt(eventId.slice(0, 8) + eventId.slice(9, 13), 16);
    if (!Number.isSafeInteger(ms)) return undefined;
    return this.#read(() => {
      const rows = this.#db.all(
        'SELECT sequence FROM event WHERE record = 0 AND time >= ? AND time < ?',
        firstNanoOf(ms),
        firstNanoOf(ms + 1),
      );
      for (const row of rows) {
        const sequence = Number(row['sequence']);
        const event = this.#bodies.head(sequence);
        if (event?.attributes['sightline.event.id'] === eventId) return this.#detail(sequence, true);
      }
      return undefined;
    });
  }

  sessions(query: SessionQuery): Page<SessionItem> {
    return this.#read(() => listSessions(this.#db, this.#bodies, query, this.#activeFrom()));
  }

  session(sessionId: string): SessionItem | undefined {
    return this.#read(() => findSession(this.#db, this.#bodies, sessionId, this.#activeFrom()));
  }

  sessionEvents(
    sessionId: string,
    page: { readonly limit?: number; readonly cursor?: string },
  ): Page<EventItem> {
    return this.#read(() => listSession(this.#db, this.#bodies, sessionId, page));
  }

  facets(filter: Pick<EventFilter, 'from' | 'to' | 'server'>): Facets {
    return this.#read(() => readFacets(this.#db, filter));
  }

  totals(range: { readonly from: number; readonly to: number }): Totals {
    return this.#read(() => readTotals(this.#db, range, this.#settings.activeWindowMs));
  }

  series(range: { readonly from: number; readonly to: number; readonly step: number }): Series {
    return this.#read(() => readSeries(this.#db, range));
  }

  sessionsAfter(sequence: number, limit: number): readonly SessionItem[] {
    return this.#read(() => listChanged(this.#db, this.#bodies, sequence, limit, this.#activeFrom()));
  }

  /** Each chunk is read by itself, so that a slow download holds nothing open; what is written meanwhile is left out. */
  *exportEvents(filter: EventFilter, withPayloads: boolean): Generator<readonly EventDetail[]> {
    const latest = this.latest();
    const where = both(
      { sql: 'record = 0', values: [] },
      within(filter),
      { sql: 'sequence <= ?', values: [latest] },
      matching(this.#db, filter),
    );
    let after: { readonly time: bigint; readonly sequence: number } = { time: -1n, sequence: 0 };
    for (;;) {
      const chunk = this.#read(() => {
        const rows = this.#db.all(
          `SELECT sequence FROM event WHERE ${where.sql} AND (time, sequence) > (?, ?)
           ORDER BY time, sequence LIMIT ${CHUNK_EVENTS}`,
          ...where.values,
          after.time,
          after.sequence,
        );
        return this.#details(rows, withPayloads);
      });
      const last = chunk.at(-1);
      if (!last) return;
      yield chunk;
      after = { time: BigInt(last.timeUnixNano), sequence: last.sequence };
    }
  }

  latest(): number {
    return readNewest(this.#db);
  }

  stats(): ArchiveStats {
    return this.#read(() => readStats(this.#db));
  }

  close(): void {
    this.#db.close();
  }

  #details(rows: readonly Row[], withPayloads: boolean): readonly EventDetail[] {
    return rows.flatMap((row) => this.#detail(Number(row['sequence']), withPayloads) ?? []);
  }

  #detail(sequence: number, withPayloads: boolean): EventDetail | undefined {
    const head = this.#bodies.head(sequence);
    if (!head) return undefined;
    const { event, payloads } = withPayloads ? this.#bodies.complete(head) : { event: head, payloads: [] };
    return detailOf(sequence, event, payloads);
  }

  #activeFrom(): number {
    return (this.#settings.now ?? Date.now)() - this.#settings.activeWindowMs;
  }

  #read<T>(act: () => T): T {
    // A block may have been shed since the last answer, and is then not to be shown from memory.
    this.#bodies.forgetBlocks();
    return this.#db.transaction('read', act);
  }
}
