/**
 * Builds the local page into `proxy/dist/page`, unless what it is made of is what it was made of. The key is the
 * content of every file that goes in, not its time: a fresh clone and a switched branch are told apart rightly.
 * `--quiet` says nothing when there was nothing to do.
 */
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

/** Bytes of the first script, compressed by gzip: what a first visit waits for. 120 KB; React alone is half of it. */
export const SCRIPT_BYTES_MAX = 120_000;

const ROOT = path.join(import.meta.dirname, '..');
const OUT = path.join(ROOT, 'proxy/dist/page');
const KEY = path.join(ROOT, 'proxy/dist/page.key');
const SOURCES = [
  'grafana-plugin/src/**/*',
  'grafana-plugin/vite.config.ts',
  'proxy/src/contract/*.ts',
  'package-lock.json',
];

/** A digest of everything that the page is built from. */
export function pageKey(root: string): string {
  const hash = createHash('sha256');
  const files = SOURCES.flatMap((pattern) => globSync(pattern, { cwd: root, withFileTypes: true }))
    .filter((entry) => entry.isFile() && !entry.name.includes('.test.'))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
  for (const file of files)
    hash.update(path.relative(root, file)).update('\0').update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

export interface PageSizes {
  readonly script: number;
  readonly style: number;
}

/** Compressed bytes of what the page names: one script and one style. Scripts that come later are imported by it. */
export function measurePage(directory: string): PageSizes {
  const html = readFileSync(path.join(directory, 'index.html'), 'utf8');
  const sizeOf = (ending: 'js' | 'css') => {
    const found = [...html.matchAll(new RegExp(`"\\./(assets/[^"]+\\.${ending})"`, 'g'))];
    if (found.length !== 1)
      throw new Error(`the page names ${found.length} files *.${ending}; it should name one`);
    const script = readFileSync(path.join(directory, found[0]?.[1] ?? ''), 'utf8');
    // What it imports at once comes with it, and would be measured by half.
    if (/(?:^|[;}])import[^(;]*?["']\.\//.test(script))
      throw new Error(`the page's *.${ending} waits for another`);
    return gzipSync(script, { level: 9 }).length;
  };
  return { script: sizeOf('js'), style: sizeOf('css') };
}

async function main(quiet: boolean): Promise<void> {
  const key = pageKey(ROOT);
  const isBuilt = existsSync(path.join(OUT, 'index.html')) && existsSync(KEY);
  if (!isBuilt || readFileSync(KEY, 'utf8') !== key) {
    console.error(
      `sightline: the page is ${isBuilt ? 'older than its source' : 'not built yet'}; building it …`,
    );
    rmSync(KEY, { force: true });
    // Whoever calls may be a test runner: the page is React's production build all the same.
    process.env['NODE_ENV'] = 'production';
    // Only now, because most starts find the page built and need not load a builder.
    const { build } = await import('vite');
    await build({ configFile: path.join(ROOT, 'grafana-plugin/vite.config.ts') });
    mkdirSync(path.dirname(KEY), { recursive: true });
    writeFileSync(KEY, key);
  } else if (quiet) return;
  const { script, style } = measurePage(OUT);
  const most = `at most ${kilobytes(SCRIPT_BYTES_MAX)}`;
  console.error(
    `sightline: page: script ${kilobytes(script)} (${most}), style ${kilobytes(style)}, compressed`,
  );
  if (script > SCRIPT_BYTES_MAX)
    throw new Error(`the page's script has outgrown its bound: ${kilobytes(script)}, ${most}`);
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1_000).toFixed(1)} KB`;
}

if (import.meta.main) {
  try {
    await main(process.argv.includes('--quiet'));
  } catch (error) {
    console.error(`sightline: the page: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
