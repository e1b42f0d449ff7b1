/**
 * The clock of frames: unix time in whole microseconds that never runs backwards. The monotonic clock gives the
 * steps and the wall clock the place, because the first stands still while a laptop sleeps and the second jumps.
 */

/** A wall clock this far ahead means that the machine slept or was set; less is the two clocks' own drift. */
const AHEAD_MS_MAX = 250;
/** How often the two are compared. */
const COMPARE_MS = 1_000;

/** `wallMs` as `Date.now`, `steadyMs` as `performance.now`. */
export function createClock(wallMs: () => number, steadyMs: () => number): () => number {
  let base = wallMs() - steadyMs();
  let comparedAt = steadyMs();
  return () => {
    const steady = steadyMs();
    if (steady - comparedAt >= COMPARE_MS) {
      comparedAt = steady;
      const ahead = wallMs() - (base + steady);
      // Only forwards: a wall clock set back would make an answer older than its request.
      if (ahead > AHEAD_MS_MAX) base += ahead;
    }
    return Math.floor((base + steady) * 1_000);
  };
}
