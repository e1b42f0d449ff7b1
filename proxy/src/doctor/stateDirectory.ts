/** The directory that holds archive and socket: whether this user can use it, and whether it can bear an archive. */
import type { Stats } from 'node:fs';
import { access, constants, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Finding } from '../terminal/findings.ts';
import { formatBytes } from '../terminal/format.ts';
import { bad, type Findings, good, warn } from './check.ts';

const CHECK = 'state directory';
/** Below this nothing sensible can be kept. */
const LEAST_BYTES = 64 * 1024 * 1024;
const ELSEWHERE = 'name another directory with --state-dir';

/**
 * File systems by `f_type` of statfs(2). A write-ahead log needs memory shared by all who have the file open, which
 * those of a network do not give (sqlite.org/wal.html).
 */
const REMOTE: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x01021997, '9p'],
  [0x00c36400, 'Ceph'],
  [0x5346414f, 'AFS'],
]);
const FLEETING: ReadonlyMap<number, string> = new Map([
  [0x01021994, 'memory (tmpfs): it is empty after a restart'],
  [0x794c7630, 'the layer of a container: it is gone with the container'],
]);

export interface StatePlace {
  readonly directory: string;
  /** The archive in it, there already or not. */
  readonly path: string;
  /** What it may grow to. */
  readonly bytesMax: number;
}

/** @param userId Undefined where users have no numbers. */
export async function checkStateDirectory(
  { directory, path, bytesMax }: StatePlace,
  userId: number | undefined,
): Promise<Findings> {
  const found = await findExisting(directory);
  if ('code' in found) {
    const what = `${directory} is out of this user's reach (${found.code})`;
    return [bad(CHECK, what, `ask as the user that Sightline runs as, or ${ELSEWHERE}`)];
  }
  const { existing, stats } = found;
  const isThere = existing === directory;
  if (!stats.isDirectory()) return [bad(CHECK, `${existing} is a file`, `move it away, or ${ELSEWHERE}`)];
  const missing = await whatIsMissing(existing);
  if (missing !== undefined) {
    const whose =
      userId !== undefined && stats.uid !== userId
        ? ` (it belongs to user ${stats.uid}, this is ${userId})`
        : '';
    const what = isThere ? directory : `${directory} cannot be made: ${existing}`;
    return [
      bad(CHECK, `${what} ${missing}${whose}`, `give this user the right to write there, or ${ELSEWHERE}`),
    ];
  }
  const fine = good(CHECK, isThere ? directory : `${directory}, made at the first start`);
  const notes = [
    ...judgeRights(directory, isThere, stats.mode),
    ...(await judgeFileSystem(existing, bytesMax - (await sizeOf(path)))),
  ];
  return notes.length === 0 ? [fine] : notes;
}

type Found = { readonly existing: string; readonly stats: Stats } | { readonly code: string };

/** The directory itself, or the nearest above it that is there; a code where nobody can say. */
async function findExisting(directory: string): Promise<Found> {
  try {
    return { existing: directory, stats: await stat(directory) };
  } catch (error) {
    const above = dirname(directory);
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN';
    // A file in place of a directory above is found one step up.
    if (above === directory || (code !== 'ENOENT' && code !== 'ENOTDIR')) return { code };
    return findExisting(above);
  }
}

async function whatIsMissing(directory: string): Promise<string | undefined> {
  try {
    await access(directory, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return code === 'EROFS' ? 'is on a file system that is read-only' : 'cannot be written by this user';
  }
}

/** Who may write into it may put another file in the archive's place. */
function judgeRights(directory: string, isThere: boolean, mode: number): readonly Finding[] {
  if (!isThere || process.platform === 'win32' || (mode & 0o002) === 0) return [];
  return [warn(CHECK, `${directory} may be written by everybody`, `chmod 700 ${directory}`)];
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch {
    return 0;
  }
}

async function judgeFileSystem(existing: string, growthBytes: number): Promise<readonly Finding[]> {
  const { type, bavail, bsize } = await statfs(existing);
  const found: Finding[] = [];
  const freeBytes = bavail * bsize;
  if (process.platform === 'linux') {
    const remote = REMOTE.get(type);
    if (remote !== undefined)
      found.push(
        warn(
          CHECK,
          `${existing} is on ${remote}, where SQLite may lose what it writes`,
          `${ELSEWHERE}, on a disk of this machine`,
        ),
      );
    const fleeting = FLEETING.get(type);
    if (fleeting !== undefined)
      found.push(
        warn(
          CHECK,
          `${existing} is in ${fleeting}`,
          `${ELSEWHERE}, or mount a volume there, to keep what was observed`,
        ),
      );
  }
  if (freeBytes < LEAST_BYTES)
    found.push(
      bad(CHECK, `${existing} has ${formatBytes(freeBytes)} free`, `free some space, or ${ELSEWHERE}`),
    );
  else if (freeBytes < growthBytes)
    found.push(
      warn(
        CHECK,
        `${existing} has ${formatBytes(freeBytes)} free, and the archive may grow by ${formatBytes(growthBytes)}`,
        'free some space, or let it keep less with --archive-max',
      ),
    );
  return found;
}
