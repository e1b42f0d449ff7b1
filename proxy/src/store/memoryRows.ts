/** Rows in memory under the words of the contract: what a filter lets through, what sorts before what, what counts. */
import {
  ERROR_GROUP,
  type EventFilter,
  type EventItem,
  type Facet,
  type SessionItem,
  type SessionQuery,
  type SessionSort,
} from '../contract/index.ts';
import { readCursor } from './cursors.ts';
import { fold } from './fold.ts';
import { itemOf } from './items.ts';
import type { MemoryRow, MemorySession } from './memoryArchive.ts';
import { millisOf } from './moments.ts';
import { addUp, searchedTexts, sessionItem, toolsKey } from './summaries.ts';
import { traitsOf } from './traits.ts';

export type Range = Pick<EventFilter, 'from' | 'to'>;

export function rangeOf({ from, to }: Range): Range {
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
}

export function isWithin(time: number, { from = -Infinity, to = Infinity }: Range): boolean {
  return time >= from && time < to;
}

export function matches({ event }: MemoryRow, filter: EventFilter): boolean {
  const { attributes } = event;
  const traits = traitsOf(event.kind, attributes);
  const ids = [attributes['sightline.session.id'], attributes['mcp.session.id']];
  const isIn = (list: readonly unknown[] | undefined, value: unknown) => !list || list.includes(value);
  return (
    isWithin(millisOf(event.timeNs), filter) &&
    (!filter.session || ids.some((id) => id !== undefined && filter.session?.includes(id))) &&
    isIn(filter.server, traits.server) &&
    isIn(filter.tool, traits.tool) &&
    isIn(filter.method, traits.method) &&
    isIn(filter.client, traits.client) &&
    isIn(filter.type, traits.type) &&
    isIn(filter.httpStatus, traits.status) &&
    (!filter.outcome ||
      isIn(filter.outcome, traits.outcome) ||
      (traits.error && filter.outcome.includes(ERROR_GROUP))) &&
    (!filter.q ||
      holds(
        [
          ...ids,
          traits.server,
          traits.tool,
          traits.method,
          traits.client,
          attributes['sightline.error.message'],
        ],
        filter.q,
      ))
  );
}

function holds(texts: readonly (string | undefined)[], q: string): boolean {
  return texts.some((text) => text !== undefined && fold(text).includes(fold(q)));
}

export function letsThrough(query: SessionQuery, session: MemorySession, item: SessionItem): boolean {
  return (
    (!query.status || item.active === (query.status === 'active')) &&
    (!query.server || query.server.includes(item.serverName ?? '')) &&
    (!query.client || query.client.includes(item.clientName ?? '')) &&
    (!query.q || holds(searchedTexts(addUp([...session.summaries.values()]), session.protocol), query.q))
  );
}

export function itemOfSession(session: MemorySession, activeFrom: number): SessionItem {
  return sessionItem(addUp([...session.summaries.values()]), session.protocol, activeFrom);
}

export function newestOf({ summaries }: MemorySession): number {
  const [newest] = [...summaries.values()].sort((a, b) => (a.timeNs < b.timeNs ? 1 : -1));
  return newest?.sequence ?? 0;
}

type Key = string | number;

export function keyOf(item: SessionItem, sort: SessionSort): Key {
  const keys: Readonly<Record<SessionSort, Key>> = {
    started: item.sessionStarted ?? 0,
    lastActivity: item.sessionLastActivity ?? 0,
    duration: item.sessionDuration ?? 0,
    calls: item.sessionCalls ?? 0,
    errors: item.sessionErrors ?? 0,
    events: item.sessionEvents ?? 0,
    server: item.serverName ?? '',
    client: item.clientName ?? '',
    protocol: item.mcpProtocolVersion ?? '',
    status: item.active ? 1 : 0,
    session: item.sessionId,
    tools: toolsKey(item.tools),
  };
  return keys[sort];
}

export function readSessionPlace(cursor: string, list: string, sort: SessionSort) {
  return ['server', 'client', 'protocol', 'session', 'tools'].includes(sort)
    ? readCursor(cursor, list, ['string', 'string', 'number'])
    : readCursor(cursor, list, ['number', 'string', 'number']);
}

export function compareKeys(key: Key, session: string, place: readonly [Key, string, ...unknown[]]): number {
  return compare(key, place[0]) || compare(session, place[1]);
}

/** As SQLite orders texts: by code point, which UTF-8 keeps and UTF-16 does not. */
function compare(a: Key, b: Key): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
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

type Countable = ReturnType<typeof countable>;

export function countable({ event }: MemoryRow) {
  const { attributes } = event;
  return {
    ...traitsOf(event.kind, attributes),
    time: millisOf(event.timeNs),
    session: attributes['sightline.session.id'],
    duration: attributes['sightline.duration'] ?? 0,
  };
}

type Menu = 'server' | 'tool' | 'method' | 'client' | 'outcome' | 'status' | 'type';

export function facetsOf(rows: readonly Countable[], menu: Menu): readonly Facet[] {
  const groups = Map.groupBy(rows, (row) => row[menu]);
  return [...groups]
    .filter(([value]) => value !== undefined && value !== 0 && !(value === '' && menu === 'outcome'))
    .map(([value, group]) => ({
      value: value as string,
      count: group.length,
      errors: group.filter(({ error }) => error).length,
    }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
    .slice(0, 500);
}
