/** Rows in memory as the words of the contract see them. */
import type { EventFilter, EventItem, SessionItem, SessionSort } from '../contract/index.ts';
import { type Judged, traitsOf } from '../reading/judge.ts';
import { TEXT_SORTS } from '../reading/sessions.ts';
import { addUp, sessionItem } from '../reading/summaries.ts';
import { readCursor } from './cursors.ts';
import { itemOf } from './items.ts';
import type { MemoryRow, MemorySession } from './memoryArchive.ts';
import { millisOf } from './moments.ts';

export type Range = Pick<EventFilter, 'from' | 'to'>;

export function rangeOf({ from, to }: Range): Range {
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
}

export function itemOfSession(session: MemorySession, activeFrom: number): SessionItem {
  return sessionItem(addUp([...session.summaries.values()]), session.protocol, activeFrom);
}

export function newestOf({ summaries }: MemorySession): number {
  const [newest] = [...summaries.values()].sort((a, b) => (a.timeNs < b.timeNs ? 1 : -1));
  return newest?.sequence ?? 0;
}

export function readSessionPlace(cursor: string, list: string, sort: SessionSort) {
  return TEXT_SORTS.has(sort)
    ? readCursor(cursor, list, ['string', 'string', 'number'])
    : readCursor(cursor, list, ['number', 'string', 'number']);
}

export function bySequence(a: MemoryRow, b: MemoryRow): number {
  return a.sequence - b.sequence;
}

export function compareTimes({ event, sequence }: MemoryRow, timeNs: string, other: number): number {
  const difference = BigInt(event.timeNs) - BigInt(timeNs);
  return difference === 0n ? sequence - other : difference > 0n ? 1 : -1;
}

export function asItem({ sequence, event }: MemoryRow): EventItem {
  return itemOf(sequence, event);
}

/** Microseconds. */
export function startOf({ event }: MemoryRow): number {
  return event.kind === 'sightline.request' ? event.server.startUs : Number(event.timeNs.slice(0, -3));
}

/** What filters and counts ask of it. */
export function judged({ event }: MemoryRow): Judged {
  const { attributes } = event;
  return {
    ...traitsOf(event.kind, attributes),
    time: millisOf(event.timeNs),
    session: attributes['sightline.session.id'],
    protocol: attributes['mcp.session.id'],
    message: attributes['sightline.error.message'],
    duration: attributes['sightline.duration'] ?? 0,
  };
}
