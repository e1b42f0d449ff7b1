/**
 * Packages that only the panel's build, types and tests need, installed apart: they are twice as many as all others
 * together, and whoever only starts the proxy must not wait for them. Each set is one package.json with its lockfile;
 * installed once into the cache outside the checkout, under a key of both and of the platform.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { cacheFolder, removeUnfinished, unfinishedFolder } from '../stack/cache.ts';

const ROOT = path.join(import.meta.dirname, '../..');

/** A set of packages that could not be installed, in words for the one who ran the task. */
export class InstallProblem extends Error {}

/** Where everything of the panel's is kept. */
export function panelCache(): string {
  return path.join(cacheFolder(), 'panel');
}

/** A digest of files and of what else decides about a result. */
export function keyOf(files: readonly string[], besides: readonly string[] = []): string {
  const hash = createHash('sha256').update(JSON.stringify([process.platform, process.arch, ...besides]));
  for (const file of files) hash.update(`\0${path.relative(ROOT, file)}\0`).update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}

/** What a folder of the cache holds, made by `make` in a folder beside it unless it is there. It is only ever whole. */
export async function keptFolder(
  name: string,
  key: string,
  make: (folder: string) => void | Promise<void>,
): Promise<string> {
  const folder = path.join(panelCache(), `${name}-${key}`);
  removeUnfinished(panelCache());
  if (existsSync(folder)) return folder;
  const unfinished = unfinishedFolder(folder);
  mkdirSync(unfinished, { recursive: true });
  try {
    await make(unfinished);
    renameSync(unfinished, folder);
  } catch (error) {
    // Somebody else was quicker, with the same.
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return folder;
}

/** Manifest and lockfile of a set. */
export function manifestFiles(set: string): readonly string[] {
  return ['package.json', 'package-lock.json'].map((file) => path.join(ROOT, set, file));
}

/** Installs a set into `folder`, as its lockfile says. No script of a package runs. @throws InstallProblem */
export function install(set: string, folder: string, say: (line: string) => void): void {
  for (const file of [...manifestFiles(set), path.join(ROOT, '.npmrc')])
    copyFileSync(file, path.join(folder, path.basename(file)));
  say(`installing ${set}/package.json apart, once …`);
  const npm = process.env['npm_execpath'];
  const given = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const options = { cwd: folder, stdio: ['ignore', 2, 2] as ['ignore', 2, 2] };
  const done =
    npm !== undefined && /\.[cm]?js$/.test(npm)
      ? spawnSync(process.execPath, [npm, ...given], options)
      : spawnSync('npm', given, { ...options, shell: process.platform === 'win32' });
  if (done.status !== 0)
    throw new InstallProblem(
      `npm ci in ${set} failed (${done.error?.message ?? `exit code ${done.status}`})`,
    );
}
