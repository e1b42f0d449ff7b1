/**
 * Puts events into the archive and hands them on once they are committed: what anyone sees was kept before. Events
 * gather for some milliseconds, because a transaction for each would cost more than everything else. An archive
 * that fails stops nothing: events go on without it, which is counted and said, and it is tried again.
 */
import type { Archive } from '../observation/archive.ts';
import type { Event, LossEvent, RecordedEvent, Sink } from '../observation/event.ts';

export type RecorderArchive = Pick<Archive, 'append' | 'retain' | 'unsentRemoved'>;

export interface RecorderPorts {
  /** Absent: nothing is kept, and events go on at once. */
  readonly archive: RecorderArchive | undefined;
  /** Asked now and then for the archive that could not be had; absent where none is wanted. */
  readonly open?: () => RecorderArchive | undefined;
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
/** How long an archive that failed is left alone, by the time of frames; and one that could not be opened. */
const RETRY_MS = 5_000;
const OPEN_MS = 10_000;
/** Records of losses that wait for the archive: one every ten seconds, so that hours find room. */
const HELD_MAX = 1_000;
/** Retention looks for something to remove this often, and at every tick while it finds something. */
const RETAIN_MS = 10_000;

export class Recorder implements Sink {
  readonly #ports: RecorderPorts;
  #archive: RecorderArchive | undefined;
  #waiting: Event[] = [];
  #recorded: RecordedEvent[] = [];
  #scheduled = false;
  #nowMs = 0;
  /** Present while the archive fails: when to try it again. */
  #retryMs: number | undefined;
  /** When to ask again for an archive, while there is none. */
  #openMs: number | undefined;
  #retainMs = 0;
  #unkept = new Map<string, number>();
  /** Records of losses that could not be kept when they were written: they are what later tells of the hole. */
  #held: LossEvent[] = [];
  /** What had been removed unsent when last asked; undefined before that. */
  #removed: number | undefined;

  constructor(ports: RecorderPorts) {
    this.#ports = ports;
    this.#archive = ports.archive;
  }

  take(events: readonly Event[]): void {
    if (events.length === 0) return;
    if (this.#archive === undefined) {
      if (this.#ports.open) this.#doWithout(events.filter((event) => event.kind !== 'traffic'));
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

  /** Time has passed: tells what was lost, looks for the archive, and removes what is too old or too much. */
  tick(nowMs: number): void {
    this.#nowMs = nowMs;
    const unkept = this.#unkept;
    this.#unkept = new Map();
    for (const [reason, count] of unkept) this.#ports.onLost(reason, count);
    if (this.#archive === undefined) this.#look(nowMs);
    // What tells of a hole does not wait for traffic.
    if (this.#held.length > 0) this.#append([]);
    if (this.#archive === undefined || this.#retryMs !== undefined || nowMs < this.#retainMs) return;
    try {
      if (!this.#retain(this.#archive, nowMs)) this.#retainMs = nowMs + RETAIN_MS;
    } catch (error) {
      // Where writing fails too, that is told; where it does not, keeping goes on.
      this.#retainMs = nowMs + RETAIN_MS;
      this.#ports.onRetainFault(error);
    }
  }

  #look(nowMs: number): void {
    if (this.#openMs !== undefined && nowMs >= this.#openMs) {
      this.#archive = this.#ports.open?.();
      this.#openMs = undefined;
    }
    this.#openMs ??= nowMs + OPEN_MS;
  }

  /** Removes a little; true when there is more to remove. */
  #retain(archive: RecorderArchive, nowMs: number): boolean {
    const before = this.#removed ?? archive.unsentRemoved;
    const hasMore = archive.retain(nowMs);
    this.#removed = archive.unsentRemoved;
    if (this.#removed > before) this.#ports.onLost('removed_unsent', this.#removed - before);
    return hasMore;
  }

  /** Sequence of the first; 0 when the archive could not keep them. What was held goes before them. */
  #append(recorded: readonly RecordedEvent[]): number {
    const archive = this.#archive;
    if (archive === undefined || (this.#retryMs !== undefined && this.#nowMs < this.#retryMs)) {
      this.#doWithout(recorded);
      return 0;
    }
    const held = this.#held;
    try {
      const first = archive.append(held.length === 0 ? recorded : [...held, ...recorded]);
      this.#held = [];
      if (this.#retryMs !== undefined) this.#ports.onRecovered();
      this.#retryMs = undefined;
      return first + held.length;
    } catch (error) {
      this.#doWithout(recorded);
      this.#fail(error);
      return 0;
    }
  }

  #fail(error: unknown): void {
    if (this.#retryMs === undefined) this.#ports.onFailing(error);
    this.#retryMs = this.#nowMs + RETRY_MS;
  }

  /** Counts what is not kept. A record of what was lost is not itself a loss, or it would never end: it is held. */
  #doWithout(recorded: readonly RecordedEvent[]): void {
    let count = 0;
    for (const event of recorded) {
      if (event.kind === 'sightline.loss') this.#hold(event);
      else count += 1;
    }
    if (count > 0) this.#unkept.set('not_kept', (this.#unkept.get('not_kept') ?? 0) + count);
  }

  #hold(loss: LossEvent): void {
    const keyOf = ({ attributes }: LossEvent) =>
      `${attributes['sightline.loss.stage']} ${attributes['sightline.loss.reason']}`;
    const at = this.#held.findLastIndex((other) => keyOf(other) === keyOf(loss));
    const other = this.#held[at];
    // Past so many the last one of its kind speaks for those after it; there are few kinds.
    if (this.#held.length < HELD_MAX || other === undefined) this.#held.push(loss);
    else this.#held[at] = { ...other, attributes: addLosses(other.attributes, loss.attributes) };
  }
}

function addLosses(before: LossEvent['attributes'], after: LossEvent['attributes']): LossEvent['attributes'] {
  const count = (before['sightline.loss.count'] ?? 0) + (after['sightline.loss.count'] ?? 0);
  return { ...before, 'sightline.loss.count': count, 'sightline.loss.to': after['sightline.loss.to'] };
}
