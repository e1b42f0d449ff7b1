/**
 * Events from Loki in the order of time, from a place on: pages that neither lose nor double a row of an equal
 * timestamp, though Loki is asked by the millisecond.
 */
import { keyOf } from './arrivals.ts';
import { askLines, type LokiRoad } from './askLines.ts';
import { type EventFacts, readRecord } from './records.ts';

/** Where a list stopped: the last row given, and every row given that has its very time. */
export interface Place {
  readonly timeNs: string;
  readonly keys: readonly string[];
}

export interface Stretch {
  /** Without a range; slim. */
  readonly expr: string;
  /** Unix milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly direction: 'forward' | 'backward';
}

export interface Found {
  readonly events: readonly EventFacts[];
  /** The stretch has no more. */
  readonly ended: boolean;
  readonly gaps: readonly string[];
}

/** Rows asked for besides, for those of the same millisecond that were given before. */
const SLACK = 50;

/** At least `wanted` events of a stretch beyond a place, or all that it has. */
export async function readStretch(
  road: LokiRoad,
  stretch: Stretch,
  place: Place | undefined,
  wanted: number,
  signal: AbortSignal,
): Promise<Found> {
  const events: EventFacts[] = [];
  const gaps = new Set<string>();
  let from = place;
  let limit = wanted + (place === undefined ? 0 : place.keys.length + SLACK);
  for (;;) {
    const { rows, full, gaps: said } = await askLines(road, narrow(stretch, from, limit), signal);
    for (const gap of said) gaps.add(gap);
    const fresh = rows
      .flatMap((row) => {
        const record = readRecord(row);
        return record?.kind === 'event' ? [record.event] : [];
      })
      .filter((event) => isBeyond(event, from, stretch.direction));
    events.push(...fresh);
    if (!full || events.length >= wanted) return { events, ended: !full, gaps: [...gaps] };
    from = placeAfter(from, fresh) ?? from;
    if (fresh.length > 0) continue;
    // Nothing but what was given before: ask for more at once, and in the end go on behind that millisecond.
    if (limit < road.lines.max) limit = Math.min(road.lines.max, limit * 4);
    else {
      const last = rows.at(-1)?.timeNs ?? from?.timeNs;
      if (last === undefined) return { events, ended: true, gaps: [...gaps] };
      from = { timeNs: edgeOf(last, stretch.direction), keys: [] };
      gaps.add('More was written within one millisecond than Loki gives at once.');
    }
  }
}

/** The place behind events that were given, `before` being where they began. */
export function placeAfter(before: Place | undefined, given: readonly EventFacts[]): Place | undefined {
  const last = given.at(-1);
  if (last === undefined) return before;
  const timeNs = last.timeUnixNano;
  const keys = given.filter((event) => event.timeUnixNano === timeNs).map(keyOf);
  return { timeNs, keys: before?.timeNs === timeNs ? [...before.keys, ...keys] : keys };
}

function isBeyond(event: EventFacts, place: Place | undefined, direction: Stretch['direction']): boolean {
  if (place === undefined) return true;
  if (event.timeUnixNano === place.timeNs) return !place.keys.includes(keyOf(event));
  return event.timeUnixNano > place.timeNs === (direction === 'forward');
}

function narrow({ expr, from, to, direction }: Stretch, place: Place | undefined, limit: number) {
  if (place === undefined) return { expr, from, to, direction, limit };
  const at = Number(place.timeNs.slice(0, -6));
  return direction === 'forward'
    ? { expr, from: Math.max(from, at), to, direction, limit }
    : { expr, from, to: Math.min(to, at + 1), direction, limit };
}

/** The first nanosecond behind a millisecond, in the direction of reading. */
function edgeOf(timeNs: string, direction: Stretch['direction']): string {
  const at = Number(timeNs.slice(0, -6));
  return direction === 'forward' ? `${at + 1}000000` : `${at - 1}999999`;
}
