/**
 * Reads a request's body in one of two ways. Small ones are read whole, because one write to the upstream is what
 * makes an exchange cheap; anything else streams with back-pressure, so that neither a large nor a slow sender
 * can grow the proxy or wait for itself.
 */
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { GrowingBytes } from '../mcp/growingBytes.ts';

/** Bodies up to this size are read whole before they are forwarded. */
const WHOLE_BODY_BYTES_MAX = 65_536;
/** A chunked body that has not ended by then is streamed: its sender may be waiting for the answer. */
const CHUNKED_PATIENCE_MS = 10;

export interface BodyReceiver {
  /** The whole body, once. */
  takeWhole(body: Buffer): void;
  /** Instead of `takeWhole`: the body will come through this stream. */
  takeStream(body: Readable): void;
  /** Every chunk of a streamed body, after it was handed on. */
  sightChunk(chunk: Buffer): void;
  /** A streamed body is complete. */
  sightBodyEnd(): void;
}

export class RequestBody {
  receivedBytes = 0;
  readonly #request: IncomingMessage;
  readonly #receiver: BodyReceiver;
  readonly #length: number | undefined;
  readonly #kept = new GrowingBytes();
  #stream: ForwardedBody | undefined = undefined;
  #patience: NodeJS.Timeout | undefined = undefined;
  #settled = false;

  /** `length` is the Content-Length; undefined for a chunked body. */
  constructor(request: IncomingMessage, length: number | undefined, receiver: BodyReceiver) {
    this.#request = request;
    this.#length = length;
    this.#receiver = receiver;
  }

  /** What was read of a body that never became whole. */
  takePartial(): Buffer | undefined {
    return this.#stream ? undefined : this.#kept.take();
  }

  read(): void {
    if (this.#length !== undefined && this.#length > WHOLE_BODY_BYTES_MAX) this.#startStream();
    this.#request.on('data', (chunk: Buffer) => this.#take(chunk));
    this.#request.on('end', () => this.#end());
  }

  /** Nobody wants the rest: it is read and thrown away, so that the connection stays usable. */
  discard(): void {
    this.#settled = true;
    clearTimeout(this.#patience);
    this.#kept.clear();
    this.#stream?.destroy();
    this.#request.resume();
  }

  #take(chunk: Buffer): void {
    this.receivedBytes += chunk.length;
    if (this.#stream) {
      if (this.#stream.destroyed) return;
      if (!this.#stream.push(chunk)) this.#request.pause();
      this.#receiver.sightChunk(chunk);
      return;
    }
    if (this.#settled) return;
    if (this.#kept.length === 0 && chunk.length === this.#length) {
      this.#settled = true;
      this.#receiver.takeWhole(chunk);
      return;
    }
    this.#kept.append(chunk);
    // A known length is complete with its last byte; waiting for `end` would cost a turn of the loop.
    if (this.#kept.length === this.#length) this.#settleWhole();
    else if (this.#length === undefined) {
      if (this.#kept.length > WHOLE_BODY_BYTES_MAX) this.#startStream();
      else this.#patience ??= setTimeout(() => this.#startStream(), CHUNKED_PATIENCE_MS);
    }
  }

  #end(): void {
    if (this.#stream) {
      if (this.#stream.destroyed) return;
      this.#stream.push(null);
      this.#receiver.sightBodyEnd();
    } else if (!this.#settled) this.#settleWhole();
  }

  #settleWhole(): void {
    this.#settled = true;
    clearTimeout(this.#patience);
    this.#receiver.takeWhole(this.#kept.take());
  }

  #startStream(): void {
    if (this.#settled) return;
    this.#settled = true;
    clearTimeout(this.#patience);
    const stream = new ForwardedBody(this.#request);
    this.#stream = stream;
    const begun = this.#kept.length > 0 ? this.#kept.take() : undefined;
    if (begun && !stream.push(begun)) this.#request.pause();
    this.#receiver.takeStream(stream);
    if (begun) this.#receiver.sightChunk(begun);
  }
}

/** The request's bytes on their way to the upstream; when that has gone, the rest is read and thrown away. */
class ForwardedBody extends Readable {
  readonly #source: IncomingMessage;

  constructor(source: IncomingMessage) {
    super({ highWaterMark: WHOLE_BODY_BYTES_MAX });
    this.#source = source;
  }

  override _read(): void {
    this.#source.resume();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#source.resume();
    done(error);
  }
}
