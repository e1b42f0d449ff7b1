/** How far apart clocks may be, and how late records may come, without anything being missed. Milliseconds. */

/** Questions for news reach this far back behind what was read before. */
export const OVERLAP_MS = 30_000;
/** A proxy's clock may stand this far before the browser's. */
export const AHEAD_MS = 300_000;
/** And this far behind it. */
export const BEHIND_MS = 120_000;
