/**
 * The events of one session in the order they began, each once. What is corrected here is only the order: nothing
 * is drawn, nothing put into words. A still waiting request leaves when its `sightline.request` comes, and a
 * session's start, which is written when its first event ends, stands before that event.
 */
import type { EventItem } from 'sightline/contract';

/** What an event is on the timeline's axis. */
export type EntryShape =
  /** A request with a beginning and an end. */
  | 'call'
  /** A request that has not ended yet. */
  | 'waiting'
  /** A stream held open for as long as the client likes, or an exchange without a request in it: no call. */
  | 'exchange'
  /** A moment. */
  | 'instant';

export interface Entry {
  readonly key: string;
  readonly event: EventItem;
  readonly shape: EntryShape;
  /** Unix milliseconds. */
  readonly startMs: number;
  /** Of a waiting request when it was last known to wait. */
  readonly endMs: number;
  /** Server logs, notifications and remarks that a reader may hide; never what failed. */
  readonly quiet: boolean;
}

export interface Entries {
  readonly list: readonly Entry[];
  /** By `key`, and of waiting requests and of ended ones by operation and round. */
  readonly known: ReadonlySet<string>;
  /** The numbers of all events that came, also of those that left the list because their request ended. */
  readonly numbers: ReadonlySet<number>;
  /** How many numbered events were let go to stay within `EVENTS_MAX`: the oldest, and nothing else knows of them. */
  readonly letGo: number;
}

/** Events of one timeline: as many as the event log has rows. */
export const EVENTS_MAX = 20_000;
/** So many more before some are let go: all rows are laid out anew then. */
const SLACK = 1_000;

export const NO_ENTRIES: Entries = { list: [], known: new Set(), numbers: new Set(), letGo: 0 };

/**
 * Adds events, in any order and with repeats.
 *
 * @returns The entries, and the index from which on they differ from before (the length when nothing changed).
 */
export function addEntries(
  before: Entries,
  events: readonly EventItem[],
): { entries: Entries; changedFrom: number } {
  const known = new Set(before.known);
  const numbers = new Set(before.numbers);
  const added: Entry[] = [];
  const answered = new Set<string>();
  for (const event of events) {
    const key = keyOf(event);
    if (known.has(key)) continue;
    known.add(key);
    if (event.eventNumber !== undefined) numbers.add(event.eventNumber);
    const round = roundKey(event);
    if (event.eventName === 'sightline.request' && round !== undefined) {
      known.add(round);
      answered.add(round);
    }
    added.push(entryOf(key, event));
  }
  const fresh = added.filter((entry) => !isAnswered(entry, known));
  if (fresh.length === 0 && answered.size === 0) {
    return { entries: { ...before, known, numbers }, changedFrom: before.list.length };
  }
  const { list, changedFrom } = merge(before.list, fresh, known);
  const entries = { list, known, numbers, letGo: before.letGo };
  return list.length > EVENTS_MAX + SLACK
    ? { entries: withoutOldest(entries), changedFrom: 0 }
    : { entries, changedFrom };
}

function withoutOldest({ list: all, numbers: before, letGo }: Entries): Entries {
  const list = all.slice(-EVENTS_MAX);
  const known = new Set<string>();
  let least = Number.POSITIVE_INFINITY;
  for (const { key, event } of list) {
    known.add(key);
    const round = event.eventName === 'sightline.request' ? roundKey(event) : undefined;
    if (round !== undefined) known.add(round);
    least = Math.min(least, event.eventNumber ?? least);
  }
  const numbers = new Set([...before].filter((number) => number >= least));
  return { list, known, numbers, letGo: letGo + before.size - numbers.size };
}

function merge(list: readonly Entry[], fresh: Entry[], known: ReadonlySet<string>) {
  fresh.sort(compare);
  let cut = fresh[0] === undefined ? list.length : placeOf(list, fresh[0]);
  const stale = list.findIndex((entry) => isAnswered(entry, known));
  if (stale >= 0) cut = Math.min(cut, stale);
  for (const [start, first] of pairs(list, fresh)) {
    if (first.startMs < start.startMs) cut = Math.min(cut, indexIn(list, start), indexIn(list, first));
  }
  const tail = list.slice(cut).filter((entry) => !isAnswered(entry, known));
  // New events nearly always come last: then nothing needs sorting again.
  const after = tail.length === 0 ? fresh : [...tail, ...fresh].sort(compare);
  const merged = [...list.slice(0, cut), ...withStartsFirst(after)];
  return { list: merged, changedFrom: cut };
}

