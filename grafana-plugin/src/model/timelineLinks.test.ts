import { describe, expect, it } from 'vitest';
import { SessionMaker, storyEvents } from '../testing/events.ts';
import { addEvents, EMPTY_TIMELINE, type Timeline } from './timeline.ts';
import { type Piece, piecesAt } from './timelineLinks.ts';
import { rowWords } from './timelineWords.ts';

const timelineOf = (events: Parameters<typeof addEvents>[1]): Timeline => addEvents(EMPTY_TIMELINE, events);

/** What stands beside each row of a tool or task, with the bracket's signs by track. */
const drawn = ({ rows, links }: Timeline): string[] =>
  rows.list.flatMap((row, index) => {
    if (row.kind !== 'event') return [];
    const note = rowWords(row.event, links.places.get(row.key)).note;
    const signs: Record<Piece, string> = { first: '┐', member: '┤', through: '│', last: '┘' };
    const rail = piecesAt(links, index).map((piece) => (piece ? signs[piece[1]] : ' '));
    return note === undefined && rail.every((sign) => sign === ' ' || sign === '│')
      ? []
      : [[rail.join(''), note].filter(Boolean).join(' ')];
  });

describe('recorded traffic', () => {
  it('joins the attempts of a call that recovers, and says what was lost', () => {
    expect(drawn(timelineOf(storyEvents('retry-recovers')))).toEqual([
      '┐ attempt 1',
      '┤ attempt 2',
      '┘ attempt 3, recovered, 12.9 s lost',
    ]);
  });

  it('says on the last attempt that the chain gave up, and begins a new bracket after it', () => {
    const [first, last, ...others] = drawn(timelineOf(storyEvents('retry-gives-up')));
    expect([first, last]).toEqual(['┐ attempt 1', '┘ gave up after 2 attempts, 450 ms lost']);
    expect(others).toEqual(['┐ attempt 1', '┘ gave up after 2 attempts, 550 ms lost']);
  });

  it("joins the rounds of an operation, the server's time and the waiting apart", () => {
    expect(drawn(timelineOf(storyEvents('multi-round-trip'))).slice(0, 2)).toEqual([
      '┐ asks for input',
      '┘ round 2, 100 ms, waited 5.00 s',
    ]);
  });

  it('joins a task with its polls and the notification that ends it', () => {
    expect(drawn(timelineOf(storyEvents('task-2026-07-28')))).toEqual([
      '┐ begins a task',
      '┤ round 2, asks for input',
      '┤ round 3, still working',
      '┤ 2.00 s, waited 3.00 s',
      '┘ round 4',
    ]);
  });
});

describe('brackets', () => {
  it('stand beside each other where they overlap, and in one column where they do not', () => {
    const make = new SessionMaker();
    const first = { attemptNumber: 1, outcome: 'tool_error' } as const;
    const again = (operation: string) => ({ attemptNumber: 2, attemptFirstOperationId: operation }) as const;
    const { links } = timelineOf([
      make.call(0, 10, { operationId: 'a', ...first }),
      make.call(20, 10, { operationId: 'b', ...first }),
      make.call(40, 10, again('a')),
      make.call(60, 10, again('b')),
      make.call(80, 10, { operationId: 'c', ...first }),
      make.call(100, 10, again('c')),
    ]);
    expect(links.list.map(({ id, track }) => [id, track])).toEqual([
      ['a', 0],
      ['b', 1],
      ['c', 0],
    ]);
    expect(links.tracks).toBe(2);
  });

  it('are none for a single call, nor for an attempt whose first is not kept any more', () => {
    const make = new SessionMaker();
    const timeline = timelineOf([
      make.call(0, 10, { attemptNumber: 1 }),
      make.call(20, 10, { attemptNumber: 3, attemptFirstOperationId: 'gone' }),
    ]);
    expect(timeline.links.list).toEqual([]);
    expect(drawn(timeline)).toEqual([' attempt 3'.trim()]);
  });

  it('never take more columns than there is room for, however many overlap', () => {
    const make = new SessionMaker();
    const firsts = Array.from({ length: 9 }, (_, index) => make.call(index, 1, { operationId: `${index}` }));
    const seconds = firsts.map((_, index) =>
      make.call(100 + index, 1, { attemptNumber: 2, attemptFirstOperationId: `${index}` }),
    );
    const { links } = timelineOf([...firsts, ...seconds]);
    expect(links.tracks).toBe(3);
    expect(piecesAt(links, 8)).toHaveLength(3);
  });
});
