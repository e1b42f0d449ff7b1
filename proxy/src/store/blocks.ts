/**
 * Payload texts, gathered into blocks and compressed together: alike as they are, they take a fraction of the room
 * and of the time that each by itself would. A text met again within its generation is not stored again.
 */
import { hash } from 'node:crypto';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { Recent } from './recent.ts';

/** Where a text is: block, and its place in the block's text in UTF-16 units. */
export type TextPlace = readonly [block: number, from: number, to: number];

/** A shorter text costs more by its place than by itself. */
const INLINE_LENGTH_MAX = 40;
/** A shorter block stays as it is: compressing costs 25 µs for a call, and saves a third of so little. */
const PLAIN_LENGTH_MAX = 1000;
/** Reading one payload decompresses its block. */
const BLOCK_LENGTH_MAX = 128 * 1024;
/**
 * After so many texts all are forgotten: a generation ends. A block is removed when no event after it can need it,
 * so a longer generation stores less and keeps it longer.
 */
const GENERATION_TEXTS_MAX = 10_000;
const LEVEL = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

export interface Block {
  readonly id: number;
  /** Compressed, or short and as it is. */
  readonly data: Uint8Array | string;
}

export class BlockWriter {
  readonly #write: (block: Block) => void;
  readonly #known = new Map<string, TextPlace>();
  #id: number;
  /** Blocks up to this one were removed: texts in them are not known any more. */
  #removed = 0;
  #texts: string[] = [];
  #length = 0;
  #seen = 0;

  /** @param last Number of the newest block there ever was. */
  constructor(last: number, write: (block: Block) => void) {
    this.#id = last + 1;
    this.#write = write;
  }

  /** The place of a text, or the text itself where that is better. Only after `flush` the place holds something. */
  put(text: string): TextPlace | string {
    if (text.length <= INLINE_LENGTH_MAX || !text.isWellFormed()) return text;
    const key = hash('sha256', text, 'base64');
    const known = this.#known.get(key);
    if (known && known[0] > this.#removed) return known;
    if (this.#length > 0 && this.#length + text.length > BLOCK_LENGTH_MAX) this.flush();
    const place: TextPlace = [this.#id, this.#length, this.#length + text.length];
    this.#texts.push(text);
    this.#length += text.length;
    this.#seen += 1;
    this.#known.set(key, place);
    return place;
  }

  /** Writes what was gathered. Within the transaction of the events whose texts they are. */
  flush(): void {
    if (this.#length === 0) return;
    const text = this.#texts.join('');
    const data = this.#length < PLAIN_LENGTH_MAX ? text : zstdCompressSync(Buffer.from(text), LEVEL);
    this.#write({ id: this.#id, data });
    this.#id += 1;
    this.#texts = [];
    this.#length = 0;
    if (this.#seen < GENERATION_TEXTS_MAX) return;
    this.#known.clear();
    this.#seen = 0;
  }

  forgetUpTo(last: number): void {
    this.#removed = Math.max(this.#removed, last);
  }

  /** After a transaction that failed: nothing of it is there. The numbers it used are not used again. */
  forget(): void {
    this.#known.clear();
    this.#texts = [];
    this.#length = 0;
    this.#seen = 0;
    this.#id += 1;
  }
}

/** Blocks kept decompressed: neighbouring events mostly share one. */
const BLOCKS_READ = 8;

export class BlockReader {
  readonly #read: (id: number) => Uint8Array | string | undefined;
  readonly #texts = new Recent<number, string>(BLOCKS_READ);

  constructor(read: (id: number) => Uint8Array | string | undefined) {
    this.#read = read;
  }

  /** Undefined when the block was shed. */
  text([block, from, to]: TextPlace): string | undefined {
    let text = this.#texts.get(block);
    if (text === undefined) {
      const data = this.#read(block);
      if (data === undefined) return undefined;
      text = typeof data === 'string' ? data : zstdDecompressSync(data).toString();
      this.#texts.set(block, text);
    }
    return text.slice(from, to);
  }

  /** What was shed meanwhile is not to be shown from memory. */
  forget(): void {
    this.#texts.clear();
  }
}