/** Identity of an event in one session; two roads may bring the same one. */
export function keyOf(event: EventItem): string {
  return event.eventId ?? `#${event.sequence}`;
}

function roundKey(event: EventItem): string | undefined {
  if (event.operationId === undefined) return undefined;
  return `${event.operationId}/${event.roundNumber ?? 1}/${event.jsonrpcRequestId ?? ''}`;
}

function isAnswered(entry: Entry, known: ReadonlySet<string>): boolean {
  if (entry.shape !== 'waiting') return false;
  const round = roundKey(entry.event);
  return round !== undefined && known.has(round);
}

function entryOf(key: string, event: EventItem): Entry {
  const shape = shapeOf(event);
  const lengthMs = (event.duration ?? 0) * 1000;
  // A record that is not a request's end is stamped when it is written, also when it tells of a length.
  const startMs = event.eventName === 'sightline.request' ? event.startTime : event.time - lengthMs;
  return { key, event, shape, startMs, endMs: Math.max(startMs, event.time), quiet: isQuiet(event) };
}

function shapeOf(event: EventItem): EntryShape {
  switch (event.eventName) {
    case 'sightline.request':
      return event.mcpMethodName === 'subscriptions/listen' ? 'exchange' : 'call';
    case 'sightline.request.waiting':
      return 'waiting';
    case 'sightline.exchange':
      return 'exchange';
    default:
      return 'instant';
  }
}

function isQuiet(event: EventItem): boolean {
  switch (event.eventName) {
    case 'sightline.notification':
      // The notification that ends a task carries the task's outcome: it is an answer.
      return event.outcome === undefined;
    case 'sightline.server_log':
    case 'sightline.retry.gave_up':
      return true;
    default:
      return false;
  }
}

function compare(a: Entry, b: Entry): number {
  return a.startMs - b.startMs || a.event.sequence - b.event.sequence;
}

function placeOf(list: readonly Entry[], entry: Entry): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const there = list[middle];
    if (there !== undefined && compare(there, entry) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

// ── a session's start before the event it announces ──────────────────────────────────────────────────────

/** Starts of the session with the event that each announces, where one of the two is fresh. */
function pairs(list: readonly Entry[], fresh: readonly Entry[]): (readonly [Entry, Entry])[] {
  const isStart = ({ event }: Entry) => event.eventName === 'sightline.session.started';
  const starts = [...list.filter(isStart), ...fresh.filter(isStart)];
  return starts.flatMap((start) => {
    const number = (start.event.eventNumber ?? Number.NaN) + 1;
    const isFirst = ({ event }: Entry) => event.eventNumber === number;
    const first = fresh.find(isFirst) ?? (fresh.includes(start) ? list.find(isFirst) : undefined);
    return first ? [[start, first] as const] : [];
  });
}

function indexIn(list: readonly Entry[], entry: Entry): number {
  const at = list.indexOf(entry);
  return at < 0 ? list.length : at;
}

/** Moves each start before the event with the next number, taking that event's beginning for its own. */
function withStartsFirst(list: readonly Entry[]): readonly Entry[] {
  const starts = list.filter((entry) => entry.event.eventName === 'sightline.session.started');
  if (starts.length === 0) return list;
  const byNumber = new Map<number, Entry>();
  for (const entry of list) {
    if (entry.event.eventNumber !== undefined) byNumber.set(entry.event.eventNumber, entry);
  }
  let moved = list;
  for (const start of starts) {
    const first = byNumber.get((start.event.eventNumber ?? Number.NaN) + 1);
    if (!first || compare(first, start) >= 0) continue;
    const others = moved.filter((entry) => entry !== start);
    const at = others.indexOf(first);
    moved = [
      ...others.slice(0, at),
      { ...start, startMs: first.startMs, endMs: first.startMs },
      ...others.slice(at),
    ];
  }
  return moved;
}
