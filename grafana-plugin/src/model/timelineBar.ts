/**
 * Where a row's bar begins and how long it is, as shares of the column. All bars of a session share one scale. Calls
 * of one stretch stand where they were in it, so that what overlapped is seen to overlap; each stretch begins at the
 * left, so that pauses take no room.
 */
import type { EventRow, Rows } from './timelineRows.ts';

/** Shares of the column, 0 to 1. */
export type Bar =
  /** `upstream` and `proxy` add up to the length. */
  | { readonly kind: 'call'; readonly left: number; readonly upstream: number; readonly proxy: number }
  /** Not ended: it reaches to the edge. */
  | { readonly kind: 'waiting'; readonly left: number }
  /** Open for as long as somebody liked: its length says nothing beside the calls'. */
  | { readonly kind: 'stream' }
  | { readonly kind: 'moment'; readonly left: number };

export interface Scale {
  /** Milliseconds of the whole column. */
  readonly widthMs: number;
}

/**
 * A stretch of many calls is as wide as the column only up to so many times the longest call. In a wider one every
 * bar begins at the left, as slivers at their places would show nothing; that they overlap is left to the lanes.
 */
const STRETCH_MAX_CALLS = 4;

/** The scale on which the longest call, and every stretch that is not too wide, just fits. */
export function scaleOf(rows: Rows): Scale {
  let longestMs = 0;
  for (const stretch of rows.stretches) longestMs = Math.max(longestMs, stretch.longestMs);
  let widthMs = longestMs;
  for (const { startMs, endMs } of rows.stretches) {
    if (endMs - startMs <= longestMs * STRETCH_MAX_CALLS) widthMs = Math.max(widthMs, endMs - startMs);
  }
  return { widthMs: widthMs > 0 ? widthMs : 1 };
}

/** The bar of a row; undefined where time says nothing. */
export function barOf(row: EventRow, rows: Rows, { widthMs }: Scale): Bar | undefined {
  const stretch = row.stretch === undefined ? undefined : rows.stretches[row.stretch];
  const placed = stretch !== undefined && stretch.endMs - stretch.startMs <= widthMs;
  const left = placed ? clamp((row.startMs - stretch.startMs) / widthMs) : 0;
  switch (row.shape) {
    case 'waiting':
      return { kind: 'waiting', left };
    case 'exchange':
      return { kind: 'stream' };
    case 'instant':
      return placed ? { kind: 'moment', left } : undefined;
    default: {
      const length = Math.min(1 - left, (row.endMs - row.startMs) / widthMs);
      const total = row.event.duration ?? 0;
      const share = total > 0 ? clamp((row.event.proxyDuration ?? 0) / total) : 0;
      return { kind: 'call', left, upstream: length * (1 - share), proxy: length * share };
    }
  }
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share));
}
