import { describe, expect, it } from 'vitest';
import { aSession, SessionMaker, storyEvents } from '../testing/events.ts';
import { countHoles, gapsOf, NO_GAPS } from './sessionGaps.ts';
import { addEvents, EMPTY_TIMELINE } from './timeline.ts';

const ten = new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
const without = (...numbers: number[]) => ten.difference(new Set(numbers));

describe('what is missing of a session', () => {
  it('is nothing of a whole one, whatever the order', () => {
    expect(gapsOf(ten, aSession({ sessionEvents: 10 }))).toEqual(NO_GAPS);
    const { entries } = addEvents(EMPTY_TIMELINE, storyEvents('task-2026-07-28'));
    expect(gapsOf(entries.numbers, aSession())).toEqual(NO_GAPS);
  });

  it('is nothing when a waiting request has left for its end', () => {
    const make = new SessionMaker();
    const hung = { operationId: 'hung' };
    const events = [make.waiting(60_000, 60_000, hung), make.call(0, 90_000, hung)];
    const { entries } = addEvents(EMPTY_TIMELINE, events);
    expect(entries.list).toHaveLength(1);
    expect(gapsOf(entries.numbers, aSession({ sessionEvents: 2 }))).toEqual(NO_GAPS);
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
    expect(gapsOf(without(1, 2), aSession())).toEqual({ ...NO_GAPS, head: 2 });
  });

  it('is not what the page itself let go', () => {
    expect(gapsOf(without(1, 2, 3), aSession({ sessionEvents: 10 }), 2)).toEqual({ ...NO_GAPS, head: 1 });
  });

  it('is the end, when the summary has counted more than has come', () => {
    expect(gapsOf(ten, aSession({ sessionEvents: 12 }))).toEqual({ ...NO_GAPS, tail: 2 });
  });

  it('is not made of summaries that lag behind', () => {
    expect(gapsOf(ten, aSession({ sessionEvents: 4 }))).toEqual(NO_GAPS);
  });
});
