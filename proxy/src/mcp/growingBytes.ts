/**
 * Bytes that arrive in pieces of any size, joined at a cost that is linear in their number. The first piece is
 * kept as it is, because one piece is the usual case; later ones are copied into one block that doubles, so that
 * a peer sending byte by byte costs its bytes and not an object a byte.
 */
const BLOCK_BYTES_MIN = 4096;
const EMPTY = Buffer.alloc(0);

export class GrowingBytes {
  length = 0;
  #block: Buffer = EMPTY;

  /** Bytes of memory that would be held after appending so many more. */
  capacityWith(more: number): number {
    const needed = this.length + more;
    if (this.length === 0) return more;
    return needed <= this.#block.length ? this.#block.length : Math.max(BLOCK_BYTES_MIN, needed * 2);
  }

  append(piece: Buffer): void {
    if (this.length === 0) {
      this.#block = piece;
      this.length = piece.length;
      return;
    }
    const needed = this.length + piece.length;
    // The first piece is the peer's memory and full, so the second always moves into a block of ours.
    if (needed > this.#block.length) {
      const grown = Buffer.allocUnsafeSlow(this.capacityWith(piece.length));
      this.#block.copy(grown, 0, 0, this.length);
      this.#block = grown;
    }
    piece.copy(this.#block, this.length);
    this.length = needed;
  }

  /** Everything so far; empty again afterwards. */
  take(): Buffer {
    const all = this.#block.length === this.length ? this.#block : this.#block.subarray(0, this.length);
    this.clear();
    return all;
  }

  clear(): void {
    this.#block = EMPTY;
    this.length = 0;
  }
}
