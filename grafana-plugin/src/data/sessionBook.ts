/**
 * Sessions as their summaries tell them: of each session the newest record of each instance, instances added up. What
 * is known is kept from question to question, so that a look for news reads only what was written since.
 */
import type { SessionItem } from 'sightline/contract';
import { addUp, type Range, sessionItem, wasWithin } from 'sightline/reading';
import type { SummaryRecord } from './records.ts';
import { millisOf } from './records.ts';

interface Known {
  readonly summaries: Map<string, SummaryRecord>;
  /** Made when asked for; undefined when a summary has come since. */
  item: SessionItem | undefined;
  /** Unix milliseconds of the newest record. */
  newest: number;
}

/** Sessions kept at most; the longest silent go first. */
export const SESSIONS_MAX = 20_000;

export class SessionBook {
  readonly #sessions = new Map<string, Known>();
  readonly #activeWindow: number;

  /** @param activeWindow Milliseconds. */
  constructor(activeWindow: number) {
    this.#activeWindow = activeWindow;
  }

  get size(): number {
    return this.#sessions.size;
  }

  add(summary: SummaryRecord): void {
    const known = this.#sessions.get(summary.sessionId);
    const time = millisOf(summary.timeNs);
    if (known === undefined) {
      const summaries = new Map([[summary.instance, summary]]);
      this.#sessions.set(summary.sessionId, { summaries, item: undefined, newest: time });
      return;
    }
    const before = known.summaries.get(summary.instance);
    if (before !== undefined && before.timeNs >= summary.timeNs) return;
    known.summaries.set(summary.instance, summary);
    known.item = undefined;
    known.newest = Math.max(known.newest, time);
  }

  /** Whether an id is that of a session, and not the protocol's own of one. */
  has(sessionId: string): boolean {
    return this.#sessions.has(sessionId);
  }

  /** By our id or the protocol's own. */
  find(id: string, now: number): SessionItem | undefined {
    const known = this.#sessions.get(id);
    if (known !== undefined) return this.#shown(known, now);
    for (const one of this.#sessions.values()) {
      const item = this.#shown(one, now);
      if (item.mcpSessionId === id) return item;
    }
    return undefined;
  }

  /** Sessions that had begun before the range's end and were active after its beginning. */
  within(range: Range, now: number): readonly SessionItem[] {
    return [...this.#sessions.values()]
      .map((known) => this.#shown(known, now))
      .filter((item) => wasWithin(item, range));
  }

  /** Between which moments the records of a session are; undefined when it is not known. Unix milliseconds. */
  windowOf(
    sessionId: string,
  ): { readonly from: number; readonly to: number; readonly open: boolean } | undefined {
    const known = this.#sessions.get(sessionId);
    if (known === undefined) return undefined;
    const { sessionStarted, sessionLastActivity, sessionStatus } = this.#itemOf(known);
    const last = Math.max(known.newest, sessionLastActivity ?? 0);
    return { from: sessionStarted ?? last, to: last, open: sessionStatus !== 'ended' };
  }

  /** Forgets sessions whose newest record is older. */
  forgetBefore(time: number): void {
    for (const [id, { newest }] of this.#sessions) if (newest < time) this.#sessions.delete(id);
  }

  /** Keeps the bound; returns the moment before which sessions were given up, if any were. */
  trim(max = SESSIONS_MAX): number | undefined {
    if (this.#sessions.size <= max) return undefined;
    const newest = [...this.#sessions.values()].map((known) => known.newest).sort((a, b) => b - a);
    const least = newest[max - 1] ?? 0;
    this.forgetBefore(least);
    return least;
  }

  clear(): void {
    this.#sessions.clear();
  }

  #itemOf(known: Known): SessionItem {
    known.item ??= sessionItem(addUp([...known.summaries.values()]), undefined, 0);
    return known.item;
  }

  #shown(known: Known, now: number): SessionItem {
    const item = this.#itemOf(known);
    const lately = (item.sessionLastActivity ?? 0) >= now - this.#activeWindow;
    const active = item.sessionStatus === 'open' && lately;
    if (item.active !== active) known.item = { ...item, active };
    return known.item ?? item;
  }
}
