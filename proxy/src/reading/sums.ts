/** Facets, totals and series, counted row by row. */
import type { Facet, Facets, Series, SeriesPoint, SessionItem, Total } from '../contract/index.ts';
import type { Judged, Traits } from './judge.ts';

export type Menu = 'server' | 'tool' | 'method' | 'client' | 'outcome' | 'status' | 'type';

/** Events that are equal in everything the menus show. */
export type Countable = Pick<Traits, Menu | 'error'> & {
  /** 1 unless given. */
  readonly count?: number;
  /** The one menu that the row is counted in; every menu when not given. */
  readonly menu?: Menu | undefined;
};

/** Rows of one menu at most. */
const FACETS_MAX = 500;

/** @param servers A filter by server: it bounds every menu but that of the servers. */
export function countFacets(rows: readonly Countable[], servers?: readonly string[]): Facets {
  const chosen = servers
    ? rows.filter(({ server }) => server !== undefined && servers.includes(server))
    : rows;
  return {
    servers: countMenu(rows, 'server'),
    tools: countMenu(chosen, 'tool'),
    methods: countMenu(chosen, 'method'),
    clients: countMenu(chosen, 'client'),
    outcomes: countMenu(chosen, 'outcome') as Facets['outcomes'],
    httpStatuses: countMenu(chosen, 'status') as unknown as Facets['httpStatuses'],
    types: countMenu(chosen, 'type'),
  };
}

/** Counts by value, most frequent first. What has no value is in no menu. */
function countMenu(rows: readonly Countable[], menu: Menu): readonly Facet[] {
  // A Map: a tool may be called `__proto__`.
  const sums = new Map<string | number, { count: number; errors: number }>();
  for (const row of rows) {
    const value = row[menu];
    if (row.menu !== undefined && row.menu !== menu) continue;
    if (value === undefined || value === 0 || (value === '' && (menu === 'outcome' || menu === 'type')))
      continue;
    const sum = sums.get(value) ?? { count: 0, errors: 0 };
    const { count = 1 } = row;
    sum.count += count;
    if (row.error) sum.errors += count;
    sums.set(value, sum);
  }
  return [...sums]
    .map(([value, sum]) => ({ value: value as string, ...sum }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
    .slice(0, FACETS_MAX);
}

/** What events add to a total. */
export type EventSums = Pick<Total, 'events' | 'calls' | 'toolCalls' | 'errors'> & {
  /** Seconds, of calls. */
  readonly spent: number;
};

export function sumEvents(rows: readonly Judged[]): EventSums {
  const calls = rows.filter(({ call }) => call);
  return {
    events: rows.length,
    calls: calls.length,
    toolCalls: calls.filter(({ toolCall }) => toolCall).length,
    errors: calls.filter(({ error }) => error).length,
    spent: calls.reduce((sum, { duration }) => sum + duration, 0),
  };
}

/** @param sessions Those of the range. @param activeWindow Milliseconds. */
export function totalOf(
  { from, to }: { readonly from: number; readonly to: number },
  { events, calls, toolCalls, errors, spent }: EventSums,
  sessions: readonly SessionItem[],
  activeWindow: number,
): Total {
  // Of a past moment only the last activity is known: who was heard after it, was there at it.
  const active = sessions.filter(({ sessionLastActivity: last = 0, sessionStatus }) => {
    return last >= to || (sessionStatus === 'open' && last >= to - activeWindow);
  });
  const durations = sessions.reduce((sum, { sessionDuration = 0 }) => sum + sessionDuration, 0);
  return {
    from,
    to,
    sessions: sessions.length,
    activeSessions: active.length,
    ...(sessions.length > 0 && { averageSessionDuration: durations / sessions.length }),
    events,
    calls,
    toolCalls,
    errors,
    ...(calls > 0 && { averageDuration: spent / calls }),
  };
}

/** More points than any chart has pixels are a mistake of the caller. */
export const POINTS_MAX = 20_000;

/**
 * The steps of a series, all empty. They begin at multiples of `step` since the epoch, so that a moving range does not
 * redraw them; the first may begin before `from`.
 *
 * @throws RangeError for a step that is none, or makes more than `POINTS_MAX`.
 */
export function stepsOf(
  from: number,
  to: number,
  step: number,
): { -readonly [K in keyof SeriesPoint]: number }[] {
  const first = Math.floor(from / step);
  const last = Math.max(first, Math.ceil(to / step));
  if (!(step > 0) || last - first > POINTS_MAX) throw new RangeError(`more than ${POINTS_MAX} steps`);
  return Array.from({ length: last - first }, (_, index) => ({
    time: (first + index) * step,
    sessions: 0,
    calls: 0,
    errors: 0,
  }));
}

/** @param rows Those of the range, of any kind. */
export function seriesOf(rows: readonly Judged[], from: number, to: number, step: number): Series {
  const points = stepsOf(from, to, step);
  const first = Math.floor(from / step);
  const sessions = points.map(() => new Set<string>());
  for (const row of rows) {
    const at = Math.floor(row.time / step) - first;
    const point = points[at];
    if (row.type !== 'sightline.request' || point === undefined) continue;
    if (row.session !== undefined) sessions[at]?.add(row.session);
    if (row.call) point.calls += 1;
    if (row.call && row.error) point.errors += 1;
  }
  for (const [at, point] of points.entries()) point.sessions = sessions[at]?.size ?? 0;
  return { from, to, step, points };
}
