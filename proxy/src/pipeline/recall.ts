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
  const remembered = withLater(archive, sessions, latest);
  if (newestMs > nowMs + CLOCK_AHEAD_MS) return { settings: { remembered }, aheadMs: newestMs };
  return { settings: { remembered, afterNs: timeNs } };
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
  for (let from = latest; left > 0 && from > 0 && from > latest - LATER_MAX; ) {
    const start = Math.max(0, from - READ_MAX);
    const chunk = archive.readAfter(start, from - start).filter(({ sequence }) => sequence <= from);
    from = start;
    for (const { event } of chunk.toReversed()) {
      if (event === undefined) continue;
      const entry = missing.get(event.attributes['sightline.session.id'] ?? '');
      if (entry === undefined || (event.attributes['sightline.event.number'] ?? 0) <= entry.after) continue;
      // What is counted is in the attributes, and this stays in memory.
      entry.later.push('payloads' in event ? { ...event, payloads: [] } : event);
      entry.left -= 1;
      if (entry.left === 0) left -= 1;
    }
  }
  return sessions.map((session) => {
    const later = missing.get(session.summary['sightline.session.id'] ?? '')?.later ?? [];
    return later.length === 0 ? session : { ...session, later: later.toReversed() };
  });
}
