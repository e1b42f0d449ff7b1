/** A client of one stdio server: one call at a time, each timed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** Padding of one call, which has about 120 bytes with it. */
const PAD = 'x'.repeat(32);
const LF = 10;

export class Caller {
  readonly child: ChildProcess;
  readonly #startedMs = performance.now();
  #calls = 0;
  #onAnswer: () => void = () => {};

  constructor(command: string, args: readonly string[], env: NodeJS.ProcessEnv) {
    this.child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], env });
    this.child.stdout?.on('data', (chunk: Buffer) => {
      if (chunk.at(-1) === LF) this.#onAnswer();
    });
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  /** Milliseconds from writing a call until its last byte was back. @throws when the server is gone. */
  async call(): Promise<number> {
    this.#calls += 1;
    const params = { name: 'echo', arguments: { pad: PAD } };
    const line = JSON.stringify({ jsonrpc: '2.0', id: this.#calls, method: 'tools/call', params });
    const sentMs = performance.now();
    await new Promise<void>((resolve, reject) => {
      this.#onAnswer = resolve;
      this.child.once('exit', reject);
      this.child.stdin?.write(`${line}\n`);
    });
    const ms = performance.now() - sentMs;
    this.child.removeAllListeners('exit');
    return ms;
  }

  /** Milliseconds from the start of the process until it had answered its first call. */
  async firstAnswer(): Promise<number> {
    await this.call();
    return performance.now() - this.#startedMs;
  }

  async end(): Promise<void> {
    const closed = once(this.child, 'close');
    this.child.stdin?.end();
    await closed;
  }
}
