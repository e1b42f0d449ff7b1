/**
 * The proxy's socket: accepts requests through express, decides for each which road it takes (exchange, pass
 * through, or an answer of our own), and stops in order. Knows no MCP beyond which addresses carry it.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { authorityToOpen, createGuard } from '../guard/guard.ts';
import type { FrameSink } from '../observation/frame.ts';
import { type CountryOf, createAddressReader, createTrust, plainAddress } from './address.ts';
import {
  errorBody,
  listUpstreams,
  type OwnAnswer,
  refuseCaller,
  refuseForm,
  tellDraining,
} from './answers.ts';
import { createApp } from './app.ts';
import { ByteBudget } from './bytes.ts';
import { createCredentialReader } from './credential.ts';
import { Exchange, type ExchangeContext } from './exchange.ts';
import { PassThrough, writeAnswer, writeRawAnswer } from './passThrough.ts';
import { type RequestHead, readRequestHead } from './requestHead.ts';
import type { RewriteRules } from './rewrite.ts';
import { Roster } from './roster.ts';
import { createRouter, type Route, toOriginForm } from './route.ts';
import type { ProxySettings } from './settings.ts';
import type { SightingContext } from './sighting.ts';
import { HEAD_BYTES_MAX, type Road, Upstream } from './upstream.ts';

export interface ProxyDeps {
  readonly sink: FrameSink;
  /** Unix time in microseconds, never running backwards. */
  readonly nowUs: () => number;
  /** So many random bytes as lower-case hex. */
  readonly randomHex: (bytes: number) => string;
  readonly countryOf?: CountryOf | undefined;
  /** Numbers that nobody else gives to exchanges of this sink; by default only the proxy's own have any. */
  readonly nextExchange?: () => number;
  /** Upstreams that are no HTTP servers, by name: exchanges go here instead of to their origin. */
  readonly bridges?: ReadonlyMap<string, Road>;
  /** A fault of our own, off the byte path; traffic goes on. */
  readonly onFault: (code: string, error: unknown) => void;
}

export interface RunningProxy {
  readonly host: string;
  readonly port: number;
  readonly url: string;
  /** Stops accepting, lets exchanges finish for at most `drainMs`, then cuts off what still runs. */
  close(): Promise<void>;
}

/** Methods that MCP uses on its endpoint; every other one passes through. */
const EXCHANGE_METHODS = new Set(['POST', 'GET', 'DELETE']);
/** Bodies copied for inspection, all exchanges together. */
const TAP_BYTES_MAX = 256 * 1024 * 1024;
/** Clients keep connections for a minute or so; closing first would break a request that is on its way. */
const KEEP_ALIVE_MS = 75_000;
const HEAD_PATIENCE_MS = 60_000;
const POLL_MS = 5;
/** Bodies that are still being decoded get so long to give their last frame. */
const LAST_FRAMES_MS = 1_000;

/** Rejects when the address cannot be listened on. */
export async function startProxy(settings: ProxySettings, deps: ProxyDeps): Promise<RunningProxy> {
  const desk = new Desk(settings, deps);
  const app = createApp((request, response) => desk.take(request, response));
  const server = createServer({
    ...app.serverOptions,
    maxHeaderSize: HEAD_BYTES_MAX,
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: HEAD_PATIENCE_MS,
    // A body may take as long as its sender likes: streams of any length are the upstream's business.
    requestTimeout: 0,
    // Other upgrades (h2c of curl) are offers that a server may ignore; taking them would break the request.
    shouldUpgradeCallback: (request: IncomingMessage) =>
      request.headers.upgrade?.toLowerCase() === 'websocket',
  });
  server.on('request', app.listener);
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (desk.mayContinue(request)) response.writeContinue();
    app.listener(request, response);
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    desk.takeUpgrade(request, socket, head);
  });
  await listen(server, settings);
  const address = server.address() as AddressInfo;
  let closing: Promise<void> | undefined;
  return {
    host: settings.host,
    port: address.port,
    url: `http://${authorityToOpen(settings.host, address.port, settings.allowedHosts)}`,
    close: () => {
      closing ??= desk.close(server);
      return closing;
    },
  };
}

class Desk {
  readonly #settings: ProxySettings;
  readonly #upstreams: readonly Upstream[];
  /** By the upstream's index; a bridged one has nothing to pass through to. */
  readonly #passThroughs: readonly (PassThrough | undefined)[];
  readonly #router;
  readonly #guard;
  readonly #trusts;
  readonly #onFault: ProxyDeps['onFault'];
  readonly #context: ExchangeContext;
  readonly #upgraded = new Set<Duplex>();
  #draining = false;
  #exchanges = 0;

