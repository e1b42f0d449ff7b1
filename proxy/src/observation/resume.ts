/**
 * Going on after a restart: the sessions of an earlier run, from their last summaries. Those found open were left by
 * a run that was killed; they end here, and whatever comes for them later opens them again.
 */
import type { SessionSource } from '../contract/index.ts';
import { CONFIDENCE } from '../session/evidence.ts';
import { bucketOf, type Session } from '../session/registry.ts';
import type { RememberedSession } from './archive.ts';
import type { Fold } from './fold.ts';
import type { UnixMicros } from './frame.ts';
import { recount } from './recount.ts';
import { endSession } from './sessions.ts';
import type { SessionState } from './state.ts';
import { Tally } from './tally.ts';

/** Takes in sessions, the newest first; to be called once, before the first frame. */
export function resume(fold: Fold, sessions: readonly RememberedSession[], atUs: UnixMicros): void {
  // Oldest first, so that the newest is the last to be pushed out.
  for (const remembered of sessions.toReversed()) {
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
  { summary, number, mcpSessionId, later = [] }: RememberedSession,
): Session<SessionState> | undefined {
  const id = summary['sightline.session.id'];
  const server = summary['sightline.server.name'];
  const source: SessionSource | undefined = summary['sightline.session.source'];
  if (id === undefined || server === undefined || source === undefined) return undefined;
  const clientName = summary['sightline.client.name'];
  const clientVersion = summary['sightline.client.version'];
  const protocolVersion = summary['mcp.protocol.version'];
  const tally = Tally.from(summary, number);
  for (const event of later) recount(tally, event);
  const lastNs = later.at(-1)?.timeNs ?? '0000';
  const startedUs = (summary['sightline.session.started'] ?? 0) * 1_000;
  return {
    id,
    bucket: bucketOf(id),
    server,
    source,
    confidence: CONFIDENCE[source],
    own: { ...fold.newState(tally, number), startedWritten: true, reopens: true },
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
    // Why is not in the summary; whatever it was, the next message opens it again.
    ended: 'shutdown',
  };
}
