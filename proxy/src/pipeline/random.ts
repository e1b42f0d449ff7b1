/**
 * Random ids as hex, drawn from a pool: filling 4 KiB at once costs little more than filling one id, and every
 * request needs one. The source of randomness is handed in.
 */

const POOL_BYTES = 4_096;

/** @param fill Fills a buffer with random bytes. */
export function createRandomHex(fill: (pool: Buffer) => void): (bytes: number) => string {
  const pool = Buffer.alloc(POOL_BYTES);
  let at = POOL_BYTES;
  return (bytes) => {
    if (bytes > POOL_BYTES) throw new RangeError(`at most ${POOL_BYTES} random bytes at once`);
    if (at + bytes > POOL_BYTES) {
      fill(pool);
      at = 0;
    }
    at += bytes;
    return pool.toString('hex', at - bytes, at);
  };
}
