/** How far apart clocks may be, and how late records may come, without anything being missed. Milliseconds. */

/** Questions for news reach this far back behind what was read before. */
export const OVERLAP_MS = 30_000;
/** A proxy's clock may stand this far before the browser's. */
export const AHEAD_MS = 300_000;
/** And this far behind it. */
export const BEHIND_MS = 120_000;
/**
 * What is asked for without a range is looked for this far back: a session that a link names, the newest event. And this
 * far on, what came after the last word of a session that nobody saw end.
 */
export const SEEK_BACK_MS = 30 * 86_400_000;
