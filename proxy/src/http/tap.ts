/**
 * Watches one exchange and emits its frames in the documented order. It is called after the bytes went on, copies
 * at most the limit, and reads nothing but framing: what a message means is observation's business. Nothing that
 * goes wrong here reaches the bytes: a fault is reported once and the exchange goes on unseen.
 */

import { type SseEvent, SseSplitter } from '../mcp/sse.ts';
import type {
  BodySighting,
  EndFrame,
  EndHow,
  ExchangeId,
  Frame,
  FrameSink,
  MisdirectionFrame,
  ProxyAnswer,
  RequestFrame,
  UnixMicros,
} from '../observation/frame.ts';
import { type ByteBudget, ByteCollector } from './bytes.ts';
import { createStreamDecoder, readCoding, type StreamDecoder, sightCoded, sightText } from './coding.ts';

export interface TapContext {
  readonly sink: FrameSink;
  readonly nowUs: () => UnixMicros;
  readonly onFault: (code: string, error: unknown) => void;
  readonly inspectBytesMax: number;
  readonly budget: ByteBudget;
}

/** How an exchange ended, as its bytes tell it. */
export interface Ending {
  readonly atUs: UnixMicros;
  readonly how: EndHow;
  readonly firstByteUs: UnixMicros | undefined;
  readonly receivedUs: UnixMicros | undefined;
  /** The answer's body came whole. */
  readonly whole: boolean;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  /** Called once the last frame is out. */
  readonly done: () => void;
}

const EMPTY = Buffer.alloc(0);

export class Tap {
  readonly #context: TapContext;
  readonly exchange: ExchangeId;
  readonly #announce: (address: string) => void;
  /** Frames waiting for the request frame, whose body is still being decoded. */
  #waiting: Frame[] | undefined = undefined;
  /** The only chunk of a body so far; a collector begins with the second. */
  #single: Buffer | undefined = undefined;
  #collector: ByteCollector | undefined = undefined;
  #splitter: SseSplitter | undefined = undefined;
  #decoder: StreamDecoder | undefined = undefined;
  #unreadable = false;
  #budgetReported = false;
  #answered = false;
  #contentCoding: string | undefined = undefined;
  #receivedUs: UnixMicros = 0;
  /** Of the last frame: an event decoded late must not lie behind the end. */
  #lastUs: UnixMicros = 0;

  /** `announce` gets the data of `endpoint` events, each after its frame. */
  constructor(context: TapContext, exchange: ExchangeId, announce: (address: string) => void) {
    this.#context = context;
    this.exchange = exchange;
    this.#announce = announce;
  }

