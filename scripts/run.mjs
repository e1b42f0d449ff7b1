/**
 * Runs one task of the project on the pinned Node, installing first what is missing. Plain JavaScript without
 * dependencies, because it must start on whatever Node (20 or newer) a fresh clone finds. It adds nothing to a
 * task: arguments, signals, standard streams and the exit code pass through.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { serviceEnv } from './service-env.mjs';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const PINNED_NODE = path.join(
  ROOT,
  'node_modules',
  'node',
  'bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
);

/** What each task runs, on the pinned Node, before the arguments given. */
const TASKS = {
  start: ['proxy/src/sightline.ts'],
  test: ['scripts/test.ts'],
  check: ['scripts/check.ts'],
  stories: ['node_modules/vitest/vitest.mjs', 'run', '--project', 'stories'],
  bench: ['test/bench/run.ts'],
  build: ['scripts/build.ts'],
  conformance: ['test/conformance/run.ts'],
  docs: ['scripts/docs.ts'],
  dashboards: ['scripts/dashboards.ts'],
  stack: ['scripts/stack/run.ts'],
  pack: ['scripts/release/pack.ts'],
  notice: ['scripts/release/notice.ts'],
  'release:check': ['scripts/release/check.ts'],
  'test:compose': ['test/compose/run.ts'],
  'test:grafana': ['scripts/test-grafana.ts'],
};

const [task, ...args] = process.argv.slice(2);
const command = TASKS[task ?? ''];
if (!command) fail(`Unknown task '${task ?? ''}'. Tasks: ${Object.keys(TASKS).join(', ')}.`);
if (Number.parseInt(process.versions.node, 10) < 20) {
  fail(`Node ${process.versions.node} is too old to begin with: Node 20 or newer is needed.`);
}

const missing = findMissing();
if (missing) install(missing);
if (task === 'start') buildPage();
run(command, args);

/** Why the packages must be installed; undefined when they are what package-lock.json says. */
function findMissing() {
  // npm writes this file last, so it is absent after an interrupted installation.
  const installedFile = path.join(ROOT, 'node_modules', '.package-lock.json');
  if (!existsSync(installedFile)) return 'node_modules is missing or incomplete';
  const wanted = readPackages(path.join(ROOT, 'package-lock.json'));
  const installed = readPackages(installedFile);
  for (const [name, row] of Object.entries(wanted)) {
    if (!name.includes('node_modules/') || row.link) continue;
    const there = installed[name];
    // Optional packages of other platforms are in the lockfile and rightly not on the disk.
    if (!there && (row.optional || row.devOptional || row.peer)) continue;
    if (there?.version !== row.version) return 'package-lock.json has changed since the last installation';
  }
  if (!existsSync(PINNED_NODE)) return 'the pinned Node is missing';
  return undefined;
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages ?? {};
  } catch {
    return {};
  }
}

function install(reason) {
  say(`${reason}; installing the npm packages and the pinned Node (npm ci) …`);
  const npm = process.env.npm_execpath;
  const given = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  // What npm says goes to standard error: standard output belongs to the task.
  const options = { cwd: ROOT, stdio: ['ignore', 2, 2] };
  const done =
    npm && /\.[cm]?js$/.test(npm)
      ? spawnSync(process.execPath, [npm, ...given], options)
      : spawnSync('npm', given, { ...options, shell: process.platform === 'win32' });
  if (done.error) fail(`npm could not be started (${done.error.message}). Is npm installed?`);
  if (done.status !== 0) {
    fail(
      `npm ci failed (exit code ${done.status ?? done.signal}); its own message is above. A registry that cannot be reached and a full disk are the usual causes. Mend that and run the same command again.`,
    );
  }
  const version = existsSync(PINNED_NODE)
    ? spawnSync(PINNED_NODE, ['--version'], { encoding: 'utf8' })
    : undefined;
  if (version?.status !== 0) {
    fail(
      `npm ci ended well, but ${path.relative(ROOT, PINNED_NODE)} does not run here. It comes from the install script of the package 'node': check that npm may run install scripts (npm config get ignore-scripts).`,
    );
  }
  say(`installed; running on Node ${version.stdout.trim()}.`);
}

/** Builds the page where it is missing or older than its source. Without it the proxy starts too, and says so. */
function buildPage() {
  const done = spawnSync(PINNED_NODE, [path.join(ROOT, 'scripts/build-page.ts'), '--quiet'], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
  });
  if (done.status !== 0) say('the page could not be built; going on without its newest form.');
}

function run(given, rest) {
  const child = spawn(PINNED_NODE, [path.join(ROOT, given[0]), ...given.slice(1), ...rest], {
    stdio: 'inherit',
    // A task's relative paths mean the user's directory, which npm keeps in INIT_CWD.
    cwd: task === 'start' || task === 'stack' ? (process.env.INIT_CWD ?? process.cwd()) : ROOT,
    env: {
      ...process.env,
      ...(task === 'start' ? serviceEnv(process.env) : {}),
      PATH: `${path.join(ROOT, 'node_modules', '.bin')}${path.delimiter}${process.env.PATH ?? ''}`,
    },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => child.kill(signal));
  }
  child.on('error', (error) => fail(`${PINNED_NODE} could not be started: ${error.message}`));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
  });
}

function say(line) {
  process.stderr.write(`sightline: ${line}\n`);
}

function fail(line) {
  say(line);
  process.exit(1);
}
