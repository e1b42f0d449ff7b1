/**
 * One exchange on the MCP endpoint: request on to the upstream, answer back to the client, every byte as it came.
 * The order of steps is the file's order: guard, trace, forward, stream back, end. Bytes go on first; the tap is
 * told afterwards and can neither delay nor change them. The exchange is itself the handler that undici calls,
 * so that a request costs no closures on the way.
 *
 * Refuses: to send a request twice, to repair a message, to end a broken answer as if it were whole.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { EndHow, UnixMicros } from '../observation/frame.ts';
import type { AddressReader } from './address.ts';
import { errorBody, type OwnAnswer, tellInterrupted, tellTimeout, tellUnreachable } from './answers.ts';
import { ByteCollector } from './bytes.ts';
import type { CredentialReader } from './credential.ts';
import { addForwarded, addMissing } from './outgoing.ts';
import { type BodyReceiver, RequestBody } from './requestBody.ts';
import type { RequestHead } from './requestHead.ts';
import { type ResponseHead, readResponseHead } from './responseHead.ts';
import { EndpointRewriter, type RewriteRules, rewriteHeaders } from './rewrite.ts';
import type { Route } from './route.ts';
import type { ProxySettings } from './settings.ts';
import { Tap, type TapContext } from './tap.ts';
import { continueTrace, type TraceRules } from './trace.ts';
import type { Upstream } from './upstream.ts';

/** What all exchanges of one proxy share. */
export interface ExchangeContext {
  readonly settings: ProxySettings;
  readonly nowUs: () => UnixMicros;
  readonly trace: TraceRules;
  readonly credentials: CredentialReader;
  readonly addresses: AddressReader;
  /** Absent when nothing is observed. */
  readonly tap: TapContext | undefined;
  readonly live: Set<Exchange>;
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
  readonly #response: ServerResponse;
  readonly #plan: ExchangePlan;
  readonly #tap: Tap | undefined;
  readonly #arrivedUs: UnixMicros;

  #body: RequestBody | undefined = undefined;
  /** Copy of a streamed request body, for the tap. */
  #bodyCopy: ByteCollector | undefined = undefined;
  #bodyWhole = false;
  #receivedUs: UnixMicros;
  #sentUs: UnixMicros | undefined = undefined;
  #traceparent = '';
  #requestSighted = false;

  #abort: ((error?: Error) => void) | undefined = undefined;
  #timer: NodeJS.Timeout | undefined = undefined;
  #timedOut = false;

  #status = 0;
  #answerHead: ResponseHead | undefined = undefined;
  #resume: (() => void) | undefined = undefined;
  #rewriter: EndpointRewriter | undefined = undefined;
  /** First chunk of the answer, kept for the rest of this turn of the loop so that it leaves with the head. */
  #held: Buffer | undefined = undefined;
  #headHanded = false;
  #paused = false;
  #upstreamDone = false;
  #firstByteUs: UnixMicros | undefined = undefined;
  #lastByteUs: UnixMicros | undefined = undefined;
  #handedUs: UnixMicros | undefined = undefined;
  #sentBytes = 0;

  #how: EndHow | undefined = undefined;
  #closed = false;

  constructor(
    context: ExchangeContext,
    request: IncomingMessage,
    response: ServerResponse,
    plan: ExchangePlan,
  ) {
    this.#context = context;
    this.#request = request;
    this.#response = response;
    this.#plan = plan;
    this.#arrivedUs = context.nowUs();
    this.#receivedUs = this.#arrivedUs;
    this.#tap =
      context.tap &&
      new Tap(context.tap, context.nextId(), (address) => plan.upstream.announce(address, plan.route.path));
  }

  /** A stream that is only listened to: nothing to wait for when the proxy stops. */
  get listening(): boolean {
    return this.#request.method === 'GET' && this.#answerHead?.eventStream === true;
  }

  start(): void {
    const { head } = this.#plan;
    this.#context.live.add(this);
    // The upstream's own `Date` passes; adding ours would be a second one.
    this.#response.sendDate = false;
    this.#response.on('close', () => this.#close());
    // A write to a connection that has just gone reports here; `close` says what follows from it.
    this.#response.on('error', ignore);
    if (head.transferEncoding === undefined && (head.contentLength ?? 0) === 0) {
      this.#bodyWhole = true;
      this.#forward(head.contentLength === undefined ? undefined : EMPTY_BODY);
      return;
    }
    this.#body = new RequestBody(this.#request, head.contentLength, this);
    this.#body.read();
  }

