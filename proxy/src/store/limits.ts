/** How many rows one answer has. */
export const LIMIT_FALLBACK = 100;
export const LIMIT_MAX = 1000;

export function limitOf(limit: number | undefined): number {
  return Math.min(LIMIT_MAX, Math.max(1, Math.floor(limit ?? LIMIT_FALLBACK)));
}

/** Splits what was read with one row more than asked for. */
export function cut<T>(
  rows: readonly T[],
  limit: number,
): { readonly rows: readonly T[]; readonly last: T | undefined } {
  const kept = rows.slice(0, limit);
  return { rows: kept, last: rows.length > limit ? kept.at(-1) : undefined };
}

/** Bounds of the archive as a whole. */
export interface Limits {
  /** Milliseconds; 0 keeps for ever. */
  readonly ageMs: number;
  /** Of the pages in use. */
  readonly bytesMax: number;
}
