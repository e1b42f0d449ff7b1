import { describe, expect, it } from 'vitest';
import { aSession, SessionMaker, storyEvents } from '../testing/events.ts';
import { countHoles, gapsOf, NO_GAPS } from './sessionGaps.ts';

const events = (() => {
  const make = new SessionMaker();
  return Array.from({ length: 10 }, (_, index) => make.call(index, 1));
})();
const without = (...numbers: number[]) =>
  events.filter(({ eventNumber = 0 }) => !numbers.includes(eventNumber));

describe('what is missing of a session', () => {
  it('is nothing of a whole one, whatever the order', () => {
    expect(gapsOf([...events].reverse(), aSession({ sessionEvents: 10 }))).toEqual(NO_GAPS);
    expect(gapsOf(storyEvents('task-2026-07-28'), undefined)).toEqual(NO_GAPS);
  });

  it('are holes in the numbers, joined where they are neighbours', () => {
    const gaps = gapsOf(without(3, 4, 7), aSession({ sessionEvents: 10 }));
    expect(gaps.holes).toEqual([
      { from: 3, to: 4 },
      { from: 7, to: 7 },
    ]);
    expect(countHoles(gaps)).toBe(3);
  });

  it('is the beginning, when that is not kept any more', () => {
    expect(gapsOf(without(1, 2), undefined)).toEqual({ ...NO_GAPS, head: 2 });
  });

  it('is the end, when the summary has counted more than has come', () => {
    expect(gapsOf(events, aSession({ sessionEvents: 12 }))).toEqual({ ...NO_GAPS, tail: 2 });
  });

  it('is not made of summaries that lag behind', () => {
    expect(gapsOf(events, aSession({ sessionEvents: 4 }))).toEqual(NO_GAPS);
  });
});
