/**
 * Writes protobuf: the few wire types that OTLP uses, into one buffer that grows and is used again. Lengths are
 * written canonically (a receiver may compare bytes), by leaving room for the usual two bytes and moving the
 * content where that was wrong. It knows nothing of OTLP.
 * Source: protobuf.dev, "Encoding".
 */

/** Wire types, as the low three bits of a tag. */
export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const FIXED32 = 5;

const TWO_32 = 2 ** 32;
/** Buffers kept for use again: as many as may be under way at once. */
const SPARES_MAX = 4;
const SPARE_BYTES_MAX = 1024 * 1024;

/** A tag of one byte: field numbers up to 15. */
export function tagOf(field: number, wireType: number): number {
  return (field << 3) | wireType;
}

export class ProtobufWriter {
  // Never from Node's pool: a buffer that is given away and comes back must be whole.
  #bytes: Buffer<ArrayBuffer> = Buffer.allocUnsafeSlow(64 * 1024);
  #at = 0;
  readonly #spares: Buffer<ArrayBuffer>[] = [];
  readonly #double = new Float64Array(1);
  readonly #doubleBytes = new Uint8Array(this.#double.buffer);

  /** Where the next byte goes. */
  get length(): number {
    return this.#at;
  }

  /**
   * Everything written; the writer is empty afterwards. Where most of the buffer is used it is given away with the
   * bytes, because a fresh megabyte for every batch costs more in page faults than its encoding; a buffer that is
   * mostly empty stays, so that what waits in a queue has the size it says.
   */
  take(): Uint8Array {
    const used = this.#bytes.subarray(0, this.#at);
    this.#at = 0;
    if (used.length * 2 < this.#bytes.length) return Uint8Array.from(used);
    this.#bytes = this.#spares.pop() ?? Buffer.allocUnsafeSlow(Math.min(this.#bytes.length, SPARE_BYTES_MAX));
    return used;
  }

  /** Gives back what `take` gave, when nobody reads it any more: it will be written over. */
  giveBack(bytes: Uint8Array): void {
    const { buffer } = bytes;
    const capacity = buffer.byteLength;
    if (this.#spares.length >= SPARES_MAX || capacity > SPARE_BYTES_MAX) return;
    // A copy is as small as its content and would only have to grow again.
    if (capacity >= this.#bytes.length && buffer instanceof ArrayBuffer)
      this.#spares.push(Buffer.from(buffer));
  }

  /** Makes sure that `count` bytes fit; the methods below that say so rely on it. */
  reserve(count: number): void {
    const needed = this.#at + count;
    if (needed <= this.#bytes.length) return;
    // Moves the memory instead of leaving the old one to the garbage collector.
    this.#bytes = Buffer.from(this.#bytes.buffer.transfer(Math.max(needed, this.#bytes.length * 2)));
  }

  /** One byte, for which there must be room. */
  byte(value: number): void {
    this.#bytes[this.#at++] = value;
  }

  /** A whole number of at most 53 bits, for which there must be ten bytes of room. */
  varint(value: number): void {
    const bytes = this.#bytes;
    let at = this.#at;
    if (value < 0) {
      this.#negative(value);
      return;
    }
    let rest = value;
    while (rest >= TWO_32) {
      bytes[at++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    while (rest > 127) {
      bytes[at++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    bytes[at++] = rest;
    this.#at = at;
  }

  /** Two's complement of 64 bits: always ten bytes. */
  #negative(value: number): void {
    let rest = BigInt.asUintN(64, BigInt(value));
    while (rest > 127n) {
      this.byte(Number(rest & 127n) | 128);
      rest >>= 7n;
    }
    this.byte(Number(rest));
  }

  /** Bytes as they are, for which there must be room. */
  raw(source: Uint8Array): void {
    this.#bytes.set(source, this.#at);
    this.#at += source.length;
  }

  /** Eight bytes, little end first, for which there must be room. */
  double(value: number): void {
    this.#double[0] = value;
    this.raw(this.#doubleBytes);
  }

  /** `micros` × 1000 + `nanos` as an unsigned number of 64 bits, for which there must be room. */
  fixedNanos(micros: number, nanos: number): void {
    const low = (micros % TWO_32) * 1000 + nanos;
    const high = Math.floor(micros / TWO_32) * 1000 + Math.floor(low / TWO_32);
    this.fixed32(low % TWO_32);
    this.fixed32(high);
  }

  /** Four bytes, little end first, for which there must be room. */
  fixed32(value: number): void {
    const bytes = this.#bytes;
    bytes[this.#at] = value & 255;
    bytes[this.#at + 1] = (value >>> 8) & 255;
    bytes[this.#at + 2] = (value >>> 16) & 255;
    bytes[this.#at + 3] = (value >>> 24) & 255;
    this.#at += 4;
  }

  /** The bytes that lower-case hex digits stand for, for which there must be room. */
  hex(digits: string): void {
    const bytes = this.#bytes;
    let at = this.#at;
    for (let i = 0; i + 1 < digits.length; i += 2) {
      bytes[at++] = (nibble(digits.charCodeAt(i)) << 4) | nibble(digits.charCodeAt(i + 1));
    }
    this.#at = at;
  }

  /** Length and UTF-8 bytes of a text; `bytes` is its length when the caller knows it. */
  text(value: string, bytes = Buffer.byteLength(value)): void {
    this.reserve(bytes + 5);
    this.varint(bytes);
    this.#at += this.#bytes.write(value, this.#at);
  }

  /**
   * A message of a ready-made beginning and one text field: `tag`, length, `head`, the text's length with its tag,
   * `textTag`, the text. It is OTLP's key and value, and most of what is written; so it is one loop over local
   * variables where the text is short ASCII, which nearly every attribute is.
   */
  headedText(tag: number, head: Uint8Array, textTag: number, value: string): void {
    const units = value.length;
    const headLength = head.length;
    this.reserve(headLength + units * 3 + 16);
    if (units + headLength < 124) {
      const bytes = this.#bytes;
      let at = this.#at;
      bytes[at++] = tag;
      bytes[at++] = headLength + units + 3;
      bytes.set(head, at);
      at += headLength;
      bytes[at++] = units + 2;
      bytes[at++] = textTag;
      bytes[at++] = units;
      let seen = 0;
      for (let i = 0; i < units; i++) {
        const unit = value.charCodeAt(i);
        seen |= unit;
        bytes[at++] = unit;
      }
      if (seen < 128) {
        this.#at = at;
        return;
      }
    }
    const length = Buffer.byteLength(value);
    const inner = 1 + lengthSize(length) + length;
    this.byte(tag);
    this.varint(headLength + lengthSize(inner) + inner);
    this.raw(head);
    this.varint(inner);
    this.byte(textTag);
    this.text(value, length);
  }

  /** A part of what another writer holds. */
  copy(source: ProtobufWriter, start: number, end: number): void {
    this.reserve(end - start);
    source.#bytes.copy(this.#bytes, this.#at, start, end);
    this.#at += end - start;
  }

  /** Changes one byte that is written already. */
  replace(at: number, value: number): void {
    this.#bytes[at] = value;
  }

  /** Forgets what was written since `length` was this. */
  rewind(length: number): void {
    this.#at = length;
  }

  /**
   * Begins a message whose length is not known yet, after its tag if it has one of its own; returns what `close`
   * needs. `lengthBytes` is how many bytes the length will probably take: a wrong guess costs a move.
   */
  open(tag: number | undefined, lengthBytes = 2): number {
    this.reserve(16);
    if (tag !== undefined) this.byte(tag);
    this.#at += lengthBytes;
    return this.#at;
  }

  /** Ends the message begun at `start`, writing its length in front of it. */
  close(start: number, lengthBytes = 2): void {
    const end = this.#at;
    const length = end - start;
    const shift = lengthSize(length) - lengthBytes;
    if (shift !== 0) {
      this.reserve(8);
      this.#bytes.copyWithin(start + shift, start, end);
    }
    this.#at = start - lengthBytes;
    this.varint(length);
    this.#at = end + shift;
  }
}

/** Bytes of a length as a varint. */
export function lengthSize(length: number): number {
  if (length < 128) return 1;
  if (length < 16_384) return 2;
  if (length < 2_097_152) return 3;
  return length < 268_435_456 ? 4 : 5;
}

function nibble(unit: number): number {
  return unit < 58 ? unit - 48 : unit - 87;
}
