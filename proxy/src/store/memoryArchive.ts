/** The archive in memory: the same answers by the plainest means. It forgets everything with the process. */
import type { EndReason } from '../contract/index.ts';
import type {
  Archive,
  ArchiveStats,
  OutboxSignal,
  RememberedSession,
  StoredEvent,
} from '../observation/archive.ts';
import type { RecordedEvent } from '../observation/event.ts';
import { addUp, type Summary } from '../reading/summaries.ts';
import type { KeptPayload } from './items.ts';
import type { Limits } from './limits.ts';
import { MemoryReader } from './memoryReader.ts';
import { millisOf } from './moments.ts';
import type { ReaderSettings } from './openReader.ts';

/** A record as it is kept; `shed` when its payload texts were given up. */
export interface MemoryRow {
  readonly sequence: number;
  readonly event: RecordedEvent;
  readonly bytes: number;
  shed: boolean;
}

/** A session's newest summaries by instance, and what its events say besides. */
export interface MemorySession {
  readonly summaries: Map<string, Summary & { readonly sequence: number }>;
  number: number;
  protocol: string | undefined;
}

export interface MemoryTables {
  readonly rows: MemoryRow[];
  readonly sessions: Map<string, MemorySession>;
  latest: number;
  /** Time of the newest event that was removed. */
  removedBefore: string | undefined;
  readonly stats: () => ArchiveStats;
}

export interface MemorySettings extends Limits, ReaderSettings {
  readonly instanceId: string;
}

export class MemoryArchive implements Archive {
  readonly #settings: MemorySettings;
  readonly #cursors = new Map<OutboxSignal, number>();
  readonly #tables: MemoryTables;
  #unsentRemoved = 0;

