/**
 * The main thread's hold on the observing one: starts it, feeds it frames, ticks and the process's health, and
 * ends it in order. Whatever happens over there, nothing here throws into traffic or waits for it.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type MessagePort, Worker } from 'node:worker_threads';
import type { FrameSink } from '../observation/frame.ts';
import { FrameQueue } from './frameQueue.ts';
import {
  type ArchiveState,
  type FromThread,
  TAKEN_BYTES,
  TAKEN_FRAMES,
  THREAD_FLAGS,
  type ThreadSettings,
  type ThreadStart,
  type ThreadStats,
  type ToThread,
} from './protocol.ts';

export interface ThreadDeps {
  readonly nowUs: () => number;
  readonly rssBytes: () => number;
  /** Lines for a reader. */
  readonly onLines: (text: string) => void;
  /** One line about ourselves. */
  readonly onLog: (line: string) => void;
  /** The observing thread's end of its channel to the page's. */
  readonly page?: MessagePort | undefined;
}

export interface ObservationThread {
  readonly sink: FrameSink;
  /** How the archive was at the start. */
  readonly archive: ArchiveState;
  /** Frames that found the queue full. */
  dropped(): number;
  /** Ends every session, delivers what is there for at most `timeoutMs`, and stops; undefined when it had died. */
  close(timeoutMs: number): Promise<ThreadStats | undefined>;
}

/**
 * What waits for its commit outlives a young collection, and V8 lets such garbage grow to four times what is live
 * where the heap may become large: 110 MB at 3,000 requests a second, 55 with this bound. Everything the thread
 * keeps is bounded far below it.
 */
const HEAP = { maxOldGenerationSizeMb: 512 };
/** Frames gather this long, so that a busy second is a hundred messages and not thousands. */
const GATHER_MS = 10;
const TICK_MS = 250;
const HEALTH_MS = 5_000;
/** What the thread may need besides delivery before it is given up on. */
const CLOSE_GRACE_MS = 2_000;
/** Granularity of the delay histogram; it counts in every value, so it is taken off again. */
const DELAY_RESOLUTION_MS = 20;

/** Resolves once the thread observes; undefined, and the reason told, when it cannot start. */
export async function startObservationThread<Lines>(
  settings: ThreadSettings<Lines>,
  deps: ThreadDeps,
): Promise<ObservationThread | undefined> {
  const taken = new Int32Array(new SharedArrayBuffer(8));
  const { page } = deps;
  const workerData: ThreadStart<Lines> = { ...settings, taken, ...(page === undefined ? {} : { page }) };
  // The same file under the name it has unbuilt and built.
  const file = import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js';
  // What comes over stdout goes through `onLines`.
  const worker = new Worker(new URL(file, import.meta.url), {
    workerData,
    execArgv: THREAD_FLAGS,
    resourceLimits: HEAP,
    transferList: page === undefined ? [] : [page],
  });
  const post = (message: ToThread): void => worker.postMessage(message);
  let alive = true;
  let closed: (stats: ThreadStats | undefined) => void = () => {};
  const whenClosed = new Promise<ThreadStats | undefined>((resolve) => {
    closed = resolve;
  });
  worker.on('exit', () => {
    alive = false;
    closed(undefined);
  });
  const archive = await new Promise<ArchiveState | undefined>((resolve) => {
    let isReady = false;
    worker.on('message', (message: FromThread) => {
      if (message.kind === 'ready') {
        isReady = true;
        resolve(message.archive);
      } else if (message.kind === 'lines') deps.onLines(message.text);
      else if (message.kind === 'log') deps.onLog(message.line);
      else closed(message.stats);
    });
    worker.on('error', (error) => {
      const what = isReady ? 'has died' : 'could not start';
      deps.onLog(`observation ${what} and stays off (${String(error)}); traffic goes on`);
    });
    // An error is followed by this.
    worker.on('exit', () => resolve(undefined));
  });
  if (!archive) return undefined;

  const queue = new FrameQueue(
    {
      post: (frames) => {
        if (alive) post(frames);
      },
      taken: () => ({ frames: Atomics.load(taken, TAKEN_FRAMES), bytes: Atomics.load(taken, TAKEN_BYTES) }),
    },
    (flush) => setTimeout(flush, GATHER_MS).unref(),
  );
  const stopPulse = startPulse(queue, deps, (message) => {
    if (alive) post(message);
  });
  return {
    archive,
    sink: (frame) => {
      if (alive) queue.push(frame);
    },
    dropped: () => queue.dropped,
    close: async (timeoutMs) => {
      stopPulse();
      queue.flush();
      if (alive) post({ kind: 'close', frame: { kind: 'shutdown', atUs: deps.nowUs() }, timeoutMs });
      const giveUp = setTimeout(() => closed(undefined), timeoutMs + CLOSE_GRACE_MS);
      const stats = await whenClosed;
      clearTimeout(giveUp);
      await worker.terminate();
      return stats;
    },
  };
}

/** Time and health of the process, sent regularly; neither keeps the process alive. */
function startPulse(queue: FrameQueue, deps: ThreadDeps, post: (message: ToThread) => void): () => void {
  const delays = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });
  delays.enable();
  const tick = setInterval(() => queue.push({ kind: 'tick', atUs: deps.nowUs() }), TICK_MS).unref();
  const health = setInterval(() => {
    const delayMs = Math.max(0, delays.percentile(99) / 1e6 - DELAY_RESOLUTION_MS);
    delays.reset();
    post({ kind: 'health', eventLoopDelayP99Seconds: delayMs / 1_000, rssBytes: deps.rssBytes() });
  }, HEALTH_MS).unref();
  return () => {
    clearInterval(tick);
    clearInterval(health);
    delays.disable();
  };
}
