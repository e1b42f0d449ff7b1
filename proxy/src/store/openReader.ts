/** Opens the archive for reading, from any thread and while another one writes. */
import type { ArchiveReader } from '../observation/archive.ts';
import { Database } from './sqlite.ts';
import { SqliteReader } from './sqliteReader.ts';

export interface ReaderSettings {
  /** Milliseconds: an open session with activity this lately is active. */
  readonly activeWindowMs: number;
  /** Unix milliseconds, asked at each answer. */
  readonly now?: () => number;
}

/** @throws ArchiveFault when there is no file, or it cannot be read. */
export function openReader(path: string, settings: ReaderSettings): ArchiveReader {
  const db = new Database(path, { readOnly: true, busyMs: 5000 });
  db.exec('PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY');
  return new SqliteReader(db, settings);
}
