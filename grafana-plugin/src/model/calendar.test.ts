/** The reader's days and typed times, also where clocks are moved. */
import { describe, expect, it } from 'vitest';
import {
  addDays,
  addMonths,
  dayOf,
  dayWords,
  monthWords,
  readMoment,
  spellDay,
  weeksOf,
} from './calendar.ts';

describe('days', () => {
  it('a month is whole weeks from Monday', () => {
    const weeks = weeksOf({ year: 2026, month: 11 });
    expect(weeks.map((week) => week.length)).toEqual([7, 7, 7, 7, 7, 7]);
    expect(spellDay(weeks[0]?.[0] ?? { year: 0, month: 0, day: 0 })).toBe('2026-10-26');
    expect(weeksOf({ year: 2027, month: 2 }), 'February 2027 begins on a Monday').toHaveLength(4);
  });

  it('move over the ends of months and years', () => {
    expect(addDays({ year: 2026, month: 12, day: 31 }, 1)).toEqual({ year: 2027, month: 1, day: 1 });
    expect(addMonths({ year: 2026, month: 1, day: 31 }, 1)).toEqual({ year: 2026, month: 2, day: 28 });
    expect(addMonths({ year: 2026, month: 1, day: 5 }, -1)).toEqual({ year: 2025, month: 12, day: 5 });
  });

  it('have names', () => {
    expect(dayWords({ year: 2026, month: 11, day: 20 })).toBe('Friday, 20 November 2026');
    expect(monthWords({ year: 2026, month: 1 })).toBe('January 2026');
  });

  it('are the reader’s', () => {
    const late = Date.UTC(2026, 10, 20, 23, 30);
    expect(dayOf(late, 'UTC').day).toBe(20);
    expect(dayOf(late, 'Asia/Tokyo').day).toBe(21);
  });
});

describe('a typed moment', () => {
  it.each([
    ['2026-11-20 10:08', Date.UTC(2026, 10, 20, 10, 8)],
    ['2026-11-20T10:08:45', Date.UTC(2026, 10, 20, 10, 8, 45)],
    [' 2026-11-20 9:08:45.3 ', Date.UTC(2026, 10, 20, 9, 8, 45, 300)],
    ['2026-11-20', Date.UTC(2026, 10, 20)],
  ])('%s', (text, time) => expect(readMoment(text, 'UTC')).toBe(time));

  it.each([
    '',
    'yesterday',
    '2026-13-01',
    '2026-02-30',
    '2026-11-20 24:00',
    '2026-11-20 10:60',
    '20.11.2026',
  ])('%s is none', (text) => expect(readMoment(text, 'UTC')).toBeUndefined());

  it('means the reader’s clock, on both sides of a change to summer time', () => {
    expect(readMoment('2026-03-29 01:30', 'Europe/Berlin')).toBe(Date.UTC(2026, 2, 29, 0, 30));
    expect(readMoment('2026-03-29 03:30', 'Europe/Berlin')).toBe(Date.UTC(2026, 2, 29, 1, 30));
    expect(readMoment('2026-07-01 12:00', 'America/New_York')).toBe(Date.UTC(2026, 6, 1, 16));
  });
});
