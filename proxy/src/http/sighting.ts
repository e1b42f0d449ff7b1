/**
 * What one exchange tells its tap: gathers the facts of a request frame and keeps the order of frames (request
 * before response before end), whatever order the connections behave in. Only created when traffic is observed.
 */
import type { IncomingMessage } from 'node:http';
import type { EndHow, ProxyAnswer, UnixMicros } from '../observation/frame.ts';
import type { AddressReader } from './address.ts';
import { ByteCollector } from './bytes.ts';
import type { CredentialReader } from './credential.ts';
import type { Reply, ReplyWatcher } from './reply.ts';
import type { RequestHead } from './requestHead.ts';
import type { Route } from './route.ts';
import { Tap, type TapContext } from './tap.ts';

export interface SightingContext extends TapContext {
  readonly credentials: CredentialReader;
  readonly addresses: AddressReader;
}

export interface SightedRequest {
  readonly exchange: number;
  readonly request: IncomingMessage;
  readonly server: string;
  readonly route: Route;
  readonly head: RequestHead;
  /** Gets the data of `endpoint` events. */
  readonly announce: (address: string) => void;
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
    this.#tap = new Tap(context, facts.exchange, facts.announce);
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
    const { request, server, route, head, exchange } = this.#facts;
    const { socket } = request;
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
        server,
        method: request.method ?? 'GET',
        path: route.path,
        ...(route.query === undefined ? {} : { query: route.query }),
        httpVersion: request.httpVersion,
        headers: head.observed,
        client: this.#context.addresses(socket.remoteAddress, socket.remotePort, (name) =>
          headerText(request, name),
        ),
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
}

function headerText(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
