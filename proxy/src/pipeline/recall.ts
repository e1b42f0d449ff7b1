/** What the fold goes on from after a restart, read from the archive. */
import type { Archive, RememberedSession } from '../observation/archive.ts';
import type { RecordedEvent } from '../observation/event.ts';
import type { ObserverSettings } from '../observation/settings.ts';

/** Sessions that are remembered: those with activity this long before the last event, and so many. */
const REMEMBERED_MS = 86_400_000;
const REMEMBERED_MAX = 2_000;
/** Events looked through for those that no summary counts: what a busy run may write within ten seconds. */
const LATER_MAX = 20_000;
/** Each comes with its payloads, which may be of a megabyte. */
const READ_MAX = 64;
/** A session without a summary is no older than the tick that would have written one, and what gathers before it. */
const YOUNG_MS = 2_000;
/** A clock that was set back by less is waited for by counting nanoseconds; by more, time goes back. */
const CLOCK_AHEAD_MS = 60_000;

export interface Recalled {
  readonly settings: Pick<ObserverSettings, 'remembered' | 'afterNs'>;
  /** The archive's newest event is that far in the future, Unix milliseconds: the clock was set back. */
  readonly aheadMs?: number;
}

/** @throws when the archive cannot be read. */
export function recall(
  archive: Pick<Archive, 'latest' | 'readAfter' | 'recentSessions'>,
  nowMs: number,
): Recalled {
  const latest = archive.latest();
  const [newest] = archive.readAfter(latest - 1, 1);
  if (newest === undefined) return { settings: {} };
  if (newest.event === undefined) throw new Error(`record ${newest.sequence} is broken`);
  const { timeNs } = newest.event;
  const newestMs = Number(timeNs.slice(0, -6));
  const sessions = archive.recentSessions(newestMs - REMEMBERED_MS, REMEMBERED_MAX);
  const young = youngSessions(archive, sessions, latest, newestMs);
  const remembered = withLater(archive, [...young, ...sessions], latest);
  if (newestMs > nowMs + CLOCK_AHEAD_MS) return { settings: { remembered }, aheadMs: newestMs };
  return { settings: { remembered, afterNs: timeNs } };
}

/**
 * Sessions that were killed before their first summary, as far as their first event is kept. It came in the last
 * moments of the run: summaries follow at the next tick.
 */
function youngSessions(
  archive: Pick<Archive, 'readAfter'>,
  sessions: readonly RememberedSession[],
  latest: number,
  newestMs: number,
): readonly RememberedSession[] {
  const known = new Set(sessions.map(({ summary }) => summary['sightline.session.id']));
  const newest = new Map<string, RecordedEvent>();
  const young: RememberedSession[] = [];
  for (const event of backwards(archive, latest)) {
    if (Number(event.timeNs.slice(0, -6)) < newestMs - YOUNG_MS) break;
    const { attributes } = event;
    const id = attributes['sightline.session.id'];
    if (id === undefined || known.has(id)) continue;
    const last = newest.get(id) ?? event;
    newest.set(id, last);
    // One that began long ago and is no more among those remembered has this record elsewhere.
    if (event.kind !== 'sightline.session.started' || attributes['sightline.event.number'] !== 1) continue;
    const { 'sightline.event.number': number = 1, 'mcp.session.id': mcpSessionId } = last.attributes;
    young.push({
      summary: firstSummary(event, last),
      number,
      ...(mcpSessionId !== undefined && { mcpSessionId }),
    });
  }
  return young;
}

/** The summary that was not written: who and since when, and nothing counted. */
function firstSummary(
  { attributes: first, timeNs }: RecordedEvent,
  { attributes: last }: RecordedEvent,
): RememberedSession['summary'] {
  const startedMs = Number(timeNs.slice(0, -6));
  return {
    'sightline.session.id': first['sightline.session.id'],
    'sightline.session.source': first['sightline.session.source'],
    'sightline.server.name': first['sightline.server.name'],
    'sightline.client.name': last['sightline.client.name'],
    'sightline.client.version': last['sightline.client.version'],
    'mcp.protocol.version': last['mcp.protocol.version'],
    'sightline.session.started': startedMs,
    'sightline.session.last_activity': startedMs,
    'sightline.session.status': 'open',
  };
}

/** Events from the newest on, as far back as is looked; those that cannot be read are left out. */
function* backwards(archive: Pick<Archive, 'readAfter'>, latest: number): Generator<RecordedEvent> {
  for (let from = latest; from > 0 && from > latest - LATER_MAX; ) {
    const start = Math.max(0, from - READ_MAX);
    const chunk = archive.readAfter(start, from - start).filter(({ sequence }) => sequence <= from);
    from = start;
    for (const { event } of chunk.toReversed()) if (event !== undefined) yield event;
  }
}

/** Adds the events that came after a session's last summary, where its numbers say that there are any. */
function withLater(
  archive: Pick<Archive, 'readAfter'>,
  sessions: readonly RememberedSession[],
  latest: number,
): readonly RememberedSession[] {
  const missing = new Map<
    string,
    { readonly after: number; left: number; readonly later: RecordedEvent[] }
  >();
  for (const { summary, number } of sessions) {
    const id = summary['sightline.session.id'];
    const counted = summary['sightline.session.events'] ?? 0;
    if (id !== undefined && number > counted)
      missing.set(id, { after: counted, left: number - counted, later: [] });
  }
  let left = missing.size;
  for (const event of left > 0 ? backwards(archive, latest) : []) {
    const entry = missing.get(event.attributes['sightline.session.id'] ?? '');
    if (entry === undefined || (event.attributes['sightline.event.number'] ?? 0) <= entry.after) continue;
    // What is counted is in the attributes, and this stays in memory.
    entry.later.push('payloads' in event ? { ...event, payloads: [] } : event);
    entry.left -= 1;
    if (entry.left === 0) left -= 1;
    if (left === 0) break;
  }
  return sessions.map((session) => {
    const later = missing.get(session.summary['sightline.session.id'] ?? '')?.later ?? [];
    return later.length === 0 ? session : { ...session, later: later.toReversed() };
  });
}
