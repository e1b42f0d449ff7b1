/** What is missing from a range: from the sums by minute, and row by row where the range cuts a minute. */
import type { Completeness, EventFilter } from '../contract/index.ts';
import { both, within } from './conditions.ts';
import { readMeta } from './figures.ts';
import { millisOf } from './moments.ts';
import { MINUTE_MS, splitRange } from './ranges.ts';
import type { Database, Row } from './sqlite.ts';

type Range = Pick<EventFilter, 'from' | 'to'>;

interface Missing {
  truncated: number;
  unsampled: number;
  shed: number;
}

export function readCompleteness(db: Database, range: Range): Completeness {
  const where = within(range);
  const lost = db
    .all(
      `SELECT stage, reason, sum(count) AS count FROM loss WHERE ${where.sql} GROUP BY stage, reason ORDER BY stage, reason`,
      ...where.values,
    )
    .map((row) => ({
      stage: String(row['stage']),
      reason: String(row['reason']),
      count: Number(row['count']),
    }));
  const { truncated, unsampled, shed } = countMissing(db, range);
  const keptFrom = readKeptFrom(db, range.from);
  return {
    complete: lost.length + truncated + unsampled + shed === 0 && keptFrom === undefined,
    lost,
    truncated,
    unsampled,
    shed,
    ...(keptFrom !== undefined && { keptFrom }),
  };
}

/** The first block there is: what lies before was shed. */
function firstBlockOf(db: Database): number {
  const first = db.get('SELECT min(id) AS first FROM block')?.['first'];
  return first === null || first === undefined ? Number.MAX_SAFE_INTEGER : Number(first);
}

function countMissing(db: Database, range: Range): Missing {
  const missing: Missing = { truncated: 0, unsampled: 0, shed: 0 };
  const first = firstBlockOf(db);
  const { minutes, edges } = splitRange(range);
  if (minutes) {
    const sums = db.get(
      `SELECT sum(truncated) AS truncated, sum(unsampled) AS unsampled,
        sum(CASE WHEN payload_last < ? THEN stored ELSE 0 END) AS shed
       FROM minute WHERE minute >= ? AND minute < ?`,
      first,
      minutes.from,
      minutes.to,
    );
    addMissing(missing, sums);
    // Minutes of which only the beginning was shed: one or two, at the border.
    const torn = db.all(
      'SELECT minute FROM minute WHERE minute >= ? AND minute < ? AND payload_first < ? AND payload_last >= ?',
      minutes.from,
      minutes.to,
      first,
      first,
    );
    for (const row of torn) {
      const from = Number(row['minute']) * MINUTE_MS;
      missing.shed += countRows(db, { from, to: from + MINUTE_MS }, first).shed;
    }
  }
  for (const edge of edges) addMissing(missing, countRows(db, edge, first));
  return missing;
}

function countRows(db: Database, range: Range, first: number): Missing {
  const where = both({ sql: 'record = 0', values: [] }, within(range));
  const counted: Missing = { truncated: 0, unsampled: 0, shed: 0 };
  addMissing(
    counted,
    db.get(
      `SELECT sum(flags & 1) AS truncated, sum((flags >> 1) & 1) AS unsampled, sum(payload < ?) AS shed
       FROM event WHERE ${where.sql}`,
      first,
      ...where.values,
    ),
  );
  return counted;
}

function addMissing(sum: Missing, row: Row | Missing | undefined): void {
  sum.truncated += Number(row?.truncated ?? 0);
  sum.unsampled += Number(row?.unsampled ?? 0);
  sum.shed += Number(row?.shed ?? 0);
}

/** Where the archive begins, when something before it was removed and the range asks for that. */
function readKeptFrom(db: Database, from = 0): number | undefined {
  const removed = readMeta(db, 'removed_before');
  if (removed === undefined || millisOf(removed) < from) return undefined;
  const oldest = db.get('SELECT CAST(min(time) AS TEXT) AS stamp FROM event WHERE record = 0')?.['stamp'];
  return Math.max(millisOf(removed), typeof oldest === 'string' ? millisOf(oldest) : 0);
}
