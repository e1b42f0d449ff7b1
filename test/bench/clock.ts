/** The one clock of the load generator: `performance.now()` begins anew in each thread, this one is the machine's. */

/** Microseconds since some fixed moment, the same for all threads. */
export function readMonotonicUs(): number {
  return Number(process.hrtime.bigint()) / 1_000;
}
