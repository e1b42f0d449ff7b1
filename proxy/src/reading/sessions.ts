/** Sessions under the words of the contract: which a question lets through, what sorts before what. */
import type { SessionItem, SessionQuery, SessionSort } from '../contract/index.ts';
import { type Range, searching } from './judge.ts';
import { toolsKey } from './summaries.ts';

/** Had begun before the range's end and were active after its beginning. */
export function wasWithin(item: SessionItem, { from = -Infinity, to = Infinity }: Range): boolean {
  return (item.sessionLastActivity ?? 0) >= from && (item.sessionStarted ?? 0) < to;
}

/** Which sessions a question lets through; its range is asked by `wasWithin`. */
export function lettingThrough(query: SessionQuery): (item: SessionItem) => boolean {
  const { status, server, client, q } = query;
  const isFound = q ? searching(q) : () => true;
  return (item) =>
    (!status || item.active === (status === 'active')) &&
    (!server || server.includes(item.serverName ?? '')) &&
    (!client || client.includes(item.clientName ?? '')) &&
    isFound(searchedTexts(item));
}

/** The texts of a session that a search looks into. */
export function searchedTexts(item: SessionItem): readonly string[] {
  const tools = item.tools.map(({ name }) => name);
  const texts = [item.sessionId, item.mcpSessionId, item.serverName, item.clientName, ...tools];
  return texts.filter((text) => text !== undefined);
}

export type SortKey = string | number;

/** Sorts by text; of all others the key is a number. */
export const TEXT_SORTS: ReadonlySet<SessionSort> = new Set([
  'server',
  'client',
  'protocol',
  'session',
  'tools',
]);

export function keyOf(item: SessionItem, sort: SessionSort): SortKey {
  const keys: Readonly<Record<SessionSort, SortKey>> = {
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

/** Ties by session id. */
export function compareKeys(
  key: SortKey,
  session: string,
  place: readonly [SortKey, string, ...unknown[]],
): number {
  return compare(key, place[0]) || compare(session, place[1]);
}

/** As SQLite orders texts: by code point, which UTF-8 keeps and UTF-16 does not. */
function compare(a: SortKey, b: SortKey): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return compareTexts(String(a), String(b));
}

export function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const difference = rankOf(a.charCodeAt(at)) - rankOf(b.charCodeAt(at));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above all that a single unit says. */
function rankOf(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
