/**
 * The page's server over a real archive in a directory of its own, and requests to it with headers that `fetch` does
 * not let anyone set. For tests only.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtempSync, rmSync } from 'node:fs';
import { type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import type { Archive, ArchiveReader } from '../../observation/archive.ts';
import type { RecordedEvent } from '../../observation/event.ts';
import { IMPLEMENTATIONS, type Implementation, type Opened, START } from '../../store/testing/archives.ts';
import { aRequest, aTick, failure, result } from '../../testing/frames.ts';
import { Watch } from '../../testing/watch.ts';
import { type PageServer, type PageSettings, startPageServer } from '../pageServer.ts';
import type { RouteDeps } from '../routes.ts';

/** What `now` is to the server. */
export const NOW_MS = START + 60_000;

const SQLITE = implementationOf('SQLite');

function implementationOf(name: string): Implementation {
  const found = IMPLEMENTATIONS.find((one) => one.name === name);
  if (!found) throw new Error(`there is no archive ${name}`);
  return found;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface RigOptions {
  readonly settings?: Partial<PageSettings>;
  readonly deps?: Partial<RouteDeps>;
  /** What is in the archive at first; `someTraffic` unless given. */
  readonly events?: readonly RecordedEvent[];
  /** SQLite unless given. */
  readonly implementation?: Implementation | undefined;
}

export class Rig {
  /** Where a page may be put; it is empty at first. */
  readonly directory: string;
  readonly archive: Archive;
  readonly reader: ArchiveReader;
  readonly faults: string[];
  readonly #opened: Opened;
  readonly #server: PageServer;
  /** Answers under way, as Node itself tells of them. */
  readonly #answers = new Set<ServerResponse>();
  readonly #notice = (message: unknown): void => {
    const { response, socket } = message as { readonly response: ServerResponse; readonly socket: Socket };
    if (socket.localPort !== this.port) return;
    this.#answers.add(response);
    response.on('close', () => this.#answers.delete(response));
  };

  private constructor(directory: string, opened: Opened, server: PageServer, faults: string[]) {
    this.directory = directory;
    this.archive = opened.archive;
    this.reader = opened.reader;
    this.faults = faults;
    this.#opened = opened;
    this.#server = server;
    subscribe('http.server.request.start', this.#notice);
  }

  static async start({ settings, deps, events, implementation }: RigOptions = {}): Promise<Rig> {
    const directory = mkdtempSync(path.join(tmpdir(), 'sightline-web-'));
    const opened = (implementation ?? SQLITE).open();
    opened.nowMs = NOW_MS;
    opened.archive.append(events ?? someTraffic().recorded());
    const { reader } = opened;
    const faults: string[] = [];
    const server = await startPageServer(
      {
        host: '127.0.0.1',
        port: 0,
        token: undefined,
        allowedHosts: [],
        allowedOrigins: [],
        version: '1.2.3',
        assetsDirectory: path.join(directory, 'page'),
        ...settings,
      },
      {
        nowMs: () => NOW_MS,
        archive: () => ({ state: 'ok', reader }),
        about: () => ({ servers: [], demo: false, activeWindow: 300_000, archive: { state: 'ok' } }),
        unready: () => ({}),
        metrics: () => Promise.resolve('# nothing\n'),
        onFault: (code, error) => faults.push(`${code}: ${String(error)}`),
        ...deps,
      },
    );
    return new Rig(directory, opened, server, faults);
  }

  get port(): number {
    return this.#server.port;
  }

  get base(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Answers that have not ended. */
  get open(): number {
    return this.#answers.size;
  }

  /** What those hold in memory because nobody takes it. */
  get heldBytes(): number {
    return [...this.#answers].reduce((sum, { writableLength }) => sum + writableLength, 0);
  }

  /** Commits events and tells open pages, as the observing thread does. */
  append(events: readonly RecordedEvent[]): void {
    this.archive.append(events);
    this.#server.announce();
  }

  announce(): void {
    this.#server.announce();
  }

  /** The answer with its body as text. */
  async get(target: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<Answer> {
    const message = await this.ask(target, headers, method);
    return { status: message.statusCode ?? 0, headers: message.headers, body: await text(message) };
  }

  /** The answer as it comes in. */
  ask(
    target: string,
    headers: Readonly<Record<string, string>> = {},
    method = 'GET',
  ): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const sent = request(
        { host: '127.0.0.1', port: this.port, path: target, method, headers, agent: false },
        resolve,
      );
      sent.on('error', reject).end();
    });
  }

  /** What comes back for bytes, until the server closes. */
  send(bytes: string): Promise<string> {
    const socket = connect(this.port, '127.0.0.1');
    socket.end(bytes, 'latin1');
    return text(socket);
  }

  async json<Shape>(target: string): Promise<Shape> {
    const { body } = await this.get(target);
    return JSON.parse(body) as Shape;
  }

  async close(): Promise<void> {
    unsubscribe('http.server.request.start', this.#notice);
    await this.#server.close();
    this.#opened.dispose();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/**
 * Two sessions of the shop, one of the files: calls that went well, a tool's error with the retry that recovered, a
 * refused call, an HTTP error, and names that spreadsheets, markup and headers trip over.
 */
export function someTraffic(watch = new Watch()): Watch {
  const ok = { body: result(1, { content: [{ type: 'text', text: 'tea' }] }) };
  const toolError = { body: result(1, { isError: true, content: [{ type: 'text', text: 'too hot' }] }) };
  watch
    .exchange(aRequest(1).initialize('kettle', '1').at(0), {
      body: result(0, {
        protocolVersion: '2025-11-25',
        capabilities: {},
        serverInfo: { name: 's', version: '1' },
      }),
      headers: { 'mcp-session-id': 'sess-kettle' },
    })
    .exchange(aRequest(2).inSession('sess-kettle').toolCall('brew', { leaf: 'assam' }).at(100), ok)
    .exchange(aRequest(3).inSession('sess-kettle').toolCall('pour', { cup: 1 }).at(200), toolError)
    .exchange(aRequest(4).inSession('sess-kettle').toolCall('pour', { cup: 1 }).at(300), ok)
    .exchange(aRequest(5).inSession('sess-kettle').toolCall('=HYPERLINK("x")', { a: '"' }).at(400), ok)
    .exchange(aRequest(6).inSession('sess-kettle').call('resources/read', { uri: 'tea://a\r\nb' }).at(500), {
      body: failure(1, -32602, '-2+3 "quoted", <b>bold</b>'),
    })
    .exchange(aRequest(7).server('files').inSession('sess-files').toolCall('list', {}).at(600), ok)
    .exchange(aRequest(8).server('files').inSession('sess-files').toolCall('list', {}).at(700), {
      status: 503,
      body: 'busy',
      headers: { 'content-type': 'text/plain' },
    })
    .exchange(aRequest(9).inSession('sess-kettle').toolCall('brew', {}).at(800), { status: 401 })
    .take(aTick(5_000));
  return watch;
}
