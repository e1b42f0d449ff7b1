/** A range of time as whole minutes, which are counted already, and the edges that must be counted row by row. */

export const MINUTE_MS = 60_000;

export interface Span {
  readonly from?: number;
  readonly to?: number;
}

export interface SplitRange {
  /** Minutes since the epoch, the last one exclusive. */
  readonly minutes?: { readonly from: number; readonly to: number };
  /** Milliseconds, `to` exclusive. */
  readonly edges: readonly Span[];
}

/** Beyond every time there is: what an open end stands for. */
const FIRST_MINUTE = 0;
const LAST_MINUTE = 2 ** 40;

export function splitRange({ from, to }: Span): SplitRange {
  if (from !== undefined && to !== undefined && to <= from) return { edges: [] };
  const first = from === undefined ? FIRST_MINUTE : Math.ceil(from / MINUTE_MS);
  const last = to === undefined ? LAST_MINUTE : Math.floor(to / MINUTE_MS);
  if (last <= first) return { edges: [bounds(from, to)] };
  const edges: Span[] = [];
  if (from !== undefined && from < first * MINUTE_MS) edges.push({ from, to: first * MINUTE_MS });
  if (to !== undefined && to > last * MINUTE_MS) edges.push({ from: last * MINUTE_MS, to });
  return { minutes: { from: first, to: last }, edges };
}

function bounds(from: number | undefined, to: number | undefined): Span {
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
}
