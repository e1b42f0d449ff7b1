import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createListPacker } from './batches.ts';
import { createDelivery, type DeliverySettings, type Verdict } from './delivery.ts';

const SETTINGS: DeliverySettings = {
  batchMax: 2,
  batchWeightMax: 100,
  delayMs: 1_000,
  queueMax: 8,
  queueWeightMax: 1_000,
  storedWeightMax: 8,
  inFlightMax: 2,
  backoffMinMs: 100,
  backoffMaxMs: 1_000,
};
const ACCEPTED: Verdict = { kind: 'accepted' };
const AGAIN: Verdict = { kind: 'refused', reason: 'unavailable', again: true };
const NEVER: Verdict = { kind: 'refused', reason: 'http_400', again: false };

/** A delivery whose receiver is played by the test: `sent` holds each batch with the way to answer it. */
function start(changes: Partial<DeliverySettings> = {}) {
  const sent: { readonly items: string; readonly done: (verdict: Verdict) => void }[] = [];
  const lost: string[] = [];
  const delivery = createDelivery<string, readonly string[]>(
    { ...SETTINGS, ...changes },
    {
      packer: createListPacker(),
      send: (items, done) => sent.push({ items: items.join(''), done }),
      onLost: (reason, count) => lost.push(`${count} ${reason}`),
    },
  );
  /** Each letter is an event of one item; `sequence` is the first one's place in the archive. */
  const offer = (items: string, weight = 1, sequence = 0): void => {
    for (const [i, item] of [...items].entries()) {
      const place = sequence === 0 ? 0 : sequence + i;
      delivery.begin({ sequence: place, timeMs: Date.now(), weight });
      delivery.offer(item, weight);
    }
  };
  const answer = (index: number, verdict: Verdict): void => sent[index]?.done(verdict);
  return { delivery, sent, lost, offer, answer, batches: () => sent.map((batch) => batch.items) };
}

// Time is the test's own here, so that pauses can be stepped through one by one.
beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('batches', () => {
  it('leave when they are full, or when their first item has waited long enough', () => {
    const { offer, batches } = start();
    offer('abc');
    expect(batches()).toEqual(['ab']);
    vi.advanceTimersByTime(1_000);
    expect(batches()).toEqual(['ab', 'c']);
  });

  it('hold the items of one event together, so that one sequence says how far they reach', () => {
    const { delivery, batches } = start();
    for (const items of ['abc', 'd']) {
      delivery.begin({ sequence: 0, timeMs: 0, weight: items.length });
      for (const item of items) delivery.offer(item, 1);
    }
    expect(batches()).toEqual(['abc']);
  });

  it('stay light: an item that is too heavy for the batch begins the next', () => {
    const { offer, batches } = start({ batchMax: 10 });
    offer('a', 60);
    offer('b', 60);
    offer('c', 500);
    expect(batches()).toEqual(['a', 'b']);
    vi.advanceTimersByTime(1_000);
    expect(batches()).toEqual(['a', 'b']);
  });

  it('are only so many under way at once', () => {
    const { offer, batches, answer } = start();
    offer('abcdefg');
    expect(batches()).toEqual(['ab', 'cd']);
    answer(0, ACCEPTED);
    expect(batches()).toEqual(['ab', 'cd', 'ef']);
  });

  it('wait for a slow one that would be overtaken by too many', () => {
    const { offer, batches, answer } = start();
    offer('abcdefg');
    answer(1, ACCEPTED);
    expect(batches()).toEqual(['ab', 'cd']);
    answer(0, ACCEPTED);
    expect(batches()).toEqual(['ab', 'cd', 'ef']);
  });
});

