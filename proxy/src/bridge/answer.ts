/**
 * One HTTP answer, given to whoever asked as undici's pool would give it: head, body with back-pressure, end. What is
 * not taken waits here; how much may wait is the business of whoever sends.
 */
import { STATUS_CODES } from 'node:http';
import type { Dispatcher } from 'undici';

/** A body goes on in pieces, or back-pressure would come after all of it. */
const PIECE_BYTES_MAX = 262_144;
const CR = 13;
const EVENT_BEGIN = Buffer.from('event: message\ndata: ');
const EVENT_END = Buffer.from('\n\n');
const COMMENT = Buffer.from(': still here\n\n');

export type AnswerState = 'waiting' | 'streaming' | 'over';

export class Answer {
  state: AnswerState = 'waiting';
  /** Called once: everything was taken, or nobody is there any more. */
  onOver: (wasTaken: boolean) => void = () => {};
  /** Called when everything that waited was taken. */
  onDrain: () => void = () => {};
  readonly #handler: Dispatcher.DispatchHandler;
  #queue: Buffer[] = [];
  /** Bytes that nobody has taken yet. */
  queuedBytes = 0;
  #isPaused = false;
  #isEnding = false;
  #keepAlive: NodeJS.Timeout | undefined = undefined;
  #isConnected = false;

  constructor(handler: Dispatcher.DispatchHandler) {
    this.#handler = handler;
  }

  /** From here on the other side knows that somebody works on its request, and can tell that it is gone. */
  connect(): void {
    if (this.#isConnected || this.state === 'over') return;
    this.#isConnected = true;
    this.#handler.onConnect?.((error) => {
      if (this.state === 'over') return;
      this.#leave(false);
      this.#handler.onError?.(error ?? new Error('aborted'));
    });
  }

  /** A whole answer. */
  respond(status: number, headers: readonly string[], body?: Buffer): void {
    if (this.state !== 'waiting') return;
    this.connect();
    if (this.#isOver()) return;
    const framing = body ? ['content-type', 'application/json'] : [];
    this.#begin(status, [...framing, 'content-length', String(body?.length ?? 0), ...headers]);
    if (body) this.#push(body);
    this.end();
  }

  /** The head of a stream of events. */
  openStream(headers: readonly string[]): void {
    if (this.state !== 'waiting') return;
    this.connect();
    if (this.#isOver()) return;
    this.#begin(200, [
      'content-type',
      'text/event-stream',
      'cache-control',
      'no-cache, no-transform',
      'x-accel-buffering',
      'no',
      ...headers,
    ]);
  }

  /** One message on an open stream: JSON text on one line. */
  sendEvent(message: Buffer): void {
    if (this.state !== 'streaming' || this.#isEnding) return;
    // White space between JSON's tokens, but the end of a line for readers of event streams.
    const data = message.includes(CR) ? withoutCr(message) : message;
    if (data.length < PIECE_BYTES_MAX) this.#push(Buffer.concat([EVENT_BEGIN, data, EVENT_END]));
    else for (const part of [EVENT_BEGIN, data, EVENT_END]) this.#push(part);
  }

  /** Calls back in a rhythm while there is nothing else, and lets an open stream say that it lives. */
  keepAlive(everyMs: number, onBeat: () => void = () => {}): void {
    if (this.state === 'over') return;
    this.#keepAlive = setInterval(() => {
      onBeat();
      if (this.state === 'streaming' && this.#queue.length === 0) this.#push(COMMENT);
    }, everyMs).unref();
  }

  /** Nothing follows. */
  end(): void {
    if (this.state !== 'streaming' || this.#isEnding) return;
    this.#isEnding = true;
    this.#flush();
  }

  /** There is no answer: it breaks off, or where nothing was said yet, the other side says so in our place. */
  fail(message: string): void {
    if (this.state === 'over') return;
    this.#leave(false);
    this.#handler.onError?.(new Error(message));
  }

  #isOver(): boolean {
    return this.state === 'over';
  }

  #begin(status: number, headers: readonly string[]): void {
    this.state = 'streaming';
    const raw = [...headers, 'date', new Date().toUTCString()].map((text) => Buffer.from(text));
    this.#handler.onHeaders?.(status, raw, () => this.#resume(), STATUS_CODES[status] ?? '');
  }

  #push(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; at += PIECE_BYTES_MAX)
      this.#queue.push(bytes.subarray(at, at + PIECE_BYTES_MAX));
    this.queuedBytes += bytes.length;
    this.#flush();
  }

  #flush(): void {
    if (this.state !== 'streaming') return;
    let taken = 0;
    while (!this.#isPaused && taken < this.#queue.length) {
      const piece = this.#queue[taken];
      taken += 1;
      if (!piece) continue;
      this.queuedBytes -= piece.length;
      if (this.#handler.onData?.(piece) === false) this.#isPaused = true;
    }
    if (taken > 0) this.#queue = this.#queue.slice(taken);
    if (this.#queue.length > 0) return;
    if (!this.#isEnding) return;
    this.#leave(true);
    this.#handler.onComplete?.(null);
  }

  #resume(): void {
    this.#isPaused = false;
    this.#flush();
    if (this.state === 'streaming' && this.#queue.length === 0) this.onDrain();
  }

  #leave(wasTaken: boolean): void {
    this.state = 'over';
    this.#queue = [];
    this.queuedBytes = 0;
    clearInterval(this.#keepAlive);
    this.onOver(wasTaken);
  }
}

function withoutCr(message: Buffer): Buffer {
  const copy = Buffer.from(message);
  for (let at = copy.indexOf(CR); at !== -1; at = copy.indexOf(CR, at + 1)) copy[at] = 32;
  return copy;
}
