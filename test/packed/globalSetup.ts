/** Packs the source as it stands, once for all tests of the package. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { buildPage } from '../support/buildPage.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** File of the packed tarball. */
    tarball: string;
  }
}

export function setup({ provide }: TestProject): () => void {
  buildPage();
  const folder = mkdtempSync(path.join(tmpdir(), 'sightline-tarball-'));
  const args = ['scripts/release/pack.ts', '--tarball', folder];
  const done = spawnSync(process.execPath, args, { encoding: 'utf8' });
  const tarball = /^package: (.+?\.tgz),/m.exec(done.stdout)?.[1];
  if (done.status !== 0 || tarball === undefined) throw new Error(`${done.stdout}${done.stderr}`);
  provide('tarball', tarball);
  return () => rmSync(folder, { recursive: true, force: true });
}
