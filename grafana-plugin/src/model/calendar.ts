/** Days and typed times of the range picker: the reader's calendar, in the reader's time zone, Monday first. */
import { partsOf, type Zone } from './format.ts';

/** A day of the calendar without a time zone; `month` counts from 1. */
export interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

export function dayOf(time: number, zone: Zone): Day {
  const { year, month, day } = partsOf(time, zone);
  return { year, month, day };
}

/** The weeks of a month, each of seven days, from the Monday on or before the 1st. */
export function weeksOf(month: Pick<Day, 'year' | 'month'>): readonly (readonly Day[])[] {
  const first = { ...month, day: 1 };
  const before = (weekdayOf(first) + 6) % 7;
  const weeks = Math.ceil((before + daysIn(month)) / 7);
  return Array.from({ length: weeks }, (_, week) =>
    Array.from({ length: 7 }, (__, weekday) => addDays(first, week * 7 + weekday - before)),
  );
}

export function addDays(day: Day, count: number): Day {
  const date = new Date(Date.UTC(day.year, day.month - 1, day.day + count));
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/** The same day of another month, or its last when it has fewer. */
export function addMonths(day: Day, count: number): Day {
  const months = day.year * 12 + day.month - 1 + count;
  const month = { year: Math.floor(months / 12), month: (((months % 12) + 12) % 12) + 1 };
  return { ...month, day: Math.min(day.day, daysIn(month)) };
}

/** Negative when `a` is the earlier. */
export function compareDays(a: Day, b: Day): number {
  return a.year - b.year || a.month - b.month || a.day - b.day;
}

/** `2026-11-20`. */
export function spellDay(day: Day): string {
  return `${day.year}-${String(day.month).padStart(2, '0')}-${String(day.day).padStart(2, '0')}`;
}

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

/** `November 2026`. */
export function monthWords(month: Pick<Day, 'year' | 'month'>): string {
  return `${MONTHS[month.month - 1]} ${month.year}`;
}

/** `Friday, 20 November 2026`. */
export function dayWords(day: Day): string {
  const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
  return `${weekdays[weekdayOf(day)]}, ${day.day} ${monthWords(day)}`;
}

/** Reads `2026-11-20 10:08:45.300`; seconds and milliseconds may be missing, the time too. Unix milliseconds. */
export function readMoment(text: string, zone: Zone): number | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?)?$/.exec(
    text.trim(),
  );
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0));
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const sound =
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= daysIn({ year, month }) &&
    (hour ?? 0) < 24 &&
    (minute ?? 0) < 60 &&
    (second ?? 0) < 60;
  if (!sound) return undefined;
  const milliseconds = Number((match[7] ?? '').padEnd(3, '0'));
  return momentOf(Date.UTC(year, month - 1, day, hour ?? 0, minute ?? 0, second ?? 0, milliseconds), zone);
}

/** The moment at which clocks in `zone` show what UTC clocks show at `wall`. */
function momentOf(wall: number, zone: Zone): number {
  // Two steps, because the offset of the first guess may be that of the other side of a clock change.
  const guess = wall - offsetAt(wall, zone);
  return wall - offsetAt(guess, zone);
}

function offsetAt(time: number, zone: Zone): number {
  const p = partsOf(time, zone);
  return Date.UTC(p.year, p.month - 1, p.day, p.hour, p.minute, p.second, p.millisecond) - time;
}

function daysIn(month: Pick<Day, 'year' | 'month'>): number {
  return new Date(Date.UTC(month.year, month.month, 0)).getUTCDate();
}

/** 0 is Sunday. */
function weekdayOf(day: Day): number {
  return new Date(Date.UTC(day.year, day.month - 1, day.day)).getUTCDay();
}
