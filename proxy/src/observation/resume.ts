/**
 * Going on after a restart: the sessions of an earlier run, from their last summaries. Those found open were left by
 * a run that was killed; they end here, and whatever comes for them later opens them again.
 */
import type { EndReason, SessionSource } from '../contract/index.ts';
import { CONFIDENCE } from '../session/evidence.ts';
import { bucketOf, type Session } from '../session/registry.ts';
import type { RememberedSession } from './archive.ts';
import type { Fold } from './fold.ts';
import type { UnixMicros } from './frame.ts';
import { recount } from './recount.ts';
import { endSession } from './sessions.ts';
import type { SessionState } from './state.ts';
import { Tally } from './tally.ts';

/** Takes in sessions, the newest first; before the first frame, or when the archive could be opened later. */
export function resume(fold: Fold, sessions: readonly RememberedSession[], atUs: UnixMicros): void {
  const known = new Map([...fold.registry.sessions()].map((session) => [session.id, session]));
  // Oldest first, so that the newest is the last to be pushed out.
  for (const remembered of sessions.toReversed()) {
    const goesOn = known.get(remembered.summary['sightline.session.id'] ?? '');
    if (goesOn !== undefined) {
      // Its numbers follow those that are kept, and what was not kept in between is missing among them.
      goesOn.own.number += remembered.number;
      continue;
    }
    const session = restore(fold, remembered);
    if (session === undefined) continue;
    fold.registry.restore(session);
    if (remembered.summary['sightline.session.status'] !== 'open') continue;
    delete session.ended;
    // What was open when the run was killed left no record.
    session.own.tally.incomplete = true;
    endSession(fold, session, 'crashed', atUs);
  }
}

function restore(
  fold: Fold,
  { summary, own, endReason, number, mcpSessionId, later = [] }: RememberedSession,
): Session<SessionState> | undefined {
  const id = summary['sightline.session.id'];
  const server = summary['sightline.server.name'];
  const source: SessionSource | undefined = summary['sightline.session.source'];
  if (id === undefined || server === undefined || source === undefined) return undefined;
  const clientName = summary['sightline.client.name'];
  const clientVersion = summary['sightline.client.version'];
  const protocolVersion = summary['mcp.protocol.version'];
  const unsummed = Math.max(0, number - (summary['sightline.session.events'] ?? 0));
  const counted = own ?? summary;
  const tally = Tally.from(counted, (counted['sightline.session.events'] ?? 0) + unsummed);
  for (const event of later) recount(tally, event);
  const lastNs = later.at(-1)?.timeNs ?? '0000';
  const startedUs = (summary['sightline.session.started'] ?? 0) * 1_000;
  return {
    id,
    bucket: bucketOf(id),
    server,
    source,
    confidence: summary['sightline.session.confidence'] ?? CONFIDENCE[source],
    own: { ...fold.newState(tally, number), startedWritten: true, reopens: mayReopen(endReason) },
    // A hash stands for it there, and the next message says it anew.
    ...(mcpSessionId !== undefined && !fold.settings.hashSessionIds && { protocolId: mcpSessionId }),
    ...(clientName !== undefined && { clientName }),
    ...(clientVersion !== undefined && { clientVersion }),
    ...(protocolVersion !== undefined && { protocolVersion }),
    startedUs,
    lastUs: Math.max(
      startedUs,
      (summary['sightline.session.last_activity'] ?? 0) * 1_000,
      Number(lastNs.slice(0, -3)),
    ),
    ended: endReason ?? 'shutdown',
  };
}

/** What its client or its server ended is opened again only by a success under its id, as within one run. */
function mayReopen(reason: EndReason = 'shutdown'): boolean {
  return reason === 'shutdown' || reason === 'idle' || reason === 'crashed';
}
