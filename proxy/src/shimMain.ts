/**
 * `sightline stdio -- <command>`: the composition root of the shim, apart from `main.ts` because a client starts one
 * for each of its servers. It loads neither OpenTelemetry nor SQLite nor the page; the collector does.
 */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { constants, homedir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { toArchivePlace } from './config/archivePlace.ts';
import { parseConfig } from './config/parse.ts';
import { formatProblems } from './config/report.ts';
import { serverNameOf, slugOf } from './config/serverName.ts';
import { createClock } from './pipeline/clock.ts';
import { Link } from './stdio/link.ts';
import { socketPathOf } from './stdio/place.ts';
import { type Left, runShim, type Watcher } from './stdio/shim.ts';
import { PipeTap } from './stdio/tap.ts';
import { GREETING } from './stdio/wire.ts';

/** What delivering the last frames may add to the end of a server. */
const LAST_FRAMES_MS = 1_000;
/** A collector that does not come up is not started again sooner. */
const START_EVERY_MS = 10_000;
/** As shells say it (POSIX.1-2024, "Exit Status for Commands"). */
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;

const UNSEEN = 'what this server does is not shown until both are of one version';

const nowUs = createClock(Date.now, () => performance.now());
const told = new Set<string>();

/** Standard error is the server's: at most one line of ours for each trouble. */
function log(code: string, words: string): void {
  if (told.has(code)) return;
  told.add(code);
  process.stderr.write(`sightline: ${code}: ${words}\n`);
}

/** @param argv Words after `stdio`. */
export async function runStdio(argv: readonly string[]): Promise<void> {
  const at = argv.indexOf('--');
  const options = at === -1 ? argv : argv.slice(0, at);
  const [command, ...args] = at === -1 ? [] : argv.slice(at + 1);
  const parsed = parseConfig({ argv: options, env: process.env, readFile });
  const problems = parsed.kind === 'problems' ? [...parsed.problems] : [];
  if (command === undefined) {
    problems.push({
      key: 'stdio',
      message: 'needs the command to start: sightline stdio -- npx -y some-server',
    });
  }
  if (problems.length > 0 || parsed.kind !== 'run' || command === undefined) {
    process.stderr.write(
      formatProblems(problems.length > 0 ? problems : [{ key: 'stdio', message: '--help explains it' }]),
    );
    process.exitCode = 2;
    return;
  }
  const { values } = parsed.config;
  const place = toArchivePlace({ ...values, archive: true }, process.env, homedir(), false);
  const path = place && socketPathOf(place.directory, process.platform);
  if (path === undefined)
    log('no_collector', 'the path of --state-dir is too long for a local socket; nothing is observed');
  const name = slugOf(values['server-name'] ?? '') || serverNameOf(command, args);
  const observes = values.observe && path !== undefined && place !== undefined;
  const watch = observes
    ? observe({ path, directory: place.directory, options, name, bytesMax: values['inspect-max'] })
    : undefined;
  const left = await runShim(command, args, {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    nowUs,
    parentId: () => process.ppid,
    onSignal: (take) => {
      for (const signal of [
        'SIGTERM',
        'SIGINT',
        'SIGHUP',
        'SIGQUIT',
        'SIGUSR2',
        'SIGCONT',
        'SIGWINCH',
      ] as const) {
        process.on(signal, take);
      }
    },
    watcher: watch?.watcher ?? { started: () => {}, take: () => {}, ended: () => {} },
  });
  if (left.failure) log('not_started', left.failure.message);
  await endStreams();
  await watch?.close(left);
  leave(left);
}

function observe(about: {
  readonly path: string;
  readonly directory: string;
  readonly options: readonly string[];
  readonly name: string;
  readonly bytesMax: number;
}): { readonly watcher: Watcher; close(left: Left): Promise<void> } {
  let link: Link | undefined;
  const onFault = (code: string, error: unknown) => log(code, String(error));
  const open = (group: number): Link =>
    new Link(
      {
        kind: 'process',
        atUs: nowUs(),
        server: about.name,
        process: nameOfRun(),
        group,
        shim: process.pid,
      },
      {
        connect: () => connect(about.path),
        startCollector: collectorStarter(about.directory, about.options),
        onRefused: (greeting) =>
          log('other_version', `the running Sightline says '${greeting}', this one '${GREETING}'; ${UNSEEN}`),
        nowUs,
      },
    );
  const tap = new PipeTap({
    bytesMax: about.bytesMax,
    nowUs,
    onLine: (line) => link?.push(line),
    onFault,
  });
  return {
    watcher: {
      started: (group) => {
        link = open(group);
      },
      take: (pipe, chunk, receivedUs) => tap.take(pipe, chunk, receivedUs),
      ended: (pipe) => tap.end(pipe),
    },
    close: async ({ how, code, signal, failure }) => {
      // What could not be started has no group.
      link ??= open(0);
      const facts = {
        ...(code !== undefined && { code }),
        ...(signal !== undefined && { signal }),
        ...(failure && { failure: failure.message }),
      };
      await link.close({ kind: 'exit', atUs: nowUs(), how, ...facts }, LAST_FRAMES_MS);
    },
  };
}

/**
 * Names this run among all on all machines: V8 takes the beginning of its random numbers from the system. It keeps no
 * secret, and `node:crypto` would cost every shim 3 MB.
 */
function nameOfRun(): string {
  return [process.pid, Date.now(), Math.random(), Math.random()].map((part) => part.toString(36)).join('-');
}

/** Starts a collector that outlives us: in place of one that ended in order, and else at most once in a while. */
function collectorStarter(directory: string, options: readonly string[]): (inOrder: boolean) => void {
  let startedMs = Number.NEGATIVE_INFINITY;
  return (inOrder) => {
    if (!inOrder && performance.now() - startedMs < START_EVERY_MS) return;
    startedMs = performance.now();
    try {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      const file = import.meta.url.endsWith('.ts') ? './sightline.ts' : './sightline.js';
      const program = fileURLToPath(new URL(file, import.meta.url));
      const collector = spawn(process.execPath, [program, 'collect', ...options], {
        detached: true,
        stdio: 'ignore',
        windowsHide: true,
      });
      collector.on('error', (error) => log('no_collector', error.message));
      collector.unref();
    } catch (error) {
      log('no_collector', String(error));
    }
  };
}

/** Everything that was handed on is out, and the client reads the end of it. */
async function endStreams(): Promise<void> {
  for (const [stream, descriptor] of [
    [process.stdout, 1],
    [process.stderr, 2],
  ] as const) {
    await new Promise<void>((resolve) => {
      if (stream.destroyed || !stream.writable) resolve();
      else stream.write('', () => resolve());
    });
    try {
      if (descriptor === 1) closeSync(descriptor);
    } catch {
      // It was closed before.
    }
  }
}

/** As the server ended: with its exit code, or by its signal. */
function leave({ code, signal, failure }: Left): void {
  if (failure) process.exit(failure.code === 'ENOENT' ? NOT_FOUND : NOT_EXECUTABLE);
  if (signal === undefined) process.exit(code ?? 0);
  process.removeAllListeners(signal);
  setTimeout(() => process.exit(128 + constants.signals[signal]), 100);
  process.kill(process.pid, signal);
}

function readFile(path: string): { readonly text: string } | { readonly wrong: string } {
  try {
    return { text: readFileSync(path, 'utf8') };
  } catch (error) {
    return { wrong: error instanceof Error ? error.message : String(error) };
  }
}
