/**
 * The chart over time as numbers: which step to ask for, and what stands where. Shares of the drawing, 0 to 1, from
 * the left and from the bottom; the picture itself is the view's.
 */
import type { Series } from 'sightline/contract';
import type { Range } from './source.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Counts are kept by the minute, so nothing finer is asked for. */
const STEPS = [
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  7 * DAY,
  28 * DAY,
];

/** Milliseconds of one column, so that there are at most `columnsMax`. */
export function chartStep({ from, to }: Range, columnsMax: number): number {
  const least = (to - from) / columnsMax;
  const step = STEPS.find((candidate) => candidate >= least);
  return step ?? Math.ceil(least / DAY) * DAY;
}

export interface ChartColumn {
  readonly time: number;
  /** Exclusive. */
  readonly until: number;
  readonly sessions: number;
  readonly calls: number;
  readonly errors: number;
  readonly left: number;
  readonly width: number;
  /** Heights in their band. `errorHeight` is a part of `callHeight`. */
  readonly sessionHeight: number;
  readonly callHeight: number;
  readonly errorHeight: number;
}

export interface Chart {
  readonly range: Range;
  readonly columns: readonly ChartColumn[];
  readonly sessionsMax: number;
  readonly callsMax: number;
}

export function chartOf({ from, to, step, points }: Series): Chart {
  const range = { from, to };
  const length = Math.max(1, to - from);
  let sessionsMax = 0;
  let callsMax = 0;
  for (const point of points) {
    sessionsMax = Math.max(sessionsMax, point.sessions);
    callsMax = Math.max(callsMax, point.calls);
  }
  const columns = points.map(({ time, sessions, calls, errors }): ChartColumn => {
    const until = time + step;
    // The first and the last step may reach over the range.
    const left = clamp((time - from) / length);
    const width = clamp((until - from) / length) - left;
    return {
      time,
      until,
      sessions,
      calls,
      errors,
      left,
      width,
      sessionHeight: sessions / Math.max(1, sessionsMax),
      callHeight: calls / Math.max(1, callsMax),
      errorHeight: Math.min(calls, errors) / Math.max(1, callsMax),
    };
  });
  return { range, columns, sessionsMax, callsMax };
}

/** The column at a share of the width; undefined when there is none. */
export function columnAt(chart: Chart, share: number): number | undefined {
  const at = chart.columns.findIndex(({ left, width }) => share >= left && share < left + width);
  return at < 0 ? undefined : at;
}

/** The range that two columns span, the earlier first whichever way they were named; never beyond the chart's. */
export function rangeOfColumns(chart: Chart, a: number, b: number): Range | undefined {
  const first = chart.columns[Math.min(a, b)];
  const last = chart.columns[Math.max(a, b)];
  if (!first || !last) return undefined;
  return { from: Math.max(first.time, chart.range.from), to: Math.min(last.until, chart.range.to) };
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share));
}
