/** Lists of events: the log in both orders, what is new, a session's own, and everything for an export. */
import type { EventFilter, EventItem, EventPage, EventQuery, Page } from '../contract/index.ts';
import type { BodyReader } from './bodies.ts';
import { readCompleteness } from './completeness.ts';
import { both, type Condition, matching, within } from './conditions.ts';
import { readCursor, writeCursor } from './cursors.ts';
import { readNewest } from './figures.ts';
import { itemOf } from './items.ts';
import { cut, limitOf } from './limits.ts';
import type { Database, Row } from './sqlite.ts';

const LISTED: Condition = { sql: 'record = 0', values: [] };

/** Within a transaction, so that `latest` and the rows are of one moment. */
export function listEvents(db: Database, bodies: BodyReader, query: EventQuery): EventPage {
  return query.after === undefined ? listLog(db, bodies, query) : listNews(db, bodies, query, query.after);
}

function listLog(db: Database, bodies: BodyReader, query: EventQuery): EventPage {
  const order = query.order ?? 'newest';
  const limit = limitOf(query.limit);
  const from =
    query.cursor === undefined ? undefined : readCursor(query.cursor, order, ['digits', 'number', 'number']);
  // Later pages leave out what was written since the first: a live view has got it already.
  const latest = from?.[2] ?? readNewest(db);
  const sign = order === 'newest' ? '<' : '>';
  const direction = order === 'newest' ? 'DESC' : 'ASC';
  const after: Condition[] = from
    ? [{ sql: `(time, sequence) ${sign} (?, ?)`, values: [BigInt(from[0]), from[1]] }]
    : [];
  const where = both(
    LISTED,
    within(query),
    ...after,
    { sql: 'sequence <= ?', values: [latest] },
    matching(db, query),
  );
  const found = db.all(
    `SELECT sequence FROM event WHERE ${where.sql} ORDER BY time ${direction}, sequence ${direction} LIMIT ?`,
    ...where.values,
    limit + 1,
  );
  const { rows, last } = cut(found, limit);
  const items = readItems(bodies, rows);
  const end = items.at(-1);
  return {
    items,
    next: last && end ? writeCursor([order, end.timeUnixNano, end.sequence, latest]) : null,
    completeness: readCompleteness(db, query),
    latest,
  };
}

function listNews(db: Database, bodies: BodyReader, query: EventQuery, given: number): EventPage {
  const limit = limitOf(query.limit);
  const [after] = query.cursor === undefined ? [given] : readCursor(query.cursor, 'after', ['number']);
  const latest = readNewest(db);
  const where = both(LISTED, { sql: 'sequence > ?', values: [after] }, within(query), matching(db, query));
  const found = db.all(
    `SELECT sequence FROM event INDEXED BY event_sequence WHERE ${where.sql} ORDER BY sequence LIMIT ?`,
    ...where.values,
    limit + 1,
  );
  const { rows, last } = cut(found, limit);
  return {
    items: readItems(bodies, rows),
    next: last ? writeCursor(['after', Number(last['sequence'])]) : null,
    completeness: readCompleteness(db, query),
    latest,
  };
}

/** A session's events in the order they began. */
export function listSession(
  db: Database,
  bodies: BodyReader,
  sessionId: string,
  page: { readonly limit?: number; readonly cursor?: string },
): Page<EventItem> {
  const limit = limitOf(page.limit);
  const from =
    page.cursor === undefined ? undefined : readCursor(page.cursor, 'session', ['number', 'number']);
  const found = db.all(
    `SELECT start, sequence FROM event INDEXED BY event_session
     WHERE record = 0 AND session = (SELECT id FROM term WHERE text = ?) AND (start, sequence) > (?, ?)
     ORDER BY start, sequence LIMIT ?`,
    sessionId,
    from?.[0] ?? -1,
    from?.[1] ?? 0,
    limit + 1,
  );
  const { rows, last } = cut(found, limit);
  return {
    items: readItems(bodies, rows),
    next: last ? writeCursor(['session', Number(last['start']), Number(last['sequence'])]) : null,
    completeness: readCompleteness(db, sessionRange(db, sessionId)),
  };
}

function sessionRange(db: Database, sessionId: string): Pick<EventFilter, 'from' | 'to'> {
  const row = db.get('SELECT started, last_activity FROM session WHERE session = ?', sessionId);
  return row ? { from: Number(row['started']), to: Number(row['last_activity']) + 1 } : {};
}

function readItems(bodies: BodyReader, rows: readonly Row[]): readonly EventItem[] {
  return rows.flatMap((row) => {
    const sequence = Number(row['sequence']);
    const event = bodies.head(sequence);
    return event ? [itemOf(sequence, event)] : [];
  });
}
