import { describe, expect, it } from 'vitest';
import { aSession, SessionMaker, START, storyEvents } from '../testing/events.ts';
import { gapsOf, NO_GAPS } from './sessionGaps.ts';
import { addEvents, EMPTY_TIMELINE, originOf, type Timeline, withQuiet } from './timeline.ts';
import { EVENTS_MAX } from './timelineEntries.ts';
import type { EventRow, TimelineRow } from './timelineRows.ts';

const timelineOf = (events: Parameters<typeof addEvents>[1]): Timeline => addEvents(EMPTY_TIMELINE, events);

const eventRows = ({ rows }: Timeline): EventRow[] =>
  rows.list.filter((row): row is EventRow => row.kind === 'event');

const names = (timeline: Timeline): string[] =>
  timeline.rows.list.map((row: TimelineRow) =>
    row.kind === 'gap'
      ? `gap ${row.endMs - row.startMs}`
      : [row.event.eventName?.replace('sightline.', ''), row.event.mcpMethodName].filter(Boolean).join(' '),
  );

describe('order', () => {
  it('is by beginning, though events are written when they end', () => {
    const make = new SessionMaker();
    const quick = make.call(500, 10, { genAiToolName: 'quick' });
    const slow = make.call(0, 5_000, { genAiToolName: 'slow' });
    expect(eventRows(timelineOf([quick, slow])).map(({ event }) => event.genAiToolName)).toEqual([
      'slow',
      'quick',
    ]);
  });

  it("puts a session's start before its first event, which began before the start was written", () => {
    expect(names(timelineOf(storyEvents('retry-recovers'))).slice(0, 2)).toEqual([
      'session.started',
      'request initialize',
    ]);
  });

  it('puts the start of a reopened session before the event that reopened it', () => {
    const make = new SessionMaker();
    const history = [
      make.of('sightline.session.started', 10),
      make.call(0, 10),
      make.of('sightline.session.ended', 500),
      make.of('sightline.session.started', 900),
      make.call(700, 200),
    ];
    expect(names(timelineOf(history)).map((name) => name.split(' ')[0])).toEqual([
      'session.started',
      'request',
      'session.ended',
      'session.started',
      'request',
    ]);
  });

  it('takes each event once, whichever road brings it', () => {
    const make = new SessionMaker();
    const events = [make.call(0, 10), make.call(20, 10)];
    const timeline = timelineOf([...events, ...events]);
    expect(timeline.rows.list).toHaveLength(2);
    expect(addEvents(timeline, events)).toBe(timeline);
  });
});

describe('a request that is still open', () => {
  const make = new SessionMaker();
  const waiting = make.waiting(60_000, 60_000, { operationId: 'hung' });
  const ended = make.call(0, 90_000, { operationId: 'hung' });

  it('begins where it was sent, not where it was told of', () => {
    const [row] = eventRows(timelineOf([waiting]));
    expect(row).toMatchObject({ shape: 'waiting', startMs: START });
  });

  it('is replaced by its end', () => {
    expect(eventRows(addEvents(timelineOf([waiting]), [ended])).map(({ shape }) => shape)).toEqual(['call']);
  });

  it('does not come back when the events arrive the other way round', () => {
    expect(eventRows(addEvents(timelineOf([ended]), [waiting])).map(({ shape }) => shape)).toEqual(['call']);
  });

  it('holds its lane while others come and go', () => {
    const others = new SessionMaker();
    const open = others.waiting(61_000, 61_000);
    const rows = eventRows(timelineOf([open, others.call(100, 50), others.call(100_000, 50)]));
    expect(rows.map(({ lane }) => lane)).toEqual([0, 1, 1]);
  });
});

describe('lanes', () => {
  it('part calls that overlap, and are free again when a call has ended', () => {
    const make = new SessionMaker();
    const calls = [make.call(0, 100), make.call(50, 100), make.call(60, 10), make.call(100, 10)];
    expect(eventRows(timelineOf(calls)).map(({ lane }) => lane)).toEqual([0, 1, 2, 0]);
  });

  it('show at each row what else runs there', () => {
    const make = new SessionMaker();
    const timeline = timelineOf([make.call(0, 100), make.call(50, 100), make.notification(120)]);
    expect(eventRows(timeline).map(({ busy, lane }) => [lane, busy])).toEqual([
      [0, 0b00],
      [1, 0b01],
      [undefined, 0b10],
    ]);
    expect(timeline.rows.lanes).toBe(2);
  });

  it('share the last one past the cap', () => {
    const make = new SessionMaker();
    const timeline = timelineOf(Array.from({ length: 40 }, () => make.call(0, 100)));
    expect(Math.max(...eventRows(timeline).map(({ lane = 0 }) => lane))).toBe(11);
  });

  it('are not taken by a stream that stays open', () => {
    const make = new SessionMaker();
    const stream = make.call(0, 60_000, { mcpMethodName: 'subscriptions/listen' });
    const rows = eventRows(timelineOf([stream, make.call(10, 10)]));
    expect(rows.map(({ lane }) => lane)).toEqual([undefined, 0]);
  });
});

