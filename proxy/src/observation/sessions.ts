/** The life of sessions: their summaries, their retry chains that lapse, and the many ways they end. */
import type { Attributes, EndReason } from '../contract/index.ts';
import { methodRow } from '../mcp/methods.ts';
import type { Session } from '../session/registry.ts';
import { BOUNDS } from './bounds.ts';
import type { ChainEnd } from './chains.ts';
import { finish } from './ending.ts';
import type { Fold } from './fold.ts';
import type { UnixMicros } from './frame.ts';
import { type Ending, endWithout } from './outcome.ts';
import type { OpenRequest, SessionState } from './state.ts';

type Ended = Session<SessionState>;

/**
 * Ends a session: what it still has open ends with it, its chains gave up, its totals are told once more.
 *
 * @param ofRequest How its open requests end; by default nobody answered them.
 * @param message Why it ended, where that was no good end.
 */
export function endSession(
  fold: Fold,
  session: Ended,
  reason: EndReason,
  atUs: UnixMicros,
  ofRequest: (request: OpenRequest) => { ending: Ending; message: string } = unanswered,
  message?: string,
): void {
  if (session.ended !== undefined) return;
  for (const request of session.own.open.list()) {
    const { ending, message } = ofRequest(request);
    finish(fold, request, { ending, endUs: atUs, message });
  }
  giveUp(fold, session, session.own.chains.gaveUp(), atUs);
  if (session.own.startedWritten) {
    const joined = { session, source: session.source, confidence: session.confidence };
    const attributes: Attributes = {
      'sightline.session.end_reason': reason,
      'sightline.error.message': message,
    };
    fold.journal.write('sightline.session.ended', atUs, { server: session.server, joined }, attributes, {
      sessionDuration: (session.lastUs - session.startedUs) / 1e6,
    });
  }
  fold.registry.end(session, reason);
  session.own.reopens = reason === 'idle' || reason === 'crashed';
  summarise(fold, session, 'session', atUs);
}

function unanswered(request: OpenRequest): { ending: Ending; message: string } {
  const byWhom = request.direction === 'client_to_server' ? 'upstream' : 'client';
  return { ending: endWithout('unanswered', byWhom), message: 'the session ended before the answer' };
}

/** Tells of chains whose window passed without success. */
export function giveUp(fold: Fold, session: Ended, ends: readonly ChainEnd[], atUs: UnixMicros): void {
  const joined = { session, source: session.source, confidence: session.confidence };
  for (const end of ends) {
    session.own.tally.gaveUp += 1;
    fold.journal.write(
      'sightline.retry.gave_up',
      atUs,
      { server: session.server, joined },
      {
        'gen_ai.tool.name': end.tool,
        'sightline.attempt.number': end.number,
        'sightline.attempt.first_operation.id': end.firstOperationId,
        'sightline.attempt.result': 'gave_up',
        'sightline.attempt.wasted': end.wastedUs / 1e6,
        'sightline.attempt.wasted_bytes': end.wastedBytes,
      },
    );
  }
}

/** Everything about sessions that the passing of time brings. */
export function tickSessions(fold: Fold, atUs: UnixMicros, lastTickUs: UnixMicros): void {
  const busy = busySessions(fold);
  const span = (us: UnixMicros) => Math.floor(us / BOUNDS.summaryEveryUs);
  const fullDue = lastTickUs > 0 && span(atUs) !== span(lastTickUs);
  for (const session of fold.registry.sessions()) {
    const { own } = session;
    if (session.ended === undefined) {
      giveUp(fold, session, own.chains.gaveUp(atUs), atUs);
      const idle = atUs - session.lastUs >= fold.settings.sessionIdleUs;
      if (idle && !busy.has(session)) endSession(fold, session, 'idle', atUs);
    }
    if (fullDue && own.changed) summarise(fold, session, 'session', atUs);
    else if (own.changedLive && atUs - own.liveUs >= BOUNDS.liveEveryUs) {
      summarise(fold, session, 'session_live', atUs);
    }
  }
}

/** Sessions with a call that still runs: a call of an hour is no idleness. */
function busySessions(fold: Fold): Set<Ended> {
  const busy = new Set<Ended>();
  for (const request of fold.open.list()) {
    const runs = request.direction === 'client_to_server' && fold.exchanges.get(request.exchange.id);
    if (runs && request.joined && !methodRow(request.method)?.longLived) busy.add(request.joined.session);
  }
  return busy;
}

function summarise(fold: Fold, session: Ended, record: 'session' | 'session_live', atUs: UnixMicros): void {
  const { own } = session;
  if (!own.startedWritten) return;
  own.changedLive = false;
  own.liveUs = atUs;
  if (record === 'session') own.changed = false;
  fold.journal.writeSummary(atUs, session, record);
}

/**
 * The proxy stops: everything open ends, and every open session with it. A wrapped process runs on and may answer yet,
 * so nothing is said of its requests.
 */
export function shutdown(fold: Fold, atUs: UnixMicros): void {
  for (const request of fold.open.list()) {
    if (request.exchange.pipe) {
      fold.giveUpOn(request);
      continue;
    }
    const { ending } = unanswered(request);
    finish(fold, request, { ending, endUs: atUs, message: 'the proxy was stopped before the answer' });
  }
  for (const session of [...fold.registry.sessions()]) {
    endSession(fold, session, 'shutdown', atUs);
    if (session.own.changed) summarise(fold, session, 'session', atUs);
  }
}
