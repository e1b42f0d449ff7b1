/**
 * What is missing of one session. Its events are numbered 1, 2, … as they were written, so that holes tell by
 * themselves; the summary says how many there were.
 */
import type { SessionItem } from 'sightline/contract';

export interface SessionGaps {
  /** First numbers that the archive no longer keeps. */
  readonly head: number;
  /** Numbers between that are not there. */
  readonly holes: readonly NumberRange[];
  /** Events the summary counted that have not come: still on their way, or lost. */
  readonly tail: number;
}

/** Both ends are missing. */
export interface NumberRange {
  readonly from: number;
  readonly to: number;
}

export const NO_GAPS: SessionGaps = { head: 0, holes: [], tail: 0 };

/**
 * @param numbers Of all events of the session that came and are still there.
 * @param letGo How many came and were let go again.
 */
export function gapsOf(numbers: ReadonlySet<number>, session: SessionItem, letGo = 0): SessionGaps {
  const counted = session.sessionEvents ?? 0;
  if (numbers.size === 0) return { ...NO_GAPS, tail: counted };
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  for (const number of numbers) {
    least = Math.min(least, number);
    most = Math.max(most, number);
  }
  const holes: NumberRange[] = [];
  for (let number = least; number <= most && numbers.size < most - least + 1; number++) {
    if (numbers.has(number)) continue;
    const hole = holes.at(-1);
    if (hole && hole.to === number - 1) holes[holes.length - 1] = { from: hole.from, to: number };
    else holes.push({ from: number, to: number });
  }
  return { head: Math.max(0, least - 1 - letGo), holes, tail: Math.max(0, counted - most) };
}

export function countHoles(gaps: SessionGaps): number {
  return gaps.holes.reduce((sum, { from, to }) => sum + to - from + 1, 0);
}
