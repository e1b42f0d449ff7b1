/** The reading side in memory: filters, sorts and counts as the words of the contract say, one row at a time. */
import type {
  Completeness,
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
  Total,
  Totals,
} from '../contract/index.ts';
import type { ArchiveReader, ArchiveStats } from '../observation/archive.ts';
import { isWithin, passing } from '../reading/judge.ts';
import { compareKeys, keyOf, lettingThrough, wasWithin } from '../reading/sessions.ts';
import { countFacets, seriesOf, sumEvents, totalOf } from '../reading/sums.ts';
import { readCursor, writeCursor } from './cursors.ts';
import { detailOf } from './items.ts';
import { cut, limitOf } from './limits.ts';
import {
  isListed,
  keptPayloads,
  type MemoryRow,
  type MemorySession,
  type MemoryTables,
} from './memoryArchive.ts';
import {
  asItem,
  bySequence,
  compareTimes,
  itemOfSession,
  judged,
  newestOf,
  type Range,
  rangeOf,
  readSessionPlace,
  startOf,
} from './memoryRows.ts';
import { millisOf } from './moments.ts';
import type { ReaderSettings } from './openReader.ts';

export class MemoryReader implements ArchiveReader {
  readonly #tables: MemoryTables;
  readonly #settings: ReaderSettings;

  constructor(tables: MemoryTables, settings: ReaderSettings) {
    this.#tables = tables;
    this.#settings = settings;
  }