describe('acceptance', () => {
  it('is counted when the receiver says so, and not before', () => {
    const { delivery, offer, answer } = start();
    offer('ab');
    delivery.flush();
    expect(delivery.stats()).toMatchObject({ accepted: 0, queued: 2 });
    answer(0, ACCEPTED);
    expect(delivery.stats()).toEqual({ accepted: 2, refused: 0, dropped: 0, queued: 0 });
  });

  it('is counted once, though the answer come twice', () => {
    const { delivery, offer, answer } = start();
    offer('ab');
    delivery.flush();
    answer(0, ACCEPTED);
    answer(0, ACCEPTED);
    expect(delivery.stats().accepted).toBe(2);
  });
});

describe('refusal', () => {
  it('of the data itself is final: the batch is halved until the item at fault stands alone', () => {
    const { delivery, offer, answer, lost, batches } = start({ batchMax: 4, inFlightMax: 1 });
    offer('abcde');
    answer(0, NEVER);
    answer(1, ACCEPTED);
    answer(2, NEVER);
    answer(3, NEVER);
    expect(lost).toEqual(['1 http_400']);
    answer(4, ACCEPTED);
    expect(batches()).toEqual(['abcd', 'ab', 'cd', 'c', 'd']);
    expect(delivery.stats()).toMatchObject({ accepted: 3, refused: 1, queued: 1 });
  });

  it('of a whole batch keeps its order, whichever half is refused again', () => {
    const { offer, answer, lost, batches } = start({ batchMax: 4, inFlightMax: 1 });
    offer('abcde');
    for (let i = 0; i < 8; i++) answer(i, NEVER);
    expect(batches()).toEqual(['abcd', 'ab', 'a', 'b', 'cd', 'c', 'd']);
    expect(lost).toEqual(['1 http_400', '1 http_400', '1 http_400', '1 http_400']);
  });

  it('of everything is met slowly: the receiver may be set up wrongly', () => {
    const { offer, answer, batches } = start({ batchMax: 32, queueMax: 100 });
    offer('x'.repeat(65));
    for (let i = 0; i < 200; i++) answer(i, NEVER);
    const before = batches().length;
    for (let i = before - 4; i < before; i++) answer(i, NEVER);
    vi.advanceTimersByTime(100);
    expect(batches().length).toBe(before + 1);
  });

  it('with a time to wait is tried again then, and not before', () => {
    const { offer, answer, batches } = start({ inFlightMax: 1 });
    offer('abc');
    answer(0, { ...AGAIN, afterMs: 5_000 });
    vi.advanceTimersByTime(4_999);
    expect(batches()).toEqual(['ab']);
    vi.advanceTimersByTime(1);
    expect(batches()).toEqual(['ab', 'ab']);
  });

  it('for want of a judgement brings the same batch back, first in line, after a pause that grows', () => {
    const { offer, answer, batches, lost } = start({ inFlightMax: 1 });
    offer('abcde');
    answer(0, AGAIN);
    vi.advanceTimersByTime(99);
    expect(batches()).toEqual(['ab']);
    vi.advanceTimersByTime(1);
    expect(batches()).toEqual(['ab', 'ab']);
    answer(1, AGAIN);
    vi.advanceTimersByTime(199);
    expect(batches()).toHaveLength(2);
    vi.advanceTimersByTime(1);
    answer(2, ACCEPTED);
    expect(batches()).toEqual(['ab', 'ab', 'ab', 'cd']);
    expect(lost).toEqual([]);
  });

  it('lets one batch at a time try, until one is accepted', () => {
    const { offer, answer, batches } = start();
    offer('abcdefg');
    answer(0, AGAIN);
    answer(1, AGAIN);
    vi.advanceTimersByTime(100);
    expect(batches()).toEqual(['ab', 'cd', 'ab']);
    answer(2, ACCEPTED);
    expect(batches()).toEqual(['ab', 'cd', 'ab', 'cd', 'ef']);
  });

  it('that comes as an exception counts as data that cannot be encoded', () => {
    const lost: string[] = [];
    const delivery = createDelivery<string, readonly string[]>(SETTINGS, {
      packer: createListPacker(),
      send: () => {
        throw new Error('no');
      },
      onLost: (reason, count) => lost.push(`${count} ${reason}`),
    });
    delivery.offer('a', 1);
    delivery.offer('b', 1);
    delivery.flush();
    expect(lost).toEqual(['1 not_encodable', '1 not_encodable']);
  });
});

