/** Removes records from every table that knows of them, the oldest first. */
import type { OutboxSignal } from '../observation/archive.ts';
import { readMeta, readUnsentRemoved, writeMeta } from './figures.ts';
import { minuteOf } from './moments.ts';
import { EVENT, LOSS, SUMMARY } from './schema.ts';
import type { Database, Row } from './sqlite.ts';

/** Records of one kind removed at a time: some milliseconds' work. */
export const CHUNK_ROWS = 100;

/**
 * Removes some records of each kind before a moment. Returns how many; within a transaction. Those that a signal of
 * `exported` was not delivered are counted.
 */
export function removeBefore(
  db: Database,
  timeNs: bigint,
  exported: readonly OutboxSignal[] | undefined,
): number {
  const delivered = readDelivered(db, exported);
  let removed = 0;
  for (const record of [EVENT, SUMMARY, LOSS]) {
    const rows = db.all(
      `SELECT CAST(time AS TEXT) AS stamp, sequence, traits, duration, flags, payload, is_call, is_tool_call, is_error
       FROM event LEFT JOIN traits ON traits.id = traits
       WHERE record = ? AND time < ? ORDER BY time, sequence LIMIT ${CHUNK_ROWS}`,
      record,
      timeNs,
    );
    const last = rows.at(-1);
    if (!last) continue;
    const border = [BigInt(String(last['stamp'])), Number(last['sequence'])];
    db.run('DELETE FROM event WHERE record = ? AND (time, sequence) <= (?, ?)', record, ...border);
    if (record === EVENT) uncount(db, rows, String(last['stamp']));
    if (record === LOSS) db.run('DELETE FROM loss WHERE (time, sequence) <= (?, ?)', ...border);
    removeBodies(db, rows, record, delivered);
    removed += rows.length;
  }
  return removed;
}

/** Every signal in question was delivered up to here. */
function readDelivered(db: Database, exported: readonly OutboxSignal[] | undefined): number {
  const cursors = db
    .all('SELECT signal, sequence FROM cursor')
    .filter(({ signal }) => exported === undefined || exported.some((one) => one === signal))
    .map(({ sequence }) => Number(sequence));
  return Math.min(Number.POSITIVE_INFINITY, ...cursors);
}

function removeBodies(db: Database, rows: readonly Row[], record: number, delivered: number): void {
  let unsent = 0;
  let newest = 0;
  for (const row of rows) {
    const sequence = Number(row['sequence']);
    newest = Math.max(newest, sequence);
    if (sequence > delivered) unsent += 1;
    db.run('DELETE FROM body WHERE sequence = ?', sequence);
    db.run('DELETE FROM set_aside WHERE sequence = ?', sequence);
    if (record === SUMMARY) db.run('DELETE FROM session WHERE sequence = ?', sequence);
  }
  if (unsent > 0) writeMeta(db, 'unsent_removed', String(unsent + readUnsentRemoved(db)));
  writeMeta(db, 'newest', String(Math.max(newest, Number(readMeta(db, 'newest') ?? 0))));
}

/** Takes events out of the sums by minute. */
function uncount(db: Database, rows: readonly Row[], lastNs: string): void {
  const removed = readMeta(db, 'removed_before');
  if (removed === undefined || BigInt(removed) < BigInt(lastNs)) writeMeta(db, 'removed_before', lastNs);
  for (const [minute, group] of Map.groupBy(rows, (row) => minuteOf(String(row['stamp'])))) {
    uncountMinute(db, minute, group);
    for (const [traits, alike] of Map.groupBy(group, (row) => Number(row['traits']))) {
      db.run(
        'UPDATE rollup SET events = events - ? WHERE traits = ? AND minute = ?',
        alike.length,
        traits,
        minute,
      );
      db.run('DELETE FROM rollup WHERE traits = ? AND minute = ? AND events <= 0', traits, minute);
    }
    if (db.run('DELETE FROM minute WHERE minute = ? AND events <= 0', minute) > 0) {
      db.run('DELETE FROM minute_session WHERE minute = ?', minute);
    }
  }
}

function uncountMinute(db: Database, minute: number, rows: readonly Row[]): void {
  const sum = (of: (row: Row) => number) => rows.reduce((total, row) => total + of(row), 0);
  const calls = (of: (row: Row) => number) => sum((row) => (row['is_call'] === 1 ? of(row) : 0));
  db.run(
    `UPDATE minute SET events = events - ?, calls = calls - ?, tool_calls = tool_calls - ?, errors = errors - ?,
     duration = duration - ?, truncated = truncated - ?, unsampled = unsampled - ?, stored = stored - ?
     WHERE minute = ?`,
    rows.length,
    calls(() => 1),
    calls((row) => Number(row['is_tool_call'])),
    calls((row) => Number(row['is_error'])),
    calls((row) => Number(row['duration'])),
    sum((row) => Number(row['flags']) & 1),
    sum((row) => (Number(row['flags']) >> 1) & 1),
    sum((row) => (row['payload'] === null ? 0 : 1)),
    minute,
  );
}

/** A block that was removed. */
export interface RemovedBlock {
  readonly id: number;
  readonly bytes: number;
}

/** Blocks that no record names any more. */
export function removeUnnamedBlocks(db: Database): readonly RemovedBlock[] {
  const first = db.get('SELECT min(payload_first) AS first FROM minute WHERE stored > 0')?.['first'];
  return removeBlocks(db, first === null ? Number.MAX_SAFE_INTEGER : Number(first), 8);
}

/** The oldest payloads, although events name them. */
export function shedBlocks(db: Database): readonly RemovedBlock[] {
  return removeBlocks(db, Number.MAX_SAFE_INTEGER, 4);
}

function removeBlocks(db: Database, before: number, limit: number): readonly RemovedBlock[] {
  const removed = db.all(
    `DELETE FROM block WHERE id IN (SELECT id FROM block WHERE id < ? ORDER BY id LIMIT ?)
     RETURNING id, length(data) AS bytes`,
    before,
    limit,
  );
  return removed.map((row) => ({ id: Number(row['id']), bytes: Number(row['bytes']) }));
}
