/** The event log from Loki: pages by time, news by arrival, the events of one session. */
import type { Completeness, EventFilter, EventItem, EventPage, EventQuery, Page } from 'sightline/contract';
import { type Arrivals, Turn } from './arrivals.ts';
import type { LokiRoad } from './askLines.ts';
import { bucketOf } from './bucket.ts';
import type { Checkpoints } from './checkpoints.ts';
import { AHEAD_MS, SEEK_BACK_MS } from './clocks.ts';
import { limitOf, readCursor, writeCursor } from './cursors.ts';
import { filterStages, selector } from './logql.ts';
import { type Place, placeAfter, readStretch, type Stretch } from './readEvents.ts';
import { Rests } from './rests.ts';
import type { SessionBook } from './sessionBook.ts';
import { slimStages } from './slim.ts';

/** What of the range around is asked, besides the rows. */
export type TellCompleteness = (
  range: { readonly from: number; readonly to: number },
  rows: readonly EventItem[],
  gaps: readonly string[],
  signal: AbortSignal,
) => Promise<Completeness>;

export interface EventsDeps {
  readonly road: LokiRoad;
  readonly arrivals: Arrivals;
  readonly book: SessionBook;
  readonly checkpoints: Checkpoints;
  readonly completeness: TellCompleteness;
  /** Where questions without a range begin: what the panel shows. Unix milliseconds. */
  readonly shownFrom: () => number;
}

type Range = { readonly from: number; readonly to: number };

/** The LogQL of a filter's events, without the stages that make lines slim. */
export function exprOf(road: LokiRoad, filter: EventFilter, book: SessionBook): string {
  const buckets = bucketsOf(filter, book);
  return `${selector({ labels: road.labels, records: ['event'], buckets })}${filterStages(filter)}`;
}

/** The buckets of the sessions asked for, when all of them are known to be ours: the protocol's own ids have none. */
function bucketsOf({ session }: EventFilter, book: SessionBook): readonly string[] | undefined {
  if (!session?.every((id) => book.has(id))) return undefined;
  return [...new Set(session.map(bucketOf))];
}

export class LokiEvents {
  readonly #deps: EventsDeps;
  readonly #rest = new Rests();

  constructor(deps: EventsDeps) {
    this.#deps = deps;
  }

  /** @param onPartial Called with what there is so far while older parts of the range are still read. */
  async page(
    query: EventQuery,
    signal: AbortSignal,
    onPartial?: (page: EventPage) => void,
  ): Promise<EventPage> {
    if (query.after !== undefined) return this.#news(query, query.after, signal);
    const { road, arrivals, completeness } = this.#deps;
    const limit = limitOf(query.limit);
    const range = this.#rangeOf(query);
    const askedAt = road.now();
    const turn = new Turn(arrivals);
    const place = query.cursor === undefined ? undefined : readPlace(query.cursor);
    const rows: EventItem[] = [];
    const gaps = new Set<string>();
    // Who names no range wants these rows: what was lost before them is no matter of theirs.
    const toldOf = (items: readonly EventItem[]): Range =>
      isUnbounded(query) ? { from: items.at(-1)?.time ?? range.to, to: range.to } : range;
    const pageOf = async (more: boolean): Promise<EventPage> => {
      const items = rows.slice(0, limit);
      const last = placeAfter(place, items);
      const goesOn = last !== undefined && (more || rows.length > limit);
      return {
        items,
        next: goesOn ? writeCursor([last.timeNs, last.keys]) : null,
        completeness: await completeness(toldOf(items), items, [...gaps], signal),
        latest: turn.reached,
      };
    };
    const stretches = this.#stretchesOf(query, range, place);
    for (const [at, stretch] of stretches.entries()) {
      const found = await readStretch(road, stretch, place, limit + 1 - rows.length, signal);
      rows.push(...turn.number(found.events));
      for (const gap of found.gaps) gaps.add(gap);
      if (rows.length > limit || !found.ended) break;
      if (rows.length > 0 && at + 1 < stretches.length) onPartial?.(await pageOf(true));
    }
    if (place === undefined && query.order !== 'oldest') this.#note(query, turn, askedAt);
    return pageOf(false);
  }

