/**
 * What the archive is to the others. It is written in the observing thread and read in another one, so writing and
 * reading are two interfaces. Implementations are in `store/`; whoever reads or fills one imports only this.
 */
import type {
  Attributes,
  EndReason,
  EventDetail,
  EventFilter,
  EventItem,
  EventPage,
  EventQuery,
  Facets,
  Page,
  Series,
  SessionItem,
  SessionQuery,
  Totals,
} from '../contract/index.ts';
import type { RecordedEvent } from './event.ts';

/** An event with its place in the archive. */
export interface StoredEvent {
  /** From 1, increasing in the order of writing, never used again. */
  readonly sequence: number;
  /** Undefined where what is kept of it cannot be read. */
  readonly event: RecordedEvent | undefined;
}

/** One cursor each: a signal is delivered up to here. */
export type OutboxSignal = 'traces' | 'logs';

/** The writing side. Synchronous, because SQLite is; every call is one transaction. */
export interface Archive {
  /**
   * Writes events; when it returns they survive a kill. Returns the sequence of the first, the others follow
   * without a gap. @throws when it could not; nothing is written then.
   */
  append(events: readonly RecordedEvent[]): number;
  /** The sequence of the newest event; 0 when empty. */
  latest(): number;
  /** Events after a sequence, in order, with their payloads, at most `limit`. */
  readAfter(sequence: number, limit: number): readonly StoredEvent[];
  /** How far a signal was delivered; undefined when it never was. */
  cursor(signal: OutboxSignal): number | undefined;
  /** Moves a cursor; never backwards. */
  moveCursor(signal: OutboxSignal, sequence: number): void;
  /** Keeps what a collector refuses for good, with its reason, out of the way. */
  setAside(signal: OutboxSignal, sequence: number, reason: string): void;
  /** Sessions with activity since, newest first, at most `limit`: what the fold goes on from after a restart. */
  recentSessions(sinceMs: number, limit: number): readonly RememberedSession[];
  /** One slice of retention, under 20 ms; true when there is more to do. */
  retain(nowMs: number): boolean;
  readonly stats: ArchiveStats;
  /** Records removed before a collector had them, counting the signals that were exported at the time. */
  readonly unsentRemoved: number;
  close(): void;
}

/** A session as its last summary left it. */
export interface RememberedSession {
  /** The last `sightline.session` summary, open or ended; of all instances that saw it, added up. */
  readonly summary: Attributes;
  /** What this instance counted of it, where others did too: its next summary goes on from that alone. */
  readonly own?: Attributes;
  /** Why it ended, where a record says so. */
  readonly endReason?: EndReason;
  /** Number of its last event. */
  readonly number: number;
  readonly mcpSessionId?: string;
  /** Its events after that summary, which does not count them: a kill came between. */
  readonly later?: readonly RecordedEvent[];
}

export interface ArchiveStats {
  readonly bytes: number;
  readonly events: number;
  /** Unix milliseconds of the oldest event kept. */
  readonly oldestMs?: number;
}

/** The reading side: answers in the API's shapes. May be used from another thread and while writing goes on. */
export interface ArchiveReader {
  events(query: EventQuery): EventPage;
  event(eventId: string): EventDetail | undefined;
  sessions(query: SessionQuery): Page<SessionItem>;
  session(sessionId: string): SessionItem | undefined;
  /** A session's events in the order they began (`startTime`, then sequence). */
  sessionEvents(
    sessionId: string,
    page: { readonly limit?: number; readonly cursor?: string },
  ): Page<EventItem>;
  facets(filter: Pick<EventFilter, 'from' | 'to' | 'server'>): Facets;
  totals(range: { readonly from: number; readonly to: number }): Totals;
  series(range: { readonly from: number; readonly to: number; readonly step: number }): Series;
  /** Sessions whose summary changed after a sequence, for the live stream. */
  sessionsAfter(sequence: number, limit: number): readonly SessionItem[];
  /** Every event of a filter in chunks, oldest first, with payloads when asked: exports. */
  exportEvents(filter: EventFilter, withPayloads: boolean): Iterable<readonly EventDetail[]>;
  latest(): number;
  stats(): ArchiveStats;
  close(): void;
}

/**
 * Why an archive cannot be written or read. `full`: no space, or past its size; `locked`: another process writes it;
 * `newer`: a later version wrote it; `damaged`: what is in the file is no archive.
 */
export type ArchiveTrouble = 'full' | 'read_only' | 'locked' | 'newer' | 'damaged' | 'failed';

/** What every method of an archive throws when the file does not let it. Nothing was written then. */
export class ArchiveFault extends Error {
  readonly trouble: ArchiveTrouble;

  constructor(trouble: ArchiveTrouble, message: string) {
    super(message);
    this.name = 'ArchiveFault';
    this.trouble = trouble;
  }
}

/** Thrown by a reader for a cursor that it did not give, or gave for another order or sort. */
export class WrongCursor extends Error {
  constructor() {
    super('no cursor of this list');
    this.name = 'WrongCursor';
  }
}
