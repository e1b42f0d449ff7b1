/** Shims of one state directory, the collector that they start, and questions to both. For tests only. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { EventItem, EventPage } from '../../proxy/src/contract/index.ts';

export const PROGRAM = path.resolve('proxy/src/sightline.ts');
export const STDIO_SERVER = path.resolve('test/support/stdioServer.ts');

/** A started program and what it has said. */
export class Talk {
  readonly child: ChildProcess;
  out = Buffer.alloc(0);
  err = '';
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  #heard: () => void = () => {};

  constructor(child: ChildProcess) {
    this.child = child;
    child.stdout?.on('data', (chunk: Buffer) => {
      this.out = Buffer.concat([this.out, chunk]);
      this.#heard();
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.err += text;
      this.#heard();
    });
    child.stdin?.on('error', () => {});
    this.ended = once(child, 'close').then(([code, signal]) => ({ code, signal }));
  }

  say(message: unknown): void {
    this.child.stdin?.write(`${JSON.stringify(message)}\n`);
  }

  /** Waits for a line of stdout that is an answer with this id, and gives its result. */
  async ask(id: number, method: string, params: Record<string, unknown> = {}): Promise<unknown> {
    this.say({ jsonrpc: '2.0', id, method, params });
    const find = () =>
      this.out
        .toString('utf8')
        .split('\n')
        .find((line) => line.startsWith('{') && line.endsWith('}') && JSON.parse(line).id === id);
    await this.until(() => find() !== undefined);
    return JSON.parse(find() ?? '').result;
  }

  /** Waits until something that it said makes this true. */
  async until(isTrue: () => boolean): Promise<void> {
    while (!isTrue()) {
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
      });
    }
  }
}

export class StdioRig {
  readonly directory = mkdtempSync(path.join(tmpdir(), 'sightline-stdio-'));
  readonly #port = freePort();
  readonly #talks: Talk[] = [];

  /** What stands in place of a command in a client's configuration. */
  async wrapped(command: string, args: readonly string[], options: readonly string[] = []) {
    const own = [...(await this.options()), ...options];
    return { command: process.execPath, args: [PROGRAM, 'stdio', ...own, '--', command, ...args] };
  }

  /** A proxy on the same state directory, once it serves; its page is at the same port. Nobody is behind it. */
  async proxy(options: readonly string[] = [], pagePort?: number): Promise<Talk> {
    const own = [...(await this.options(pagePort)), '--listen', '127.0.0.1:0', '--show', 'none', ...options];
    const talk = this.start(process.execPath, [PROGRAM, 'http://127.0.0.1:9/mcp', ...own]);
    await talk.until(() => talk.out.includes('mcpServers'));
    return talk;
  }

  /** A shim around the server of `stdioServer.ts`. */
  async shim(words: readonly string[] = [], options: readonly string[] = []): Promise<Talk> {
    const { command, args } = await this.wrapped(process.execPath, [STDIO_SERVER, ...words], options);
    return this.start(command, args);
  }

  /** A client that starts such a shim, passes its pipes on to us, says its process id on stderr, and can be killed. */
  async client(words: readonly string[]): Promise<Talk> {
    const { command, args } = await this.wrapped(process.execPath, [STDIO_SERVER, ...words]);
    const start = `require('child_process').spawn(${JSON.stringify(command)},${JSON.stringify(args)})`;
    const pipes = 'process.stdin.pipe(c.stdin);c.stdout.pipe(process.stdout);c.stderr.pipe(process.stderr)';
    const tell = "process.stderr.write('shim '+c.pid+'\\n')";
    return this.start(process.execPath, ['-e', `const c=${start};${pipes};${tell}`]);
  }

  start(command: string, args: readonly string[]): Talk {
    const talk = new Talk(spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env: cleanEnv() }));
    this.#talks.push(talk);
    return talk;
  }

  /** What binds a program to this rig: its directory, and a port for its page. */
  async options(pagePort?: number): Promise<readonly string[]> {
    const page = `127.0.0.1:${pagePort ?? (await this.#port)}`;
    return ['--state-dir', this.directory, '--page-listen', page];
  }

  /** What the page tells; nothing while nobody shows it. */
  async events(): Promise<readonly EventItem[]> {
    return (await this.#page())?.items ?? [];
  }

  /** What the page says was lost. */
  async lost(): Promise<EventPage['completeness']['lost'] | undefined> {
    return (await this.#page())?.completeness.lost;
  }

  async #page(): Promise<EventPage | undefined> {
    try {
      const answer = await fetch(
        `http://127.0.0.1:${await this.#port}/api/v1/events?order=oldest&limit=1000`,
      );
      return await answer.json();
    } catch {
      return undefined;
    }
  }

  /** Process ids of the collectors of this rig. */
  collectors(): number[] {
    return readdirSync('/proc').flatMap((name) => {
      if (!/^\d+$/.test(name)) return [];
      try {
        const words = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
        return words.includes('collect') && words.includes(this.directory) ? [Number(name)] : [];
      } catch {
        return [];
      }
    });
  }

  async close(): Promise<void> {
    for (const { child } of this.#talks) child.kill('SIGKILL');
    await Promise.all(this.#talks.map((talk) => talk.ended));
    for (const pid of this.collectors()) process.kill(pid, 'SIGKILL');
    while (this.collectors().length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Whether a process runs; one that has ended and was not waited for does not. */
export function runs(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

export function cleanEnv(): Record<string, string> {
  const own = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !/^(SIGHTLINE|OTEL)_/.test(entry[0]),
  );
  return Object.fromEntries(own);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
