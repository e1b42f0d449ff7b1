/**
 * Puts events into the archive and hands them on once they are committed: what anyone sees was kept before. Events
 * gather for some milliseconds, because a transaction for each would cost more than everything else. An archive
 * that fails stops nothing: events go on without it, which is counted and said, and it is tried again.
 */
import type { Archive } from '../observation/archive.ts';
import type { Event, RecordedEvent, Sink } from '../observation/event.ts';

export interface RecorderPorts {
  /** Absent: nothing is kept, and events go on at once. */
  readonly archive: Pick<Archive, 'append' | 'retain' | 'unsentRemoved'> | undefined;
  /** Gets events once they are committed; the first recorded one has this sequence, 0 when they are not kept. */
  readonly onCommitted: (events: readonly Event[], firstSequence: number) => void;
  /** The archive has begun to fail. */
  readonly onFailing: (error: unknown) => void;
  /** It has ceased to. */
  readonly onRecovered: () => void;
  /** Nothing could be removed; it is tried again. */
  readonly onRetainFault: (error: unknown) => void;
  /** Hears of events that were not kept, or removed before they were delivered. */
  readonly onLost: (reason: string, count: number) => void;
  /** Calls `flush` in its own time. */
  readonly schedule: (flush: () => void) => void;
}

/** Events that are committed without waiting for more. */
const BATCH_MAX = 500;
/** How long an archive that failed is left alone, by the time of frames. */
const RETRY_MS = 5_000;
/** Retention looks for something to remove this often, and at every tick while it finds something. */
const RETAIN_MS = 10_000;

export class Recorder implements Sink {
  readonly #ports: RecorderPorts;
  #waiting: Event[] = [];
  #recorded: RecordedEvent[] = [];
  #scheduled = false;
  #nowMs = 0;
  /** Present while the archive fails: when to try it again. */
  #retryMs: number | undefined;
  #retainMs = 0;
  #unkept = new Map<string, number>();
  /** What had been removed unsent when last asked; undefined before that. */
  #removed: number | undefined;

  constructor(ports: RecorderPorts) {
    this.#ports = ports;
  }

  take(events: readonly Event[]): void {
    if (events.length === 0) return;
    if (this.#ports.archive === undefined) {
      this.#ports.onCommitted(events, 0);
      return;
    }
    for (const event of events) {
      this.#waiting.push(event);
      if (event.kind !== 'traffic') this.#recorded.push(event);
    }
    if (this.#recorded.length >= BATCH_MAX) this.flush();
    else if (!this.#scheduled) {
      this.#scheduled = true;
      this.#ports.schedule(this.flush);
    }
  }

  /** Commits what has gathered, and hands it on. */
  readonly flush = (): void => {
    this.#scheduled = false;
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    const recorded = this.#recorded;
    this.#waiting = [];
    this.#recorded = [];
    this.#ports.onCommitted(waiting, recorded.length === 0 ? 0 : this.#append(recorded));
  };

  /** Time has passed: tells what was lost, and removes what is too old or too much. */
  tick(nowMs: number): void {
    this.#nowMs = nowMs;
    const unkept = this.#unkept;
    this.#unkept = new Map();
    for (const [reason, count] of unkept) this.#ports.onLost(reason, count);
    if (this.#retryMs !== undefined || nowMs < this.#retainMs) return;
    try {
      if (!this.#retain(nowMs)) this.#retainMs = nowMs + RETAIN_MS;
    } catch (error) {
      // Where writing fails too, that is told; where it does not, keeping goes on.
      this.#retainMs = nowMs + RETAIN_MS;
      this.#ports.onRetainFault(error);
    }
  }

  /** Removes a little; true when there is more to remove. */
  #retain(nowMs: number): boolean {
    const { archive } = this.#ports;
    if (archive === undefined) return false;
    const before = this.#removed ?? archive.unsentRemoved;
    const hasMore = archive.retain(nowMs);
    this.#removed = archive.unsentRemoved;
    if (this.#removed > before) this.#ports.onLost('removed_unsent', this.#removed - before);
    return hasMore;
  }

  /** Sequence of the first; 0 when the archive could not keep them. */
  #append(recorded: readonly RecordedEvent[]): number {
    const { archive } = this.#ports;
    if (archive === undefined || (this.#retryMs !== undefined && this.#nowMs < this.#retryMs)) {
      this.#countUnkept(recorded);
      return 0;
    }
    try {
      const first = archive.append(recorded);
      if (this.#retryMs !== undefined) this.#ports.onRecovered();
      this.#retryMs = undefined;
      return first;
    } catch (error) {
      this.#countUnkept(recorded);
      this.#fail(error);
      return 0;
    }
  }

  #fail(error: unknown): void {
    if (this.#retryMs === undefined) this.#ports.onFailing(error);
    this.#retryMs = this.#nowMs + RETRY_MS;
  }

  /** A record of what was lost is not itself a loss: it would never end. */
  #countUnkept(recorded: readonly RecordedEvent[]): void {
    const count = recorded.reduce((sum, { kind }) => (kind === 'sightline.loss' ? sum : sum + 1), 0);
    if (count > 0) this.#unkept.set('not_kept', (this.#unkept.get('not_kept') ?? 0) + count);
  }
}
