import { describe, expect, it } from 'vitest';
import { IdSource, Stamps } from './ids.ts';

const SEED = '00112233445566778899aabbccddeeff';

describe('IdSource', () => {
  it('gives the same ids for the same seed and others for another', () => {
    const draw = (seed: string) => {
      const ids = new IdSource(seed);
      return [ids.spanId(), ids.traceId(), ids.eventId('1795168800000000000', 'a')];
    };
    expect(draw(SEED)).toEqual(draw(SEED));
    const others = [
      '00112233445566778899aabbccddeefe',
      '10112233445566778899aabbccddeeff',
      '0'.repeat(32),
      'f'.repeat(32),
    ];
    const all = [SEED, ...others].flatMap(draw);
    expect(new Set(all).size).toBe(all.length);
  });

  it('gives lower-case hex of the right length, and no id twice in ten thousand', () => {
    const ids = new IdSource(SEED);
    const spans = Array.from({ length: 10_000 }, () => ids.spanId());
    expect(spans.every((id) => /^[0-9a-f]{16}$/.test(id))).toBe(true);
    expect(new Set(spans).size).toBe(10_000);
    expect(ids.traceId()).toMatch(/^[0-9a-f]{32}$/);
  });

  it('never gives an id of zeros, which W3C calls none', () => {
    const seed = seedBeforeTwoZeroWords();
    // The first span id would be made of the two words that are zero.
    expect(new IdSource(seed).spanId()).toMatch(/[^0]/);
    expect(new IdSource(seed).spanId()).toHaveLength(16);
  });

  describe('eventId', () => {
    const id = new IdSource(SEED).eventId('1795168800123456789', 'c');
    it('is a UUIDv7 (RFC 9562 §5.7) whose last digit is the bucket', () => {
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{11}c$/);
    });
    it('holds the milliseconds of the record’s time', () => {
      expect(Number.parseInt(id.slice(0, 13).replace('-', ''), 16)).toBe(1_795_168_800_123);
      expect(id.slice(0, 13)).toBe('01a1f866-0d7b');
    });
    it('sorts as text by time', () => {
      const ids = new IdSource(SEED);
      const early = ids.eventId('1795168800123000000', 'f');
      const late = ids.eventId('1795168800124000000', '0');
      expect(early < late).toBe(true);
    });
  });
});

describe('Stamps', () => {
  it('follow frame time in nanoseconds, 19 digits', () => {
    expect(new Stamps().next(1_795_168_800_123_456)).toBe('1795168800123456000');
  });

  it('go on by one where frame time does not move', () => {
    const stamps = new Stamps();
    expect([5e15, 5e15, 5e15 + 1].map((us) => stamps.next(us))).toEqual([
      '5000000000000000000',
      '5000000000000000001',
      '5000000000000001000',
    ]);
  });

  it('increase strictly through more than a thousand records in one microsecond, and wherever time jumps', () => {
    const stamps = new Stamps();
    const base = 1_795_168_800_000_000;
    const times = [
      ...new Array(2500).fill(base),
      ...Array.from({ length: 50 }, (_, i) => base - i * 1_000_000),
      base + 1,
      base + 2,
      ...new Array(10).fill(base + 3),
      base + 2,
    ];
    const given = times.map((us) => stamps.next(us));
    for (const [index, stamp] of given.entries()) {
      expect(stamp).toHaveLength(19);
      if (index > 0) expect(BigInt(stamp)).toBeGreaterThan(BigInt(given[index - 1] ?? '0'));
    }
  });
});

/**
 * A seed after whose warm-up of twelve steps the generator (sfc32) gives two words of zeros: a state that does, led
 * back step by step.
 */
function seedBeforeTwoZeroWords(): string {
  const ninth = inverseOfNine();
  let [a, b, c, counter] = [0, 0, -ninth | 0, 0];
  for (let step = 0; step < 12; step++) {
    const before = counter - 1;
    const beforeC = Math.imul(b, ninth);
    const sum = (c - ((beforeC << 21) | (beforeC >>> 11))) | 0;
    const beforeB = unshift(a);
    [a, b, c, counter] = [(sum - beforeB - before) | 0, beforeB, beforeC, before | 0];
  }
  return [a, b, c, counter].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

/** The inverse of x ^ (x >>> 9). */
function unshift(value: number): number {
  let x = value;
  for (let i = 0; i < 4; i++) x = value ^ (x >>> 9);
  return x;
}

/** The inverse of 9 modulo 2^32, by Newton's iteration. */
function inverseOfNine(): number {
  let x = 9;
  for (let i = 0; i < 5; i++) x = Math.imul(x, 2 - Math.imul(9, x));
  return x;
}
