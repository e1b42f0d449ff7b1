/**
 * Nodes of other versions than the pinned one, each from the package of the registry that holds its binary. Kept in the
 * cache outside the checkout, because they are large and never change.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { keptFolder } from '../../scripts/panel/cache.ts';
import { runNpm } from '../../scripts/release/npm.ts';

/**
 * The oldest that is promised, and the newest of the lines in use; the oldest between two others, because what they
 * write goes from one to the next, and its SQLite has no full-text index.
 */
export const PROMISED = ['24.21.0', '22.15.0', '26.10.0'] as const;
/** Too old, and still on many machines. */
export const REFUSED = '20.20.2';

/** The folder that holds `node` of this version, to be first on a PATH. */
export async function nodeFolder(version: string): Promise<string> {
  const system = process.platform === 'win32' ? 'win' : process.platform;
  // The package of that one system alone has another name.
  const prefix = system === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node';
  const name = `${prefix}-${system}-${process.arch}`;
  const kept = await keptFolder('node', `${version}-${process.platform}-${process.arch}`, (folder) => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'package.json'), '{"private":true}\n');
    runNpm(
      ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', `${name}@${version}`],
      folder,
    );
  });
  return path.join(kept, 'node_modules', name, 'bin');
}
