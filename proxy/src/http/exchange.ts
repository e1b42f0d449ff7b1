/**
 * One exchange on the MCP endpoint: request on to the upstream, answer back to the client, every byte as it came.
 * The order of steps is the file's order: read the body, decide the trace, forward, stream back, end. Bytes go on
 * first; the sighting is told afterwards and can neither delay nor change them. The exchange is itself the
 * handler that undici calls, so that a request costs few closures on the way.
 *
 * Refuses: to send a request twice, to repair a message, to end a broken answer as if it were whole.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { EndHow, UnixMicros } from '../observation/frame.ts';
import { type OwnAnswer, tellInterrupted, tellTimeout, tellUnreachable } from './answers.ts';
import { writeMetaTraceparent } from './metaTrace.ts';
import { addForwarded, addMissing } from './outgoing.ts';
import { Reply } from './reply.ts';
import { type BodyReceiver, RequestBody } from './requestBody.ts';
import type { RequestHead } from './requestHead.ts';
import { readResponseHead } from './responseHead.ts';
import type { RewriteRules } from './rewrite.ts';
import type { Roster } from './roster.ts';
import type { Route } from './route.ts';
import type { ProxySettings } from './settings.ts';
import { Sighting, type SightingContext } from './sighting.ts';
import { continueTrace, type TraceRules } from './trace.ts';
import type { Upstream } from './upstream.ts';

/** What all exchanges of one proxy share. */
export interface ExchangeContext {
  readonly settings: ProxySettings;
  readonly nowUs: () => UnixMicros;
  readonly trace: TraceRules;
  /** Absent when nothing is observed. */
  readonly sighting: SightingContext | undefined;
  readonly live: Roster<Exchange>;
  readonly nextId: () => number;
}

/** What was decided about this exchange before it began. */
export interface ExchangePlan {
  readonly upstream: Upstream;
  readonly route: Route;
  readonly head: RequestHead;
  /** The proxy answers by itself, once it knows what was asked. */
  readonly refusal: OwnAnswer | undefined;
  /** Present when addresses in the answer must be rewritten. */
  readonly rewrite: RewriteRules | undefined;
}

const EMPTY_BODY = Buffer.alloc(0);

export class Exchange implements Dispatcher.DispatchHandler, BodyReceiver {
  readonly #context: ExchangeContext;
  readonly #request: IncomingMessage;
  readonly #plan: ExchangePlan;
  readonly #reply: Reply;
  readonly #sighting: Sighting | undefined;
  #body: RequestBody | undefined = undefined;
  #abort: ((error?: Error) => void) | undefined = undefined;
  #timer: NodeJS.Timeout | undefined = undefined;
  #timedOut = false;
  /** Nothing more is expected of the upstream: its answer is complete, or ours took its place. */
  #settled = false;
  #how: EndHow | undefined = undefined;
  #closed = false;
  /** Its place among the running exchanges, while it is one. */
  #place: number | undefined = undefined;

