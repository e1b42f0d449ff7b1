/** One program of the stack as a process: started, waited for, stopped; what it says goes to a file. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ServiceSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Answers 200 once the program can do its work. */
  readonly readyUrl: string;
  readonly cwd: string;
  /** Where its output is appended. */
  readonly logFile: string;
}

export interface Service {
  readonly spec: ServiceSpec;
  readonly pid: number;
  readonly running: () => boolean;
  /** Waits until the ready address answers 200. Throws, with the end of its output, when it ends before or never does. */
  ready(): Promise<void>;
  /** Ends it in order (SIGTERM), or at once (SIGKILL), and waits for the end. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/** Start of Loki and Tempo after an unclean end includes the replay of their logs. */
const READY_MS = 120_000;
/** A program that has not ended by then is killed: the caller must not hang for it. */
const STOP_MS = 30_000;

export function startService(spec: ServiceSpec): Service {
  mkdirSync(path.dirname(spec.logFile), { recursive: true });
  const log = openSync(spec.logFile, 'a');
  const child = spawn(spec.command, spec.args, {
    cwd: spec.cwd,
    env: { ...inherited(), ...spec.env },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  tellGuardian('+', child.pid);
  let problem: Error | undefined;
  const ended = new Promise<void>((resolve) => {
    child.on('error', (error) => {
      problem = error;
      resolve();
    });
    child.on('exit', () => {
      tellGuardian('-', child.pid);
      resolve();
    });
  });
  const running = (): boolean =>
    problem === undefined && child.exitCode === null && child.signalCode === null;
  return {
    spec,
    pid: child.pid ?? -1,
    running,
    async ready() {
      const deadline = Date.now() + READY_MS;
      while (Date.now() < deadline) {
        if (!running())
          throw new Error(`${spec.name} ended at its start (${howEnded(child, problem)}).${tail(spec)}`);
        if (await answers(spec.readyUrl)) return;
        await sleep(100);
      }
      throw new Error(
        `${spec.name} was not ready after ${READY_MS / 1000} s (${spec.readyUrl}).${tail(spec)}`,
      );
    },
    async stop(signal = 'SIGTERM') {
      if (!running()) return;
      child.kill(signal);
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}

let guardian: ChildProcess | undefined;

/** Whoever started a program may end without a word (a test runner does); the program may not outlive that. */
function tellGuardian(sign: '+' | '-', pid: number | undefined): void {
  if (pid === undefined) return;
  guardian ??= startGuardian();
  guardian.stdin?.write(`${sign}${pid}\n`);
}

function startGuardian(): ChildProcess {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'guardian.ts')], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Nobody waits for it: it ends by itself with its pipe. When somebody has ended it, the programs go on without.
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
  child.stdin?.on('error', () => {});
  return child;
}

/** Only what a program needs to run: an OTEL_ variable of the caller's would otherwise configure the stack. */
function inherited(): Readonly<Record<string, string>> {
  const names = ['PATH', 'HOME', 'TMPDIR', 'TZ', 'GOMAXPROCS', 'GOMEMLIMIT', 'SystemRoot'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

function howEnded(child: ChildProcess, problem: Error | undefined): string {
  return problem?.message ?? `exit code ${child.exitCode ?? child.signalCode}`;
}

/** The end of what it said, for a message. */
function tail({ logFile }: ServiceSpec): string {
  const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-15);
  return ` The end of ${logFile}:\n${lines.join('\n')}`;
}
