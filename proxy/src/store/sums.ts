/** Facets, totals and series: counts from the sums by minute, and row by row where a range cuts a minute. */
import type { EventFilter, Facets, Series, Total, Totals } from '../contract/index.ts';
import { type Countable, countFacets, stepsOf } from '../reading/sums.ts';
import { readCompleteness } from './completeness.ts';
import { among, both, type Condition, within } from './conditions.ts';
import { MINUTE_MS, type Span, splitRange } from './ranges.ts';
import { sessionsWithin } from './sessionLists.ts';
import type { Database, Row } from './sqlite.ts';

/** A SELECT over whole minutes and one over the rows of each edge, as one. */
function overRange(range: Span, ofMinutes: string, ofRows: string): Condition {
  const { minutes, edges } = splitRange(range);
  const parts: Condition[] = edges.map((edge) => {
    const where = both({ sql: 'record = 0', values: [] }, within(edge));
    return { sql: `${ofRows} WHERE ${where.sql}`, values: where.values };
  });
  if (minutes) {
    const { from, to } = minutes;
    parts.push({ sql: `${ofMinutes} WHERE minute >= ? AND minute < ?`, values: [from, to] });
  }
  if (parts.length === 0) return { sql: `${ofMinutes} WHERE 0`, values: [] };
  return {
    sql: parts.map(({ sql }) => sql).join(' UNION ALL '),
    values: parts.flatMap(({ values }) => values),
  };
}

/** The filter by server bounds every menu but that of the servers. */
export function readFacets(db: Database, filter: Pick<EventFilter, 'from' | 'to' | 'server'>): Facets {
  const counted = overRange(
    filter,
    'SELECT traits, events FROM rollup',
    'SELECT traits, 1 AS events FROM event',
  );
  const rows = db.all(
    `SELECT s.text AS server, t.text AS tool, m.text AS method, c.text AS client, type, outcome, status, is_error, count
     FROM (SELECT traits, sum(events) AS count FROM (${counted.sql}) GROUP BY traits) JOIN traits ON traits.id = traits
     LEFT JOIN term s ON s.id = server LEFT JOIN term t ON t.id = tool
     LEFT JOIN term m ON m.id = method LEFT JOIN term c ON c.id = client`,
    ...counted.values,
  );
  return countFacets(rows.map(countableOf), filter.server);
}

function countableOf(row: Row): Countable {
  const text = (column: string) => (row[column] === null ? undefined : String(row[column]));
  return {
    server: text('server'),
    tool: text('tool'),
    method: text('method'),
    client: text('client'),
    type: String(row['type']),
    outcome: String(row['outcome']),
    status: Number(row['status']),
    error: row['is_error'] === 1,
    count: Number(row['count']),
  };
}

interface Range {
  readonly from: number;
  readonly to: number;
}

export function readTotals(db: Database, range: Range, activeWindowMs: number): Totals {
  const before = { from: range.from - (range.to - range.from), to: range.from };
  return {
    current: readTotal(db, range, activeWindowMs),
    previous: readTotal(db, before, activeWindowMs),
    completeness: readCompleteness(db, range),
  };
}

function readTotal(db: Database, range: Range, activeWindowMs: number): Total {
  const counted = overRange(
    range,
    'SELECT events, calls, tool_calls, errors, duration FROM minute',
    `SELECT 1 AS events, is_call AS calls, is_tool_call AS tool_calls, is_call * is_error AS errors,
      is_call * duration AS duration FROM event JOIN traits ON traits.id = traits`,
  );
  const sums = db.get(
    `SELECT sum(events) AS events, sum(calls) AS calls, sum(tool_calls) AS tool_calls, sum(errors) AS errors,
       sum(duration) AS duration FROM (${counted.sql})`,
    ...counted.values,
  );
  const where = sessionsWithin(range);
  // Of a past moment only the last activity is known: who was heard after it, was there at it.
  const sessions = db.get(
    `SELECT count(*) AS sessions, avg(duration) AS duration,
       sum(last_activity >= ? OR (open = 1 AND last_activity >= ?)) AS active
     FROM session WHERE ${where.sql}`,
    range.to,
    range.to - activeWindowMs,
    ...where.values,
  );
  const calls = Number(sums?.['calls'] ?? 0);
  const count = Number(sessions?.['sessions'] ?? 0);
  return {
    from: range.from,
    to: range.to,
    sessions: count,
    activeSessions: Number(sessions?.['active'] ?? 0),
    ...(count > 0 && { averageSessionDuration: Number(sessions?.['duration']) }),
    events: Number(sums?.['events'] ?? 0),
    calls,
    toolCalls: Number(sums?.['tool_calls'] ?? 0),
    errors: Number(sums?.['errors'] ?? 0),
    ...(calls > 0 && { averageDuration: Number(sums?.['duration'] ?? 0) / calls / 1e6 }),
  };
}

/** Each step counts only what is in the range. */
export function readSeries(db: Database, { from, to, step }: Range & { readonly step: number }): Series {
  const first = Math.floor(from / step);
  const points = stepsOf(from, to, step);
  const at = (row: Row) => points[Number(row['step']) - first];
  const whole = step % MINUTE_MS === 0 ? wholeSteps(from, to, step) : undefined;
  if (whole) {
    const bounds = [MINUTE_MS, step, whole.from / MINUTE_MS, whole.to / MINUTE_MS];
    for (const row of db.all(
      `SELECT CAST(minute * ? / ? AS INTEGER) AS step, sum(calls) AS calls, sum(errors) AS errors
       FROM minute WHERE minute >= ? AND minute < ? GROUP BY 1`,
      ...bounds,
    )) {
      Object.assign(at(row) ?? {}, { calls: Number(row['calls']), errors: Number(row['errors']) });
    }
    for (const row of db.all(
      `SELECT CAST(minute * ? / ? AS INTEGER) AS step, count(DISTINCT session) AS sessions
       FROM minute_session WHERE minute >= ? AND minute < ? GROUP BY 1`,
      ...bounds,
    )) {
      Object.assign(at(row) ?? {}, { sessions: Number(row['sessions']) });
    }
  }
  const edges = whole
    ? [
        { from, to: whole.from },
        { from: whole.to, to },
      ]
    : [{ from, to }];
  for (const edge of edges.filter((span) => span.from < span.to)) {
    for (const row of readRows(db, edge, step)) {
      const { calls, errors, sessions } = row;
      Object.assign(at(row) ?? {}, {
        calls: Number(calls),
        errors: Number(errors),
        sessions: Number(sessions),
      });
    }
  }
  return { from, to, step, points };
}

/** The steps that lie in the range as a whole. */
function wholeSteps(from: number, to: number, step: number): Range | undefined {
  const whole = { from: Math.ceil(from / step) * step, to: Math.floor(to / step) * step };
  return whole.to > whole.from ? whole : undefined;
}

function readRows(db: Database, edge: Range, step: number): readonly Row[] {
  const where = both({ sql: 'record = 0', values: [] }, within(edge), among('type', ['sightline.request']));
  return db.all(
    `SELECT CAST(time / 1000000 / ? AS INTEGER) AS step, sum(is_call) AS calls, sum(is_call * is_error) AS errors,
       count(DISTINCT session) AS sessions
     FROM event JOIN traits ON traits.id = traits WHERE ${where.sql} GROUP BY 1`,
    step,
    ...where.values,
  );
}
