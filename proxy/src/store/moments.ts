/** Times of records: 19 digits of nanoseconds in events and in the file, fractional milliseconds in the API. */

/**
 * Milliseconds of a record's time, down to the microsecond: more would round up to the next millisecond, and into
 * another minute than the record is counted in.
 */
export function millisOf(timeNs: string): number {
  return Number(timeNs.slice(0, -6)) + Number(timeNs.slice(-6, -3)) / 1000;
}

/** So far beside a moment its first nanosecond is looked for. */
const SPREAD_NS = 2048n;
/** What SQLite's integers hold. */
const NS_MAX = 2n ** 63n - 1n;

/** The first nanosecond whose `millisOf` is not before `ms`, so that a filter means the same in and outside SQL. */
export function firstNanoOf(ms: number): bigint {
  if (ms <= 0) return 0n;
  if (ms >= 9.2e12) return NS_MAX;
  const whole = Math.floor(ms);
  const near = BigInt(whole) * 1_000_000n + BigInt(Math.round((ms - whole) * 1e6));
  let low = near - SPREAD_NS;
  let high = near + SPREAD_NS;
  while (low < high) {
    const middle = (low + high) >> 1n;
    if (millisOf(String(middle)) >= ms) high = middle;
    else low = middle + 1n;
  }
  return low < 0n ? 0n : low;
}

const MINUTE_MS = 60_000;

export function minuteOf(timeNs: string): number {
  return Math.floor(Number(timeNs.slice(0, -6)) / MINUTE_MS);
}
