/** The times that a link to elsewhere carries: of what it leads to, not of the range that happens to be shown. */
import type { EventItem, SessionItem } from '../model/source.ts';

export interface LinkWindow {
  /** Unix milliseconds, whole. */
  readonly from: number;
  /** Undefined: up to whenever the link is followed. */
  readonly to: number | undefined;
}

/** A record is written, and dated, a moment after what it tells of. */
const SESSION_MARGIN_MS = 60_000;
/** An agent's turn, of which one request is a part, seldom takes longer. */
const TRACE_MARGIN_MS = 1_800_000;

/** All of a session; of one that has not ended, up to now. */
export function windowOfSession({
  sessionStarted,
  sessionLastActivity,
  sessionStatus,
}: Pick<SessionItem, 'sessionStarted' | 'sessionLastActivity' | 'sessionStatus'>): LinkWindow | undefined {
  if (sessionStarted === undefined) return undefined;
  const last = sessionLastActivity ?? sessionStarted;
  return {
    from: Math.floor(sessionStarted) - SESSION_MARGIN_MS,
    to: sessionStatus === 'ended' ? Math.ceil(last) + SESSION_MARGIN_MS : undefined,
  };
}

/** An event, with room on both sides for the rest of the trace that it is a part of. */
export function windowOfEvent({ startTime, time }: Pick<EventItem, 'startTime' | 'time'>): LinkWindow {
  return { from: Math.floor(startTime) - TRACE_MARGIN_MS, to: Math.ceil(time) + TRACE_MARGIN_MS };
}
