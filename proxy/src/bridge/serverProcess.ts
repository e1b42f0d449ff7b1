/**
 * One run of a stdio server: a process group of its own, its outputs as lines, its end in order. What lines mean is
 * not known here.
 */
import type { ChildProcess } from 'node:child_process';
import { type Line, LineSplitter } from '../mcp/lines.ts';
import { createEnder, type Ender, LINGER_MS } from '../stdio/ender.ts';
import { startServer } from '../stdio/startServer.ts';
import { STDERR_BYTES_MAX } from '../stdio/tap.ts';
import type { Keeper } from './keeper.ts';
import { environmentOf, explainFailure, type Launch } from './launch.ts';

export type OutputName = 'stdout' | 'stderr';

/** How a run ended. */
export interface Gone {
  readonly code?: number;
  readonly signal?: string;
  /** Why it never began. */
  readonly failure?: string;
  /** We asked it to end. */
  readonly asked: boolean;
}

interface Start {
  readonly launch: Launch;
  readonly inherited: Readonly<Record<string, string | undefined>>;
  /** Lines of stdout longer than this come without their bytes. */
  readonly messageBytesMax: number;
  readonly keeper: Keeper;
}

export interface Ears {
  /** A line of one of its outputs, an empty one never. */
  onLine(from: OutputName, line: Line): void;
  /** Once, after its last line. Never called before the constructor has returned. */
  onGone(gone: Gone): void;
}

export class ServerProcess {
  readonly #child: ChildProcess | undefined;
  readonly #ender: Ender | undefined;
  #asked = false;
  /** Nobody of it is left, and its number may soon be another's. */
  #isGone = false;

  constructor({ launch, inherited, messageBytesMax, keeper }: Start, ears: Ears) {
    const started = start(launch, inherited);
    if ('failure' in started) {
      setImmediate(() => ears.onGone({ failure: started.failure, asked: false }));
      return;
    }
    const { child } = started;
    const ender = createEnder(child);
    this.#child = child;
    this.#ender = ender;
    const { pid } = child;
    if (pid !== undefined) keeper.add(pid);
    for (const [from, bytesMax] of [
      ['stdout', messageBytesMax],
      ['stderr', STDERR_BYTES_MAX],
    ] as const) {
      const splitter = new LineSplitter(bytesMax, (line) => {
        if (line.bytes > 0) ears.onLine(from, line);
      });
      child[from]?.on('data', (chunk: Buffer) => splitter.push(chunk));
      child[from]?.on('end', () => splitter.end());
      child[from]?.on('error', () => {});
    }
    // Whoever says nothing any more will not answer either.
    child.stdout?.once('end', () => ender.soon());
    // It reads no more: its end, or its answers, will say what that means.
    child.stdin?.on('error', () => {});
    child.once('error', (error) => {
      // Also told when a signal could not be sent: then it runs.
      if (child.pid === undefined) ears.onGone({ failure: explainFailure(launch, error), asked: false });
    });
    child.once('exit', () => {
      const linger = setTimeout(() => ender.soon(0), LINGER_MS);
      child.once('close', (code, signal) => {
        clearTimeout(linger);
        // Whom the server had started goes with it.
        ender.now();
        this.#isGone = true;
        if (pid !== undefined) keeper.drop(pid);
        const how = { ...(code !== null && { code }), ...(signal !== null && { signal }) };
        ears.onGone({ ...how, asked: this.#asked });
      });
    });
  }

  get hasStarted(): boolean {
    return this.#child?.pid !== undefined;
  }

  /** Bytes that it was given and has not read. */
  get unreadBytes(): number {
    return this.#child?.stdin?.writableLength ?? 0;
  }

  /** `line` has no line break in it. */
  write(line: string): void {
    const { stdin } = this.#child ?? {};
    if (stdin?.writable) stdin.write(`${line}\n`);
  }

  /** It says no more until `resume`; its own writes will wait. */
  pause(): void {
    this.#child?.stdout?.pause();
  }

  resume(): void {
    this.#child?.stdout?.resume();
  }

  /** In order: the end of its input, some time, SIGTERM, some time, SIGKILL to whoever of its group is left. */
  end(): void {
    if (this.#isGone) return;
    this.#asked = true;
    this.#child?.stdin?.end();
    // A paused output would keep it from ending.
    this.resume();
    this.#ender?.soon();
  }

  /** At once, for a program that is about to end itself. */
  kill(): void {
    if (!this.#isGone) this.#ender?.send('SIGKILL');
  }
}

function start(
  launch: Launch,
  inherited: Readonly<Record<string, string | undefined>>,
): { readonly child: ChildProcess } | { readonly failure: string } {
  try {
    const { command, args, cwd } = launch;
    const place = { env: environmentOf(launch, inherited), ...(cwd !== undefined && { cwd }) };
    return { child: startServer(command, args, place) };
  } catch (error) {
    return { failure: explainFailure(launch, error) };
  }
}