  // ── the request's body ──────────────────────────────────────────────────────────────────────────────────

  takeWhole(body: Buffer): void {
    this.#bodyWhole = true;
    this.#receivedUs = this.#context.nowUs();
    this.#forward(body);
  }

  takeStream(body: Readable): void {
    if (this.#context.tap) {
      this.#bodyCopy = new ByteCollector(this.#context.tap.inspectBytesMax, this.#context.tap.budget);
    }
    this.#forward(body);
  }

  sightChunk(chunk: Buffer): void {
    if (!this.#requestSighted) this.#bodyCopy?.take(chunk);
  }

  sightBodyEnd(): void {
    this.#bodyWhole = true;
    this.#sightRequest(undefined);
  }

  // ── towards the upstream ────────────────────────────────────────────────────────────────────────────────

  #forward(body: Buffer | Readable | undefined): void {
    if (this.#closed) return;
    const { upstream, route, head, refusal } = this.#plan;
    const whole = body instanceof Buffer ? body : undefined;
    const { observed } = head;
    const trace = continueTrace(this.#context.trace, observed['traceparent'], observed['tracestate'], whole);
    this.#traceparent = trace.traceparent;
    if (refusal) {
      this.#answer(refusal, whole);
      return;
    }
    const { settings } = this.#context;
    const headers = head.forward;
    if (settings.preserveHost && observed['host'] !== undefined) headers.push('host', observed['host']);
    if (body !== undefined && whole === undefined && head.contentLength !== undefined) {
      headers.push('content-length', String(head.contentLength));
    }
    if (upstream.extra.length > 0) addMissing(headers, upstream.extra);
    if (settings.forwardedHeaders)
      addForwarded(headers, this.#request.socket.remoteAddress, observed['host']);
    headers.push('traceparent', trace.traceparent);
    if (trace.tracestate !== undefined) headers.push('tracestate', trace.tracestate);
    if (settings.requestTimeoutMs !== undefined) {
      this.#timer = setTimeout(() => this.#expire(), settings.requestTimeoutMs);
    }
    this.#sentUs = this.#context.nowUs();
    const options = {
      path: targetOf(route, upstream),
      method: this.#request.method ?? 'GET',
      headers,
      body: body ?? null,
      servername: upstream.servername,
    };
    upstream.pool.dispatch(options, this);
    if (body === undefined || whole !== undefined) this.#sightRequest(whole);
  }

  #expire(): void {
    if (this.#answerHead !== undefined || this.#closed) return;
    this.#timedOut = true;
    if (this.#abort) this.#abort();
    else this.#answerFailure(undefined);
  }

  // ── what undici calls ───────────────────────────────────────────────────────────────────────────────────

  /** The request is about to be written: from here on it may have reached the upstream. */
  onConnect(abort: (error?: Error) => void): void {
    this.#abort = abort;
    if (this.#closed || this.#timedOut) abort();
  }

  onHeaders(status: number, raw: Buffer[], resume: () => void, statusText: string): boolean {
    if (this.#closed) return true;
    if (status < 200) {
      this.#passInformational(status, raw, statusText);
      return true;
    }
    this.#firstByteUs = this.#context.nowUs();
    this.#lastByteUs = this.#firstByteUs;
    clearTimeout(this.#timer);
    const head = readResponseHead(raw);
    const { rewrite } = this.#plan;
    if (rewrite) {
      rewriteHeaders(rewrite, head.forward);
      if (head.eventStream && this.#request.method === 'GET') this.#rewriter = new EndpointRewriter(rewrite);
    }
    this.#response.writeHead(status, wireText(statusText), head.forward);
    this.#status = status;
    this.#answerHead = head;
    this.#resume = resume;
    // Runs after the bytes at hand were parsed: what came with the head leaves with it, and nothing waits longer.
    process.nextTick(handHead, this);
    return true;
  }

  onData(chunk: Buffer): boolean {
    if (this.#closed) return true;
    const receivedUs = this.#context.nowUs();
    this.#lastByteUs = receivedUs;
    if (!this.#headHanded) {
      if (this.#held === undefined) {
        this.#held = chunk;
        return true;
      }
      this.handHead();
    }
    return this.#hand(chunk, receivedUs);
  }

  onComplete(trailers: readonly (string | Buffer)[] | null): void {
    this.#upstreamDone = true;
    if (this.#closed) return;
    this.#passTrailers(trailers);
    const response = this.#response;
    const rest = this.#rewriter?.flush();
    if (!this.#headHanded && this.#rewriter === undefined) {
      const held = this.#held;
      this.#headHanded = true;
      this.#held = undefined;
      if (held === undefined) response.end();
      else response.end(held);
      this.#handedUs = this.#context.nowUs();
      this.#sightAnswer(held);
      return;
    }
    this.handHead();
    if (rest !== undefined && rest.length > 0) {
      this.#sentBytes += rest.length;
      response.write(rest);
    }
    const behind = response.writableNeedDrain;
    response.end();
    // A client that is behind gets its last byte when it gets it; `close` will tell.
    this.#handedUs = behind ? undefined : this.#context.nowUs();
  }

  onError(error: Error): void {
    if (this.#closed || this.#how !== undefined) return;
    clearTimeout(this.#timer);
    if (this.#answerHead === undefined) this.#answerFailure(error);
    else this.#breakOff('upstream_broke');
  }

  // ── towards the client ──────────────────────────────────────────────────────────────────────────────────

  /** Hands on the head and the chunk held with it, unless that happened already. */
  handHead(): void {
    if (this.#headHanded || this.#closed) return;
    this.#headHanded = true;
    const held = this.#held;
    this.#held = undefined;
    const out = held && this.#rewriter ? this.#rewriter.push(held) : held;
    if (out === undefined || out.length === 0) this.#response.flushHeaders();
    else this.#response.write(out);
    if (out !== undefined && out !== held) this.#sentBytes += out.length - (held?.length ?? 0);
    this.#sightAnswer(held);
  }

  #hand(chunk: Buffer, receivedUs: UnixMicros): boolean {
    const out = this.#rewriter ? this.#rewriter.push(chunk) : chunk;
    this.#sentBytes += out.length;
    const ready = out.length === 0 || this.#response.write(out);
    this.#tap?.sightData(chunk, receivedUs);
    if (!ready && !this.#paused) {
      this.#paused = true;
      this.#response.once('drain', () => this.#drained());
    }
    return ready;
  }

  #drained(): void {
    this.#paused = false;
    if (!this.#upstreamDone && !this.#closed) this.#resume?.();
  }

  #passInformational(status: number, raw: Buffer[], statusText: string): void {
    // RFC 9110 §15.2: a proxy forwards these. node writes none by itself, and none once the head is out.
    const lines = readResponseHead(raw).forward;
    let text = `HTTP/1.1 ${status} ${wireText(statusText)}\r\n`;
    for (let i = 0; i + 1 < lines.length; i += 2) text += `${lines[i]}: ${lines[i + 1]}\r\n`;
    if (this.#request.httpVersion === '1.1') this.#response.socket?.write(`${text}\r\n`, 'latin1');
  }

  #passTrailers(trailers: readonly (string | Buffer)[] | null): void {
    if (!trailers || trailers.length === 0 || !this.#response.chunkedEncoding) return;
    const pairs: [string, string][] = [];
    for (let i = 0; i + 1 < trailers.length; i += 2) {
      pairs.push([String(trailers[i]), Buffer.from(trailers[i + 1] ?? '').toString('latin1')]);
    }
    this.#response.addTrailers(pairs);
  }

  #answerFailure(error: Error | undefined): void {
    const { name, origin } = this.#plan.upstream.settings;
    if (this.#timedOut) {
      this.#answer(tellTimeout(name, origin, this.#context.settings.requestTimeoutMs ?? 0), undefined);
    } else if (this.#abort) this.#answer(tellInterrupted(name, origin, error), undefined);
    else this.#answer(tellUnreachable(name, origin, error), undefined);
  }

  #answer(answer: OwnAnswer, body: Buffer | undefined): void {
    const text = Buffer.from(errorBody(answer.code, answer.message));
    const headers = ['content-type', 'application/json', 'content-length', String(text.length)];
    if (answer.answer === 'draining') headers.push('connection', 'close');
    this.#answerHead = {
      forward: headers,
      observed: { 'content-type': 'application/json' },
      contentLength: text.length,
      eventStream: false,
    };
    this.#status = answer.status;
    this.#headHanded = true;
    this.#upstreamDone = true;
    this.#body?.discard();
    this.#response.writeHead(answer.status, headers);
    this.#response.end(text);
    this.#handedUs = this.#context.nowUs();
    this.#sentBytes = text.length;
    this.#sightRequest(body);
    this.#tap?.sightResponse(this.#handedUs, answer.status, this.#answerHead.observed, false, answer);
    this.#tap?.sightData(text, this.#handedUs);
  }

  // ── the end ─────────────────────────────────────────────────────────────────────────────────────────────

  /** The proxy stops: whatever still runs is cut off, and recorded as cut off by us. */
  shutDown(): void {
    if (this.#closed) return;
    this.#how = 'shutdown';
    this.#response.destroy();
  }

  /** What came is handed on, then the connection breaks: the client must not take a part for the whole. */
  #breakOff(how: EndHow): void {
    this.#how = how;
    this.#upstreamDone = true;
    this.handHead();
    const { socket } = this.#response;
    const framed = this.#response.chunkedEncoding || this.#answerHead?.contentLength !== undefined;
    if (!socket) this.#response.destroy();
    else if (framed) socket.destroySoon();
    // Without framing a plain end of the connection would look like the end of the answer.
    else socket.resetAndDestroy();
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#context.live.delete(this);
    clearTimeout(this.#timer);
    if (!this.#upstreamDone) this.#abort?.();
    const finished = this.#response.writableFinished;
    const how = this.#how ?? (finished ? 'complete' : 'client_gone');
    if (!this.#tap) return;
    this.#sightRequest(this.#bodyWhole ? undefined : this.#body?.takePartial());
    this.#tap.sightEnd({
      atUs: (finished ? this.#handedUs : undefined) ?? this.#context.nowUs(),
      how,
      firstByteUs: this.#firstByteUs,
      receivedUs: this.#lastByteUs,
      whole: this.#upstreamDone && how !== 'upstream_broke',
      receivedBytes: this.#body?.receivedBytes ?? 0,
      sentBytes: this.#sentBytes,
    });
  }

  // ── the tap ─────────────────────────────────────────────────────────────────────────────────────────────

  #sightAnswer(held: Buffer | undefined): void {
    if (held) this.#sentBytes += held.length;
    if (!this.#tap || !this.#answerHead) return;
    if (!this.#requestSighted) this.#sightRequest(undefined);
    const { observed, eventStream } = this.#answerHead;
    const nowUs = this.#handedUs ?? this.#context.nowUs();
    this.#tap.sightResponse(nowUs, this.#status, observed, eventStream, undefined);
    if (held) this.#tap.sightData(held, this.#lastByteUs ?? nowUs);
  }

  #sightRequest(whole: Buffer | undefined): void {
    if (this.#requestSighted || !this.#tap) return;
    this.#requestSighted = true;
    const { route, head, upstream } = this.#plan;
    const { socket } = this.#request;
    const copy = this.#bodyCopy;
    const hasBody = head.contentLength !== undefined || head.transferEncoding !== undefined;
    const total = copy?.total ?? whole?.length ?? 0;
    this.#tap.sightRequest(
      {
        kind: 'request',
        exchange: this.#tap.exchange,
        atUs: this.#receivedUs,
        ...(this.#sentUs === undefined ? {} : { sentUs: this.#sentUs }),
        server: upstream.settings.name,
        method: this.#request.method ?? 'GET',
        path: route.path,
        ...(route.query === undefined ? {} : { query: route.query }),
        httpVersion: this.#request.httpVersion,
        headers: head.observed,
        client: this.#context.addresses(socket.remoteAddress, socket.remotePort, (name) =>
          headerText(this.#request, name),
        ),
        credential: this.#context.credentials(head),
        traceparent: this.#traceparent,
      },
      hasBody
        ? { bytes: copy ? copy.release() : (whole ?? EMPTY_BODY), total, whole: this.#bodyWhole }
        : undefined,
    );
  }
}

function handHead(exchange: Exchange): void {
  exchange.handHead();
}

function ignore(): void {}

/** Path and query as they came; a query of the configuration stands in where the client sends none. */
function targetOf(route: Route, upstream: Upstream): string {
  if (route.query !== undefined) return `${route.path}?${route.query}`;
  const { endpointQuery, endpointPath } = upstream.settings;
  return endpointQuery !== undefined && route.path === endpointPath
    ? `${route.path}?${endpointQuery}`
    : route.path;
}

/** The reason phrase was decoded as UTF-8 on its way here; on the wire it is bytes again. */
function wireText(statusText: string): string {
  return /^[\x20-\x7e]*$/.test(statusText) ? statusText : Buffer.from(statusText).toString('latin1');
}

function headerText(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
