import { describe, expect, it } from 'vitest';
import { createSampler } from './sampling.ts';

const LOW = `${'f'.repeat(18)}00000000000001`;
const MIDDLE = `${'0'.repeat(18)}80000000000000`;
const HIGH = `${'0'.repeat(18)}ffffffffffffff`;

describe('sampling', () => {
  it.each([
    { ratio: 1, parentBased: false, kept: [true, true, true], why: 'all' },
    { ratio: 0, parentBased: false, kept: [false, false, false], why: 'none' },
    { ratio: 0.5, parentBased: false, kept: [false, true, true], why: 'the upper half of the random bits' },
    { ratio: 0.25, parentBased: false, kept: [false, false, true], why: 'the upper quarter' },
  ])('a ratio of $ratio keeps $why, whatever the caller’s flag says', ({ kept, ...settings }) => {
    const keeps = createSampler(settings);
    expect([LOW, MIDDLE, HIGH].map((id) => keeps(id, undefined))).toEqual(kept);
    expect([LOW, MIDDLE, HIGH].map((id) => keeps(id, settings.ratio === 0))).toEqual(kept);
  });

  it('parent-based goes by the caller’s flag, and by the ratio where a trace begins', () => {
    const keeps = createSampler({ ratio: 0.5, parentBased: true });
    expect([keeps(LOW, true), keeps(HIGH, false), keeps(LOW, undefined), keeps(HIGH, undefined)]).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });
});
