/**
 * The second thread of `metronome.ts`: sleeps until each request is due and says so. `Atomics.wait` is the only
 * sleep of Node that is finer than a millisecond, and it may not be used where sockets are served.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { readMonotonicUs } from './clock.ts';

export interface Beat {
  readonly startUs: number;
  readonly periodUs: number;
  readonly total: number;
  /** `[calling]` is 1 while a message is on its way; `[never]` is what the thread sleeps on. */
  readonly flags: Int32Array;
}

export const calling = 0;
export const never = 1;

function keepTime({ startUs, periodUs, total, flags }: Beat): void {
  for (let index = 0; index < total; ) {
    const waitUs = startUs + index * periodUs - readMonotonicUs();
    if (waitUs > 0) Atomics.wait(flags, never, 0, waitUs / 1_000);
    // One message is enough, for the callback sends everything that is due.
    if (Atomics.exchange(flags, calling, 1) === 0) parentPort?.postMessage(0);
    // A thread that woke late does not tick for each request it missed: one call sends them all.
    index = Math.max(index + 1, Math.ceil((readMonotonicUs() - startUs) / periodUs));
  }
}

if (workerData?.flags instanceof Int32Array) keepTime(workerData);
