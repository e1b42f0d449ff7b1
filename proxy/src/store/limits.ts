import type { OutboxSignal } from '../observation/archive.ts';

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
  /**
   * Signals that are exported now: only for them is a record removed unsent. A cursor stays when export is switched
   * off, so that it goes on from there when it comes back. By default all that have one.
   */
  readonly exported?: readonly OutboxSignal[];
}
