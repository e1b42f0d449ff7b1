import { describe, expect, it } from 'vitest';
import { createRandomHex } from './random.ts';

function counting() {
  let fills = 0;
  const randomHex = createRandomHex((pool) => {
    fills += 1;
    for (let i = 0; i < pool.length; i++) pool[i] = (i + fills) & 0xff;
  });
  return { randomHex, fills: () => fills };
}

describe('createRandomHex', () => {
  it('gives so many bytes as lower-case hex, never the same bytes twice', () => {
    const { randomHex } = counting();
    expect([randomHex(3), randomHex(2)]).toEqual(['010203', '0405']);
  });

  it('fills its pool anew before it would run short', () => {
    const { randomHex, fills } = counting();
    for (let i = 0; i < 170; i++) randomHex(24);
    expect(fills()).toBe(1);
    expect(randomHex(24)).toBe(
      Array.from({ length: 24 }, (_, i) => (i + 2).toString(16).padStart(2, '0')).join(''),
    );
    expect(fills()).toBe(2);
  });

  it('refuses what its pool cannot hold', () => {
    expect(() => counting().randomHex(4_097)).toThrow('at most 4096 random bytes');
  });
});
