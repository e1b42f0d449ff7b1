/** The dashboard's time range and time zone as the views know them. */
import type { TimeRange } from '@grafana/data';
import type { Zone } from '../model/format.ts';
import type { RangeChoice } from '../model/range.ts';

const UNITS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/**
 * A range up to now goes on with the clock, so that it is the same range at every refresh of the dashboard; every other
 * one is its two moments.
 */
export function rangeChoiceOf({ from, to, raw }: TimeRange): RangeChoice {
  const start = from.valueOf();
  if (raw.to !== 'now' || typeof raw.from !== 'string') {
    return { kind: 'absolute', from: start, to: Math.max(start + 1, to.valueOf()) };
  }
  const length = /^now-(\d{1,6})([smhdw])$/.exec(raw.from);
  if (length !== null) return { kind: 'relative', ms: Number(length[1]) * (UNITS[length[2] ?? ''] ?? 1_000) };
  // Months and years have no one length, and `now/d` begins at a moment of its own.
  return { kind: 'since', from: start };
}

/** Where nobody can be asked: the moments that the frames are of, and no longer than now. */
export function stillRange({ from, to }: Pick<TimeRange, 'from' | 'to'>, now: number): RangeChoice {
  const start = from.valueOf();
  return { kind: 'absolute', from: start, to: Math.max(start + 1, Math.min(to.valueOf(), now)) };
}

/** Undefined: the browser's own. */
export function zoneOf(timeZone: string): Zone {
  if (timeZone === '' || timeZone === 'browser') return undefined;
  return timeZone === 'utc' ? 'UTC' : timeZone;
}
