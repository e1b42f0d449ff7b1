/** Nanoseconds exceed what a number holds; a filter in milliseconds must mean the same before and after rounding. */
import { expect, it } from 'vitest';
import { firstNanoOf, millisOf } from './moments.ts';

it('is exact for whole milliseconds', () => {
  expect(millisOf('1795168800005000000')).toBe(1_795_168_800_005);
  expect(millisOf('1795168800005000999')).toBe(1_795_168_800_005);
  expect(millisOf('1795168800004999999')).toBeLessThan(1_795_168_800_005);
  expect(firstNanoOf(1_795_168_800_005)).toBe(1_795_168_800_005_000_000n);
});

it('never turns two times around', () => {
  let last = 0;
  for (let ns = 0n; ns < 3000n; ns++) {
    const ms = millisOf(String(1_795_168_800_005_000_000n - 1500n + ns));
    expect(ms).toBeGreaterThanOrEqual(last);
    last = ms;
  }
});

it('finds the first nanosecond of a moment, whatever its fraction', () => {
  for (let index = 0; index < 500; index++) {
    const ms = 1_795_168_800_000 + index * 0.731 + index / 7;
    const first = firstNanoOf(ms);
    expect(millisOf(String(first)), `${ms}`).toBeGreaterThanOrEqual(ms);
    expect(millisOf(String(first - 1n)), `${ms}`).toBeLessThan(ms);
  }
});

it('takes any number for a moment', () => {
  expect(firstNanoOf(-5)).toBe(0n);
  expect(firstNanoOf(Number.MAX_VALUE)).toBe(2n ** 63n - 1n);
});
