/**
 * The rows of the event log as they come in: a first page, older pages before it, news after it. Oldest first, each
 * event once, bounded; nothing here asks for anything.
 */
import type { Completeness, EventItem, EventPage } from 'sightline/contract';

/** Rows kept at most: enough for a long look back, little enough for a browser. */
export const ROWS_MAX = 20_000;

export interface LogRows {
  /** Oldest first. */
  readonly rows: readonly EventItem[];
  /** What came while the view was held, oldest first. */
  readonly held: readonly EventItem[];
  /** Ask `after` this for news. */
  readonly latest: number;
  /** Ask with this for older ones; null when the range has none. */
  readonly older: string | null;
  /** Rows at the old end were let go to stay within `ROWS_MAX`. */
  readonly trimmed: boolean;
  readonly completeness: Completeness;
}

/** The first page, which came newest first. */
export function startRows(page: EventPage): LogRows {
  return {
    rows: settle(page.items.toReversed()),
    held: [],
    latest: page.latest,
    older: page.next,
    trimmed: false,
    completeness: page.completeness,
  };
}

/** What was written since; `hold` puts it aside instead of showing it. */
export function addNews(log: LogRows, page: EventPage, hold: boolean): LogRows {
  // A page that was cut tells where the archive stood, not how far it read.
  const reached = page.next === null ? page.latest : (page.items.at(-1)?.sequence ?? log.latest);
  const latest = Math.max(log.latest, reached);
  if (page.items.length === 0) return latest === log.latest ? log : { ...log, latest };
  if (hold) return { ...log, latest, held: merge(log.held, page.items).slice(-ROWS_MAX) };
  return bound({ ...log, latest, rows: settle(merge(log.rows, page.items)) });
}

/** An older page, which came newest first. */
export function addOlder(log: LogRows, page: EventPage): LogRows {
  return { ...log, rows: settle(merge(page.items.toReversed(), log.rows)), older: page.next };
}

/** Shows what was held. */
export function releaseHeld(log: LogRows): LogRows {
  if (log.held.length === 0) return log;
  return bound({ ...log, held: [], rows: settle(merge(log.rows, log.held)) });
}

export function mayLoadOlder(log: LogRows): boolean {
  return log.older !== null && !log.trimmed && log.rows.length < ROWS_MAX;
}

function bound(log: LogRows): LogRows {
  if (log.rows.length <= ROWS_MAX) return log;
  // The cursor to older ones led on from a row that is no longer there, so there is no way back but to load anew.
  return { ...log, rows: log.rows.slice(-ROWS_MAX), older: null, trimmed: true };
}

/** Both in order of time, each sequence once. Almost always one lies wholly before the other. */
function merge(before: readonly EventItem[], after: readonly EventItem[]): readonly EventItem[] {
  const last = before.at(-1);
  const first = after[0];
  if (last === undefined || first === undefined) return last === undefined ? after : before;
  if (compare(last, first) < 0 && isSorted(after)) return [...before, ...after];
  const bySequence = new Map([...before, ...after].map((item) => [item.sequence, item]));
  return [...bySequence.values()].sort(compare);
}

function isSorted(items: readonly EventItem[]): boolean {
  return items.every((item, index) => {
    const next = items[index + 1];
    return next === undefined || compare(item, next) < 0;
  });
}

/** The order of the record's timestamps; nanoseconds are 19 digits each, so text order is theirs. */
function compare(a: EventItem, b: EventItem): number {
  if (a.timeUnixNano !== b.timeUnixNano) return a.timeUnixNano < b.timeUnixNano ? -1 : 1;
  return a.sequence - b.sequence;
}

/** Without the rows that said "still waiting" about a request that has ended since. */
function settle(rows: readonly EventItem[]): readonly EventItem[] {
  if (!rows.some((row) => row.eventName === WAITING)) return rows;
  const ended = new Set(rows.filter((row) => row.eventName === 'sightline.request').map(roundOf));
  return rows.filter((row) => row.eventName !== WAITING || !ended.has(roundOf(row)));
}

const WAITING = 'sightline.request.waiting';

function roundOf(item: EventItem): string {
  return `${item.operationId ?? item.eventId}/${item.roundNumber ?? 1}`;
}
