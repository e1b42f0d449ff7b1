/**
 * Session summaries from Loki. A list of a range reads `session` records over the range and five minutes more (they are
 * written that often), and `session_live` records of the last five minutes when the range is that young. What was read
 * is not read again: a look for news asks for what was written since, with an overlap.
 */
import { askLines, type LokiRoad } from './askLines.ts';
import { AHEAD_MS, OVERLAP_MS } from './clocks.ts';
import { selector } from './logql.ts';
import { readRecord } from './records.ts';
import type { SessionBook } from './sessionBook.ts';
import { slimStages } from './slim.ts';

/** So often a session's summary is written while it changes. */
const WRITTEN_EVERY_MS = 300_000;
/** Answers full of records that one question may take. */
const ANSWERS_MAX = 5;
/** Questions whose ranges are kept in mind when what is older is forgotten. */
const QUESTIONS_KEPT = 8;

interface Span {
  readonly from: number;
  readonly to: number;
}

export class LokiSessions {
  readonly #road: LokiRoad;
  readonly #book: SessionBook;
  /** The records of this span are in the book. */
  #covered: Span | undefined;
  #wanted: number[] = [];
  /** Questions wait for each other: the second needs only what the first did not bring. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(road: LokiRoad, book: SessionBook) {
    this.#road = road;
    this.#book = book;
  }

  /** Sees to it that the book has the sessions of a range; returns what is missing, a sentence each. */
  load(range: Span, signal: AbortSignal): Promise<readonly string[]> {
    const turn = this.#turn.then(() => this.#load(range, signal));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** The panel's own queries brought all records of a span: nothing of it need be asked again. False when it is late. */
  begin(span: Span): boolean {
    if (this.#covered !== undefined) return false;
    this.#covered = span;
    return true;
  }

  /** The summaries of one session, by our id or the protocol's own, wherever in the span they are. */
  async seek(id: string, span: Span, bucket: string | undefined, signal: AbortSignal): Promise<void> {
    const { labels } = this.#road;
    const streams = selector({
      labels,
      records: ['session', 'session_live'],
      ...(bucket !== undefined && { buckets: [bucket] }),
    });
    const named = JSON.stringify(id.toWellFormed());
    const condition = `| sightline_session_id=${named} or mcp_session_id=${named}`;
    await this.#read(`${streams} ${condition} ${slimStages('session')}`, span, 1, signal);
  }

  async #load(range: Span, signal: AbortSignal): Promise<readonly string[]> {
    signal.throwIfAborted();
    const now = this.#road.now();
    const span = { from: range.from, to: Math.min(range.to, now) + WRITTEN_EVERY_MS };
    const before = this.#covered;
    const apart = before !== undefined && (span.from > before.to || span.to < before.from);
    if (apart) this.#book.clear();
    const covered = apart ? undefined : before;
    this.#covered = covered;
    const parts = missing(covered, span);
    const live = {
      from: Math.max((covered?.to ?? 0) - OVERLAP_MS, now - WRITTEN_EVERY_MS),
      to: now + AHEAD_MS,
    };
    const gaps = await Promise.all([
      ...parts.map((part) => this.#read(this.#expr('session'), part, ANSWERS_MAX, signal)),
      ...(span.to >= now ? [this.#read(this.#expr('session_live'), live, ANSWERS_MAX, signal)] : []),
    ]);
    const from = Math.min(span.from, covered?.from ?? span.from);
    this.#covered = { from, to: Math.max(Math.min(span.to, now), covered?.to ?? 0) };
    this.#forget(range.from);
    return [...new Set(gaps.flat())];
  }

  #expr(record: 'session' | 'session_live'): string {
    return `${selector({ labels: this.#road.labels, records: [record] })} ${slimStages('session')}`;
  }

  /** Newest first, so that what has no room any more is the oldest. */
  async #read(expr: string, span: Span, answersMax: number, signal: AbortSignal): Promise<readonly string[]> {
    const gaps = new Set<string>();
    let { to } = span;
    for (let answers = 0; answers < answersMax && to > span.from; answers++) {
      const limit = this.#road.lines.max;
      const question = { expr, from: span.from, to, limit, direction: 'backward' } as const;
      const { rows, full, gaps: said } = await askLines(this.#road, question, signal);
      for (const gap of said) gaps.add(gap);
      for (const row of rows) {
        const record = readRecord(row);
        if (record?.kind === 'session') this.#book.add(record.summary);
      }
      const oldest = rows.at(-1);
      if (!full || oldest === undefined) return [...gaps];
      // The millisecond is read again, unless it alone was the whole answer.
      const at = Number(oldest.timeNs.slice(0, -6));
      to = at + 1 < to ? at + 1 : at;
    }
    if (answersMax > 1 && to > span.from) {
      gaps.add(
        'The range has more session summaries than are read at once; the oldest sessions may be missing.',
      );
    }
    return [...gaps];
  }

  /** What no recent question asked for is given up, so that a panel that stays open does not grow. */
  #forget(from: number): void {
    this.#wanted = [...this.#wanted, from].slice(-QUESTIONS_KEPT);
    const trimmed = this.#book.trim();
    const floor = Math.max(Math.min(...this.#wanted) - WRITTEN_EVERY_MS, trimmed ?? 0);
    if (this.#covered === undefined || floor <= this.#covered.from) return;
    this.#book.forgetBefore(floor);
    this.#covered = { from: floor, to: Math.max(this.#covered.to, floor) };
  }
}

/** Which parts of a span are not covered, the newer with its overlap. */
function missing(covered: Span | undefined, span: Span): readonly Span[] {
  if (covered === undefined) return [span];
  const parts: Span[] = [];
  if (span.from < covered.from) parts.push({ from: span.from, to: covered.from });
  if (span.to > covered.to) parts.push({ from: Math.max(span.from, covered.to - OVERLAP_MS), to: span.to });
  return parts;
}