  constructor(settings: ProxySettings, deps: ProxyDeps) {
    this.#settings = settings;
    this.#upstreams = settings.upstreams.map(
      (upstream) => new Upstream(upstream, deps.bridges?.get(upstream.name)),
    );
    this.#router = createRouter(settings);
    this.#guard = createGuard(settings);
    this.#trusts = createTrust(settings.trustedProxies);
    this.#onFault = deps.onFault;
    const sighting: SightingContext = {
      sink: deps.sink,
      nowUs: deps.nowUs,
      onFault: deps.onFault,
      inspectBytesMax: settings.inspectBytesMax,
      budget: new ByteBudget(TAP_BYTES_MAX),
      credentials: createCredentialReader(settings.credentialPrefix),
      addresses: createAddressReader({ trustedProxies: settings.trustedProxies, countryOf: deps.countryOf }),
      publicOrigin: (request, host) => this.#publicOrigin(request, host),
    };
    const observing = settings.observe ? sighting : undefined;
    this.#passThroughs = this.#upstreams.map((upstream) =>
      upstream.isBridged ? undefined : new PassThrough(upstream, settings, observing),
    );
    this.#context = {
      settings,
      nowUs: deps.nowUs,
      trace: {
        policy: settings.traceParent,
        propagateSampled: settings.propagateSampled,
        randomHex: deps.randomHex,
      },
      sighting: observing,
      live: new Roster(),
      nextId:
        deps.nextExchange ??
        (() => {
          this.#exchanges += 1;
          return this.#exchanges;
        }),
    };
  }

  /** A fault of ours costs this one request, which is cut off rather than answered with a guess. */
  take(request: IncomingMessage, response: ServerResponse): void {
    try {
      this.#take(request, response);
    } catch (error) {
      this.#onFault('http_request', error);
      response.destroy();
    }
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const head = readRequestHead(request.rawHeaders);
    const host = head.observed['host'];
    const route = this.#router.route(host, toOriginForm(request.url ?? '/'));
    const refusal = this.#judge(head);
    const upstream = route && this.#upstreams[route.upstream];
    if (!route || !upstream) {
      const answer = listUpstreams(this.#settings.upstreams.map(({ name }) => name));
      if (refusal) writeAnswer(response, refusal.status, errorBody(refusal.code, refusal.message));
      else writeAnswer(response, answer.status, answer.body);
      return;
    }
    const rewrite = this.#rewriteRules(request, route, host);
    if (EXCHANGE_METHODS.has(request.method ?? '') && upstream.endpoints.has(route.path)) {
      new Exchange(this.#context, request, response, { upstream, route, head, refusal, rewrite }).start();
    } else if (refusal) writeAnswer(response, refusal.status, errorBody(refusal.code, refusal.message));
    else {
      const passThrough = this.#passThroughs[route.upstream];
      if (passThrough) passThrough.passRequest(request, response, route, rewrite);
      else refuseBeside(response, upstream, route.path);
    }
  }

  takeUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { host, origin } = request.headers;
    const route = this.#router.route(host, toOriginForm(request.url ?? '/'));
    const reason = this.#guard(host, origin);
    if (reason !== undefined) {
      writeRawAnswer(socket, refuseCaller(reason));
      return;
    }
    const passThrough = route && this.#passThroughs[route.upstream];
    if (!passThrough || this.#draining) {
      socket.destroy();
      return;
    }
    this.#upgraded.add(socket);
    socket.on('close', () => this.#upgraded.delete(socket));
    passThrough.passUpgrade(request, socket, head, route);
  }

  /** A caller that will be refused anyway is not asked for its body. */
  mayContinue(request: IncomingMessage): boolean {
    return this.#judge(readRequestHead(request.rawHeaders)) === undefined;
  }

  async close(server: Server): Promise<void> {
    this.#draining = true;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    const { live } = this.#context;
    const until = Date.now() + this.#settings.drainMs;
    // A stream that is only listened to never finishes by itself, so nothing waits for it.
    while (Date.now() < until && live.list().some((exchange) => !exchange.listening)) await sleep(POLL_MS);
    for (const exchange of live.list()) exchange.shutDown();
    for (const last = Date.now() + LAST_FRAMES_MS; live.size > 0 && Date.now() < last; ) await sleep(POLL_MS);
    for (const socket of this.#upgraded) socket.destroy();
    for (const passThrough of this.#passThroughs) passThrough?.close();
    server.closeAllConnections();
    await closed;
    await Promise.all(this.#upstreams.map(({ road }) => road.destroy()));
  }

  #judge(head: RequestHead): OwnAnswer | undefined {
    if (this.#draining) return tellDraining();
    if (head.hosts > 1) return refuseForm(400, 'it has more than one Host header (RFC 9112 §3.2)');
    const reason = this.#guard(head.observed['host'], head.observed['origin']);
    if (reason !== undefined) return refuseCaller(reason);
    const coding = head.transferEncoding;
    if (coding === undefined || coding.trim().toLowerCase() === 'chunked') return undefined;
    return refuseForm(501, `transfer coding ${JSON.stringify(coding)} is not supported (RFC 9112 §6.1)`);
  }

  #rewriteRules(request: IncomingMessage, route: Route, host: string | undefined): RewriteRules | undefined {
    if (route.prefix === '' && !this.#settings.rewriteUrls) return undefined;
    const origin = this.#settings.upstreams[route.upstream]?.origin ?? '';
    return { origin, publicOrigin: this.#publicOrigin(request, host), prefix: route.prefix };
  }

  /** Where the client reached us: a trusted proxy in front may have ended its TLS and carried another name. */
  #publicOrigin(request: IncomingMessage, host = 'localhost'): string {
    if (!this.#trusts(plainAddress(request.socket.remoteAddress ?? ''))) return `http://${host}`;
    const { 'x-forwarded-proto': protocol, 'x-forwarded-host': name } = request.headers;
    const secure = typeof protocol === 'string' && /^\s*https\s*(,|$)/i.test(protocol);
    const told = typeof name === 'string' ? name.split(',')[0]?.trim() : undefined;
    return `${secure ? 'https' : 'http'}://${told || host}`;
  }
}

/** What a bridged upstream is asked for besides POST, GET and DELETE on its endpoint. */
function refuseBeside(response: ServerResponse, { endpoints, settings }: Upstream, path: string): void {
  const isEndpoint = endpoints.has(path);
  if (isEndpoint) response.setHeader('allow', [...EXCHANGE_METHODS].join(', '));
  const message = isEndpoint
    ? 'MCP needs POST, GET or DELETE'
    : `A stdio server has nothing but ${settings.endpointPath}`;
  writeAnswer(response, isEndpoint ? 405 : 404, errorBody(-32000, message));
}

function listen(server: Server, settings: ProxySettings): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(settings.port, settings.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
