/**
 * The loaded sessions and what news do to them. The source sorts; here a row that the reader sees never moves: what
 * is known is replaced where it stands, and what is new goes to its place only when nothing can jump, else it waits.
 */
import type { SessionItem, SessionQuery, SessionSort } from 'sightline/contract';

export interface SessionList {
  readonly items: readonly SessionItem[];
  /** New ones that a press brings in. */
  readonly waiting: readonly SessionItem[];
}

export const NO_SESSIONS: SessionList = { items: [], waiting: [] };

/** Sessions kept at most by news alone: a page left open for days must not grow with them. */
export const NEWS_KEPT_MAX = 5_000;

/** No more news fit: what comes is seen by asking for the first page anew. */
export function isFull({ items, waiting }: SessionList): boolean {
  return items.length + waiting.length >= NEWS_KEPT_MAX;
}

export interface Sorting {
  readonly by: SessionSort;
  readonly descending: boolean;
}

/** More of what was asked for, after what is there. */
export function appendSessions(list: SessionList, more: readonly SessionItem[]): SessionList {
  const known = new Set(list.items.map(({ sessionId }) => sessionId));
  const fresh = more.filter(({ sessionId }) => !known.has(sessionId));
  return { ...list, items: [...list.items, ...fresh] };
}

/**
 * What a later look at the first page found.
 *
 * @param mayInsert Nothing can jump: the reader is at the top.
 */
export function mergeNews(
  list: SessionList,
  news: readonly SessionItem[],
  sorting: Sorting,
  mayInsert: boolean,
): SessionList {
  const byId = new Map(news.map((session) => [session.sessionId, session]));
  const items = list.items.map((session) => newer(session, byId.get(session.sessionId)));
  const known = new Set(items.map(({ sessionId }) => sessionId));
  const waiting = list.waiting.map((session) => newer(session, byId.get(session.sessionId)));
  for (const { sessionId } of waiting) known.add(sessionId);
  const fresh = isFull(list) ? [] : news.filter(({ sessionId }) => !known.has(sessionId));
  const all = [...waiting, ...fresh];
  if (!mayInsert) return { items, waiting: all };
  return { items: insertAll(items, all, sorting), waiting: [] };
}

/** Brings in what waited. */
export function admitWaiting(list: SessionList, sorting: Sorting): SessionList {
  return { items: insertAll(list.items, list.waiting, sorting), waiting: [] };
}

/** Puts one session, asked for by its id, where it sorts; the same list when it is there. */
export function withSession(list: SessionList, session: SessionItem, sorting: Sorting): SessionList {
  const at = list.items.findIndex(({ sessionId }) => sessionId === session.sessionId);
  if (at < 0) return { ...list, items: insertAll(list.items, [session], sorting) };
  return { ...list, items: list.items.with(at, newer(list.items[at] ?? session, session)) };
}

/** Answers may overtake each other: the summary that has seen more wins. */
function newer(session: SessionItem, found: SessionItem | undefined): SessionItem {
  if (!found) return session;
  const ended = (one: SessionItem) => one.sessionStatus === 'ended';
  const older = (found.sessionEvents ?? 0) < (session.sessionEvents ?? 0) && ended(session) && !ended(found);
  return older ? session : found;
}

function insertAll(
  items: readonly SessionItem[],
  fresh: readonly SessionItem[],
  sorting: Sorting,
): SessionItem[] {
  const merged = [...items];
  for (const session of fresh) {
    const at = merged.findIndex((other) => compareSessions(session, other, sorting) < 0);
    if (at < 0) merged.push(session);
    else merged.splice(at, 0, session);
  }
  return merged;
}

/** As the source sorts: what lacks the value comes last, ties by id. */
function compareSessions(a: SessionItem, b: SessionItem, { by, descending }: Sorting): number {
  const [x, y] = [sortValue(a, by), sortValue(b, by)];
  if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined);
  const order = x < y ? -1 : x > y ? 1 : a.sessionId < b.sessionId ? -1 : 1;
  return descending ? -order : order;
}

function sortValue(session: SessionItem, by: SessionSort): number | string | undefined {
  switch (by) {
    case 'started':
      return session.sessionStarted;
    case 'lastActivity':
      return session.sessionLastActivity;
    case 'duration':
      return session.sessionDuration;
    case 'calls':
      return session.sessionCalls;
    case 'errors':
      return session.sessionErrors;
    case 'events':
      return session.sessionEvents;
    case 'server':
      return session.serverName;
    case 'client':
      return session.clientName;
    case 'protocol':
      return session.mcpProtocolVersion;
    case 'status':
      return session.active ? 1 : 0;
    case 'session':
      return session.sessionId;
    case 'tools':
      return `${String(session.tools.length).padStart(6, '0')} ${session.tools[0]?.name ?? ''}`;
  }
}

/** Whether a session asked for by its id is among what the filters ask for; the search text is left to the source. */
export function isAskedFor(session: SessionItem, query: SessionQuery): boolean {
  const { from, to, status, server, client } = query;
  const { sessionStarted: started, sessionLastActivity: last } = session;
  if (from !== undefined && last !== undefined && last < from) return false;
  if (to !== undefined && started !== undefined && started >= to) return false;
  if (status !== undefined && session.active !== (status === 'active')) return false;
  if (server?.length && !server.includes(session.serverName ?? '')) return false;
  return !client?.length || client.includes(session.clientName ?? '');
}
