/** Figures of the file as a whole. */
import type { ArchiveStats } from '../observation/archive.ts';
import { millisOf } from './moments.ts';
import type { Database } from './sqlite.ts';

export function readMeta(db: Database, key: string): string | undefined {
  const value = db.get('SELECT value FROM meta WHERE key = ?', key)?.['value'];
  return value === undefined ? undefined : String(value);
}

export function writeMeta(db: Database, key: string, value: string): void {
  db.run('INSERT OR REPLACE INTO meta VALUES (?, ?)', key, value);
}

/** The newest sequence ever given: retention may have removed the newest record, and its number is not used again. */
export function readNewest(db: Database): number {
  const newest = Number(db.get('SELECT max(sequence) AS newest FROM body')?.['newest'] ?? 0);
  return Math.max(newest, Number(readMeta(db, 'newest') ?? 0));
}

/** Bytes of the pages in use: what a limit of size means, whatever the file has free within it. */
export function readBytes(db: Database): number {
  const size = Number(db.get('PRAGMA page_size')?.['page_size']);
  const pages = Number(db.get('PRAGMA page_count')?.['page_count']);
  const free = Number(db.get('PRAGMA freelist_count')?.['freelist_count']);
  return (pages - free) * size;
}

export function readUnsentRemoved(db: Database): number {
  return Number(readMeta(db, 'unsent_removed') ?? 0);
}

export function readStats(db: Database): ArchiveStats {
  const oldest = db.get(
    'SELECT CAST(time AS TEXT) AS stamp FROM event WHERE record = 0 ORDER BY time, sequence LIMIT 1',
  )?.['stamp'];
  return {
    bytes: readBytes(db),
    events: Number(db.get('SELECT sum(events) AS events FROM minute')?.['events'] ?? 0),
    ...(typeof oldest === 'string' && { oldestMs: millisOf(oldest) }),
  };
}
