/**
 * Ids and timestamps, made without clock or chance: everything derives from the seed given at the start and
 * from frame time, so that the same frames give the same ids.
 */
import type { UnixMicros } from './frame.ts';

/** Pseudo-random ids from a 128-bit seed (sfc32: fast, long period; nothing here is a secret). */
export class IdSource {
  #a: number;
  #b: number;
  #c: number;
  #counter: number;

  /** @param seed 32 hex digits. */
  constructor(seed: string) {
    [this.#a, this.#b, this.#c, this.#counter] = [0, 8, 16, 24].map(
      (at) => Number.parseInt(seed.slice(at, at + 8), 16) | 0,
    ) as [number, number, number, number];
    for (let i = 0; i < 12; i++) this.#next();
  }

  /** 16 hex digits; a span id. */
  spanId(): string {
    return this.#wordsNotZero(2);
  }

  /** 32 hex digits; a trace id. */
  traceId(): string {
    return this.#wordsNotZero(4);
  }

  /**
   * UUIDv7 (RFC 9562 §5.7) of a record's time, its last hex digit the bucket, so that the id alone says in which
   * stream and when to look.
   */
  eventId(timeNs: string, bucket: string): string {
    const ms = Number(timeNs.slice(0, 13)).toString(16).padStart(12, '0');
    const a = this.#word();
    const b = this.#word();
    const c = this.#word();
    const variant = ((Number.parseInt(b[0] ?? '0', 16) & 3) | 8).toString(16);
    return `${ms.slice(0, 8)}-${ms.slice(8)}-7${a.slice(0, 3)}-${variant}${b.slice(1, 4)}-${b.slice(4)}${c.slice(0, 7)}${bucket}`;
  }

  /** W3C Trace Context §3.2.2: an id of zeros is none. */
  #wordsNotZero(count: number): string {
    let words = '';
    for (let i = 0; i < count; i++) words += this.#word();
    return /[^0]/.test(words) ? words : this.#wordsNotZero(count);
  }

  /** 8 hex digits. */
  #word(): string {
    const word = this.#next();
    return `${hexByte(word >>> 24)}${hexByte(word >>> 16)}${hexByte(word >>> 8)}${hexByte(word)}`;
  }

  #next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    this.#c |= 0;
    return sum;
  }
}

const HEX_BYTES = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** The lowest byte of a number as two hex digits; a table, because every event needs dozens. */
function hexByte(value: number): string {
  return HEX_BYTES[value & 0xff] ?? '';
}

/** Record timestamps: decimal nanoseconds, strictly increasing (+1 ns when frame time has not moved on). */
export class Stamps {
  #us: UnixMicros;
  #ns: number;

  /** @param afterNs The first timestamp is after this one; decimal nanoseconds. */
  constructor(afterNs = '0000') {
    this.#us = Number(afterNs.slice(0, -3));
    this.#ns = Number(afterNs.slice(-3));
  }

  next(atUs: UnixMicros): string {
    if (atUs > this.#us) {
      this.#us = atUs;
      this.#ns = 0;
    } else if (++this.#ns === 1000) {
      this.#us += 1;
      this.#ns = 0;
    }
    return `${this.#us}${String(this.#ns).padStart(3, '0')}`;
  }
}
