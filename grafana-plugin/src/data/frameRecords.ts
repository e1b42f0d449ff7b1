/** What the panel's own queries brought, as records, and how much of the range that is. */
import type { EventItem } from 'sightline/contract';
import { type Arrivals, byTime, keyOf, Turn } from './arrivals.ts';
import type { Frame } from './frame.ts';
import { readLogRows } from './lokiFrames.ts';
import type { Shown } from './panelPorts.ts';
import { type EventFacts, type LossRecord, millisOf, type PayloadRecord, readRecord } from './records.ts';
import type { SessionBook } from './sessionBook.ts';
import type { Targets } from './targets.ts';
import { readSpans, type Span } from './tempoFrames.ts';

type Range = { readonly from: number; readonly to: number };

export interface FrameRecords {
  /** Oldest first, each once. */
  readonly events: readonly EventItem[];
  readonly losses: readonly LossRecord[];
  readonly payloads: readonly PayloadRecord[];
  readonly spans: readonly Span[];
  /** All events, or summaries, of this span are there; undefined when the query was another, or nothing is known. */
  readonly coveredEvents: Range | undefined;
  readonly coveredSessions: Range | undefined;
  /** What is missing, a sentence each. */
  readonly gaps: readonly string[];
}

export class FrameReader {
  readonly #arrivals: Arrivals;
  readonly #book: SessionBook;
  readonly #targets: Targets;
  /** Sessions are known by frames alone: what newer frames lack is gone. */
  readonly #alone: boolean;
  #last: { readonly shown: Shown; readonly read: FrameRecords } | undefined;

  constructor(arrivals: Arrivals, book: SessionBook, targets: Targets, alone: boolean) {
    this.#arrivals = arrivals;
    this.#book = book;
    this.#targets = targets;
    this.#alone = alone;
  }

  /** The same answer while what is shown is the same. */
  read(shown: Shown): FrameRecords {
    const last = this.#last;
    if (last !== undefined && isSame(last.shown, shown)) return last.read;
    const read = this.#read(shown);
    this.#last = { shown, read };
    return read;
  }

  #read(shown: Shown): FrameRecords {
    if (this.#alone) this.#book.clear();
    const events = new Map<string, EventFacts>();
    const losses: LossRecord[] = [];
    const payloads: PayloadRecord[] = [];
    const gaps = [...shown.errors];
    let coveredEvents: Range | undefined;
    let coveredSessions: Range | undefined;
    for (const frame of shown.frames) {
      const { rows, damaged } = readLogRows([frame]);
      if (damaged > 0) gaps.push(`${damaged} lines of the panel's query could not be read.`);
      const cut = cutOf(frame, rows.length + damaged);
      for (const row of rows) {
        const record = readRecord(row);
        if (record?.kind === 'event') events.set(keyOf(record.event), record.event);
        else if (record?.kind === 'session') this.#book.add(record.summary);
        else if (record?.kind === 'loss') losses.push(record.loss);
        else if (record?.kind === 'payload') payloads.push(record.payload);
      }
      if (shown.loading || rows.length === 0) continue;
      const oldest = rows.map(({ timeNs }) => timeNs).sort()[0] ?? '';
      // Of the oldest millisecond some rows may have had no room.
      const from = cut ? Math.floor(millisOf(oldest)) + 1 : shown.from;
      const expr = exprOf(frame);
      if (expr === this.#targets.events) coveredEvents = { from, to: shown.to };
      if (expr === this.#targets.sessions && !cut) coveredSessions = { from, to: shown.to };
      if (cut)
        gaps.push(`The panel's query gave ${rows.length} lines, its limit: older ones are not among them.`);
    }
    const ordered = [...events.values()].sort((a, b) => (a.timeUnixNano < b.timeUnixNano ? -1 : 1));
    return {
      events: new Turn(this.#arrivals).number(ordered).toSorted(byTime),
      losses,
      payloads,
      spans: readSpans(shown.frames),
      coveredEvents,
      coveredSessions,
      gaps: [...new Set(gaps)],
    };
  }
}

function isSame(a: Shown, b: Shown): boolean {
  const sameRange = a.from === b.from && a.to === b.to && a.loading === b.loading;
  return sameRange && a.frames === b.frames && (a.errors === b.errors || a.errors.join() === b.errors.join());
}

/** Whether a query may have had more lines than it gave. Grafana's usual limit holds where none is said. */
function cutOf(frame: Frame, rows: number): boolean {
  const limit = memberOf(frame?.meta, 'limit');
  return rows > 0 && rows >= (typeof limit === 'number' && limit > 0 ? limit : 1_000);
}

/** The query that a frame answers, as the data source tells it. */
function exprOf(frame: Frame): string | undefined {
  const said = memberOf(frame?.meta, 'executedQueryString');
  return typeof said === 'string'
    ? said
        .replace(/^Expr: /, '')
        .split('\nStep:')[0]
        ?.trim()
    : undefined;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
