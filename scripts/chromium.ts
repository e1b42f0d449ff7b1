/**
 * Finds a Chromium for the browser tests, and installs Debian's where that is allowed (root on Debian or Ubuntu
 * with apt-get). It downloads no browser of its own: what is tested is a browser that a distribution maintains.
 * Run by itself it prints what it found: `node scripts/chromium.ts`.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';

/** Where the browser is, or why there is none, in words for the one who runs the tests. */
export type Chromium = { readonly path: string } | { readonly missing: string };

/** The packages: the browser, and a font for the country flags that the page draws. */
const PACKAGES = ['chromium', 'fonts-noto-color-emoji'];
const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome'];
const FOLDERS = ['/usr/bin', '/usr/local/bin', '/usr/lib/chromium', '/snap/bin', '/opt/google/chrome'];
const APPLICATIONS = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const INSTALL_WITHIN_MS = 600_000;

/** The machine as far as finding a browser needs it. */
export interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>;
  mayRun(file: string): boolean;
}

/** A Chromium that is there: `CHROMIUM_PATH`, else the usual names on `PATH` and in the usual places. */
export function findChromium(machine: Machine): Chromium {
  const given = machine.env['CHROMIUM_PATH'];
  if (given !== undefined && given !== '') {
    // A wrong setting is told, never replaced by another browser than the one asked for.
    return machine.mayRun(given)
      ? { path: given }
      : { missing: `CHROMIUM_PATH is '${given}', which cannot be run` };
  }
  const folders = [...(machine.env['PATH'] ?? '').split(path.delimiter).filter(Boolean), ...FOLDERS];
  const places = [...NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name)))];
  const found = [...places, ...APPLICATIONS].find((file) => machine.mayRun(file));
  return found === undefined ? { missing: 'no Chromium on this machine' } : { path: found };
}

/** The same, and installs what is missing where it may. `say` gets a line before something takes long. */
export function ensureChromium(say: (line: string) => void): Chromium {
  const machine: Machine = { env: process.env, mayRun };
  const found = findChromium(machine);
  if ('path' in found || machine.env['CHROMIUM_PATH']) return found;
  const obstacle = findObstacle();
  if (obstacle !== undefined) return { missing: `${found.missing}, and ${obstacle}; ${advice()}` };
  say(`${found.missing}: installing ${PACKAGES.join(' and ')} with apt-get …`);
  const wrong = install();
  if (wrong !== undefined) return { missing: `${wrong}; ${advice()}` };
  const installed = findChromium(machine);
  return 'path' in installed
    ? installed
    : { missing: `apt-get ended well, but there is still ${found.missing}` };
}

function advice(): string {
  return `install a Chromium (Debian: apt-get install ${PACKAGES.join(' ')}), or name one in CHROMIUM_PATH`;
}

function findObstacle(): string | undefined {
  if (!existsSync('/etc/debian_version') || !existsSync('/usr/bin/apt-get')) return 'it is not a Debian';
  if (process.getuid?.() !== 0) return 'only root may install packages';
  return undefined;
}

/** What went wrong; undefined when all went well. */
function install(): string | undefined {
  // The lists may be older than the archive, so the first try reads them anew.
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...PACKAGES]]) {
    const done = spawnSync('/usr/bin/apt-get', ['-q', ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
      timeout: INSTALL_WITHIN_MS,
    });
    if (done.status !== 0) {
      const said = (done.stderr ?? '').trim().split('\n').at(-1) ?? '';
      return `apt-get ${args[0]} failed (${said || done.error?.message || `exit code ${done.status}`})`;
    }
  }
  return undefined;
}

function mayRun(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

if (import.meta.main) {
  const chromium = ensureChromium((line) => console.error(line));
  console.log('path' in chromium ? chromium.path : chromium.missing);
  if ('missing' in chromium) process.exitCode = 1;
}
