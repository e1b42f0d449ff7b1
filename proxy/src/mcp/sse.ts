/**
 * Cuts a byte stream into server-sent events (WHATWG HTML §9.2 "Server-sent events", interpretation of an event
 * stream), incrementally: any cutting of the stream into chunks gives the same events. Works on bytes, because a
 * character may be split between chunks. Bounded: an event above the limit is counted and flagged, never held.
 *
 * Differs from a browser on purpose: an event that carries only an `id` is reported, since ids are what resuming
 * is about, and absent data is told from empty data (2025-11-25 primes a stream with an id and empty data).
 */
import { GrowingBytes } from './growingBytes.ts';

export interface SseEvent {
  /** `event:` field; absent means `message`. */
  readonly event?: string;
  /** `id:` field; empty is a value: it resets the last event id. */
  readonly id?: string;
  /** `data:` lines joined by LF; absent when there was none, or when the event was larger than the limit. */
  readonly data?: Buffer;
  /** Bytes of the data, also when it is absent for its size. */
  readonly bytes: number;
  readonly oversized: boolean;
}

const LF = 10;
const CR = 13;
const SPACE = 32;
const COLON = 58;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
const NEWLINE = Buffer.from('\n');
/** Of a line that is too long, enough is kept to know its field. */
const LINE_PREFIX_BYTES = 16;

export class SseSplitter {
  readonly #bytesMax: number;
  readonly #onEvent: (event: SseEvent) => void;
  /** Bytes of the byte order mark seen at the start; 3 once that question is settled. */
  #bom = 0;
  /** The last chunk ended in CR: a LF that follows belongs to it. */
  #afterCr = false;
  /** The line begun in an earlier chunk. */
  readonly #line = new GrowingBytes();
  /** Its whole length, also when only a prefix is kept. */
  #lineBytes = 0;
  #event: string | undefined = undefined;
  #id: string | undefined = undefined;
  readonly #data = new GrowingBytes();
  #hasData = false;
  #dataBytes = 0;
  /** Bytes of all lines of the event so far. */
  #eventBytes = 0;
  #oversized = false;

  constructor(bytesMax: number, onEvent: (event: SseEvent) => void) {
    this.#bytesMax = bytesMax;
    this.#onEvent = onEvent;
  }

  push(chunk: Buffer): void {
    let at = this.#bom < BOM.length ? this.#skipBom(chunk) : 0;
    if (at >= chunk.length) return;
    if (this.#afterCr) {
      this.#afterCr = false;
      if (chunk[at] === LF) at += 1;
    }
    // Both positions are kept: a search for CR in a stream without any would run to the chunk's end every line.
    let lf = chunk.indexOf(LF, at);
    let cr = chunk.indexOf(CR, at);
    while (lf !== -1 || cr !== -1) {
      const end = cr === -1 || (lf !== -1 && lf < cr) ? lf : cr;
      this.#finishLine(chunk, at, end);
      at = end + 1;
      if (end === cr) {
        if (at === chunk.length) this.#afterCr = true;
        else if (chunk[at] === LF) at += 1;
        cr = chunk.indexOf(CR, at);
      }
      if (lf !== -1 && lf < at) lf = chunk.indexOf(LF, at);
    }
    if (at < chunk.length) this.#keep(chunk.subarray(at));
  }

  /** Where the text starts; a mark cut short by other bytes is text. */
  #skipBom(chunk: Buffer): number {
    let at = 0;
    while (this.#bom < BOM.length && at < chunk.length) {
      if (chunk[at] !== BOM[this.#bom]) {
        if (this.#bom > 0) this.#keep(BOM.subarray(0, this.#bom));
        this.#bom = BOM.length;
        return at;
      }
      this.#bom += 1;
      at += 1;
    }
    return at;
  }

  #keep(part: Buffer): void {
    this.#lineBytes += part.length;
    if (this.#eventBytes + this.#lineBytes <= this.#bytesMax) {
      this.#line.append(part);
      return;
    }
    const missing = LINE_PREFIX_BYTES - this.#line.length;
    if (missing > 0) this.#line.append(part.subarray(0, missing));
  }

  #finishLine(chunk: Buffer, from: number, to: number): void {
    if (this.#lineBytes === 0) {
      const whole = chunk.subarray(from, to);
      this.#takeLine(whole, whole.length);
      return;
    }
    this.#keep(chunk.subarray(from, to));
    const bytes = this.#lineBytes;
    this.#lineBytes = 0;
    this.#takeLine(this.#line.take(), bytes);
  }

  /** `line` may be a prefix only, when the event is too large; `bytes` is the line's true length. */
  #takeLine(line: Buffer, bytes: number): void {
    if (bytes === 0) {
      this.#finishEvent();
      return;
    }
    if (line[0] === COLON) return;
    this.#eventBytes += bytes + 1;
    const tooLarge = this.#eventBytes > this.#bytesMax + 1;
    const colon = line.indexOf(COLON);
    const nameEnd = colon === -1 ? line.length : colon;
    const name = line.toString('latin1', 0, nameEnd);
    const start = colon === -1 ? bytes : line[colon + 1] === SPACE ? colon + 2 : colon + 1;
    if (name === 'data') this.#takeData(line.subarray(start), bytes - start, tooLarge);
    else if (tooLarge) this.#drop();
    else if (name === 'event') this.#event = line.toString('utf8', start, line.length);
    else if (name === 'id' && !line.includes(0, start)) this.#id = line.toString('utf8', start, line.length);
  }

  #takeData(value: Buffer, bytes: number, tooLarge: boolean): void {
    this.#dataBytes += bytes + (this.#hasData ? 1 : 0);
    if (tooLarge) this.#drop();
    else if (!this.#oversized) {
      if (this.#hasData) this.#data.append(NEWLINE);
      this.#data.append(value);
    }
    this.#hasData = true;
  }

  #drop(): void {
    this.#oversized = true;
    this.#data.clear();
  }

  #finishEvent(): void {
    if (this.#hasData || this.#id !== undefined || this.#oversized) {
      const event: SseEvent = {
        ...(this.#event === undefined || this.#event === '' ? {} : { event: this.#event }),
        ...(this.#id === undefined ? {} : { id: this.#id }),
        ...(this.#hasData && !this.#oversized ? { data: this.#data.take() } : {}),
        bytes: this.#dataBytes,
        oversized: this.#oversized,
      };
      this.#reset();
      this.#onEvent(event);
    } else this.#reset();
  }

  #reset(): void {
    this.#event = undefined;
    this.#id = undefined;
    this.#data.clear();
    this.#hasData = false;
    this.#dataBytes = 0;
    this.#eventBytes = 0;
    this.#oversized = false;
  }
}
