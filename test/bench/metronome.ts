/**
 * Calls back when the next request of an open loop is due. Node's timers have whole milliseconds, too coarse for
 * 3,000 arrivals a second, and a loop that spins would take one of the two cores from what is measured; so a
 * second thread sleeps in microseconds and wakes this one by a message.
 */
import { Worker } from 'node:worker_threads';
import { readMonotonicUs } from './clock.ts';
import { type Beat, calling } from './metronomeThread.ts';

export interface Metronome {
  /** When the first request is due, by `readMonotonicUs`. */
  readonly startUs: number;
  stop(): Promise<void>;
}

/** Time for the thread to start before the first request is due. */
const leadUs = 400_000;

/** `onDue` is called at each of the `total` times, or once for several when this thread was busy. */
export async function startMetronome(periodUs: number, total: number, onDue: () => void): Promise<Metronome> {
  const flags = new Int32Array(new SharedArrayBuffer(8));
  const startUs = readMonotonicUs() + leadUs;
  const beat: Beat = { startUs, periodUs, total, flags };
  const worker = new Worker(new URL('./metronomeThread.ts', import.meta.url), { workerData: beat });
  worker.on('message', () => {
    Atomics.store(flags, calling, 0);
    onDue();
  });
  await new Promise<void>((resolve, reject) => {
    worker.once('online', resolve);
    worker.once('error', reject);
  });
  return { startUs, stop: async () => void (await worker.terminate()) };
}
