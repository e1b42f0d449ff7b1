import { describe, expect, it } from 'vitest';
import { chartOf, chartStep, columnAt, rangeOfColumns } from './chart.ts';

const MINUTE = 60_000;
const point = (time: number, calls = 0, errors = 0, sessions = 0) => ({ time, calls, errors, sessions });

describe('the step', () => {
  it('is a round length that keeps the columns few', () => {
    expect(chartStep({ from: 0, to: 60 * MINUTE }, 60)).toBe(MINUTE);
    expect(chartStep({ from: 0, to: 24 * 60 * MINUTE }, 60)).toBe(30 * MINUTE);
    expect(chartStep({ from: 0, to: 5_000 }, 60)).toBe(MINUTE);
  });

  it('is found for a range of years', () => {
    const years = 20 * 366 * 24 * 60 * MINUTE;
    expect(years / chartStep({ from: 0, to: years }, 60)).toBeLessThanOrEqual(60);
  });
});

describe('columns', () => {
  const chart = chartOf({
    from: 30_000,
    to: 30_000 + 2 * MINUTE,
    step: MINUTE,
    points: [point(0, 4, 1, 2), point(MINUTE, 8, 8, 1), point(2 * MINUTE, 0)],
  });

  it('are cut at the ends of the range', () => {
    expect(chart.columns.map(({ left, width }) => [left, width])).toEqual([
      [0, 0.25],
      [0.25, 0.5],
      [0.75, 0.25],
    ]);
  });

  it('are as high as their share of the highest', () => {
    expect(chart.columns[0]).toMatchObject({ callHeight: 0.5, errorHeight: 0.125, sessionHeight: 1 });
    expect(chart.callsMax).toBe(8);
  });

  it('are found by place', () => {
    expect(columnAt(chart, 0.3)).toBe(1);
    expect(columnAt(chart, 1.2)).toBeUndefined();
  });

  it('make a range, whichever was named first, never beyond the chart', () => {
    expect(rangeOfColumns(chart, 2, 0)).toEqual({ from: 30_000, to: 150_000 });
    expect(rangeOfColumns(chart, 1, 1)).toEqual({ from: MINUTE, to: 2 * MINUTE });
  });

  it('have no height where nothing happened at all', () => {
    const empty = chartOf({ from: 0, to: MINUTE, step: MINUTE, points: [point(0)] });
    expect(empty.columns[0]).toMatchObject({ callHeight: 0, errorHeight: 0, sessionHeight: 0 });
  });
});
