/**
 * What one exchange tells its tap: gathers the facts of a request frame and keeps the order of frames (request
 * before response before end), whatever order the connections behave in. Only created when traffic is observed.
 */
import type { IncomingMessage } from 'node:http';
import type {
  ClientSighting,
  EndHow,
  MisdirectionFrame,
  ProxyAnswer,
  UnixMicros,
} from '../observation/frame.ts';
import type { AddressReader } from './address.ts';
import { ByteCollector } from './bytes.ts';
import type { CredentialReader } from './credential.ts';
import { findRedirect, judgeAddress } from './misdirection.ts';
import type { Reply, ReplyWatcher } from './reply.ts';
import type { RequestHead } from './requestHead.ts';
import type { Route } from './route.ts';
import { Tap, type TapContext } from './tap.ts';
import type { Upstream } from './upstream.ts';

export interface SightingContext extends TapContext {
  readonly credentials: CredentialReader;
  readonly addresses: AddressReader;
  /** `scheme://host:port` under which a client reached us, `host` being its own `Host`. */
  readonly publicOrigin: (request: IncomingMessage, host: string) => string;
}

export interface SightedRequest {
  readonly exchange: number;
  readonly request: IncomingMessage;
  readonly upstream: Upstream;
  readonly route: Route;
  readonly head: RequestHead;
  /** Addresses in the answer are made the client's own, so none of them can mislead. */
  readonly rewritten: boolean;
}

const NO_BYTES = Buffer.alloc(0);

export class Sighting implements ReplyWatcher {
  receivedUs: UnixMicros;
  sentUs: UnixMicros | undefined = undefined;
  traceparent = '';
  firstByteUs: UnixMicros | undefined = undefined;
  lastByteUs: UnixMicros | undefined = undefined;
  /** Why the proxy answers by itself. */
  own: { readonly answer: ProxyAnswer; readonly message: string } | undefined = undefined;
  /** Set before the reply can say anything. */
  reply: Reply | undefined = undefined;
  readonly #context: SightingContext;
  readonly #facts: SightedRequest;
  readonly #tap: Tap;
  #whole: Buffer | undefined = undefined;
  /** Copy of a streamed request body. */
  #copy: ByteCollector | undefined = undefined;
  #bodyComplete = false;
  #requestSighted = false;

  constructor(context: SightingContext, facts: SightedRequest) {
    this.#context = context;
    this.#facts = facts;
    this.#tap = new Tap(context, facts.exchange, (address) => this.#takeEndpoint(address));
    this.receivedUs = context.nowUs();
  }

  /** The body was read whole; the frame follows once it was sent. */
  noteBody(whole: Buffer | undefined): void {
    this.#whole = whole;
    this.#bodyComplete = true;
    if (whole !== undefined && whole.length > 0) this.receivedUs = this.#context.nowUs();
  }

  /** The body streams: its chunks follow. */
  noteStream(): void {
    this.#copy = new ByteCollector(this.#context.inspectBytesMax, this.#context.budget);
  }

  takeChunk(chunk: Buffer): void {
    if (!this.#requestSighted) this.#copy?.take(chunk);
  }

  endBody(): void {
    this.#bodyComplete = true;
    this.sightRequest();
  }

  /** Emits the request frame, unless that happened. */
  sightRequest(): void {
    if (this.#requestSighted) return;
    this.#requestSighted = true;
    const { request, upstream, route, head, exchange } = this.#facts;
    const hasBody = head.contentLength !== undefined || head.transferEncoding !== undefined;
    const copy = this.#copy;
    const total = copy?.total ?? this.#whole?.length ?? 0;
    const bytes = copy ? copy.release() : (this.#whole ?? NO_BYTES);
    this.#whole = undefined;
    this.#tap.sightRequest(
      {
        kind: 'request',
        exchange,
        atUs: this.receivedUs,
        ...(this.sentUs === undefined ? {} : { sentUs: this.sentUs }),
        server: upstream.settings.name,
        method: request.method ?? 'GET',
        path: route.path,
        ...(route.query === undefined ? {} : { query: route.query }),
        httpVersion: request.httpVersion,
        headers: head.observed,
        client: readClient(this.#context, request),
        credential: this.#context.credentials(head),
        traceparent: this.traceparent,
      },
      hasBody ? { bytes, total, whole: this.#bodyComplete } : undefined,
    );
  }

  sightHead(first: Buffer | undefined): void {
    this.sightRequest();
    const reply = this.reply;
    if (!reply?.head) return;
    const atUs = reply.endedUs ?? this.#context.nowUs();
    this.#tap.sightResponse(atUs, reply.status, reply.head.observed, reply.head.eventStream, this.own);
    if (first) this.#tap.sightData(first, this.lastByteUs ?? atUs);
    if (reply.status < 300 || this.own || this.#facts.rewritten) return;
    const location = findRedirect(reply.status, reply.head.forward);
    if (location !== undefined) this.#judge('location', location);
  }

  sightData(chunk: Buffer): void {
    this.#tap.sightData(chunk, this.lastByteUs ?? 0);
  }

  /** `answerWhole`: the answer's body came whole from whoever gave it. `partial`: what was read of the request. */
  sightEnd(
    how: EndHow,
    answerWhole: boolean,
    receivedBytes: number,
    partial: Buffer | undefined,
    done: () => void,
  ): void {
    if (!this.#bodyComplete) this.#whole ??= partial;
    this.sightRequest();
    this.#tap.sightEnd({
      atUs: (how === 'complete' ? this.reply?.endedUs : undefined) ?? this.#context.nowUs(),
      how,
      firstByteUs: this.firstByteUs,
      receivedUs: this.lastByteUs,
      whole: answerWhole,
      receivedBytes,
      sentBytes: this.reply?.sentBytes ?? 0,
      done,
    });
  }

  /** An `endpoint` event has passed (2024-11-05). */
  #takeEndpoint(address: string): void {
    const { upstream, route, request, rewritten } = this.#facts;
    upstream.announce(address, route.path);
    if (request.method === 'GET' && !rewritten) this.#judge('endpoint', address);
  }

  #judge(where: MisdirectionFrame['where'], address: string): void {
    const { request, upstream, route, head, exchange } = this.#facts;
    const { host } = head.observed;
    const context = this.#context;
    if (host === undefined) return;
    try {
      const origins = { upstream: upstream.settings.origin, client: context.publicOrigin(request, host) };
      const finding = judgeAddress(where, address, origins);
      if (!finding) return;
      this.#tap.sightMisdirection({
        kind: 'misdirection',
        exchange,
        atUs: context.nowUs(),
        server: upstream.settings.name,
        method: request.method ?? 'GET',
        path: route.path,
        client: readClient(context, request),
        ...finding,
      });
    } catch (error) {
      context.onFault('misdirection', error);
    }
  }
}

/** The caller, as far as it is to be believed. */
export function readClient(context: SightingContext, request: IncomingMessage): ClientSighting {
  const { socket } = request;
  return context.addresses(socket.remoteAddress, socket.remotePort, (name) => headerText(request, name));
}

function headerText(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
