import { describe, expect, it } from 'vitest';
import { createClock } from './clock.ts';

function stage() {
  let wall = 1_700_000_000_000;
  let steady = 50;
  return {
    nowUs: createClock(
      () => wall,
      () => steady,
    ),
    pass: (wallMs: number, steadyMs: number) => {
      wall += wallMs;
      steady += steadyMs;
    },
  };
}

describe('createClock', () => {
  it('is unix time in microseconds', () => expect(stage().nowUs()).toBe(1_700_000_000_000_000));

  it('steps finer than the wall clock', () => {
    const { nowUs, pass } = stage();
    pass(0, 0.25);
    expect(nowUs()).toBe(1_700_000_000_000_250);
  });

  it('finds the time again after sleep, in which the steady clock stands still', () => {
    const { nowUs, pass } = stage();
    pass(3_600_000, 1_000);
    expect(nowUs()).toBe(1_700_003_600_000_000);
  });

  it('never runs backwards when the wall clock is set back', () => {
    const { nowUs, pass } = stage();
    const before = nowUs();
    pass(-3_600_000, 1_000);
    expect(nowUs()).toBe(before + 1_000_000);
  });

  it('lets small drift be', () => {
    const { nowUs, pass } = stage();
    pass(1_100, 1_000);
    expect(nowUs()).toBe(1_700_000_001_000_000);
  });
});
