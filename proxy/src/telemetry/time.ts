/** OpenTelemetry's pair of seconds and nanoseconds, from the two forms that events carry. */

/** Whole seconds since the epoch, and nanoseconds within the second. */
export type SecondsNanos = [number, number];

export function timeOfMicros(us: number): SecondsNanos {
  const seconds = Math.floor(us / 1e6);
  return [seconds, (us - seconds * 1e6) * 1000];
}

/** Of decimal nanoseconds, which no double holds exactly. */
export function timeOfNanos(ns: string): SecondsNanos {
  return [Number(ns.slice(0, -9)), Number(ns.slice(-9))];
}
