/**
 * Where built programs are kept: outside the checkout, under a key of everything that goes into them, so that a
 * second checkout finds them and a changed version is never mistaken for the one before.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir, platform } from 'node:os';
import path from 'node:path';
import { type GoProgram, sourceFolder } from './programs.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The cache directory: `SIGHTLINE_CACHE`, else `sightline` in the user's own cache directory. */
export function cacheFolder(env: Environment = process.env): string {
  const given = env['SIGHTLINE_CACHE'];
  if (given !== undefined && given !== '') return path.resolve(given);
  if (platform() === 'darwin') return path.join(homedir(), 'Library/Caches/sightline');
  if (platform() === 'win32') return path.join(env['LOCALAPPDATA'] ?? homedir(), 'sightline');
  const base = env['XDG_CACHE_HOME'];
  // A relative XDG directory is to be ignored, says its specification.
  return path.join(base && path.isAbsolute(base) ? base : path.join(homedir(), '.cache'), 'sightline');
}

/** What Go downloaded and compiled on the way. Nothing needs it once the programs are built. */
export function goFolder(env?: Environment): string {
  return path.join(cacheFolder(env), 'go');
}

/** Changes whenever the built program could: sources, compiler, target, and how it is built. */
export function buildKey(program: GoProgram, toolchain: string, recipe: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify([toolchain, recipe]));
  const files = ['go.mod', 'go.sum', ...(program.manifest === undefined ? [] : [program.manifest])];
  for (const file of files)
    hash.update(`\0${file}\0`).update(readFileSync(path.join(sourceFolder(program), file)));
  return hash.digest('hex').slice(0, 16);
}

/** The folder of one built program. It exists only complete, because it comes there by a rename. */
export function builtFolder(program: GoProgram, key: string, env?: Environment): string {
  return path.join(cacheFolder(env), 'stack', `${program.name}-${program.version}-${key}`);
}

/** A folder beside the final one to build in; `process` makes two builds at a time harmless. */
export function unfinishedFolder(built: string): string {
  return `${built}.unfinished-${process.pid}`;
}

/** Removes what builds left that were killed. */
export function removeUnfinished(stackFolder: string): void {
  if (!existsSync(stackFolder)) return;
  for (const name of readdirSync(stackFolder)) {
    const pid = /\.unfinished-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) {
      rmSync(path.join(stackFolder, name), { recursive: true, force: true });
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process may not be signalled, yet lives.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
