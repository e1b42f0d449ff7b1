/** What the threads say to each other. Frames go over as plain arrays; everything else has a `kind`. */
import type { MessagePort } from 'node:worker_threads';
import type { Frame, ShutdownFrame } from '../observation/frame.ts';
import type { ObserverSettings } from '../observation/settings.ts';

/** What the observing thread is started with: plain data only. */
export interface ThreadSettings<Lines> {
  readonly observer: ObserverSettings;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  /** Who we are where the archive does not say: without one, and where another Sightline has it. */
  readonly instanceId: string;
  /** Absent: nothing is kept. */
  readonly archive?: ArchivePlace;
  /** How lines are made; undefined makes none. */
  readonly lines: Lines | undefined;
}

/** Where the archive is, and how much it may keep. */
export interface ArchivePlace {
  readonly path: string;
  /** Events older than this are forgotten; 0 keeps them for ever. */
  readonly ageMs: number;
  readonly bytesMax: number;
  /** When the thread was started, Unix milliseconds. */
  readonly nowMs: number;
}

/** `workerData`: the settings, and two counters that the thread adds to as it takes frames. */
export interface ThreadStart<Lines> extends ThreadSettings<Lines> {
  readonly taken: Int32Array;
  /** To the page's thread: `ToPage` goes out, `FromPage` comes in. Absent without a page. */
  readonly page?: MessagePort;
}

/**
 * Flags of Node for our threads, in place of those of the first (a profiler, a bigger heap), which are for that one.
 * Node 22 says in each thread that SQLite is new in it, to somebody who did not ask.
 */
export const THREAD_FLAGS: string[] = ['--disable-warning=ExperimentalWarning'];

/** Places in `taken`. */
export const TAKEN_FRAMES = 0;
export const TAKEN_BYTES = 1;

export type ToThread =
  | readonly Frame[]
  | { readonly kind: 'health'; readonly eventLoopDelayP99Seconds: number; readonly rssBytes: number }
  /** Take this last frame, deliver what is there for at most so long, and answer `closed`. */
  | { readonly kind: 'close'; readonly frame: ShutdownFrame; readonly timeoutMs: number };

export type FromThread =
  | { readonly kind: 'ready'; readonly archive: ArchiveState }
  /** Lines for a reader, each ended by a line break. */
  | { readonly kind: 'lines'; readonly text: string }
  /** One line about ourselves, for the operator. */
  | { readonly kind: 'log'; readonly line: string }
  | { readonly kind: 'closed'; readonly stats: ThreadStats };

/** What became of the events, at the end. */
export interface ThreadStats {
  readonly events: number;
  /** Faults of our own: frames that broke the fold, batches that a sink did not take. */
  readonly faults: number;
  /** Spans and records that the collector accepted, and those it will never see. */
  readonly exported: number;
  readonly lost: number;
  /** Events that the collector has not accepted and that the next start delivers. */
  readonly waiting: number;
}

/** How the archive is, in words for a person. */
export type ArchiveState =
  | { readonly state: 'ok'; readonly path: string }
  /** Traffic goes on and is exported; nothing is kept. `advice` says what to do; `wanted`: it was asked for. */
  | { readonly state: 'off'; readonly reason: string; readonly advice: string; readonly wanted?: true };

/** From the observing thread to the page's, over a port of their own. */
export type ToPage =
  /** Everything up to this sequence is committed and may be shown. */
  | { readonly kind: 'committed'; readonly sequence: number }
  | { readonly kind: 'archive'; readonly archive: ArchiveState }
  /** Own metrics in Prometheus text form, as asked for. */
  | { readonly kind: 'metrics'; readonly ask: number; readonly text: string };

/** And back. */
export type FromPage = { readonly kind: 'metrics'; readonly ask: number };
