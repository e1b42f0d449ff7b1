/** Lists of sessions. */
import type { Page, SessionItem, SessionQuery, SessionSort } from '../contract/index.ts';
import { fold } from '../reading/fold.ts';
import { addUp, sessionItem } from '../reading/summaries.ts';
import type { BodyReader } from './bodies.ts';
import { readCompleteness } from './completeness.ts';
import { among, both, type Condition } from './conditions.ts';
import { readCursor, writeCursor } from './cursors.ts';
import { cut, limitOf } from './limits.ts';
import { sequencesOf } from './sessionRows.ts';
import type { Database, Row } from './sqlite.ts';

const COLUMNS: Readonly<Record<SessionSort, string>> = {
  started: 'started',
  lastActivity: 'last_activity',
  duration: 'duration',
  calls: 'calls',
  errors: 'errors',
  events: 'events',
  server: 'server',
  client: 'client',
  protocol: 'protocol_version',
  status: '(open = 1 AND last_activity >= ?)',
  session: 'session',
  tools: 'tools',
};

/** Sorts by text; of all others the value in a cursor is a number. */
const TEXTS: ReadonlySet<SessionSort> = new Set(['server', 'client', 'protocol', 'session', 'tools']);

/** Sessions that had begun before the range's end and were active after its beginning. */
export function sessionsWithin({ from, to }: { readonly from?: number; readonly to?: number }): Condition {
  const sides: Condition[] = [];
  if (from !== undefined) sides.push({ sql: 'last_activity >= ?', values: [from] });
  if (to !== undefined) sides.push({ sql: 'started < ?', values: [to] });
  return both(...sides);
}

/**
 * Within a transaction.
 * @param activeFrom Unix milliseconds from which on activity is lately; later pages keep that of the first.
 */
export function listSessions(
  db: Database,
  bodies: BodyReader,
  query: SessionQuery,
  activeFrom: number,
): Page<SessionItem> {
  const sort = query.sort ?? 'started';
  const descending = query.descending ?? true;
  const list = `${sort}${descending ? '-' : '+'}`;
  const limit = limitOf(query.limit);
  const from = query.cursor === undefined ? undefined : readPlace(query.cursor, list, TEXTS.has(sort));
  const since = from?.[2] ?? activeFrom;
  const key = { sql: COLUMNS[sort], values: sort === 'status' ? [since] : [] };
  const where = both(
    sessionsWithin(query),
    ...conditionsOf(query, since),
    ...(from ? [past(key, from, descending)] : []),
  );
  const direction = descending ? 'DESC' : 'ASC';
  const found = db.all(
    `SELECT session, sequence, instance, others, protocol, ${key.sql} AS key FROM session
     WHERE ${where.sql} ORDER BY key ${direction}, session ${direction} LIMIT ?`,
    ...key.values,
    ...where.values,
    limit + 1,
  );
  const { rows, last } = cut(found, limit);
  return {
    items: rows.flatMap((row) => readSession(bodies, row, since) ?? []),
    next: last ? writeCursor([list, last['key'] as string | number, String(last['session']), since]) : null,
    completeness: readCompleteness(db, query),
  };
}

type Place = readonly [key: string | number, session: string, activeFrom: number];

function readPlace(cursor: string, list: string, text: boolean): Place {
  return text
    ? readCursor(cursor, list, ['string', 'string', 'number'])
    : readCursor(cursor, list, ['number', 'string', 'number']);
}

function past(key: Condition, [value, session]: Place, descending: boolean): Condition {
  const sign = descending ? '<' : '>';
  return { sql: `(${key.sql}, session) ${sign} (?, ?)`, values: [...key.values, value, session] };
}

function conditionsOf(query: SessionQuery, since: number): readonly Condition[] {
  const parts: Condition[] = [];
  if (query.status === 'active') parts.push({ sql: '(open = 1 AND last_activity >= ?)', values: [since] });
  if (query.status === 'ended') parts.push({ sql: 'NOT (open = 1 AND last_activity >= ?)', values: [since] });
  if (query.server) parts.push(among('server', query.server));
  if (query.client) parts.push(among('client', query.client));
  if (query.q) parts.push({ sql: 'instr(search, ?) > 0', values: [fold(query.q)] });
  return parts;
}

export function findSession(
  db: Database,
  bodies: BodyReader,
  sessionId: string,
  activeFrom: number,
): SessionItem | undefined {
  const row = db.get(
    'SELECT session, sequence, instance, others, protocol FROM session WHERE session = ?',
    sessionId,
  );
  return row && readSession(bodies, row, activeFrom);
}

/** Sessions whose summary is of a later record, in the order of those. */
export function listChanged(
  db: Database,
  bodies: BodyReader,
  sequence: number,
  limit: number,
  activeFrom: number,
): readonly SessionItem[] {
  return db
    .all(
      `SELECT session, sequence, instance, others, protocol FROM session WHERE sequence > ? ORDER BY sequence LIMIT ?`,
      sequence,
      limit,
    )
    .flatMap((row) => readSession(bodies, row, activeFrom) ?? []);
}

function readSession(bodies: BodyReader, row: Row, activeFrom: number): SessionItem | undefined {
  const summaries = [...sequencesOf(row).values()].flatMap((sequence) => bodies.head(sequence) ?? []);
  if (summaries.length === 0) return undefined;
  const protocol = row['protocol'];
  return sessionItem(addUp(summaries), typeof protocol === 'string' ? protocol : undefined, activeFrom);
}
