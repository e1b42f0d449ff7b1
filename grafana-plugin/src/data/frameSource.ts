/**
 * The views' source over what the panel's own queries brought, and nothing else: for snapshots, public dashboards and
 * exports, where no further question can be put. Filters, sums and sorts mean what they mean in the archive.
 */
import type {
  Completeness,
  EventDetail,
  EventFilter,
  EventItem,
  EventPage,
  EventQuery,
} from 'sightline/contract';
import { countFacets, isWithin, judge, passing, seriesOf, sumEvents, totalOf } from 'sightline/reading';
import { flagsAmong } from '../model/completeness.ts';
import type { Source } from '../model/source.ts';
import { type Arrivals, keyOf } from './arrivals.ts';
import { completenessOf } from './completeness.ts';
import { limitOf, readCursor, writeCursor } from './cursors.ts';
import type { FrameRecords } from './frameRecords.ts';
import { detailOf } from './lokiDetail.ts';
import { placeAfter } from './readEvents.ts';
import type { SessionBook } from './sessionBook.ts';
import { pageOfSessions } from './sessionPages.ts';

export interface FrameDeps {
  readonly records: () => FrameRecords;
  readonly arrivals: Arrivals;
  readonly book: SessionBook;
  readonly now: () => number;
  readonly activeWindow: number;
}

type Range = Pick<EventFilter, 'from' | 'to'>;

const NOT_HERE = 'is not in what this panel was given, and no further question can be asked here.';

export function frameSource(deps: FrameDeps): Source {
  const { records, arrivals, book, now, activeWindow } = deps;
  const within = (range: Range) => records().events.filter(({ time }) => isWithin(time, range));
  const completeness = (range: Range): Completeness => completenessIn(records(), range);
  return {
    events: async (query) => pageOfEvents(records(), query, arrivals.latest),
    event: async (eventId) => detailIn(records(), eventId),
    sessions: async (query) => {
      // The records are read first: that fills the book.
      const said = completeness(query);
      return pageOfSessions(book, query, now(), said);
    },
    session: async (sessionId) => {
      records();
      const session = book.find(sessionId, now());
      if (session === undefined) throw new Error(`This session ${NOT_HERE}`);
      return session;
    },
    sessionEvents: async (sessionId, page) => {
      const query = { ...page, session: [sessionId], order: 'oldest' } as const;
      const { items, next, completeness: said } = pageOfEvents(records(), query, arrivals.latest);
      return { items, next, completeness: said };
    },
    facets: async ({ server, ...range }) => countFacets(within(range).map(judge), server),
    totals: async (range) => {
      const before = { from: 2 * range.from - range.to, to: range.from };
      const total = (span: typeof range) =>
        totalOf(span, sumEvents(within(span).map(judge)), book.within(span, now()), activeWindow);
      const current = total(range);
      return { current, previous: total(before), completeness: completeness(range) };
    },
    series: async ({ from, to, step }) => seriesOf(within({ from, to }).map(judge), from, to, step),
  };
}

function eventsOf({ events }: FrameRecords, filter: EventFilter): readonly EventItem[] {
  const isWanted = passing(filter);
  return events.filter((item) => isWanted(judge(item)));
}

/** A page out of events that are there. @param latest What the answer says was reached. */
export function pageOfEvents(found: FrameRecords, query: EventQuery, latest: number): EventPage {
  const limit = limitOf(query.limit);
  const kept = eventsOf(found, query);
  const said = completenessIn(found, query);
  if (query.after !== undefined) {
    const { after } = query;
    const news = kept.filter(({ sequence }) => sequence > after).sort((a, b) => a.sequence - b.sequence);
    const next = news.length > limit ? writeCursor(['news']) : null;
    return { items: news.slice(0, limit), next, completeness: said, latest };
  }
  const ordered = query.order === 'oldest' ? kept : kept.toReversed();
  const [timeNs, keys] = query.cursor === undefined ? [] : readCursor(query.cursor, ['string', 'strings']);
  const beyond =
    timeNs === undefined
      ? ordered
      : ordered.filter((item) =>
          item.timeUnixNano === timeNs
            ? !keys?.includes(keyOf(item))
            : item.timeUnixNano > timeNs === (query.order === 'oldest'),
        );
  const items = beyond.slice(0, limit);
  const place = placeAfter(timeNs === undefined ? undefined : { timeNs, keys: keys ?? [] }, items);
  const next = beyond.length > limit && place !== undefined ? writeCursor([place.timeNs, place.keys]) : null;
  return { items, next, completeness: said, latest };
}

function detailIn(found: FrameRecords, eventId: string): EventDetail {
  const event = found.events.find((one) => one.eventId === eventId);
  if (event === undefined) throw new Error(`This event ${NOT_HERE}`);
  return detailFrom(found, event);
}

function detailFrom({ payloads, spans }: FrameRecords, event: EventItem): EventDetail {
  const own = payloads.filter(({ eventId }) => eventId === event.eventId);
  return detailOf(event, own, spans);
}

/** The events of a filter with their details, oldest first. */
export function detailsFrom(found: FrameRecords, filter: EventFilter): readonly EventDetail[] {
  return eventsOf(found, filter).map((item) => detailFrom(found, item));
}

export function completenessIn({ events, losses, gaps }: FrameRecords, range: Range): Completeness {
  const rows: readonly EventItem[] = events.filter(({ time }) => isWithin(time, range));
  const lost = losses.filter(({ time }) => isWithin(time, range));
  return completenessOf(lost, flagsAmong(rows), gaps);
}
