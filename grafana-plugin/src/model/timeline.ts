/**
 * The timeline of one session as it grows: pages of its history, and live events after them. Every step gives a new
 * value and keeps the rows before the first change, so that a long session costs only what is new.
 */
import type { EventItem } from 'sightline/contract';
import { type Scale, scaleOf } from './timelineBar.ts';
import { addEntries, type Entries, NO_ENTRIES } from './timelineEntries.ts';
import { type Links, linkRows, NO_LINKS } from './timelineLinks.ts';
import { layOutRows, NO_ROWS, type Rows } from './timelineRows.ts';

export interface Timeline {
  readonly entries: Entries;
  readonly rows: Rows;
  readonly links: Links;
  readonly scale: Scale;
  /** Server logs, notifications and remarks have rows. */
  readonly showsQuiet: boolean;
}

export const EMPTY_TIMELINE: Timeline = {
  entries: NO_ENTRIES,
  rows: NO_ROWS,
  links: NO_LINKS,
  scale: { widthMs: 1 },
  showsQuiet: true,
};

/** Adds events, in any order and with repeats. The same timeline when there was nothing new. */
export function addEvents(timeline: Timeline, events: readonly EventItem[]): Timeline {
  const { entries, changedFrom } = addEntries(timeline.entries, events);
  if (entries.list === timeline.entries.list) return timeline;
  return laidOut({ ...timeline, entries }, timeline.rows, changedFrom);
}

/** The same with server logs and notifications shown or hidden. */
export function withQuiet(timeline: Timeline, showsQuiet: boolean): Timeline {
  return timeline.showsQuiet === showsQuiet ? timeline : laidOut({ ...timeline, showsQuiet }, NO_ROWS, 0);
}

/**
 * Where offsets are counted from, in Unix milliseconds.
 *
 * @param startedMs The session's own start, in whole milliseconds: counts when the first events are not kept any more.
 */
export function originOf(timeline: Timeline, startedMs: number | undefined): number {
  const first = timeline.entries.list[0]?.startMs;
  if (first === undefined) return startedMs ?? 0;
  return startedMs !== undefined && startedMs <= first - 1 ? startedMs : first;
}

function laidOut(timeline: Timeline, before: Rows, changedFrom: number): Timeline {
  const rows = layOutRows(before, timeline.entries.list, changedFrom, timeline.showsQuiet);
  return { ...timeline, rows, links: linkRows(rows.list), scale: scaleOf(rows) };
}