  events(query: EventQuery): EventPage {
    const { latest } = this.#tables;
    const limit = limitOf(query.limit);
    const kept = this.#matching(query);
    if (query.after !== undefined) {
      const [after] =
        query.cursor === undefined ? [query.after] : readCursor(query.cursor, 'after', ['number']);
      const news = kept.filter((row) => row.sequence > after).sort(bySequence);
      const { rows, last } = cut(news, limit);
      const next = last ? writeCursor(['after', last.sequence]) : null;
      return { items: rows.map(asItem), next, completeness: this.#completeness(query), latest };
    }
    const order = query.order ?? 'newest';
    const sign = order === 'newest' ? -1 : 1;
    const place =
      query.cursor === undefined
        ? undefined
        : readCursor(query.cursor, order, ['digits', 'number', 'number']);
    const pinned = place?.[2] ?? latest;
    const log = kept
      .filter((row) => row.sequence <= pinned)
      .filter((row) => !place || sign * compareTimes(row, place[0], place[1]) > 0)
      .sort((a, b) => sign * compareTimes(a, b.event.timeNs, b.sequence));
    const { rows, last } = cut(log, limit);
    return {
      items: rows.map(asItem),
      next: last ? writeCursor([order, last.event.timeNs, last.sequence, pinned]) : null,
      completeness: this.#completeness(query),
      latest: pinned,
    };
  }

  event(eventId: string): EventDetail | undefined {
    const row = this.#tables.rows.find(({ event }) => event.attributes['sightline.event.id'] === eventId);
    return row && detailOf(row.sequence, row.event, keptPayloads(row));
  }

  sessions(query: SessionQuery): Page<SessionItem> {
    const sort = query.sort ?? 'started';
    const sign = (query.descending ?? true) ? -1 : 1;
    const list = `${sort}${sign < 0 ? '-' : '+'}`;
    const place = query.cursor === undefined ? undefined : readSessionPlace(query.cursor, list, sort);
    const since = place?.[2] ?? this.#activeFrom();
    const found = this.#sessionsIn(query)
      .map((session) => itemOfSession(session, since))
      .filter(lettingThrough(query))
      .map((item) => ({ item, key: keyOf(item, sort) }))
      .filter(({ item, key }) => !place || sign * compareKeys(key, item.sessionId, place) > 0)
      .sort((a, b) => sign * compareKeys(a.key, a.item.sessionId, [b.key, b.item.sessionId]));
    const { rows, last } = cut(found, limitOf(query.limit));
    return {
      items: rows.map(({ item }) => item),
      next: last ? writeCursor([list, last.key, last.item.sessionId, since]) : null,
      completeness: this.#completeness(query),
    };
  }

  session(sessionId: string): SessionItem | undefined {
    const session = this.#tables.sessions.get(sessionId);
    return session && session.summaries.size > 0 ? itemOfSession(session, this.#activeFrom()) : undefined;
  }

  sessionEvents(
    sessionId: string,
    page: { readonly limit?: number; readonly cursor?: string },
  ): Page<EventItem> {
    const place =
      page.cursor === undefined ? undefined : readCursor(page.cursor, 'session', ['number', 'number']);
    const found = this.#tables.rows
      .filter((row) => isListed(row) && row.event.attributes['sightline.session.id'] === sessionId)
      .map((row) => ({ item: asItem(row), start: startOf(row) }))
      .filter(({ item, start }) => !place || (start - place[0] || item.sequence - place[1]) > 0)
      .sort((a, b) => a.start - b.start || a.item.sequence - b.item.sequence);
    const { rows, last } = cut(found, limitOf(page.limit));
    const session = this.session(sessionId);
    const range = session
      ? { from: session.sessionStarted ?? 0, to: (session.sessionLastActivity ?? 0) + 1 }
      : {};
    return {
      items: rows.map(({ item }) => item),
      next: last ? writeCursor(['session', last.start, last.item.sequence]) : null,
      completeness: this.#completeness(range),
    };
  }

  facets({ server, ...range }: Pick<EventFilter, 'from' | 'to' | 'server'>): Facets {
    return countFacets(this.#matching(range).map(judged), server);
  }

  totals(range: { readonly from: number; readonly to: number }): Totals {
    return {
      current: this.#total(range),
      previous: this.#total({ from: 2 * range.from - range.to, to: range.from }),
      completeness: this.#completeness(range),
    };
  }

  series({ from, to, step }: { readonly from: number; readonly to: number; readonly step: number }): Series {
    return seriesOf(this.#matching({ from, to }).map(judged), from, to, step);
  }

  sessionsAfter(sequence: number, limit: number): readonly SessionItem[] {
    return [...this.#tables.sessions.values()]
      .map((session) => ({ session, at: newestOf(session) }))
      .filter(({ at }) => at > sequence)
      .sort((a, b) => a.at - b.at)
      .slice(0, limit)
      .map(({ session }) => itemOfSession(session, this.#activeFrom()));
  }

  *exportEvents(filter: EventFilter, withPayloads: boolean): Generator<readonly EventDetail[]> {
    const rows = this.#matching(filter).sort((a, b) => compareTimes(a, b.event.timeNs, b.sequence));
    if (rows.length === 0) return;
    yield rows.map((row) => detailOf(row.sequence, row.event, withPayloads ? keptPayloads(row) : []));
  }

  latest(): number {
    return this.#tables.latest;
  }

  stats(): ArchiveStats {
    return this.#tables.stats();
  }

  close(): void {}

  #activeFrom(): number {
    return (this.#settings.now ?? Date.now)() - this.#settings.activeWindowMs;
  }

  #matching(filter: EventFilter): MemoryRow[] {
    const isWanted = passing(filter);
    return this.#tables.rows.filter((row) => isListed(row) && isWanted(judged(row)));
  }

  #sessionsIn(range: Range): readonly MemorySession[] {
    return [...this.#tables.sessions.values()].filter((session) => {
      if (session.summaries.size === 0) return false;
      return wasWithin(itemOfSession(session, 0), range);
    });
  }

  #total(range: { readonly from: number; readonly to: number }): Total {
    const sessions = this.#sessionsIn(range).map((session) => itemOfSession(session, 0));
    const sums = sumEvents(this.#matching(range).map(judged));
    return totalOf(range, sums, sessions, this.#settings.activeWindowMs);
  }

  #completeness(range: Range): Completeness {
    const rows = this.#matching(rangeOf(range));
    const lost = new Map<string, { stage: string; reason: string; count: number }>();
    for (const { event } of this.#tables.rows) {
      if (event.kind !== 'sightline.loss' || !isWithin(millisOf(event.timeNs), range)) continue;
      const stage = event.attributes['sightline.loss.stage'] ?? '';
      const reason = event.attributes['sightline.loss.reason'] ?? '';
      const sum = lost.get(`${stage} ${reason}`) ?? { stage, reason, count: 0 };
      sum.count += event.attributes['sightline.loss.count'] ?? 0;
      lost.set(`${stage} ${reason}`, sum);
    }
    const counts = {
      truncated: rows.filter(({ event }) => event.attributes['sightline.payload.truncated'] === true).length,
      unsampled: rows.filter(({ event }) => event.attributes['sightline.sampled'] === false).length,
      shed: rows.filter(({ shed }) => shed).length,
    };
    const { removedBefore } = this.#tables;
    const cutOff = removedBefore !== undefined && millisOf(removedBefore) >= (range.from ?? 0);
    const oldest = this.#tables.stats().oldestMs ?? 0;
    return {
      complete: lost.size + counts.truncated + counts.unsampled + counts.shed === 0 && !cutOff,
      lost: [...lost.values()].sort((a, b) => (`${a.stage} ${a.reason}` < `${b.stage} ${b.reason}` ? -1 : 1)),
      ...counts,
      ...(cutOff && { keptFrom: Math.max(millisOf(removedBefore), oldest) }),
    };
  }
}