  constructor(settings: MemorySettings) {
    this.#settings = settings;
    this.#tables = {
      rows: [],
      sessions: new Map(),
      latest: 0,
      removedBefore: undefined,
      stats: () => this.stats,
    };
  }

  /** Readers see what was appended at once. */
  openReader(): MemoryReader {
    return new MemoryReader(this.#tables, this.#settings);
  }

  get stats(): ArchiveStats {
    const events = this.#tables.rows.filter(isListed);
    const oldest = events.map(({ event }) => event.timeNs).sort()[0];
    return {
      bytes: this.#bytes(),
      events: events.length,
      ...(oldest !== undefined && { oldestMs: millisOf(oldest) }),
    };
  }

  get unsentRemoved(): number {
    return this.#unsentRemoved;
  }

  append(events: readonly RecordedEvent[]): number {
    const first = this.#tables.latest + 1;
    for (const given of events) {
      const text = JSON.stringify(given);
      const event = JSON.parse(text) as RecordedEvent;
      this.#tables.latest += 1;
      const sequence = this.#tables.latest;
      this.#tables.rows.push({ sequence, event, bytes: text.length, shed: false });
      this.#note(sequence, event);
    }
    return first;
  }

  latest(): number {
    return this.#tables.latest;
  }

  readAfter(sequence: number, limit: number): readonly StoredEvent[] {
    return this.#tables.rows
      .filter((row) => row.sequence > sequence)
      .slice(0, limit)
      .map((row) => ({ sequence: row.sequence, event: deliverable(row) }));
  }

  cursor(signal: OutboxSignal): number | undefined {
    return this.#cursors.get(signal);
  }

  moveCursor(signal: OutboxSignal, sequence: number): void {
    this.#cursors.set(signal, Math.max(sequence, this.#cursors.get(signal) ?? 0));
  }

  /** Nothing asks for what was set aside; a file keeps it for a person. */
  setAside(): void {}

  recentSessions(sinceMs: number, limit: number): readonly RememberedSession[] {
    return [...this.#tables.sessions.values()]
      .filter(({ summaries }) => summaries.size > 0)
      .map(({ summaries, number, protocol }) => {
        const summary = addUp([...summaries.values()]).attributes;
        const endReason =
          summary['sightline.session.status'] === 'ended' ? this.#endReasonOf(summary) : undefined;
        return {
          summary,
          ...(endReason !== undefined && { endReason }),
          number,
          ...(protocol !== undefined && { mcpSessionId: protocol }),
        };
      })
      .filter(({ summary }) => lastOf(summary) >= sinceMs)
      .sort((a, b) => lastOf(b.summary) - lastOf(a.summary))
      .slice(0, limit);
  }

  retain(nowMs: number): boolean {
    const { ageMs, bytesMax } = this.#settings;
    if (ageMs > 0) this.#remove((row) => millisOf(row.event.timeNs) < nowMs - ageMs);
    for (const row of this.#tables.rows) {
      if (this.#bytes() <= bytesMax || this.#payloadBytes() <= bytesMax / 4) break;
      row.shed ||= 'payloads' in row.event && row.event.payloads.some(({ text }) => text.length > 0);
    }
    while (this.#bytes() > bytesMax && this.#tables.rows.length > 0) {
      const [oldest] = this.#tables.rows.toSorted((a, b) => (a.event.timeNs < b.event.timeNs ? -1 : 1));
      this.#remove((row) => row === oldest);
    }
    return false;
  }

  close(): void {}

  #endReasonOf(summary: Summary['attributes']): EndReason | undefined {
    const id = summary['sightline.session.id'];
    const ends = this.#tables.rows.filter(
      ({ event }) =>
        event.kind === 'sightline.session.ended' && event.attributes['sightline.session.id'] === id,
    );
    return ends.at(-1)?.event.attributes['sightline.session.end_reason'];
  }

  #note(sequence: number, event: RecordedEvent): void {
    const { attributes, timeNs } = event;
    const id = attributes['sightline.session.id'];
    if (id === undefined) return;
    const session = this.#tables.sessions.get(id) ?? {
      summaries: new Map(),
      number: 0,
      protocol: undefined,
    };
    this.#tables.sessions.set(id, session);
    session.number = Math.max(session.number, attributes['sightline.event.number'] ?? 0);
    session.protocol = attributes['mcp.session.id'] ?? session.protocol;
    if (event.kind !== 'sightline.session') return;
    const before = session.summaries.get(this.#settings.instanceId);
    if (before && before.timeNs > timeNs) return;
    session.summaries.set(this.#settings.instanceId, { timeNs, attributes, sequence });
  }

  #remove(gone: (row: MemoryRow) => boolean): void {
    const { rows, sessions } = this.#tables;
    const { exported } = this.#settings;
    const cursors = [...this.#cursors]
      .filter(([signal]) => exported?.includes(signal) ?? true)
      .map(([, sequence]) => sequence);
    for (const row of rows.filter(gone)) {
      rows.splice(rows.indexOf(row), 1);
      if (cursors.length > 0 && row.sequence > Math.min(...cursors)) this.#unsentRemoved += 1;
      const { timeNs } = row.event;
      if (
        isListed(row) &&
        !(this.#tables.removedBefore !== undefined && this.#tables.removedBefore > timeNs)
      ) {
        this.#tables.removedBefore = timeNs;
      }
      for (const [id, { summaries }] of sessions) {
        for (const [instance, { sequence }] of summaries) {
          if (sequence === row.sequence) summaries.delete(instance);
        }
        if (summaries.size === 0 && row.event.kind === 'sightline.session') sessions.delete(id);
      }
    }
  }

  #bytes(): number {
    return this.#tables.rows.reduce((sum, row) => sum + row.bytes - (row.shed ? textLength(row) : 0), 0);
  }

  #payloadBytes(): number {
    return this.#tables.rows.reduce((sum, row) => sum + (row.shed ? 0 : textLength(row)), 0);
  }
}

/** What the event log shows; summaries and losses have views of their own. */
export function isListed({ event }: MemoryRow): boolean {
  return event.kind !== 'sightline.session' && event.kind !== 'sightline.loss';
}

export function keptPayloads({ event, shed }: MemoryRow): readonly KeptPayload[] {
  if (!('payloads' in event)) return [];
  return event.payloads.map((payload) => ({ ...payload, text: shed ? undefined : payload.text }));
}

function deliverable(row: MemoryRow): RecordedEvent {
  if (!row.shed || !('payloads' in row.event)) return row.event;
  return {
    ...row.event,
    payloads: row.event.payloads.map((payload) => ({ ...payload, text: '', truncated: true })),
  };
}

function textLength({ event }: MemoryRow): number {
  return 'payloads' in event ? event.payloads.reduce((sum, { text }) => sum + text.length, 0) : 0;
}

function lastOf(summary: Summary['attributes']): number {
  return summary['sightline.session.last_activity'] ?? 0;
}
