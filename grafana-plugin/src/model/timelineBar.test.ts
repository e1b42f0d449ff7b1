import { describe, expect, it } from 'vitest';
import { SessionMaker } from '../testing/events.ts';
import { addEvents, EMPTY_TIMELINE } from './timeline.ts';
import { type Bar, barOf } from './timelineBar.ts';

const barsOf = (events: Parameters<typeof addEvents>[1]): (Bar | undefined)[] => {
  const { rows, scale } = addEvents(EMPTY_TIMELINE, events);
  return rows.list.flatMap((row) => (row.kind === 'event' ? [barOf(row, rows, scale)] : []));
};

describe('bars', () => {
  it('share one scale, the longest call fills the column', () => {
    const make = new SessionMaker();
    expect(barsOf([make.call(0, 1_000), make.call(5_000, 250)])).toMatchObject([
      { kind: 'call', left: 0, upstream: 0.9, proxy: expect.closeTo(0.1) },
      { kind: 'call', left: 0, upstream: expect.closeTo(0.225), proxy: expect.closeTo(0.025) },
    ]);
  });

  it('stand at their place where calls overlap', () => {
    const make = new SessionMaker();
    expect(barsOf([make.call(0, 1_000), make.call(500, 1_500)])).toMatchObject([
      { left: 0, upstream: expect.closeTo(0.45) },
      { left: 0.25, upstream: expect.closeTo(0.675) },
    ]);
  });

  it('begin at the left where so many hang together that places would be slivers', () => {
    const make = new SessionMaker();
    const bars = barsOf(Array.from({ length: 50 }, (_, index) => make.call(index * 80, 100)));
    expect(bars.every((bar) => bar?.kind === 'call' && bar.left === 0)).toBe(true);
    expect(bars[0]).toMatchObject({ upstream: expect.closeTo(0.9) });
  });

  it('never reach over the edge', () => {
    const make = new SessionMaker();
    const bars = barsOf([make.call(0, 1_000), make.call(900, 10, { proxyDuration: 5 })]);
    for (const bar of bars) {
      expect(bar?.kind === 'call' && bar.left + bar.upstream + bar.proxy).toBeLessThanOrEqual(1.000001);
    }
  });

  it('are hollow for a call that still runs, and say no length for an open stream', () => {
    const make = new SessionMaker();
    const waiting = make.waiting(60_000, 60_000);
    const stream = make.call(0, 60_000, { mcpMethodName: 'subscriptions/listen' });
    expect(barsOf([waiting, stream]).map((bar) => bar?.kind)).toEqual(['waiting', 'stream']);
  });

  it('mark moments only inside of what they happened in', () => {
    const make = new SessionMaker();
    const bars = barsOf([make.call(0, 1_000), make.notification(500), make.notification(9_000)]);
    expect(bars[1]).toEqual({ kind: 'moment', left: 0.5 });
    expect(bars[2]).toBeUndefined();
  });
});