  /** `bytes` is undefined when the body was larger than the limit, `total` its size so far. */
  sightRequest(
    frame: Omit<RequestFrame, 'body'>,
    body: { readonly bytes: Buffer | undefined; readonly total: number; readonly whole: boolean } | undefined,
  ): void {
    try {
      if (body === undefined) {
        this.#emit(frame);
        return;
      }
      const coding = readCoding(frame.headers['content-encoding']);
      if (body.bytes !== undefined && body.whole && coding !== 'identity' && coding !== 'unknown') {
        this.#waiting = [];
        sightCoded(body.bytes, coding, this.#context.inspectBytesMax, (sighting) => {
          const waiting = this.#waiting ?? [];
          this.#waiting = undefined;
          this.#emit({ ...frame, body: sighting });
          for (const each of waiting) this.#emit(each);
        });
        return;
      }
      const { bytes, total, whole } = body;
      this.#emit({ ...frame, body: sightPlain(bytes, total, whole, coding === 'unknown') });
    } catch (error) {
      this.#context.onFault('tap_request', error);
    }
  }

  sightResponse(
    atUs: UnixMicros,
    status: number,
    headers: Readonly<Record<string, string>>,
    eventStream: boolean,
    proxy: { readonly answer: ProxyAnswer; readonly message: string } | undefined,
  ): void {
    try {
      this.#answered = true;
      this.#contentCoding = headers['content-encoding'];
      if (eventStream) this.#openStream();
      const exchange = this.exchange;
      this.#emit(
        proxy === undefined
          ? { kind: 'response', exchange, atUs, status, headers }
          : { kind: 'response', exchange, atUs, status, headers, proxy },
      );
    } catch (error) {
      this.#context.onFault('tap_response', error);
    }
  }

  /** Bytes of the answer's body, after they were handed on. */
  sightData(chunk: Buffer, receivedUs: UnixMicros): void {
    try {
      this.#receivedUs = receivedUs;
      if (this.#decoder) this.#decoder.write(chunk);
      else if (this.#splitter) this.#splitter.push(chunk);
      else if (!this.#unreadable) this.#collect(chunk);
    } catch (error) {
      this.#context.onFault('tap_data', error);
    }
  }

  /** A remark on what has passed; it keeps its place behind the request frame. */
  sightMisdirection(frame: MisdirectionFrame): void {
    this.#emit(frame);
  }

  sightEnd(ending: Ending): void {
    try {
      if (this.#decoder) {
        this.#decoder.end(() => this.#finish(ending, undefined));
        return;
      }
      if (!this.#answered || this.#splitter || this.#unreadable) this.#finish(ending, undefined);
      else this.#sightBody(ending);
    } catch (error) {
      this.#context.onFault('tap_end', error);
      ending.done();
    }
  }

  #openStream(): void {
    const coding = readCoding(this.#contentCoding);
    if (coding === 'unknown') {
      this.#unreadable = true;
      return;
    }
    const splitter = new SseSplitter(this.#context.inspectBytesMax, (event) => this.#sightSse(event));
    this.#splitter = splitter;
    if (coding !== 'identity') this.#decoder = createStreamDecoder(coding, (chunk) => splitter.push(chunk));
  }

  #collect(chunk: Buffer): void {
    if (this.#collector === undefined) {
      if (this.#single === undefined && chunk.length <= this.#context.inspectBytesMax) {
        this.#single = chunk;
        return;
      }
      this.#collector = new ByteCollector(this.#context.inspectBytesMax, this.#context.budget);
      if (this.#single) this.#collector.take(this.#single);
      this.#single = undefined;
    }
    this.#collector.take(chunk);
    if (this.#collector.given === 'budget' && !this.#budgetReported) this.#reportBudget();
  }

  #reportBudget(): void {
    this.#budgetReported = true;
    this.#emit({ kind: 'loss', atUs: this.#context.nowUs(), stage: 'tap', reason: 'memory', count: 1 });
  }

  #sightBody(ending: Ending): void {
    const collector = this.#collector;
    const total = collector ? collector.total : (this.#single?.length ?? 0);
    const bytes = collector ? collector.release() : (this.#single ?? EMPTY);
    const coding = readCoding(this.#contentCoding);
    if (
      bytes !== undefined &&
      bytes.length > 0 &&
      ending.whole &&
      coding !== 'identity' &&
      coding !== 'unknown'
    ) {
      sightCoded(bytes, coding, this.#context.inspectBytesMax, (body) => this.#finish(ending, body));
      return;
    }
    this.#finish(ending, sightPlain(bytes, total, ending.whole, coding === 'unknown'));
  }

  #finish(ending: Ending, body: BodySighting | undefined): void {
    const { atUs, how, firstByteUs, receivedUs, receivedBytes, sentBytes } = ending;
    const frame: EndFrame = {
      kind: 'end',
      exchange: this.exchange,
      atUs: Math.max(atUs, this.#lastUs),
      how,
      ...(firstByteUs === undefined ? {} : { firstByteUs }),
      ...(receivedUs === undefined ? {} : { receivedUs }),
      ...(body === undefined ? {} : { body }),
      receivedBytes,
      sentBytes,
    };
    this.#emit(frame);
    ending.done();
  }

  #sightSse(event: SseEvent): void {
    const { data } = event;
    const body: BodySighting | undefined = data
      ? sightText(data)
      : event.oversized
        ? { bytes: event.bytes, problem: 'oversized' }
        : undefined;
    this.#lastUs = this.#context.nowUs();
    this.#emit({
      kind: 'sse',
      exchange: this.exchange,
      atUs: this.#lastUs,
      receivedUs: this.#receivedUs,
      ...(event.event === undefined ? {} : { event: event.event }),
      ...(event.id === undefined ? {} : { id: event.id }),
      ...(body === undefined ? {} : { data: body }),
    });
    if (event.event === 'endpoint' && body?.text !== undefined) this.#announce(body.text);
  }

  #emit(frame: Frame): void {
    if (this.#waiting) {
      this.#waiting.push(frame);
      return;
    }
    try {
      this.#context.sink(frame);
    } catch (error) {
      this.#context.onFault('frame_sink', error);
    }
  }
}

function sightPlain(
  bytes: Buffer | undefined,
  total: number,
  whole: boolean,
  unknownCoding: boolean,
): BodySighting {
  if (bytes === undefined) return { bytes: total, problem: 'oversized' };
  if (unknownCoding) return { bytes: total, problem: 'coding' };
  if (!whole) return { bytes: total, problem: 'incomplete' };
  return sightText(bytes);
}
