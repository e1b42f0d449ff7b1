/**
 * Puts events into the archive and hands them on once they are committed: what anyone sees was kept before. Events
 * gather for some milliseconds, because a transaction for each would cost more than everything else. An archive
 * that fails stops nothing: events go on without it, which is counted and said, and it is tried again.
 */
import { type Archive, ArchiveFault, type ArchiveTrouble } from '../observation/archive.ts';
import type { Event, RecordedEvent, Sink } from '../observation/event.ts';
import type { ArchiveState } from './protocol.ts';

export interface RecorderPorts {
  /** Absent: nothing is kept, and events go on at once. */
  readonly archive: Pick<Archive, 'append' | 'retain' | 'stats'> | undefined;
  /** Gets events once they are committed; the first recorded one has this sequence, 0 when they are not kept. */
  readonly onCommitted: (events: readonly Event[], firstSequence: number) => void;
  /** Hears when the archive begins or ceases to fail; `trouble` is absent when all is well. */
  readonly onTrouble: (trouble: ArchiveTrouble | undefined, detail: string) => void;
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
  #removed = 0;

  constructor(ports: RecorderPorts) {
    this.#ports = ports;
    this.#removed = ports.archive?.stats.unsentRemoved ?? 0;
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
    const { archive } = this.#ports;
    if (archive === undefined || this.#retryMs !== undefined || nowMs < this.#retainMs) return;
    try {
      if (!archive.retain(nowMs)) this.#retainMs = nowMs + RETAIN_MS;
    } catch (error) {
      this.#retainMs = nowMs + RETAIN_MS;
      this.#fail(error);
    }
    const { unsentRemoved } = archive.stats;
    if (unsentRemoved > this.#removed) this.#ports.onLost('removed_unsent', unsentRemoved - this.#removed);
    this.#removed = unsentRemoved;
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
      if (this.#retryMs !== undefined) this.#ports.onTrouble(undefined, '');
      this.#retryMs = undefined;
      return first;
    } catch (error) {
      this.#countUnkept(recorded);
      this.#fail(error);
      return 0;
    }
  }

  #fail(error: unknown): void {
    if (this.#retryMs === undefined) this.#ports.onTrouble(troubleOf(error), messageOf(error));
    this.#retryMs = this.#nowMs + RETRY_MS;
  }

  /** A record of what was lost is not itself a loss: it would never end. */
  #countUnkept(recorded: readonly RecordedEvent[]): void {
    const count = recorded.reduce((sum, { kind }) => (kind === 'sightline.loss' ? sum : sum + 1), 0);
    if (count > 0) this.#unkept.set('not_kept', (this.#unkept.get('not_kept') ?? 0) + count);
  }
}

export function troubleOf(error: unknown): ArchiveTrouble {
  return error instanceof ArchiveFault ? error.trouble : 'failed';
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What a person should know and do when the archive fails. */
export function explainTrouble(
  trouble: ArchiveTrouble,
  detail: string,
  path: string,
): ArchiveState & { state: 'off' } {
  const [reason, advice] = WORDS[trouble];
  return { state: 'off', reason: `${reason} (${detail})`, advice: advice.replaceAll('{path}', path) };
}

const WORDS: Readonly<Record<ArchiveTrouble, readonly [reason: string, advice: string]>> = {
  full: [
    'there is no space left for the archive',
    'free some space where {path} is, or give another place with --state-dir; it goes on by itself then',
  ],
  read_only: [
    'the archive cannot be written',
    'make {path} writable for this user, or give another place with --state-dir',
  ],
  locked: [
    'another process uses the archive',
    'if that is a second Sightline, give one of them a directory of its own with --state-dir',
  ],
  newer: [
    'the archive was written by a later version',
    'use that version, or give another place with --state-dir; {path} is left as it is',
  ],
  damaged: ['the archive is damaged', 'restart Sightline: it sets {path} aside and begins a new one'],
  failed: [
    'the archive failed',
    'look at {path}; --state-dir gives another place, --archive off does without',
  ],
};
