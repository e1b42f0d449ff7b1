import { describe, expect, it } from 'vitest';
import { Histograms } from './histograms.ts';

const METRIC = 'sightline.proxy.duration';
const OTHER = 'mcp.server.operation.duration';
const SHOP = { 'sightline.server.name': 'shop' };
const BANK = { 'sightline.server.name': 'bank' };

/** Histograms whose clock is the returned `clock`, in milliseconds. */
function start(isDelta: boolean) {
  const clock = { ms: 1_000 };
  const bounds = new Map([
    [METRIC, [1, 2, 5]],
    [OTHER, [10]],
  ] as const);
  const histograms = new Histograms(bounds, isDelta, () => clock.ms);
  const record = (...values: number[]): void => {
    for (const value of values) histograms.record(METRIC, value, SHOP);
  };
  return { histograms, clock, record, points: () => histograms.collect().get(METRIC) };
}

describe('a histogram', () => {
  it('puts a value that is a bound below it, and one past the last bound into a bucket of its own', () => {
    const { record, points } = start(false);
    record(0, 1, 1.5, 2, 5, 6);
    expect(points()?.[0]?.value).toEqual({
      buckets: { boundaries: [1, 2, 5], counts: [2, 2, 1, 1] },
      count: 6,
      sum: 15.5,
      min: 0,
      max: 6,
    });
  });

  it('is kept for each label set', () => {
    const { histograms, record, points } = start(false);
    record(1);
    histograms.record(METRIC, 3, BANK);
    expect(points()?.map(({ attributes, value }) => [attributes, value.sum])).toEqual([
      [SHOP, 1],
      [BANK, 3],
    ]);
  });

  it('takes no value that is no number', () => {
    const { record, points } = start(false);
    record(Number.NaN);
    expect(points()).toBeUndefined();
  });

  it('refuses metrics that are none', () => {
    expect(start(false).histograms.record('sightline.events', 1, {})).toBe(false);
  });

  it('without values is no metric', () => {
    const { histograms, record } = start(false);
    record(1);
    expect([...histograms.collect().keys()]).toEqual([METRIC]);
  });
});

describe('points', () => {
  it('that are cumulative count from before the first value on, and are not changed by later ones', () => {
    const { clock, record, points } = start(false);
    clock.ms = 2_500;
    record(1);
    clock.ms = 3_000;
    const [first] = points() ?? [];
    record(1);
    clock.ms = 4_000;
    const [second] = points() ?? [];
    expect([first?.startTime, first?.endTime, first?.value.buckets.counts]).toEqual([
      [1, 0],
      [3, 0],
      [1, 0, 0, 0],
    ]);
    expect([second?.startTime, second?.endTime, second?.value.count]).toEqual([[1, 0], [4, 0], 2]);
  });

  it('that are deltas count from the last collection on, and are given once', () => {
    const { clock, record, points } = start(true);
    clock.ms = 1_500;
    record(1, 1);
    clock.ms = 2_000;
    expect(points()).toMatchObject([{ startTime: [1, 0], endTime: [2, 0], value: { count: 2 } }]);
    clock.ms = 3_000;
    expect(points()).toBeUndefined();
    record(4);
    clock.ms = 4_000;
    expect(points()).toMatchObject([{ startTime: [3, 0], endTime: [4, 0], value: { count: 1, min: 4 } }]);
  });
});
