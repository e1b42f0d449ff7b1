/**
 * Everything that is no MCP exchange: OAuth metadata, health, assets, other methods, upgrades. Forwarded by
 * http-proxy-middleware, unobserved but for the `resource` of protected-resource metadata. What that library would
 * add, re-spell or merge is put right in its hooks: headers go from and to the raw lists, the chunking of a request
 * stays on its own connection.
 */
import { type ClientRequest, Agent as HttpAgent, type IncomingMessage, ServerResponse } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createProxyMiddleware, type RequestHandler } from 'http-proxy-middleware';
import { errorBody, type OwnAnswer, tellInterrupted, tellUnreachable } from './answers.ts';
import { withoutHopByHop } from './headers.ts';
import { watchMetadata } from './misdirection.ts';
import { addForwarded, addMissing } from './outgoing.ts';
import { type RewriteRules, rewriteHeaders, rewriteResource } from './rewrite.ts';
import type { Route } from './route.ts';
import type { ProxySettings } from './settings.ts';
import { readClient, type SightingContext } from './sighting.ts';
import type { Upstream } from './upstream.ts';

/** Metadata above this size is no metadata, and passes as it is. */
const METADATA_BYTES_MAX = 1_048_576;

interface Passage {
  /** Raw list for the upstream. */
  readonly headers: readonly string[];
  readonly chunked: boolean;
  readonly path: string;
  /** It asks for protected-resource metadata. */
  readonly metadata: boolean;
  readonly rewrite: RewriteRules | undefined;
}

export class PassThrough {
  readonly #upstream: Upstream;
  readonly #settings: ProxySettings;
  readonly #sighting: SightingContext | undefined;
  readonly #agent: HttpAgent;
  readonly #middleware: RequestHandler;
  readonly #passages = new WeakMap<IncomingMessage, Passage>();

  /** `sighting` is absent when nothing is observed. */
  constructor(upstream: Upstream, settings: ProxySettings, sighting: SightingContext | undefined) {
    this.#upstream = upstream;
    this.#settings = settings;
    this.#sighting = sighting;
    const secure = upstream.settings.origin.startsWith('https:');
    this.#agent = secure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
    this.#middleware = createProxyMiddleware({
      target: upstream.settings.origin,
      agent: this.#agent,
      changeOrigin: !settings.preserveHost,
      xfwd: false,
      selfHandleResponse: true,
      ejectPlugins: true,
      plugins: [
        (server) => {
          server.on('proxyReq', (outgoing, request) => this.#prepare(outgoing, request));
          server.on('proxyRes', (answer, request, response) => this.#passBack(answer, request, response));
          server.on('error', (error, _request, target) => this.#fail(error, target));
        },
      ],
    });
  }

  passRequest(
    request: IncomingMessage,
    response: ServerResponse,
    route: Route,
    rewrite: RewriteRules | undefined,
  ): void {
    const { metadata } = this.#note(request, route, rewrite);
    const kept: Record<string, string | string[] | undefined> = {};
    for (const [name, value] of Object.entries(request.headers)) {
      if (!DROPPED.has(name)) kept[name] = value;
    }
    request.headers = kept;
    response.sendDate = false;
    // A metadata answer can only be rewritten in clear text.
    if (rewrite && metadata) delete request.headers['accept-encoding'];
    void this.#middleware(request, response);
  }

  passUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, route: Route): void {
    request.url = targetOf(route);
    delete request.headers['proxy-authorization'];
    for (const [lower, , value] of this.#upstream.extra) request.headers[lower] ??= value;
    this.#middleware.upgrade(request, socket as Socket, head);
  }

  close(): void {
    this.#agent.destroy();
  }

  #note(request: IncomingMessage, route: Route, rewrite: RewriteRules | undefined): Passage {
    request.url = targetOf(route);
    const headers = withoutHopByHop(request.rawHeaders);
    if (this.#upstream.extra.length > 0) addMissing(headers, this.#upstream.extra);
    if (this.#settings.forwardedHeaders) {
      addForwarded(headers, request.socket.remoteAddress, request.headers.host);
    }
    const chunked = request.headers['transfer-encoding'] !== undefined;
    const metadata = request.method === 'GET' && this.#upstream.hasMetadataAt(route.path);
    const passage = { headers, chunked, path: route.path, metadata, rewrite };
    this.#passages.set(request, passage);
    return passage;
  }

  /** The library copied lower-cased, merged headers: they become the client's own list again. */
  #prepare(outgoing: ClientRequest, request: IncomingMessage): void {
    const passage = this.#passages.get(request);
    if (!passage) return;
    const host = outgoing.getHeader('host');
    for (const name of outgoing.getHeaderNames()) outgoing.removeHeader(name);
    const values = new Map<string, [string, string[]]>();
    for (let i = 0; i + 1 < passage.headers.length; i += 2) {
      const name = passage.headers[i] ?? '';
      const lower = name.toLowerCase();
      if (lower === 'host' || lower === 'expect') continue;
      if (lower === 'accept-encoding' && request.headers['accept-encoding'] === undefined) continue;
      const entry = values.get(lower) ?? [name, []];
      entry[1].push(passage.headers[i + 1] ?? '');
      values.set(lower, entry);
    }
    if (host !== undefined) outgoing.setHeader('Host', host);
    for (const [name, list] of values.values())
      outgoing.setHeader(name, list.length === 1 ? (list[0] ?? '') : list);
    // Methods that usually have no body would otherwise send this one without any framing.
    if (passage.chunked) outgoing.setHeader('Transfer-Encoding', 'chunked');
  }