describe('gaps', () => {
  it('stand where nothing ran for longer than a second', () => {
    const make = new SessionMaker();
    const timeline = timelineOf([make.call(0, 100), make.call(1_050, 10), make.call(3_060, 10)]);
    expect(names(timeline)).toEqual([
      'request tools/call',
      'request tools/call',
      'gap 2000',
      'request tools/call',
    ]);
  });

  it('do not stand beside a call that runs through', () => {
    const make = new SessionMaker();
    const timeline = timelineOf([make.call(0, 10_000), make.call(5_000, 10)]);
    expect(names(timeline)).not.toContain('gap');
  });

  it('stand beside an open stream: it is no work', () => {
    const make = new SessionMaker();
    const stream = make.of('sightline.exchange', 60_000, { duration: 60 });
    expect(names(timelineOf([stream, make.call(10, 10), make.call(5_020, 10)]))).toContain('gap 5000');
  });

  it('grow together when what stood between them is hidden', () => {
    const make = new SessionMaker();
    const timeline = timelineOf([make.call(0, 100), make.notification(2_100), make.call(4_100, 10)]);
    expect(names(timeline).filter((name) => name.startsWith('gap'))).toEqual(['gap 2000', 'gap 2000']);
    expect(names(withQuiet(timeline, false))).toEqual([
      'request tools/call',
      'gap 4000',
      'request tools/call',
    ]);
  });
});

describe('hiding what is quiet', () => {
  it('never hides the notification that ends a task', () => {
    const timeline = withQuiet(timelineOf(storyEvents('task-2026-07-28')), false);
    expect(names(timeline)).toContain('notification notifications/tasks');
  });
});

describe('growing', () => {
  it('gives in pieces, in any order, what it gives at once', () => {
    const make = new SessionMaker();
    const events = [
      make.of('sightline.session.started', 12),
      make.call(0, 12),
      make.call(100, 3_000, { operationId: 'a' }),
      make.call(150, 10),
      make.notification(170),
      make.waiting(5_000, 4_000, { operationId: 'b' }),
      make.call(5_100, 10),
      make.call(1_000, 6_000, { operationId: 'b' }),
      make.call(9_000, 10),
      make.call(20_000, 10),
    ];
    const whole = timelineOf(events);
    let seed = 7;
    for (let round = 0; round < 200; round++) {
      const shuffled = [...events].sort(() => {
        seed = (seed * 48_271) % 2_147_483_647;
        return seed % 2 === 0 ? -1 : 1;
      });
      let grown = EMPTY_TIMELINE;
      for (let at = 0; at < shuffled.length; at += 1 + (round % 3)) {
        grown = addEvents(grown, shuffled.slice(at, at + 1 + (round % 3)));
      }
      expect(eventRows(grown).map(({ key, lane, busy }) => [key, lane, busy])).toEqual(
        eventRows(whole).map(({ key, lane, busy }) => [key, lane, busy]),
      );
      expect(names(grown)).toEqual(names(whole));
    }
  });

  it('keeps the rows before what is new as the same objects', () => {
    const make = new SessionMaker();
    const history = Array.from({ length: 100 }, (_, index) => make.call(index * 2_000, 10));
    const before = timelineOf(history);
    const after = addEvents(before, [make.call(300_000, 10)]);
    expect(after.rows.list[50]).toBe(before.rows.list[50]);
    expect(after.rows.list).toHaveLength(before.rows.list.length + 2);
  });
});

describe('where offsets begin', () => {
  it('is the first event, when the summary says the same in whole milliseconds', () => {
    const make = new SessionMaker();
    const timeline = timelineOf([make.call(0.4, 10)]);
    expect(originOf(timeline, START)).toBe(START + 0.4);
  });

  it("is the session's start, when its first events are not kept any more", () => {
    const make = new SessionMaker();
    expect(originOf(timelineOf([make.call(60_000, 10)]), START)).toBe(START);
  });
});

describe('a session without end', () => {
  it('keeps its newest events, is laid out as they alone would be, and knows how many went', () => {
    const make = new SessionMaker();
    const events = Array.from({ length: EVENTS_MAX + 2_500 }, (_, index) => make.call(index * 10, 5));
    let timeline = EMPTY_TIMELINE;
    for (let at = 0; at < events.length; at += 500)
      timeline = addEvents(timeline, events.slice(at, at + 500));
    const { list, numbers, known, letGo } = timeline.entries;
    expect(list.length).toBeLessThanOrEqual(EVENTS_MAX + 1_000);
    expect(list.length).toBeGreaterThanOrEqual(EVENTS_MAX);
    expect(list.at(-1)?.event).toBe(events.at(-1));
    expect(letGo).toBe(events.length - list.length);
    expect(known.size).toBe(2 * list.length);
    expect(gapsOf(numbers, aSession({ sessionEvents: events.length }), letGo)).toEqual(NO_GAPS);
    const alone = timelineOf(list.map(({ event }) => event));
    expect(timeline.rows.list).toEqual(alone.rows.list);
  });
});
