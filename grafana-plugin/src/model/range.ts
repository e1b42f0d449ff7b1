/** The one time range of the page: chosen relative to now or by two moments, and said in words. */
import { crossesMidnight, formatDate, formatTime, type Zone } from './format.ts';
import type { Range } from './source.ts';

export type RangeChoice =
  /** The last so many milliseconds, whenever "now" is. */
  | { readonly kind: 'relative'; readonly ms: number }
  /** From a moment on, whenever "now" is: today so far. */
  | { readonly kind: 'since'; readonly from: number }
  | { readonly kind: 'absolute'; readonly from: number; readonly to: number };

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const UNITS = { s: 1_000, m: MINUTE, h: HOUR, d: DAY } as const;

export const QUICK_RANGES = [
  5 * MINUTE,
  15 * MINUTE,
  HOUR,
  6 * HOUR,
  DAY,
  2 * DAY,
  7 * DAY,
  30 * DAY,
  90 * DAY,
] as const;
export const DEFAULT_RANGE: RangeChoice = { kind: 'relative', ms: HOUR };
/** Times are kept in nanoseconds of 64 bits, so nothing can ever be dated later than in this year. */
const LATEST = Date.UTC(2262, 0, 1);
/** A year: longer than anything is kept, and short of where dates go wrong. */
const LONGEST = 366 * DAY;

/** The moments a choice means at `now`. */
export function resolveRange(choice: RangeChoice, now: number): Range {
  if (choice.kind === 'relative') return { from: Math.floor(now - choice.ms), to: Math.ceil(now) };
  if (choice.kind === 'since') return { from: choice.from, to: Math.max(choice.from + 1, Math.ceil(now)) };
  return { from: choice.from, to: choice.to };
}

/** Whether new events can still fall into it: a range that ended has nothing live. */
export function isOpenEnded(choice: RangeChoice, now: number): boolean {
  return choice.kind !== 'absolute' || choice.to > now;
}

/** `15m`, `1h`, `7d`: the shortest exact spelling, for addresses. */
export function spellLength(ms: number): string {
  const unit = (['d', 'h', 'm', 's'] as const).find((one) => ms % UNITS[one] === 0) ?? 's';
  return `${Math.round(ms / UNITS[unit])}${unit}`;
}

/** Reads what `spellLength` wrote; undefined for anything else. */
export function readLength(text: string): number | undefined {
  const match = /^(\d{1,6})([smhd])$/.exec(text);
  if (!match) return undefined;
  const ms = Number(match[1]) * UNITS[match[2] as keyof typeof UNITS];
  return ms > 0 && ms <= LONGEST ? ms : undefined;
}

/** A choice of two moments; undefined when they make no range. An end after `LATEST` means that. */
export function absoluteRange(from: number, to: number): RangeChoice | undefined {
  const end = Math.min(to, LATEST);
  const sound = Number.isFinite(from) && Number.isFinite(to) && from >= 0 && from < end;
  return sound ? { kind: 'absolute', from: Math.floor(from), to: Math.floor(end) } : undefined;
}

/** `last 1 h`, `last 7 days`, `time since 2026-11-20 00:00`, or both ends: `2026-11-20 10:08 to 11:30`. */
export function rangeWords(choice: RangeChoice, zone: Zone): string {
  if (choice.kind === 'relative') return `last ${lengthWords(choice.ms)}`;
  if (choice.kind === 'since') {
    return `time since ${formatDate(choice.from, zone)} ${minutes(choice.from, zone)}`;
  }
  const { from, to } = choice;
  const end = crossesMidnight(from, to, zone)
    ? `${formatDate(to, zone)} ${minutes(to, zone)}`
    : minutes(to, zone);
  return `${formatDate(from, zone)} ${minutes(from, zone)} to ${end}`;
}

/** `15 min`, `1 h`, `7 days`. */
export function lengthWords(ms: number): string {
  if (ms >= 2 * DAY && ms % DAY === 0) return `${ms / DAY} days`;
  if (ms % HOUR === 0) return `${ms / HOUR} h`;
  if (ms % MINUTE === 0) return `${ms / MINUTE} min`;
  return `${Math.round(ms / 1_000)} s`;
}

function minutes(time: number, zone: Zone): string {
  const clock = formatTime(time, zone);
  return clock.endsWith('00.000') ? clock.slice(0, 5) : clock.endsWith('.000') ? clock.slice(0, 8) : clock;
}