  #passBack(answer: IncomingMessage, request: IncomingMessage, response: ServerResponse): void {
    const passage = this.#passages.get(request);
    const headers = withoutHopByHop(answer.rawHeaders);
    const challenge = answer.headers['www-authenticate'];
    if (challenge !== undefined) this.#upstream.learnChallenge(challenge);
    if (passage?.rewrite) {
      rewriteHeaders(passage.rewrite, headers);
      if (passage.metadata && !answer.headers['content-encoding']) {
        collectMetadata(answer, response, headers, passage.rewrite);
        return;
      }
    }
    sendHead(answer, response, headers);
    answer.on('end', () => passTrailers(answer, response));
    answer.pipe(response);
    if (passage?.metadata && !passage.rewrite) this.#watch(answer, request, passage.path);
  }

  #watch(answer: IncomingMessage, request: IncomingMessage, path: string): void {
    const { host } = request.headers;
    const context = this.#sighting;
    if (!context || host === undefined || answer.statusCode !== 200) return;
    try {
      const { name, origin } = this.#upstream.settings;
      const origins = { upstream: origin, client: context.publicOrigin(request, host) };
      watchMetadata(context, { server: name, path, client: readClient(context, request), origins }, answer);
    } catch (error) {
      context.onFault('metadata', error);
    }
  }

  #fail(error: Error, target: ServerResponse | Socket | undefined): void {
    if (!target) return;
    const { name, origin } = this.#upstream.settings;
    const answer = neverConnected(error)
      ? tellUnreachable(name, origin, error)
      : tellInterrupted(name, origin, error);
    if (!(target instanceof ServerResponse)) writeRawAnswer(target, answer);
    else if (target.headersSent) target.destroy();
    else writeAnswer(target, answer.status, errorBody(answer.code, answer.message));
  }
}

/** Fields that describe the client's connection, and the expectation that node has answered already. */
const DROPPED = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
  'expect',
]);

function targetOf(route: Route): string {
  return route.query === undefined ? route.path : `${route.path}?${route.query}`;
}

function sendHead(answer: IncomingMessage, response: ServerResponse, headers: string[]): void {
  try {
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage ?? '', headers);
    // Headers leave when they come, not with the first byte of a body that may take its time.
    response.flushHeaders();
  } catch {
    // A head that node refuses to write cannot be passed on, and half of it must not be.
    response.destroy();
  }
}

function passTrailers(answer: IncomingMessage, response: ServerResponse): void {
  if (!response.chunkedEncoding || answer.rawTrailers.length === 0) return;
  const pairs: [string, string][] = [];
  for (let i = 0; i + 1 < answer.rawTrailers.length; i += 2) {
    pairs.push([answer.rawTrailers[i] ?? '', answer.rawTrailers[i + 1] ?? '']);
  }
  response.addTrailers(pairs);
}

function collectMetadata(
  answer: IncomingMessage,
  response: ServerResponse,
  headers: string[],
  rules: RewriteRules,
): void {
  const chunks: Buffer[] = [];
  let total = 0;
  const passOn = () => {
    sendHead(answer, response, headers);
    for (const chunk of chunks) response.write(chunk);
    answer.off('data', take).off('end', finish);
    answer.pipe(response);
  };
  const take = (chunk: Buffer) => {
    chunks.push(chunk);
    total += chunk.length;
    if (total > METADATA_BYTES_MAX) passOn();
  };
  const finish = () => {
    const before = Buffer.concat(chunks).toString('latin1');
    const after = Buffer.from(rewriteResource(rules, before), 'latin1');
    for (let i = 0; i + 1 < headers.length; i += 2) {
      if (headers[i]?.toLowerCase() === 'content-length') headers[i + 1] = String(after.length);
    }
    sendHead(answer, response, headers);
    response.end(after);
  };
  answer.on('data', take).on('end', finish);
}

function neverConnected(error: Error): boolean {
  const syscall = 'syscall' in error ? error.syscall : undefined;
  const code = 'code' in error ? error.code : undefined;
  return (
    syscall === 'connect' ||
    syscall === 'getaddrinfo' ||
    error instanceof AggregateError ||
    code === 'ETIMEDOUT'
  );
}

/** An answer of the proxy's own outside of any exchange. */
export function writeAnswer(response: ServerResponse, status: number, body: string): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length });
  response.end(bytes);
}

/** The same on a connection that asked for an upgrade, where there is no response object. */
export function writeRawAnswer(socket: Duplex, answer: OwnAnswer): void {
  const body = errorBody(answer.code, answer.message);
  const reason = answer.status === 403 ? 'Forbidden' : 'Bad Gateway';
  socket.end(
    `HTTP/1.1 ${answer.status} ${reason}\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
