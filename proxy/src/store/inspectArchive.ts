/**
 * Looks at an archive and changes nothing of it, neither its file nor those beside it, also while another process
 * writes it: how much it holds, what waits in it for a receiver, and whether its pages are sound.
 */
import { existsSync, statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { ArchiveFault } from '../observation/archive.ts';
import { readNewest, readStats } from './figures.ts';
import { millisOf } from './moments.ts';
import { MIGRATIONS, refuseForeign } from './schema.ts';
import { Database } from './sqlite.ts';

/** What one receiver has not accepted. */
export interface Waiting {
  readonly signal: string;
  readonly events: number;
  /** Of the oldest of them, Unix milliseconds. */
  readonly oldestMs?: number;
}

export interface Inspection {
  readonly schema: number;
  /** What this program would make of it. */
  readonly newestSchema: number;
  readonly events: number;
  readonly oldestMs?: number;
  /** One for each signal that was ever exported. */
  readonly waiting: readonly Waiting[];
  /** Records that a receiver refused for good. */
  readonly refused: number;
  /** Somebody writes it now. */
  readonly isInUse: boolean;
  /** What SQLite found wrong; empty when sound. */
  readonly faults: readonly string[];
  /** Tables that were not read through, because that takes long. */
  readonly unread: readonly string[];
}

/** Reading through a larger file takes seconds on a slow disk. */
const WHOLE_BYTES_MAX = 256 * 1024 * 1024;
/** Nearly all of a file; what they hold is found by the others. */
const LARGE = ['block', 'body'];
const BUSY_MS = 1_000;

/** @throws ArchiveFault when it cannot be read, is none, or a later version wrote it. */
export function inspectArchive(path: string): Inspection {
  const db = openQuietly(path);
  try {
    const schema = refuseForeign(db);
    const { events, oldestMs } = readStats(db);
    const unread = statSync(path).size > WHOLE_BYTES_MAX ? LARGE : [];
    return {
      schema,
      newestSchema: MIGRATIONS.length,
      events,
      ...(oldestMs !== undefined && { oldestMs }),
      waiting: readWaiting(db),
      refused: Number(db.get('SELECT count(*) AS refused FROM set_aside')?.['refused'] ?? 0),
      isInUse: isHeld(`${path}.lock`),
      faults: findFaults(db, unread),
      unread,
    };
  } finally {
    db.close();
  }
}

/**
 * Even a reader makes files beside one with a write-ahead log, unless told that nobody changes it, which is true where
 * that log is not there.
 */
function openQuietly(path: string): Database {
  const isWritten = existsSync(`${path}-wal`);
  const place = isWritten ? path : `${pathToFileURL(path).href}?immutable=1`;
  return new Database(place, { readOnly: true, busyMs: BUSY_MS });
}

function isHeld(lockPath: string): boolean {
  if (!existsSync(lockPath)) return false;
  let lock: Database | undefined;
  try {
    lock = new Database(lockPath, { readOnly: true, busyMs: 0 });
    lock.get('SELECT count(*) AS tables FROM sqlite_schema');
    return false;
  } catch (error) {
    return error instanceof ArchiveFault && error.trouble === 'locked';
  } finally {
    lock?.close();
  }
}

function readWaiting(db: Database): readonly Waiting[] {
  return db.transaction('read', () => {
    const newest = readNewest(db);
    return db.all('SELECT signal, sequence FROM cursor ORDER BY signal').map((row) => {
      const sequence = Number(row['sequence']);
      const stamp = db.get(
        'SELECT CAST(time AS TEXT) AS stamp FROM event WHERE sequence > ? ORDER BY sequence LIMIT 1',
        sequence,
      )?.['stamp'];
      return {
        signal: String(row['signal']),
        events: Math.max(0, newest - sequence),
        ...(typeof stamp === 'string' && { oldestMs: millisOf(stamp) }),
      };
    });
  });
}

/** Table by table: one that is broken does not hide the next. Virtual ones have no pages of their own. */
function findFaults(db: Database, unread: readonly string[]): readonly string[] {
  const tables = db
    .all("SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0")
    .map((row) => String(row['name']))
    .filter((name) => !unread.includes(name));
  return tables.flatMap((name) =>
    db
      .all(`PRAGMA quick_check('${name.replaceAll("'", "''")}')`)
      .map((row) => String(row['quick_check']))
      .filter((line) => line !== 'ok'),
  );
}
