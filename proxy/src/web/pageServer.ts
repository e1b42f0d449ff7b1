/**
 * The page's socket: the built page, the read API, the live stream, downloads, health and metrics. It only reads,
 * answers `GET` and `HEAD`, and asks every caller but those of health who it is.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type Access, createAccess } from './access.ts';
import { SECURITY_HEADERS, sendContent, sendProblem } from './answer.ts';
import { PLAIN_PAGE, readAssets, TOKEN_PAGE } from './assets.ts';
import { matchPath, type PathName } from './paths.ts';
import { refuse } from './problem.ts';
import { type RouteDeps, Routes } from './routes.ts';

export interface PageSettings {
  readonly host: string;
  readonly port: number;
  /** Undefined: none is asked for. */
  readonly token: string | undefined;
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
  readonly version: string;
  /** Where the built page is. */
  readonly assetsDirectory: string;
}

export interface PageServer {
  readonly port: number;
  /** Something was committed: open pages are told. */
  announce(): void;
  close(): Promise<void>;
}

/** Lists of filters are long; what is longer is no filter. */
const HEAD_BYTES_MAX = 64 * 1024;
const CONNECTIONS_MAX = 1_024;
/** A download or stream of which nobody takes anything for so long is let go. */
const STALL_MS = 300_000;
/** Health is asked for by address, by those who have neither our names nor our token. */
const OPEN_PATHS: readonly PathName[] = ['healthz', 'readyz'];
const HTML = 'text/html; charset=utf-8';

/** Rejects when the address cannot be listened on. */
export async function startPageServer(settings: PageSettings, deps: RouteDeps): Promise<PageServer> {
  const desk = new Desk(settings, deps);
  const server = createServer({ maxHeaderSize: HEAD_BYTES_MAX }, (request, response) => {
    desk.take(request, response).catch((error: unknown) => desk.fail(request, response, error));
  });
  server.maxConnections = CONNECTIONS_MAX;
  server.timeout = STALL_MS;
  server.on('clientError', refuseBytes);
  await listen(server, settings);
  return {
    port: (server.address() as AddressInfo).port,
    announce: () => desk.routes.live.announce(),
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      desk.routes.live.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

class Desk {
  readonly routes: Routes;
  readonly #settings: PageSettings;
  readonly #onFault: RouteDeps['onFault'];
  readonly #access: Access;
  #assets: ReturnType<typeof readAssets>;

  constructor(settings: PageSettings, deps: RouteDeps) {
    this.#settings = settings;
    this.#onFault = deps.onFault;
    this.#access = createAccess(settings);
    this.routes = new Routes(settings.version, deps);
  }

  async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    const { path, query } = splitTarget(request.url ?? '/');
    const match = matchPath(path);
    const open = match !== undefined && OPEN_PATHS.includes(match.name);
    if (!open && !this.#admit(request, response, path, query)) return;
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      const refusal = refuse('method', 'Every path answers GET and HEAD only', { allow: 'GET, HEAD' });
      sendProblem(request, response, refusal);
    } else if (match) await this.routes.answer(request, response, match, query);
    else this.#sendAsset(request, response, path);
  }

  /** Costs this one request its answer. */
  fail(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    this.#onFault('page_request', error);
    if (response.headersSent) response.destroy();
    else
      sendProblem(request, response, refuse('fault', 'This is a fault of Sightline; its terminal says more'));
  }

  /** Whether the caller may read; if not, it has its answer. */
  #admit(request: IncomingMessage, response: ServerResponse, path: string, query: string): boolean {
    const verdict = this.#access.judge(request, path, query);
    if (verdict.kind === 'pass') return true;
    if (verdict.kind === 'welcome') {
      const { location, cookie } = verdict;
      response.writeHead(303, { location, 'set-cookie': cookie, 'cache-control': 'no-store' });
      response.end();
      return false;
    }
    const { refusal } = verdict;
    if (refusal.problem.status !== 401 || path !== '/') sendProblem(request, response, refusal);
    else {
      const { headers = {} } = refusal;
      sendContent(request, response, { status: 401, type: HTML, body: TOKEN_PAGE, headers });
    }
    return false;
  }

  #sendAsset(request: IncomingMessage, response: ServerResponse, path: string): void {
    // The page may be built while we run, but it does not change under an open one.
    this.#assets ??= readAssets(this.#settings.assetsDirectory);
    const asset = this.#assets?.get(path);
    if (asset === undefined && path === '/') {
      sendContent(request, response, { status: 200, type: HTML, body: PLAIN_PAGE });
    } else if (asset === undefined) {
      const detail = `Nothing is at ${JSON.stringify(path.slice(0, 100))}; the page is at /, the API under /api/v1/`;
      sendProblem(request, response, refuse('not-found', detail));
    } else {
      const headers = { 'cache-control': asset.cacheControl, etag: asset.etag };
      if (request.headers['if-none-match'] === asset.etag) response.writeHead(304, headers).end();
      else sendContent(request, response, { status: 200, type: asset.type, body: asset.bytes, headers });
    }
  }
}

/** Path and query of a target in origin or absolute form (RFC 9112 §3.2). */
function splitTarget(target: string): { readonly path: string; readonly query: string } {
  const local = target.replace(/^https?:\/\/[^/?#]*/i, '');
  const mark = local.indexOf('?');
  if (mark === -1) return { path: local || '/', query: '' };
  return { path: local.slice(0, mark) || '/', query: local.slice(mark + 1) };
}

/** What is no HTTP, or too long, gets an answer too; there is no request to answer it with. */
function refuseBytes(error: Error & { readonly code?: string }, socket: Socket): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const tooLong = error.code === 'HPE_HEADER_OVERFLOW';
  const { problem } = tooLong
    ? refuse('head-size', `The address and headers are longer than ${HEAD_BYTES_MAX} bytes`)
    : refuse('malformed', 'This is no HTTP/1.1 request');
  const body = JSON.stringify(problem);
  socket.end(
    `HTTP/1.1 ${problem.status} ${problem.title}\r\nconnection: close\r\ncontent-type: application/problem+json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

function listen(server: Server, { host, port }: PageSettings): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
