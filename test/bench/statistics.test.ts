import { describe, expect, it } from 'vitest';
import { median, medianDifference, medianRatio, percentile, spread } from './statistics.ts';

describe('median', () => {
  it.each([
    { values: [3], wanted: 3 },
    { values: [9, 1, 5], wanted: 5 },
    { values: [4, 1, 3, 2], wanted: 2.5 },
    { values: [10, 9, 100], wanted: 10, why: 'numbers are sorted as numbers, not as text' },
    { values: [], wanted: undefined },
  ])('of $values is $wanted', ({ values, wanted }) => {
    expect(median(values)).toBe(wanted);
  });
});

describe('percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
  it.each([
    { sorted: hundred, share: 0.5, wanted: 50 },
    { sorted: hundred, share: 0.99, wanted: 99 },
    { sorted: hundred, share: 1, wanted: 100 },
    { sorted: [7], share: 0.99, wanted: 7 },
    { sorted: [1, 2], share: 0.5, wanted: 1, why: 'a measured value, never one between two' },
    { sorted: [], share: 0.5, wanted: undefined },
  ])('$share of $sorted.length values', ({ sorted, share, wanted }) => {
    expect(percentile(sorted, share)).toBe(wanted);
  });

  it('of a typed array is that of its values', () => {
    expect(percentile(Float64Array.of(1, 2, 3), 0.99)).toBe(3);
  });
});

describe('medianDifference', () => {
  it('is taken inside each round', () => {
    expect(medianDifference([10, 120, 61], [5, 110, 60])).toBe(5);
    expect(medianDifference([10, undefined], [4, 4])).toBe(6);
    expect(medianDifference([], [])).toBeUndefined();
  });
});

describe('medianRatio', () => {
  it('takes the ratio in each round before the median', () => {
    // The medians alone would give 20 / 20: the machine was slow in another round for each.
    expect(medianRatio([10, 20, 60], [20, 40, 20])).toBe(0.5);
  });

  it('leaves out rounds in which either is missing', () => {
    expect(medianRatio([10, undefined, 30], [20, 40])).toBe(0.5);
    expect(medianRatio([1], [0])).toBeUndefined();
    expect(medianRatio([], [1])).toBeUndefined();
  });
});

it('spread is least and greatest, and nothing of nothing', () => {
  expect(spread([3, 1, 2])).toEqual([1, 3]);
  expect(spread([])).toBeUndefined();
});
