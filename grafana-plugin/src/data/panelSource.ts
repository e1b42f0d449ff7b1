/**
 * The panel's source: first rows from what its own queries brought, everything else by further questions to Loki and
 * Tempo where they can be asked. A question that fails fails alone, with a sentence.
 */
import type { EventFilter, EventPage, EventQuery, Page, SessionItem } from 'sightline/contract';
import { FORMS } from 'sightline/reading';
import { Arrivals } from './arrivals.ts';
import { lokiRoad } from './askLines.ts';
import { bucketOf } from './bucket.ts';
import { Checkpoints } from './checkpoints.ts';
import { AHEAD_MS, SEEK_BACK_MS } from './clocks.ts';
import { LokiCompleteness } from './completeness.ts';
import { readAll, writeEvents } from './exportEvents.ts';
import { FrameReader } from './frameRecords.ts';
import { completenessIn, detailsFrom, frameSource, pageOfEvents } from './frameSource.ts';
import { knownValues } from './knownValues.ts';
import { filterStages, OUR_LABELS, selector } from './logql.ts';
import { readDetail } from './lokiDetail.ts';
import { type EventsDeps, LokiEvents } from './lokiEvents.ts';
import { LokiSessions } from './lokiSessions.ts';
import { LokiSums } from './lokiSums.ts';
import type { PanelPorts, PanelSource } from './panelPorts.ts';
import { SessionBook } from './sessionBook.ts';
import { pageOfSessions } from './sessionPages.ts';
import { targetsFor } from './targets.ts';

export function createPanelSource(ports: PanelPorts): PanelSource {
  const labels = ports.labels ?? OUR_LABELS;
  const { now, activeWindow, shown } = ports;
  const arrivals = new Arrivals();
  const book = new SessionBook(activeWindow);
  const reader = new FrameReader(arrivals, book, targetsFor(labels), ports.loki === undefined);
  const records = () => reader.read(shown());
  const still = frameSource({ records, arrivals, book, now, activeWindow });
  const logQlOf = (filter: EventFilter) =>
    `${selector({ labels, records: ['event'] })}${filterStages(filter)}`;
  if (ports.loki === undefined) {
    return {
      ...still,
      logQlOf,
      exportEvents: (filter, format, _, onProgress) => {
        const found = records();
        const details = detailsFrom(found, filter);
        onProgress?.({ events: details.length, share: 1 });
        return writeEvents(format, [details], async () => completenessIn(found, filter));
      },
    };
  }

  const road = lokiRoad(ports.loki, labels, now);
  const sessions = new LokiSessions(road, book);
  const sums = new LokiSums(road, sessions, book, activeWindow);
  const completeness = new LokiCompleteness(road, (range) => sums.flagsOf(range));
  const checkpoints = new Checkpoints();
  const deps: EventsDeps = {
    road,
    arrivals,
    book,
    checkpoints,
    completeness: (...asked) => completeness.of(...asked),
    shownFrom: () => shown().from,
  };
  const events = new LokiEvents(deps);
  const rangeOf = ({ from = shown().from, to = now() }: { from?: number; to?: number }) => ({ from, to });

  /** The first page, when the panel's own queries brought all of it. */
  function firstPage(query: EventQuery): EventPage | undefined {
    if (query.after !== undefined || query.cursor !== undefined || query.order === 'oldest') return undefined;
    const found = records();
    const covered = found.coveredEvents;
    const range = rangeOf(query);
    if (covered === undefined || !isCovered({ from: covered.from, to: range.to }, covered)) return undefined;
    const asked = { ...query, from: Math.max(range.from, covered.from) };
    const page = pageOfEvents({ ...found, gaps: [] }, asked, 0);
    const whole = range.from >= covered.from;
    if (!whole && page.next === null) return undefined;
    const askedAt = Math.min(now(), covered.to);
    const latest = arrivals.latest;
    checkpoints.note(query, { sequence: latest, askedAt, newest: arrivals.newest ?? askedAt });
    return { ...page, latest };
  }

  async function listSessions(
    query: Parameters<PanelSource['sessions']>[0],
    signal: AbortSignal,
  ): Promise<Page<SessionItem>> {
    const range = rangeOf(query);
    const found = records();
    const covered = found.coveredSessions;
    if (covered !== undefined && isCovered(range, covered) && sessions.begin(covered)) {
      return pageOfSessions(book, query, now(), completenessIn(found, range));
    }
    // A page that goes on is of what was read for the first.
    const gaps = query.cursor === undefined ? await sessions.load(range, signal) : [];
    const said = await completeness.of(range, [], gaps, signal);
    return pageOfSessions(book, query, now(), said);
  }

  async function findSession(id: string, signal: AbortSignal): Promise<SessionItem> {
    records();
    const found = () => book.find(id, now());
    const bucket = bucketOf(id);
    const { from, to } = shown();
    // Never from an old range up to now: Grafana asks Loki for each day of it by itself.
    const near = { from: Math.floor(from), to: Math.ceil(Math.min(to, now())) + AHEAD_MS };
    const far = { from: Math.floor(now() - SEEK_BACK_MS), to: now() + AHEAD_MS };
    for (const [span, where] of [
      [near, bucket],
      [far, bucket],
      [near, undefined],
      [far, undefined],
    ] as const) {
      const session = found();
      if (session !== undefined) return session;
      await sessions.seek(id, span, where, signal);
    }
    const session = found();
    if (session !== undefined) return session;
    throw new Error('Loki has no such session in the last 30 days.');
  }

  return {
    logQlOf,
    events: (query, signal, onPartial) => {
      const page = firstPage(query);
      return page === undefined ? events.page(query, signal, onPartial) : Promise.resolve(page);
    },
    event: (eventId, signal) =>
      readDetail({ road, tempo: ports.tempo, arrivals, shown: () => rangeOf({}) }, eventId, signal),
    sessions: listSessions,
    session: findSession,
    sessionEvents: async (sessionId, page, signal) => {
      // A link's session, long before the range: the book forgets it among newer ones, and with it when it was.
      if (!book.has(sessionId)) await findSession(sessionId, signal).catch(() => undefined);
      return events.ofSession(sessionId, page, signal);
    },
    facets: (filter, signal) => sums.facets(filter, rangeOf({}), signal),
    knownValues: (filter, field) => knownValues(book.within(rangeOf(filter), now()), field, filter.server),
    totals: async (range, signal) => {
      const totals = await sums.totals(range, signal);
      return { ...totals, completeness: await completeness.of(range, [], [], signal) };
    },
    series: (range, signal) => sums.series(range, signal),
    exportEvents: (filter, format, signal, onProgress) => {
      const range = rangeOf(filter);
      const found = readAll(deps, filter, range, FORMS[format].withPayloads, signal, onProgress);
      return writeEvents(format, found, () => completeness.of(range, [], [], signal));
    },
  };
}

/** So much later a range may end than what is there: the next look for news brings the rest. */
const LATE_MS = 60_000;

function isCovered(range: Span, covered: Span): boolean {
  return range.from >= covered.from && range.to <= covered.to + LATE_MS;
}

interface Span {
  readonly from: number;
  readonly to: number;
}
