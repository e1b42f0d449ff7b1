/**
 * Starts and ends the benchmark's processes. Each is known by the pid it was started with and ended by it alone;
 * whatever happens to this process, none of them outlives it. Ports are chosen here and given to the programs, so
 * that a program is ready when its port answers, whatever it prints.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  /** Besides what this process has, of which OTEL and SIGHTLINE variables are left out. */
  readonly env?: Readonly<Record<string, string>>;
  /** Talks over IPC; a program that does not must stop by SIGTERM. */
  readonly ipc?: boolean;
}

export interface Program {
  readonly pid: number;
  readonly child: ChildProcess;
  /** The last lines it wrote, for an error to show. */
  output(): string;
  /** True once it has ended by itself. */
  ended(): boolean;
  /** SIGTERM, and SIGKILL when that does not help. Resolves with the exit code. */
  stop(): Promise<number | null>;
}

const linesKept = 40;
const readyWithinMs = 20_000;
const stopWithinMs = 20_000;
const living = new Set<ChildProcess>();

process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

/** Starts a program, and with a port waits until it accepts connections there. @throws when it ends before. */
export async function startProgram(command: Command, port?: number): Promise<Program> {
  const child = spawn(command.file, command.args, {
    stdio: ['ignore', 'pipe', 'pipe', ...(command.ipc === true ? (['ipc'] as const) : [])],
    env: { ...inheritedEnv(), ...command.env },
  });
  living.add(child);
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      lines.push(...text.split('\n').filter((line) => line !== ''));
      lines.splice(0, lines.length - linesKept);
    });
  }
  const closed = once(child, 'close').finally(() => living.delete(child));
  closed.catch(() => undefined);
  const program: Program = {
    pid: child.pid ?? -1,
    child,
    output: () => lines.join('\n'),
    ended: () => child.exitCode !== null || child.signalCode !== null,
    stop: () => stopProgram(child, closed),
  };
  await once(child, 'spawn');
  if (port !== undefined) await waitForPort(port, program, `${command.file} ${command.args.join(' ')}`);
  return program;
}

/** A loopback port that was free a moment ago. */
export async function findFreePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Sends a message over IPC and resolves with the next one that comes back. Rejects when the program ends. */
export async function askProgram<Answer>(program: Program, question: object): Promise<Answer> {
  const controller = new AbortController();
  const { signal } = controller;
  const gone = once(program.child, 'close', { signal }).then(() => {
    throw new Error(`a helper process of the benchmark ended:\n${program.output()}`);
  });
  try {
    const answer = once(program.child, 'message', { signal });
    program.child.send(question);
    const [told]: Answer[] = await Promise.race([answer, gone]);
    if (told === undefined) throw new Error('an empty answer');
    return told;
  } finally {
    gone.catch(() => undefined);
    controller.abort();
  }
}

async function stopProgram(child: ChildProcess, closed: Promise<unknown>): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGTERM');
    const patience = new AbortController();
    const late = sleep(stopWithinMs, undefined, { signal: patience.signal }).then(
      () => child.kill('SIGKILL'),
      () => false,
    );
    await Promise.race([closed, late]);
    patience.abort();
  }
  await closed;
  return child.exitCode;
}

async function waitForPort(port: number, program: Program, name: string): Promise<void> {
  const untilMs = performance.now() + readyWithinMs;
  while (!(await accepts(port))) {
    if (program.ended() || performance.now() > untilMs) {
      await program.stop();
      throw new Error(`${name} does not listen:\n${program.output()}`);
    }
    await sleep(20);
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('connect', () => resolve(true));
    socket.on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}

function inheritedEnv(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env);
  return Object.fromEntries(own.filter(([name]) => !/^(OTEL_|SIGHTLINE_|NODE_OPTIONS$|NODE_V8)/.test(name)));
}
