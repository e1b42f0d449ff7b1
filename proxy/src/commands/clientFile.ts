/** A client's configuration file on the disk: read whole, written whole or not at all. */
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';

export interface ClientFile {
  /** The file itself, where a link was given. */
  readonly path: string;
  readonly text: string;
  readonly bytes: Buffer;
  readonly mode: number;
  readonly owner: { readonly user: number; readonly group: number };
}

export type FileRead = { readonly file: ClientFile } | { readonly wrong: string };

export function readClientFile(path: string): FileRead {
  try {
    const real = realpathSync(path);
    const { mode, uid, gid } = statSync(real);
    const bytes = readFileSync(real);
    const text = textOf(bytes);
    if (text === undefined) return { wrong: 'is not UTF-8' };
    const file = { path: real, text, bytes, mode: mode & 0o7777, owner: { user: uid, group: gid } };
    return { file };
  } catch (error) {
    return { wrong: `cannot be read: ${wordsOf(error)}` };
  }
}

/** The backup stands beside the file; undefined where there is none. */
export function readBackup(file: ClientFile): FileRead | undefined {
  return existsSync(backupPathOf(file)) ? readClientFile(backupPathOf(file)) : undefined;
}

export function backupPathOf({ path }: ClientFile): string {
  return `${path}.sightline-backup`;
}

/** Puts a text in place of the file, unless somebody has changed it since it was read; says what stood in the way. */
export function replaceText(file: ClientFile, text: string): string | undefined {
  return replace(file, file.path, text, () => readFileSync(file.path).equals(file.bytes));
}

/** The same mode and owner as the file's: what is secret there is secret here. */
export function writeBackup(file: ClientFile, text: string): string | undefined {
  return replace(file, backupPathOf(file), text, () => true);
}

export function removeBackup(file: ClientFile): string | undefined {
  try {
    rmSync(backupPathOf(file), { force: true });
    return undefined;
  } catch (error) {
    return wordsOf(error);
  }
}

/** A new file beside the old one takes its name at once, so that no reader and no crash meets half of it. */
function replace(
  { mode, owner }: ClientFile,
  path: string,
  text: string,
  isAsRead: () => boolean,
): string | undefined {
  const passing = `${path}.${process.pid}.tmp`;
  let isOurs = false;
  try {
    const descriptor = openSync(passing, 'wx', 0o600);
    isOurs = true;
    try {
      writeFileSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    const { uid, gid } = statSync(passing);
    if (uid !== owner.user || gid !== owner.group) giveTo(passing, owner);
    chmodSync(passing, mode);
    if (!isAsRead()) throw new Error('it was changed by somebody else just now; run the same command again');
    renameSync(passing, path);
    return undefined;
  } catch (error) {
    if (isOurs) rmSync(passing, { force: true });
    return wordsOf(error);
  }
}

/** Only root may; for everybody else the file becomes their own, which those who may write into its folder are used to. */
function giveTo(path: string, { user, group }: ClientFile['owner']): void {
  try {
    chownSync(path, user, group);
  } catch {
    // It is readable by whom its mode says.
  }
}

/** Exactly the text, its byte order mark included; undefined when writing it again would give other bytes. */
function textOf(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
