/** Bytes from one stream to another as they come: unaltered, unbuffered, no faster than they are taken. */
import type { Readable, Writable } from 'node:stream';

/**
 * @param now What time it is, in whatever unit.
 * @param onPassed Called after a chunk was handed on, with the time at which it had come.
 */
export function pass(
  source: Readable,
  target: Writable,
  now: () => number,
  onPassed: (chunk: Buffer, receivedAt: number) => void,
): void {
  source.on('data', (chunk: Buffer) => {
    if (!target.writable) return;
    const receivedAt = now();
    if (!target.write(chunk)) {
      source.pause();
      target.once('drain', () => source.resume());
    }
    onPassed(chunk, receivedAt);
  });
  // What nobody takes any more must not keep the other side waiting.
  target.on('close', () => source.resume());
}