  constructor(
    context: ExchangeContext,
    request: IncomingMessage,
    response: ServerResponse,
    plan: ExchangePlan,
  ) {
    this.#context = context;
    this.#request = request;
    this.#plan = plan;
    this.#sighting =
      context.sighting &&
      new Sighting(context.sighting, {
        exchange: context.nextId(),
        request,
        upstream: plan.upstream,
        route: plan.route,
        head: plan.head,
        rewritten: plan.rewrite !== undefined,
      });
    this.#reply = new Reply(response, context.nowUs, this.#sighting);
    if (this.#sighting) this.#sighting.reply = this.#reply;
    response.on('close', () => this.#close());
    // A write to a connection that has just gone reports here; `close` says what follows from it.
    response.on('error', ignore);
  }

  /** A stream that is only listened to: nothing to wait for when the proxy stops. */
  get listening(): boolean {
    return this.#request.method === 'GET' && this.#reply.head?.eventStream === true;
  }

  start(): void {
    const { contentLength, transferEncoding } = this.#plan.head;
    this.#place = this.#context.live.enter(this);
    if (transferEncoding === undefined && (contentLength === undefined || contentLength === 0)) {
      const body = contentLength === undefined ? undefined : EMPTY_BODY;
      this.#sighting?.noteBody(body);
      this.#forward(body, body);
      return;
    }
    this.#body = new RequestBody(this.#request, contentLength, this);
    this.#body.read();
  }

  // ── the request's body ──────────────────────────────────────────────────────────────────────────────────

  takeWhole(body: Buffer): void {
    this.#sighting?.noteBody(body);
    this.#forward(body, body);
  }

  takeStream(body: Readable): void {
    this.#sighting?.noteStream();
    this.#forward(body, undefined);
  }

  sightChunk(chunk: Buffer): void {
    this.#sighting?.takeChunk(chunk);
  }

  sightBodyEnd(): void {
    this.#sighting?.endBody();
  }

  // ── towards the upstream ────────────────────────────────────────────────────────────────────────────────

  #forward(body: Buffer | Readable | undefined, whole: Buffer | undefined): void {
    if (this.#closed) return;
    const { upstream, route, head, refusal } = this.#plan;
    const { settings, trace: rules, sighting: observing } = this.#context;
    const { traceparent, tracestate, host } = head.observed;
    const trace = continueTrace(rules, traceparent, tracestate, whole);
    if (this.#sighting) this.#sighting.traceparent = trace.traceparent;
    if (refusal) {
      this.#answer(refusal);
      return;
    }
    const headers =
      this.#plan.rewrite && this.#request.method === 'GET' ? withoutCoding(head.forward) : head.forward;
    if (settings.preserveHost && host !== undefined) headers.push('host', host);
    if (whole === undefined && head.contentLength !== undefined) {
      headers.push('content-length', String(head.contentLength));
    }
    if (upstream.extra.length > 0) addMissing(headers, upstream.extra);
    if (settings.forwardedHeaders) addForwarded(headers, this.#request.socket.remoteAddress, host);
    // Where trace context is nobody's business, the client's own passes like any other header.
    const passed = rules.policy === 'ignore' ? { traceparent, tracestate } : trace;
    if (passed.traceparent !== undefined) headers.push('traceparent', passed.traceparent);
    if (passed.tracestate !== undefined) headers.push('tracestate', passed.tracestate);
    if (settings.requestTimeoutMs !== undefined) {
      this.#timer = setTimeout(() => this.#expire(), settings.requestTimeoutMs);
    }
    if (this.#sighting) this.#sighting.sentUs = this.#context.nowUs();
    const options = {
      path: targetOf(route, upstream),
      method: this.#request.method ?? 'GET',
      headers,
      body: this.#outgoingBody(body, whole, trace.traceparent),
      servername: upstream.servername,
    };
    upstream.road.dispatch(options, this);
    if (observing && (body === undefined || whole !== undefined)) this.#sighting?.sightRequest();
  }

  /** The body as it came; only `rewrite-traceparent` writes into it, and only where it can be read whole. */
  #outgoingBody(
    body: Buffer | Readable | undefined,
    whole: Buffer | undefined,
    traceparent: string,
  ): Buffer | Readable | null {
    const { rewriteTraceparent, traceParent } = this.#context.settings;
    if (whole === undefined || !rewriteTraceparent || traceParent === 'ignore') return body ?? null;
    const coded = this.#plan.head.observed['content-encoding'] !== undefined;
    return coded ? whole : writeMetaTraceparent(whole, traceparent);
  }

  #expire(): void {
    if (this.#reply.head !== undefined || this.#closed) return;
    this.#timedOut = true;
    if (this.#abort) this.#abort();
    else this.#answerFailure(undefined);
  }

  // ── what undici calls ───────────────────────────────────────────────────────────────────────────────────

  /** The request is about to be written: from here on it may have reached the upstream. */
  onConnect(abort: (error?: Error) => void): void {
    this.#abort = abort;
    if (this.#closed || this.#settled) abort();
  }

  onHeaders(status: number, raw: Buffer[], resume: () => void, statusText: string): boolean {
    if (this.#closed) return true;
    if (status < 200) {
      this.#reply.passInformational(status, statusText, raw);
      return true;
    }
    if (this.#sighting) {
      const nowUs = this.#context.nowUs();
      this.#sighting.firstByteUs = nowUs;
      this.#sighting.lastByteUs = nowUs;
    }
    clearTimeout(this.#timer);
    const head = readResponseHead(raw);
    if (head.challenge !== undefined) this.#plan.upstream.learnChallenge(head.challenge);
    this.#reply.begin(status, statusText, head, resume, this.#plan.rewrite);
    return true;
  }

  onData(chunk: Buffer): boolean {
    if (this.#closed) return true;
    if (this.#sighting) this.#sighting.lastByteUs = this.#context.nowUs();
    return this.#reply.take(chunk);
  }

  onComplete(trailers: readonly (string | Buffer)[] | null): void {
    this.#settled = true;
    if (!this.#closed) this.#reply.finish(trailers);
  }

  onError(error: Error): void {
    clearTimeout(this.#timer);
    if (this.#closed || this.#settled || this.#how !== undefined) return;
    if (this.#reply.head === undefined) {
      this.#answerFailure(error);
      return;
    }
    this.#how = 'upstream_broke';
    this.#reply.breakOff();
  }

  // ── the end ─────────────────────────────────────────────────────────────────────────────────────────────

  #answerFailure(error: Error | undefined): void {
    const { name, origin } = this.#plan.upstream.settings;
    if (this.#timedOut) {
      this.#answer(tellTimeout(name, origin, this.#context.settings.requestTimeoutMs ?? 0));
    } else if (this.#abort) this.#answer(tellInterrupted(name, origin, error));
    else this.#answer(tellUnreachable(name, origin, error));
  }

  #answer(answer: OwnAnswer): void {
    this.#settled = true;
    if (this.#sighting) this.#sighting.own = { answer: answer.answer, message: answer.message };
    this.#body?.discard();
    this.#reply.answer(answer);
  }

  /** The proxy stops: whatever still runs is cut off, and recorded as cut off by us. */
  shutDown(): void {
    if (this.#closed) return;
    this.#how ??= 'shutdown';
    this.#reply.destroy();
  }

  /** The client's connection is through with this exchange, one way or the other. */
  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    if (!this.#settled) this.#abort?.();
    if (!this.#sighting) {
      this.#leave();
      return;
    }
    const how = this.#how ?? (this.#reply.delivered ? 'complete' : 'client_gone');
    const { receivedBytes = 0 } = this.#body ?? {};
    // Counted as running until its last frame is out, which may have to wait for a body to be decoded.
    this.#sighting.sightEnd(how, this.#settled, receivedBytes, this.#body?.takePartial(), () =>
      this.#leave(),
    );
  }

  #leave(): void {
    if (this.#place === undefined) return;
    this.#context.live.leave(this.#place);
    this.#place = undefined;
  }
}

function ignore(): void {}

/** An `endpoint` event can only be rewritten in clear text, so coding is not offered where that may happen. */
function withoutCoding(headers: readonly string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    if (headers[i]?.toLowerCase() !== 'accept-encoding') kept.push(headers[i] ?? '', headers[i + 1] ?? '');
  }
  return kept;
}

/** Path and query as they came; a query of the configuration stands in where the client sends none. */
function targetOf(route: Route, upstream: Upstream): string {
  if (route.query !== undefined) return `${route.path}?${route.query}`;
  const { endpointQuery, endpointPath } = upstream.settings;
  return endpointQuery !== undefined && route.path === endpointPath
    ? `${route.path}?${endpointQuery}`
    : route.path;
}
