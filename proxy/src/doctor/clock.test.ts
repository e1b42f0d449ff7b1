import { describe, expect, it } from 'vitest';
import { checkClock } from './clock.ts';

const NOW = Date.UTC(2026, 10, 21, 12, 0, 0);
const own = { nowMs: NOW, leapMs: 3, zoneGiven: undefined, zone: 'Europe/Berlin' };
const sight = (apartMs: number, tookMs = 20) => ({
  who: 'collector:4318',
  // As a `Date` header: whole seconds.
  dateMs: Math.floor((NOW + apartMs) / 1_000) * 1_000,
  askedMs: NOW - tookMs,
  answeredMs: NOW,
});

describe('the clock', () => {
  it.each([
    { why: 'the same', sights: [sight(0)], mark: 'ok', says: 'agrees with that of collector:4318' },
    // A second is cut off, and the answer may be as old as the question: neither is a difference.
    { why: 'two seconds behind', sights: [sight(-2_900)], mark: 'ok', says: 'agrees' },
    { why: 'slow to answer', sights: [sight(-7_000, 8_000)], mark: 'ok', says: 'agrees' },
    {
      why: 'theirs ahead',
      sights: [sight(0), sight(60_000)],
      mark: 'warning',
      says: '60.0 s behind that of',
    },
    { why: 'theirs behind', sights: [sight(-3_600_000)], mark: 'warning', says: 's ahead of that of' },
    {
      why: 'nobody tells',
      sights: [{ ...sight(0), dateMs: undefined }],
      mark: 'ok',
      says: 'nobody to compare',
    },
  ])('$why', ({ sights, mark, says }) => {
    const [found, ...more] = checkClock(sights, own);
    expect(more).toEqual([]);
    expect(found?.mark).toBe(mark);
    expect(found?.found).toContain(says);
  });

  it('that leaps or was never set says so before anything is compared', () => {
    expect(checkClock([sight(0)], { ...own, leapMs: -5_000 })[0]?.found).toContain('leapt by 5.0 s');
    expect(checkClock([sight(0)], { ...own, nowMs: 0 })[0]).toMatchObject({
      mark: 'problem',
      found: 'it says 1970-01-01T00:00:00.000Z',
    });
  });

  it.each([
    { given: 'Europe/Berlin', marks: ['ok'] },
    { given: ':Asia/Tokyo', marks: ['ok'] },
    { given: 'EST5EDT', marks: ['ok'] },
    { given: 'Europe/Berlni', marks: ['ok', 'warning'] },
  ])('TZ=$given', ({ given, marks }) => {
    expect(checkClock([sight(0)], { ...own, zoneGiven: given }).map(({ mark }) => mark)).toEqual(marks);
  });
});
