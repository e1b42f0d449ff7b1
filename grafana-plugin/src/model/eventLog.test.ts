/** Rows come in from three sides, and each event stands there once, in the order of its time. */
import type { EventItem, EventPage } from 'sightline/contract';
import { describe, expect, it } from 'vitest';
import { addNews, addOlder, mayLoadOlder, ROWS_MAX, releaseHeld, startRows } from './eventLog.ts';

const START = 1_795_000_000_000;

function anEvent(sequence: number, more: Partial<EventItem> = {}): EventItem {
  return {
    sequence,
    time: START + sequence,
    startTime: START + sequence,
    timeUnixNano: `${START + sequence}000000`,
    eventId: `event-${sequence}`,
    eventName: 'sightline.request',
    operationId: `operation-${sequence}`,
    ...more,
  };
}

const NOTHING_MISSING = { complete: true, lost: [], truncated: 0, unsampled: 0, shed: 0 };

function aPage(items: readonly EventItem[], next: string | null = null): EventPage {
  return {
    items,
    next,
    latest: Math.max(0, ...items.map((item) => item.sequence)),
    completeness: NOTHING_MISSING,
  };
}

const sequences = (log: { readonly rows: readonly EventItem[] }) => log.rows.map((row) => row.sequence);

describe('event log rows', () => {
  it('stand oldest first, whichever page they came with', () => {
    let log = startRows(aPage([anEvent(6), anEvent(5)], 'c'));
    log = addNews(log, aPage([anEvent(7), anEvent(8)]), false);
    log = addOlder(log, aPage([anEvent(4), anEvent(3)]));
    expect(sequences(log)).toEqual([3, 4, 5, 6, 7, 8]);
    expect([log.latest, log.older]).toEqual([8, null]);
  });

  it('stand once, also when two pages overlap', () => {
    const log = startRows(aPage([anEvent(2), anEvent(1)]));
    expect(sequences(addNews(log, aPage([anEvent(2), anEvent(3)]), false))).toEqual([1, 2, 3]);
  });

  it('are sorted by time when an older record is written later', () => {
    const log = startRows(aPage([anEvent(2), anEvent(1)]));
    const late = anEvent(9, { timeUnixNano: `${START}500000`, time: START });
    expect(sequences(addNews(log, aPage([late]), false))).toEqual([9, 1, 2]);
  });

  it('news that was cut is asked for again from its last row, not from where the archive stood', () => {
    const log = startRows(aPage([anEvent(1)]));
    const cut = { ...aPage([anEvent(2), anEvent(3)], 'more'), latest: 900 };
    expect(addNews(log, cut, false).latest).toBe(3);
    expect(addNews(log, { ...cut, next: null }, false).latest).toBe(900);
  });

  it('no news is the same log, so that nothing is drawn anew', () => {
    const log = startRows(aPage([anEvent(1)]));
    expect(addNews(log, { ...aPage([]), latest: 1 }, false)).toBe(log);
  });

  it('what is held is not shown, does not get lost, and asks for news after itself', () => {
    const held = addNews(startRows(aPage([anEvent(1)])), aPage([anEvent(2), anEvent(3)]), true);
    expect([sequences(held), held.held.length, held.latest]).toEqual([[1], 2, 3]);
    const released = releaseHeld(held);
    expect([sequences(released), released.held.length]).toEqual([[1, 2, 3], 0]);
  });

  it('a request that ended takes the place of the row that said it waits, and only that', () => {
    const waiting = anEvent(1, { eventName: 'sightline.request.waiting', operationId: 'a' });
    const other = anEvent(2, { eventName: 'sightline.request.waiting', operationId: 'a', roundNumber: 2 });
    const log = startRows(aPage([other, waiting]));
    expect(sequences(log)).toEqual([1, 2]);
    expect(sequences(addNews(log, aPage([anEvent(3, { operationId: 'a' })]), false))).toEqual([2, 3]);
  });

  it('are bounded: the oldest go, and it is said that they went', () => {
    const items = Array.from({ length: ROWS_MAX }, (_, index) => anEvent(index + 1));
    const full = startRows(aPage(items.toReversed(), 'c'));
    expect(mayLoadOlder(full)).toBe(false);
    const over = addNews(full, aPage([anEvent(ROWS_MAX + 1), anEvent(ROWS_MAX + 2)]), false);
    expect(over.rows).toHaveLength(ROWS_MAX);
    expect([over.rows[0]?.sequence, over.trimmed, over.older]).toEqual([3, true, null]);
  });
});
