/** Opens the archive for writing: one writer, the newest schema, a damaged file set aside. */
import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { type Archive, ArchiveFault, type ArchiveTrouble } from '../observation/archive.ts';
import { readMeta, writeMeta } from './figures.ts';
import type { Limits } from './limits.ts';
import { migrate, refuseForeign } from './schema.ts';
import { Database } from './sqlite.ts';
import { type Ends, SqliteArchive } from './sqliteArchive.ts';
import { prepareTrigrams } from './trigrams.ts';

export interface ArchiveSettings extends Limits {
  /** `archive.sqlite` in the state directory, which is made when it is not there. */
  readonly path: string;
  /** Unix milliseconds: in the name of a file that is set aside. */
  readonly nowMs: number;
  /** Whose summaries these are; by default the instance that the file knows, made with it. */
  readonly instanceId?: string;
  /** The file is to know `instanceId` from now on: that instance goes on with it, and with its outbox. */
  readonly takesOver?: boolean;
  /** Milliseconds that opening waits for whoever else holds the file; `BUSY_MS` unless given. */
  readonly busyMs?: number;
}

/** Why there is no archive, for a person. */
export interface ArchiveProblem {
  readonly trouble: ArchiveTrouble;
  readonly reason: string;
  readonly advice: string;
}

export type Opened =
  | {
      readonly ok: true;
      readonly archive: Archive;
      readonly instanceId: string;
      /** Where a damaged file was put, when that happened now. */
      readonly setAside?: string;
    }
  | { readonly ok: false; readonly problem: ArchiveProblem };

/** Never throws: what stands in the way is told, and traffic goes on without an archive. */
export function openArchive(settings: ArchiveSettings): Opened {
  let lock: Database | undefined;
  try {
    mkdirSync(dirname(settings.path), { recursive: true, mode: 0o700 });
    keepPrivate(`${settings.path}.lock`);
    lock = takeLock(`${settings.path}.lock`);
    const held = lock;
    return openHeld(settings, () => held.close());
  } catch (error) {
    lock?.close();
    return { ok: false, problem: problemOf(error, settings.path) };
  }
}

function openHeld(settings: ArchiveSettings, onClose: () => void): Opened {
  const { path } = settings;
  const ends = { onClose, onDamaged: () => markDamaged(path) };
  try {
    if (existsSync(markOf(path))) throw new ArchiveFault('damaged', 'it was found damaged');
    return { ok: true, ...openFile(settings, ends) };
  } catch (error) {
    if (!(error instanceof ArchiveFault) || error.trouble !== 'damaged') throw error;
    const setAside = putAside(path, settings.nowMs);
    return { ok: true, ...openFile(settings, ends), setAside };
  }
}

/** How far past its size the file may grow before nothing more is written. */
const OVERFLOW = 1.25;
const OVERFLOW_BYTES = 16 * 1024 * 1024;

/** How long a statement waits for whoever else holds the file. */
const BUSY_MS = 5_000;

function openFile(settings: ArchiveSettings, ends: Ends) {
  keepPrivate(settings.path);
  const db = new Database(settings.path, { readOnly: false, busyMs: settings.busyMs ?? BUSY_MS });
  try {
    refuseForeign(db);
    // Before the first table, or it has no effect.
    db.exec('PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    db.exec('PRAGMA cache_size = -8192; PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = OFF');
    // Retention keeps to the limit; where it cannot keep up, this does, with an error that the writer reports.
    const pageSize = Number(db.get('PRAGMA page_size')?.['page_size']);
    const pagesMax = Math.ceil((settings.bytesMax * OVERFLOW + OVERFLOW_BYTES) / pageSize);
    db.exec(
      `PRAGMA max_page_count = ${Math.min(pagesMax, 0xffff_fffe)}; PRAGMA journal_size_limit = 16777216`,
    );
    migrate(db);
    prepareTrigrams(db);
    const instanceId = settings.instanceId ?? readMeta(db, 'instance') ?? randomUUID();
    db.exec(`PRAGMA busy_timeout = ${BUSY_MS}`);
    if (settings.takesOver || readMeta(db, 'instance') === undefined) writeMeta(db, 'instance', instanceId);
    return { archive: new SqliteArchive(db, instanceId, settings, ends), instanceId };
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * Makes a file of SQLite that nobody else can read, or makes it so: it holds what agents sent. What SQLite puts beside
 * it gets the same rights.
 */
function keepPrivate(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
  for (const file of [path, `${path}-wal`, `${path}-shm`, `${path}-journal`]) {
    try {
      chmodSync(file, 0o600);
    } catch {
      // It is not there, or its file system or owner allows no change: then it is as private as they made it.
    }
  }
}

/**
 * A lock of the operating system on a file of its own, gone with the process however it ends. Held by an open
 * transaction on an empty database, because that is a lock on every platform.
 */
function takeLock(path: string): Database {
  const lock = new Database(path, { readOnly: false, busyMs: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    throw error;
  }
}

const markOf = (path: string) => `${path}.damaged`;

/** Remembers that a file was found damaged while it was in use: the next start sets it aside. */
function markDamaged(path: string): void {
  writeFileSync(markOf(path), '');
}

/** Renames a damaged file with what belongs to it, and says to what. */
function putAside(path: string, nowMs: number): string {
  const stamp = new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  let aside = `${path}.damaged-${stamp}`;
  for (let copy = 2; existsSync(aside); copy++) aside = `${path}.damaged-${stamp}-${copy}`;
  for (const part of ['', '-wal', '-shm']) {
    if (existsSync(path + part)) renameSync(path + part, aside + part);
  }
  rmSync(markOf(path), { force: true });
  return aside;
}

const ADVICE: Readonly<Record<ArchiveTrouble, string>> = {
  full: 'free some space',
  read_only: 'make the directory writable for this user, or name another with --state-dir',
  locked: 'end the other Sightline that uses it, or give this one a directory of its own with --state-dir',
  newer: 'start the newer version again, or name another directory with --state-dir',
  damaged: 'at the next start the file is set aside and a new one begun',
  failed: 'look at the directory of the file, or name another with --state-dir',
};

const REASONS: Readonly<Record<ArchiveTrouble, string>> = {
  full: 'there is no space for',
  read_only: 'nothing can be written to',
  locked: 'another Sightline writes',
  newer: 'a newer version of Sightline wrote',
  damaged: 'damaged:',
  failed: 'cannot open',
};

/** An error in words for a person; `reason` is a sentence without its end. */
export function problemOf(error: unknown, path: string): ArchiveProblem {
  const trouble = troubleOf(error);
  const detail = error instanceof Error ? error.message : String(error);
  return { trouble, reason: `${REASONS[trouble]} ${path} (${detail})`, advice: ADVICE[trouble] };
}

function troubleOf(error: unknown): ArchiveTrouble {
  if (error instanceof ArchiveFault) return error.trouble;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'full';
  if (['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'].includes(String(code))) return 'read_only';
  return 'failed';
}
