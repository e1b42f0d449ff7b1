/** What a reader of counters gets: above all a begin before the first addition, so that it counts. */
import { describe, expect, it } from 'vitest';
import { Sums } from './sums.ts';

function start(isDelta: boolean) {
  const clock = { ms: 1_000 };
  const sums = new Sums(isDelta, () => clock.ms);
  const [ok, failed] = [{ 'sightline.outcome': 'ok' }, { 'sightline.outcome': 'tool_error' }];
  return { clock, sums, ok, failed, points: () => sums.collect().get('sightline.calls') };
}

describe('points', () => {
  it('that are cumulative begin before the first addition, also of a label set that comes later', () => {
    const { clock, sums, ok, failed, points } = start(false);
    sums.add('sightline.calls', 1, ok);
    clock.ms = 2_000;
    expect(points()).toEqual([{ attributes: ok, startTime: [1, 0], endTime: [2, 0], value: 1 }]);
    sums.add('sightline.calls', 2, ok);
    clock.ms = 3_000;
    sums.add('sightline.calls', 1, failed);
    expect(points()).toEqual([
      { attributes: ok, startTime: [1, 0], endTime: [3, 0], value: 3 },
      { attributes: failed, startTime: [2, 0], endTime: [3, 0], value: 1 },
    ]);
    expect([...sums.of('sightline.calls')]).toEqual([
      [ok, 3],
      [failed, 1],
    ]);
  });

  it('that are deltas count from the last collection on, and are given once', () => {
    const { clock, sums, ok, points } = start(true);
    sums.add('sightline.calls', 1, ok);
    clock.ms = 2_000;
    expect(points()).toMatchObject([{ startTime: [1, 0], endTime: [2, 0], value: 1 }]);
    clock.ms = 3_000;
    expect(points()).toBeUndefined();
    sums.add('sightline.calls', 4, ok);
    clock.ms = 4_000;
    expect(points()).toMatchObject([{ startTime: [3, 0], endTime: [4, 0], value: 4 }]);
  });
});