  /** Remembers how far a list is read, for whoever asks for its news. */
  #note(query: EventFilter, turn: Turn, askedAt: number): void {
    const { arrivals, checkpoints } = this.#deps;
    checkpoints.note(query, { sequence: turn.reached, askedAt, newest: arrivals.newest ?? askedAt });
  }

  /** Events of one session over its own window, oldest first. */
  async ofSession(
    sessionId: string,
    page: { readonly limit?: number; readonly cursor?: string },
    signal: AbortSignal,
  ): Promise<Page<EventItem>> {
    const { road, arrivals, book, completeness } = this.#deps;
    const limit = limitOf(page.limit);
    const now = road.now();
    const range = this.#windowOf(sessionId) ?? {
      from: Math.floor(this.#deps.shownFrom()),
      to: now + AHEAD_MS,
    };
    const place = page.cursor === undefined ? undefined : readPlace(page.cursor);
    const kept = this.#rest.take(sessionId, page.cursor);
    const gaps: string[] = [];
    let rest = kept?.events ?? [];
    let ended = kept?.ended ?? false;
    if (rest.length <= limit && !ended) {
      const expr = `${exprOf(road, { session: [sessionId] }, book)} ${slimStages('event')}`;
      // The first page is wanted at once; all that follows comes with the second question.
      const wanted = place === undefined ? limit + 1 : road.lines.max;
      const stretch = { expr, ...range, direction: 'forward' } as const;
      const from = placeAfter(place, rest);
      const found = await readStretch(road, stretch, from, wanted, signal);
      rest = [...rest, ...found.events];
      ended = found.ended;
      gaps.push(...found.gaps);
    }
    const items = new Turn(arrivals).number(rest.slice(0, limit));
    const last = placeAfter(place, items);
    const more = rest.length > limit || !ended;
    const next = more && last !== undefined ? writeCursor([last.timeNs, last.keys]) : null;
    if (next !== null && place !== undefined) {
      this.#rest.keep(sessionId, next, { events: rest.slice(limit), ended });
    }
    return { items, next, completeness: await completeness(range, items, gaps, signal) };
  }

  /** What was written after a number of arrival, in the order of arrival. */
  async #news(query: EventQuery, after: number, signal: AbortSignal): Promise<EventPage> {
    const { road, arrivals, book, checkpoints, completeness } = this.#deps;
    const limit = limitOf(query.limit);
    const now = road.now();
    const range = {
      from: Math.floor(checkpoints.startOf(query, after, now)),
      to: query.to ?? now + AHEAD_MS,
    };
    const expr = `${exprOf(road, query, book)} ${slimStages('event')}`;
    const turn = new Turn(arrivals);
    const gaps = new Set<string>();
    const news: EventItem[] = [];
    let place: Place | undefined;
    let ended = range.from >= range.to;
    while (!ended && news.length <= limit) {
      const stretch = { expr, ...range, direction: 'forward' } as const;
      const found = await readStretch(road, stretch, place, limit + 1, signal);
      for (const gap of found.gaps) gaps.add(gap);
      news.push(...turn.number(found.events).filter(({ sequence }) => sequence > after));
      place = placeAfter(place, found.events);
      ended = found.ended;
    }
    news.sort((a, b) => a.sequence - b.sequence);
    const cut = news.length > limit;
    if (!cut) this.#note(query, turn, now);
    const items = news.slice(0, limit);
    return {
      items,
      next: cut ? writeCursor(['news']) : null,
      completeness: await completeness(range, items, [...gaps], signal),
      latest: Math.max(after, turn.reached),
    };
  }

  #rangeOf(query: EventQuery): Range {
    const now = this.#deps.road.now();
    const windows = query.session?.map((id) => this.#windowOf(id)) ?? [];
    const known = windows.filter((window) => window !== undefined);
    const whole =
      known.length > 0 && known.length === windows.length
        ? {
            from: Math.min(...known.map(({ from }) => from)),
            to: Math.max(...known.map(({ to }) => to)),
          }
        : undefined;
    const shown = this.#deps.shownFrom();
    const unbounded = isUnbounded(query) ? Math.max(shown, now - SEEK_BACK_MS) : shown;
    // Who names a beginning reads on from there; who names nothing wants the sessions, wherever they are.
    const end = query.from === undefined ? whole?.to : undefined;
    return {
      from: Math.floor(query.from ?? whole?.from ?? unbounded),
      to: Math.ceil(query.to ?? end ?? now + AHEAD_MS),
    };
  }

  /**
   * Where the records of a session are; undefined when it is not known. One that has not ended is looked for up to now,
   * but not day by day through a year: Grafana asks Loki for each day by itself.
   */
  #windowOf(sessionId: string): Range | undefined {
    const window = this.#deps.book.windowOf(sessionId);
    if (window === undefined) return undefined;
    const now = this.#deps.road.now();
    const to = window.open ? Math.min(now + AHEAD_MS, window.to + SEEK_BACK_MS) : window.to + 60_000;
    return { from: Math.floor(window.from) - 1, to: Math.ceil(to) };
  }

  /**
   * A range is read in parts, each twice as long as the one before: Loki looks through all of what it is asked for,
   * though the first part may have enough.
   */
  #stretchesOf(query: EventQuery, range: Range, place: Place | undefined): readonly Stretch[] {
    const { road, book } = this.#deps;
    const expr = `${exprOf(road, query, book)} ${slimStages('event')}`;
    const direction = query.order === 'oldest' ? 'forward' : 'backward';
    const at = place === undefined ? undefined : Number(place.timeNs.slice(0, -6));
    const { from, to } =
      at === undefined
        ? range
        : direction === 'forward'
          ? { from: Math.max(range.from, at), to: range.to }
          : { from: range.from, to: Math.min(range.to, at + 1) };
    if (from >= to) return [];
    return partsOf({ from, to }, direction).map((part) => ({ expr, ...part, direction }));
  }
}

/** Whether it asks for the newest there are, whenever that was. */
function isUnbounded({ from, to, session, order }: EventQuery): boolean {
  return from === undefined && to === undefined && session === undefined && order !== 'oldest';
}

const PARTS = 4;
const PART_MIN_MS = 60_000;

/** A range in parts, each twice as long as the one before it, in the order of reading. */
export function partsOf({ from, to }: Range, direction: Stretch['direction']): readonly Range[] {
  const unit = Math.ceil((to - from) / (2 ** PARTS - 1));
  if (unit < PART_MIN_MS) return [{ from, to }];
  const edges = Array.from({ length: PARTS }, (_, at) => unit * (2 ** at - 1));
  const spans = edges.map((edge, at) => [edge, Math.min(edges[at + 1] ?? to - from, to - from)] as const);
  return spans.map(([near, far]) =>
    direction === 'forward' ? { from: from + near, to: from + far } : { from: to - far, to: to - near },
  );
}

function readPlace(cursor: string): Place {
  const [timeNs, keys] = readCursor(cursor, ['string', 'strings']);
  if (!/^\d{19}$/.test(timeNs)) throw new Error('This list was begun by another version of the panel.');
  return { timeNs, keys };
}
