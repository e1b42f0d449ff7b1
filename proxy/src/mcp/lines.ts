/**
 * Cuts a byte stream into lines (stdio transport, every revision: messages are delimited by newlines and hold none),
 * incrementally: any cutting of the stream into chunks gives the same lines. Works on bytes, because a character may
 * be split between chunks. Bounded: a line above the limit is counted, and of it only both ends are kept.
 */
import { GrowingBytes } from './growingBytes.ts';

export interface Line {
  /** The line without its LF or CR LF; absent when it was longer than the limit. */
  readonly data?: Buffer;
  /** Its length in bytes, whole also when `data` is absent. */
  readonly bytes: number;
  /** First and last bytes of a line longer than the limit: they may tell whose answer it is. */
  readonly ends?: { readonly head: Buffer; readonly tail: Buffer };
  /** The stream ended before the line did. */
  readonly unfinished?: true;
}

interface Ends {
  head: Buffer;
  tail: Buffer;
}

const NOTHING = Buffer.alloc(0);
const LF = 10;
const CR = 13;
/** Kept of each end of a line that is too long. */
const END_BYTES = 256;

export class LineSplitter {
  readonly #bytesMax: number;
  readonly #onLine: (line: Line) => void;
  /** The line begun in an earlier chunk, while it is not too long. */
  readonly #begun = new GrowingBytes();
  /** Its whole length so far, a CR at its end included. */
  #bytes = 0;
  #ends: Ends | undefined = undefined;

  constructor(bytesMax: number, onLine: (line: Line) => void) {
    this.#bytesMax = bytesMax;
    this.#onLine = onLine;
  }

  /** The chunk must not change afterwards: a line that fits into it is handed on without a copy. */
  push(chunk: Buffer): void {
    let start = 0;
    for (let at = chunk.indexOf(LF); at !== -1; at = chunk.indexOf(LF, start)) {
      this.#take(chunk.subarray(start, at));
      this.#finish(false);
      start = at + 1;
    }
    this.#take(chunk.subarray(start));
  }

  /** The stream is over; what has begun is a line too. */
  end(): void {
    if (this.#bytes > 0) this.#finish(true);
  }

  #take(piece: Buffer): void {
    if (piece.length === 0) return;
    this.#bytes += piece.length;
    if (this.#ends) this.#extend(this.#ends, piece);
    // One byte more than allowed may be the CR of a line that just fits.
    else if (this.#bytes <= this.#bytesMax + 1) this.#begun.append(piece);
    else {
      this.#ends = { head: NOTHING, tail: NOTHING };
      this.#extend(this.#ends, this.#begun.take());
      this.#extend(this.#ends, piece);
    }
  }

  #extend(ends: Ends, piece: Buffer): void {
    ends.head = joined(ends.head, piece.subarray(0, END_BYTES - ends.head.length));
    // One more than is shown: it may be the CR before the LF.
    ends.tail = joined(ends.tail, piece.subarray(-END_BYTES - 1)).subarray(-END_BYTES - 1);
  }

  #finish(unfinished: boolean): void {
    let ends = this.#ends;
    const whole = this.#begun.take();
    const endsInCr = !unfinished && (ends?.tail ?? whole).at(-1) === CR;
    const bytes = this.#bytes - (endsInCr ? 1 : 0);
    if (!ends && bytes > this.#bytesMax) {
      ends = { head: NOTHING, tail: NOTHING };
      this.#extend(ends, whole);
    }
    this.#bytes = 0;
    this.#ends = undefined;
    const rest = unfinished ? { unfinished: true as const } : {};
    if (!ends) this.#onLine({ bytes, data: whole.subarray(0, bytes), ...rest });
    else {
      const tail = endsInCr ? ends.tail.subarray(0, -1) : ends.tail;
      this.#onLine({ bytes, ends: { head: ends.head, tail: tail.subarray(-END_BYTES) }, ...rest });
    }
  }
}

/** Always a copy of its own, so that a few bytes do not keep a whole chunk alive. */
function joined(before: Buffer, piece: Buffer): Buffer {
  return piece.length === 0 ? before : Buffer.concat([before, piece]);
}

/** `id` as first member but `jsonrpc`, or as the last one: where serialisers put it. Anywhere else it may be a payload's. */
const ID = '(-?\\d{1,16}|"(?:[^"\\\\]|\\\\.){0,128}")';
const JSONRPC = '"jsonrpc"\\s*:\\s*"2\\.0"';
const ID_FIRST = new RegExp(
  `^\\s*\\{\\s*(?:${JSONRPC}\\s*,\\s*)?"id"\\s*:\\s*${ID}\\s*,\\s*"(result|error)"`,
);
const ID_LAST = new RegExp(
  `[\\]}"0-9el]\\s*,\\s*(?:${JSONRPC}\\s*,\\s*)?"id"\\s*:\\s*${ID}\\s*(?:,\\s*${JSONRPC}\\s*)?\\}\\s*$`,
);
const RESULT_FIRST = /^\s*\{\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?"(result|error)"\s*:/;

/** Both ends of a line that is there, as they are kept of one that is too long. */
export function endsOf(line: Buffer | string): { readonly head: Buffer; readonly tail: Buffer } {
  if (typeof line !== 'string') return { head: line.subarray(0, END_BYTES), tail: line.subarray(-END_BYTES) };
  return { head: Buffer.from(line.slice(0, END_BYTES)), tail: Buffer.from(line.slice(-END_BYTES)) };
}

/** The id that an answer too long to be read gives, where both its ends show that it is an answer. */
export function answerIdOf({
  head,
  tail,
}: {
  readonly head: Buffer;
  readonly tail: Buffer;
}): string | number | undefined {
  const first = head.toString('latin1');
  const text =
    ID_FIRST.exec(first)?.[1] ??
    (RESULT_FIRST.test(first) ? ID_LAST.exec(tail.toString('latin1'))?.[1] : undefined);
  if (text === undefined) return undefined;
  try {
    const id: unknown = JSON.parse(Buffer.from(text, 'latin1').toString('utf8'));
    return typeof id === 'string' || typeof id === 'number' ? id : undefined;
  } catch {
    return undefined;
  }
}
