/**
 * The outbox of one signal: decides where the next event to deliver comes from. While delivery keeps up, events
 * come from memory as they are committed; once its queue is full, or after a restart, they are read from the
 * archive, in the same order and without a gap, until it has caught up. Where the archive has no place for an
 * event, memory is all there is. The cursor moves only on acceptance.
 */
import type { Archive, OutboxSignal, StoredEvent } from '../observation/archive.ts';
import type { RecordedEvent } from '../observation/event.ts';
import type { Delivery, Supplier } from './delivery.ts';

/** The part of the archive that an outbox needs. */
export type OutboxArchive = Pick<Archive, 'latest' | 'readAfter' | 'cursor' | 'moveCursor' | 'setAside'>;

export interface OutboxPorts {
  readonly signal: OutboxSignal;
  readonly delivery: Omit<Delivery<never>, 'begin' | 'offer'>;
  /** Translates an event and offers what becomes of it; never throws. */
  readonly offer: (event: RecordedEvent, sequence: number) => void;
  /** Absent: nothing is kept but in memory. */
  readonly archive: OutboxArchive | undefined;
  /** The archive failed; what it could not say is asked again later. */
  readonly onFault: (error: unknown) => void;
  /** How long what an earlier run may have sent waits at the start, milliseconds; absent: not at all. */
  readonly resumeMs?: number;
}

export interface OutboxStats {
  /** Events that the receiver has not accepted; of those in no archive, their spans or records. */
  readonly size: number;
  /** Timestamp of the oldest of them, Unix milliseconds. */
  readonly oldestMs?: number;
}

/** Events read at once: one turn of the thread, so that new events wait little. */
const READ_MAX = 64;
/** How long an archive that could not be read is left alone. */
const RETRY_MS = 1_000;

export class Outbox implements Supplier {
  readonly #ports: OutboxPorts;
  #archive: OutboxArchive | undefined;
  /** Sequence of the newest event that is committed. */
  #latest = 0;
  /** Sequence of the last event that delivery was given. */
  #through = 0;
  /** The cursor as the archive has it. */
  #cursor = 0;
  #timer: NodeJS.Timeout | undefined;
  #closing = false;

  constructor(ports: OutboxPorts) {
    this.#ports = ports;
    ports.delivery.attach(this);
    if (ports.archive) this.keepIn(ports.archive);
  }

  /** Begins with what an archive holds; what was taken before is in memory alone. To be called once. */
  keepIn(archive: OutboxArchive): void {
    const { signal } = this.#ports;
    this.#archive = archive;
    this.#tryTo(() => {
      this.#latest = archive.latest();
      // Where it cannot be asked, delivery goes on with what comes.
      this.#cursor = this.#through = this.#latest;
      const cursor = archive.cursor(signal);
      // What was recorded before anyone asked for export is history: `sightline export` sends it.
      if (cursor === undefined) archive.moveCursor(signal, this.#latest);
      else this.#cursor = this.#through = cursor;
    });
    if (this.isBehind) this.#readIn(this.#ports.resumeMs ?? 0);
    this.settle();
  }

  /** Takes an event as it is committed; `sequence` is 0 for one that the archive could not keep. */
  take(event: RecordedEvent, sequence: number): void {
    if (this.#closing) return;
    if (sequence === 0) {
      this.#ports.offer(event, 0);
      return;
    }
    this.#latest = Math.max(this.#latest, sequence);
    if (sequence === this.#through + 1 && this.#ports.delivery.hasRoom) this.#give(event, sequence);
  }

  /** To be called once some events were taken, and whenever a batch is settled. */
  settle(): void {
    const { delivery, signal } = this.#ports;
    const archive = this.#archive;
    if (archive === undefined) return;
    if (this.isBehind && delivery.isLow) this.#readIn(0);
    const settled = this.#settled();
    if (settled <= this.#cursor) return;
    this.#tryTo(() => {
      archive.moveCursor(signal, settled);
      this.#cursor = settled;
    });
  }

  /** Whether the archive has events that delivery was not given. */
  get isBehind(): boolean {
    return this.#through < this.#latest;
  }

  setAside(sequence: number, reason: string): void {
    this.#tryTo(() => this.#archive?.setAside(this.#ports.signal, sequence, reason));
  }

  stats(): OutboxStats {
    const { delivery } = this.#ports;
    const { queued, oldestMs = this.#oldestUnread() } = delivery.stats();
    const size = this.#archive === undefined ? queued : this.#latest - this.#cursor + delivery.unstored;
    return { size, ...(oldestMs === undefined ? {} : { oldestMs }) };
  }

  /** Delivers what is there for at most `timeoutMs`, what is only in the archive included. */
  async close(timeoutMs: number): Promise<void> {
    this.#closing = true;
    this.settle();
    await this.#ports.delivery.close(timeoutMs);
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Everything up to here is accepted or set aside. */
  #settled(): number {
    return (this.#ports.delivery.lowestPending ?? this.#through + 1) - 1;
  }

  #give(event: RecordedEvent, sequence: number): void {
    this.#through = sequence;
    this.#ports.offer(event, sequence);
  }

  /** A record that cannot be read will never be delivered, and must not hold up those after it. */
  #passOver(sequence: number): void {
    this.#through = sequence;
    this.#ports.delivery.refuse('unreadable', [sequence]);
  }

  #readIn(ms: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#readOn();
    }, ms).unref();
  }

  /** Gives delivery the next events of the archive. */
  #readOn(): void {
    const { delivery } = this.#ports;
    const events = this.#read(READ_MAX);
    if (events === undefined) {
      this.#readIn(RETRY_MS);
      return;
    }
    for (const { event, sequence } of events) {
      if (event) this.#give(event, sequence);
      else this.#passOver(sequence);
    }
    // What is not there any more has been removed to make room, and was counted there.
    if (events.length === 0) this.#through = this.#latest;
    if (this.#closing) delivery.flush();
    this.settle();
  }

  #read(limit: number): readonly StoredEvent[] | undefined {
    return this.#tryTo(() => this.#archive?.readAfter(this.#through, limit) ?? []);
  }

  /** Of what delivery was not given, the next event is the oldest. */
  #oldestUnread(): number | undefined {
    const [next] = (this.isBehind && this.#read(1)) || [];
    return next?.event && millisOf(next.event);
  }

  #tryTo<R>(act: () => R): R | undefined {
    try {
      return act();
    } catch (error) {
      this.#ports.onFault(error);
      return undefined;
    }
  }
}

/** Time of an event in Unix milliseconds. */
export function millisOf(event: RecordedEvent): number {
  return Number(event.timeNs.slice(0, -3)) / 1_000;
}
