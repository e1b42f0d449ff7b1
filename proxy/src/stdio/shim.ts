/**
 * Stands between a client and a stdio server: starts the server, passes the bytes of all three pipes, signals and the
 * exit code, and lets nobody outlive whom it was there for. What passes is shown to a watcher, afterwards.
 */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { UnixMicros } from '../observation/frame.ts';
import { createEnder, LINGER_MS } from './ender.ts';
import { pass } from './pass.ts';
import { startServer } from './startServer.ts';

export type PipeName = 'client' | 'stdout' | 'stderr';

/** How the server ended, and who left first. */
export interface Left {
  readonly how: 'client_gone' | 'server_gone';
  readonly code?: number;
  readonly signal?: NodeJS.Signals;
  /** It could not be started: the system's code (`ENOENT`, `EACCES`) and words. */
  readonly failure?: { readonly code: string; readonly message: string };
}

/** Sees what passes. Must not throw. */
export interface Watcher {
  started(processId: number): void;
  /** A chunk that was handed on, and when it had come. */
  take(pipe: PipeName, chunk: Buffer, receivedUs: UnixMicros): void;
  ended(pipe: PipeName): void;
}

export interface ShimPorts {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly nowUs: () => UnixMicros;
  /** Id of the parent process now: it changes when the parent dies. */
  readonly parentId: () => number;
  /** Calls back for each signal that asks us to do something. */
  readonly onSignal: (take: (signal: NodeJS.Signals) => void) => void;
  readonly watcher: Watcher;
}

/** How often a client that has closed our input is looked after. */
const LOOK_MS = 500;
/** After its input ended, a server that says nothing for so long will not end by itself. */
const SILENT_US = 60_000_000;
const ENDING: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'];

/** Resolves when the server is gone and everything it said is handed on; never rejects. */
export async function runShim(command: string, args: readonly string[], ports: ShimPorts): Promise<Left> {
  try {
    return await attend(startServer(command, args), ports);
  } catch (error) {
    ports.stdin.destroy();
    return { how: 'server_gone', failure: failureOf(error) };
  }
}

function attend(child: ChildProcessWithoutNullStreams, ports: ShimPorts): Promise<Left> {
  const { stdin, stdout, stderr, watcher, nowUs } = ports;
  const parentId = ports.parentId();
  if (child.pid !== undefined) watcher.started(child.pid);
  const end = createEnder(child);
  let clientLeft = false;
  let saidUs = nowUs();

  pass(stdin, child.stdin, nowUs, (chunk, receivedUs) => watcher.take('client', chunk, receivedUs));
  for (const [name, source, target] of [
    ['stdout', child.stdout, stdout],
    ['stderr', child.stderr, stderr],
  ] as const) {
    pass(source, target, nowUs, (chunk, receivedUs) => {
      saidUs = receivedUs;
      watcher.take(name, chunk, receivedUs);
    });
    source.on('end', () => watcher.ended(name));
  }

  const endInput = (): void => {
    clientLeft = true;
    watcher.ended('client');
    child.stdin.end();
    lookAfterClient();
  };
  stdin.on('end', endInput);
  // A terminal that hangs up gives no end.
  stdin.on('error', endInput);
  // A server that reads no more: the client notices as it would have without us, and we no more by its input when it goes.
  child.stdin.on('error', () => {
    stdin.destroy();
    lookAfterClient();
  });
  stdout.on('error', () => {
    clientLeft = true;
    child.stdin.end();
    end.soon();
  });
  // Without a reader of stderr the server goes on.
  stderr.on('error', () => {});
  ports.onSignal((signal) => {
    if (ENDING.includes(signal)) {
      clientLeft = true;
      // The server has gone before: what still holds us is what it said last, and whoever asks wants it no more.
      if (child.exitCode !== null || child.signalCode !== null) child.stdout.destroy();
    }
    end.send(signal);
  });

  /** An input that is over may be that of a client that waits for the rest, or of one that is dead. */
  function lookAfterClient(): void {
    const timer = setInterval(() => {
      const isOrphan = ports.parentId() !== parentId;
      // Silent, but not because its client takes its time.
      const isSilent = clientLeft && !child.stdout.isPaused() && nowUs() - saidUs > SILENT_US;
      if (isOrphan || isSilent) {
        clearInterval(timer);
        end.soon();
      }
    }, LOOK_MS);
    child.once('close', () => clearInterval(timer));
  }

  return new Promise((resolve) => {
    child.once('error', (error) => {
      // Also told when a signal could not be sent: then it runs.
      if (child.pid !== undefined) return;
      stdin.destroy();
      resolve({ how: 'server_gone', failure: failureOf(error) });
    });
    child.once('exit', () => {
      const linger = setTimeout(() => end.soon(0), LINGER_MS);
      child.once('close', (code, signal) => {
        clearTimeout(linger);
        stdin.destroy();
        // Whom the server had started goes with it when the client is gone.
        if (clientLeft) end.now();
        else end.stop();
        const how = clientLeft ? 'client_gone' : 'server_gone';
        resolve({ how, ...(code !== null && { code }), ...(signal !== null && { signal }) });
      });
    });
  });
}

function failureOf(error: unknown): NonNullable<Left['failure']> {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return { code, message: error instanceof Error ? error.message : String(error) };
}