describe('an item that cannot be packed', () => {
  it('is lost alone', () => {
    const lost: string[] = [];
    const sent: string[] = [];
    const list = createListPacker<string>();
    const delivery = createDelivery<string, readonly string[]>(SETTINGS, {
      packer: {
        add: (item) => {
          if (item === 'b') throw new Error('no');
          list.add(item);
        },
        pack: list.pack,
        split: list.split,
      },
      send: (items) => sent.push(items.join('')),
      onLost: (reason, count) => lost.push(`${count} ${reason}`),
    });
    for (const item of 'abc') delivery.offer(item, 1);
    delivery.flush();
    expect([lost, sent]).toEqual([['1 not_encodable'], ['ac']]);
  });
});

describe('a full queue', () => {
  it('refuses what comes next while everything in it still has its first chance', () => {
    const { delivery, offer, lost } = start();
    offer('abcdefghi');
    expect(lost).toEqual(['1 queue_full']);
    expect(delivery.stats()).toMatchObject({ dropped: 1, queued: 8 });
  });

  it('gives up a batch that has failed before, so that news has room', () => {
    const { offer, answer, lost, batches } = start({ inFlightMax: 1 });
    offer('abcdefgh');
    answer(0, AGAIN);
    offer('i');
    expect(lost).toEqual(['2 unavailable']);
    vi.advanceTimersByTime(100);
    expect(batches()).toEqual(['ab', 'cd']);
  });

  it('is full by weight too', () => {
    const { offer, lost } = start();
    offer('abc', 400);
    expect(lost).toEqual(['1 queue_full']);
  });

  it('never makes the one who offers wait: a receiver that hangs costs only what does not fit', () => {
    const { delivery, offer, lost } = start();
    offer('x'.repeat(1_000));
    expect(lost).toHaveLength(992);
    expect(delivery.stats().queued).toBe(8);
  });
});

describe('closing', () => {
  it('sends what waits, at once and without a pause, and waits for the answers', async () => {
    const { delivery, offer, answer, batches } = start({ inFlightMax: 1 });
    offer('abc');
    answer(0, AGAIN);
    const closed = delivery.close(5_000);
    expect(batches()).toEqual(['ab', 'ab']);
    answer(1, ACCEPTED);
    answer(2, ACCEPTED);
    await closed;
    expect(delivery.stats()).toEqual({ accepted: 3, refused: 0, dropped: 0, queued: 0 });
  });

  it('waits no longer than it may, and counts the rest', async () => {
    const { delivery, offer, answer, lost } = start();
    offer('abc');
    const closed = delivery.close(5_000);
    await vi.advanceTimersByTimeAsync(5_000);
    await closed;
    expect(lost).toEqual(['3 shutdown']);
    answer(0, ACCEPTED);
    expect(delivery.stats()).toEqual({ accepted: 0, refused: 0, dropped: 3, queued: 0 });
  });

  it('takes nothing afterwards', async () => {
    const { delivery, offer, lost } = start();
    await delivery.close(1);
    offer('a');
    expect(lost).toEqual(['1 shutdown']);
  });
});

describe('the oldest item', () => {
  it('is known by the time of its batch’s first event, also while that is under way', () => {
    vi.setSystemTime(1_000);
    const { delivery, offer, answer } = start();
    expect(delivery.stats().oldestMs).toBeUndefined();
    offer('ab');
    delivery.flush();
    vi.setSystemTime(5_000);
    offer('c');
    expect(delivery.stats().oldestMs).toBe(1_000);
    answer(0, ACCEPTED);
    expect(delivery.stats().oldestMs).toBe(5_000);
  });
});
