/**
 * Builds the Grafana panel into `grafana-plugin/dist`, unless what it is made of is what it was made of, and holds its
 * bound. `--quiet` says nothing when there was nothing to do, `--anew` builds whatever there is.
 */
import { copyFileSync, existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { keyOf } from './panel/cache.ts';
import { ensureTools } from './panel/tools.ts';

/** Bytes of the module that a dashboard waits for, compressed by gzip: 250 KB; Grafana supplies React. */
const MODULE_BYTES_MAX = 250_000;

const ROOT = path.join(import.meta.dirname, '..');
const PLUGIN = path.join(ROOT, 'grafana-plugin');
const DIST = path.join(PLUGIN, 'dist');
const KEY = path.join(PLUGIN, 'dist.key');
const SOURCES = [
  'grafana-plugin/src/**/*',
  'grafana-plugin/.config/**/*',
  'grafana-plugin/*',
  'grafana-plugin/tools/package-lock.json',
  'proxy/src/contract/*.ts',
  'proxy/src/reading/**/*.ts',
  'package-lock.json',
];

/** A digest of everything that the panel is built from. */
function panelKey(): string {
  const files = SOURCES.flatMap((pattern) => globSync(pattern, { cwd: ROOT, withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name !== 'dist.key')
    .map((entry) => path.join(entry.parentPath, entry.name));
  return keyOf([...new Set(files)].sort());
}

/** Builds into `dist`, whatever is there; once in a process, because the scaffold keeps what it has set up. */
async function buildPanel(): Promise<void> {
  await ensureTools();
  // Whoever calls may be a test runner: it is a production build all the same.
  process.env['NODE_ENV'] = 'production';
  const before = process.cwd();
  // The scaffold's configuration finds everything from here.
  process.chdir(PLUGIN);
  try {
    const { runWebpack } = await import('../grafana-plugin/webpackBuild.ts');
    await runWebpack();
  } finally {
    process.chdir(before);
  }
}

/** Bytes of the module, compressed. */
function measureModule(): number {
  return gzipSync(readFileSync(path.join(DIST, 'module.js')), { level: 9 }).length;
}

async function main(quiet: boolean, anew: boolean): Promise<void> {
  const key = panelKey();
  const isBuilt = existsSync(path.join(DIST, 'module.js')) && existsSync(KEY);
  const isDue = anew || !isBuilt || readFileSync(KEY, 'utf8') !== key;
  if (isDue) {
    console.error(
      `sightline: the panel is ${anew ? 'to be built anew' : isBuilt ? 'older than its source' : 'not built yet'}; building it …`,
    );
    rmSync(KEY, { force: true });
    await buildPanel();
    writeFileSync(KEY, key);
  }
  // The licences of what is built in go with it. They are written after a build, from what it holds.
  copyFileSync(path.join(ROOT, 'NOTICE'), path.join(DIST, 'NOTICE'));
  if (quiet && !isDue) return;
  const size = measureModule();
  console.error(`sightline: panel: module ${(size / 1_000).toFixed(1)} KB compressed (at most 250 KB)`);
  if (size > MODULE_BYTES_MAX) throw new Error('the panel’s module has outgrown its bound');
}

if (import.meta.main) {
  try {
    await main(process.argv.includes('--quiet'), process.argv.includes('--anew'));
  } catch (error) {
    console.error(`sightline: the panel: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
