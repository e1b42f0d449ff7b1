/** Where the next event to deliver comes from, with the archive in memory and a receiver that the test plays. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RecordedEvent } from '../observation/event.ts';
import { MemoryArchive } from '../store/memoryArchive.ts';
import { createListPacker } from './batches.ts';
import { createDelivery, type Verdict } from './delivery.ts';
import { millisOf, Outbox } from './outbox.ts';
import { aRequest } from './testing/events.ts';

const ACCEPTED: Verdict = { kind: 'accepted' };
const NEVER: Verdict = { kind: 'refused', reason: 'http_400', again: false };
const AGAIN: Verdict = { kind: 'refused', reason: 'unavailable', again: true };

/** Event number `n`, a second after the one before. */
function anEvent(n: number): RecordedEvent {
  return aRequest({
    timeNs: `${1_763_000_000 + n}000000000`,
    attributes: {
      'jsonrpc.request.id': String(n),
      'sightline.event.id': `0199f000-0000-7000-8000-${String(n).padStart(12, '0')}`,
    },
  });
}

const numberOf = (event: RecordedEvent): number => Number(event.attributes['jsonrpc.request.id']);

function openArchive(): MemoryArchive {
  return new MemoryArchive({ instanceId: 'i', ageMs: 0, bytesMax: 1e9, activeWindowMs: 300_000 });
}

/** One run of a process over an archive. Batches hold two events; six fit into memory. */
function run(archive: MemoryArchive | undefined, keptNumbers = { last: 0 }, resumeMs = 0) {
  const sent: { readonly numbers: string; readonly done: (verdict: Verdict) => void }[] = [];
  const lost: string[] = [];
  const faults: unknown[] = [];
  const settings = { batchMax: 2, batchWeightMax: 100, delayMs: 1_000, queueMax: 6, queueWeightMax: 1_000 };
  const delivery = createDelivery<number, readonly number[]>(
    { ...settings, storedWeightMax: 6, inFlightMax: 2, backoffMinMs: 100, backoffMaxMs: 1_000 },
    {
      packer: createListPacker(),
      send: (numbers, done) => sent.push({ numbers: numbers.join(' '), done }),
      onLost: (reason, count) => lost.push(`${count} ${reason}`),
    },
  );
  const outbox = new Outbox({
    signal: 'logs',
    delivery,
    archive,
    resumeMs,
    onFault: (error) => faults.push(error),
    offer: (event, sequence) => {
      delivery.begin({ sequence, timeMs: millisOf(event), weight: 1 });
      delivery.offer(numberOf(event), 1);
    },
  });
  return {
    outbox,
    sent,
    lost,
    faults,
    batches: () => sent.map(({ numbers }) => numbers),
    answer: (index: number, verdict: Verdict): void => sent[index]?.done(verdict),
    /** Commits the next `count` events and hands them on. */
    commit(count: number, isKept = true): void {
      for (let i = 0; i < count; i++) {
        keptNumbers.last += 1;
        const event = anEvent(keptNumbers.last);
        outbox.take(event, isKept && archive ? archive.append([event]) : 0);
      }
      outbox.settle();
    },
    /** Answers everything that is sent, until nothing more is. */
    acceptAll(from: number): void {
      for (let i = from; i < sent.length || vi.getTimerCount() > 0; i++) {
        if (i >= sent.length) vi.advanceTimersByTime(1_000);
        sent[i]?.done(ACCEPTED);
        if (i > 1_000) throw new Error('it never ends');
      }
    },
  };
}

// Time is the test's own, so that pauses can be stepped through.
beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('what an earlier run may have sent a moment ago', () => {
  it('waits at the start for as long as it is told to, and so does what comes after it', () => {
    const archive = openArchive();
    const numbers = { last: 0 };
    run(archive, numbers).commit(2);
    const { commit, batches } = run(archive, numbers, 3_000);
    commit(2);
    vi.advanceTimersByTime(2_999);
    expect(batches()).toEqual([]);
    // The second batch is full, but waits for more as any other does.
    vi.advanceTimersByTime(1_001);
    expect(batches()).toEqual(['1 2', '3 4']);
  });

  it('delays nothing where all was accepted', () => {
    const archive = openArchive();
    const numbers = { last: 0 };
    const before = run(archive, numbers);
    before.commit(2);
    before.acceptAll(0);
    const { commit, batches } = run(archive, numbers, 3_000);
    commit(3);
    expect(batches()).toEqual(['3 4']);
  });
});

describe('delivery that keeps up', () => {
  it('takes events from memory, and the cursor follows acceptance', () => {
    const archive = openArchive();
    const read = vi.spyOn(archive, 'readAfter');
    const { commit, answer, batches } = run(archive);
    commit(5);
    expect(batches()).toEqual(['1 2', '3 4']);
    expect(archive.cursor('logs')).toBe(0);
    answer(0, ACCEPTED);
    expect(archive.cursor('logs')).toBe(2);
    answer(1, ACCEPTED);
    expect(archive.cursor('logs')).toBe(4);
    expect(read).not.toHaveBeenCalled();
  });

  it('moves the cursor only as far as everything below is accepted', () => {
    const archive = openArchive();
    const { commit, answer } = run(archive);
    commit(5);
    answer(1, ACCEPTED);
    expect(archive.cursor('logs')).toBe(0);
    answer(0, ACCEPTED);
    expect(archive.cursor('logs')).toBe(4);
  });

  it('knows no history from before the first endpoint', () => {
    const archive = openArchive();
    archive.append([anEvent(1), anEvent(2)]);
    const { commit, batches, acceptAll } = run(archive, { last: 2 });
    commit(2);
    acceptAll(0);
    expect(batches()).toEqual(['3 4']);
  });
});

describe('delivery that falls behind', () => {
  it('leaves events in the archive while memory is full, and reads on in order, none twice', () => {
    const archive = openArchive();
    const { commit, batches, acceptAll, outbox, lost } = run(archive);
    commit(20);
    expect(batches()).toEqual(['1 2', '3 4']);
    expect(outbox.stats()).toEqual({ size: 20, oldestMs: millisOf(anEvent(1)) });
    acceptAll(0);
    commit(3);
    acceptAll(batches().length - 1);
    expect(batches().join(' ')).toBe(Array.from({ length: 23 }, (_, i) => i + 1).join(' '));
    expect(archive.cursor('logs')).toBe(23);
    expect(outbox.stats()).toEqual({ size: 0 });
    expect(lost).toEqual([]);
  });

  it('takes what is committed meanwhile in its turn', () => {
    const archive = openArchive();
    const { commit, batches, answer, acceptAll } = run(archive);
    commit(10);
    answer(0, ACCEPTED);
    vi.advanceTimersByTime(1);
    commit(5);
    acceptAll(1);
    expect(batches().join(' ')).toBe(Array.from({ length: 15 }, (_, i) => i + 1).join(' '));
  });

  it('says how old the oldest is, also when all of it is in the archive alone', () => {
    const archive = openArchive();
    archive.moveCursor('logs', 0);
    archive.append([anEvent(1), anEvent(2)]);
    expect(run(archive).outbox.stats()).toEqual({ size: 2, oldestMs: millisOf(anEvent(1)) });
  });

  it('goes on after an archive that could not be read for a while', () => {
    const archive = openArchive();
    const { commit, batches, acceptAll, faults } = run(archive);
    vi.spyOn(archive, 'readAfter').mockImplementationOnce(() => {
      throw new Error('busy');
    });
    commit(10);
    acceptAll(0);
    expect(batches().join(' ')).toBe('1 2 3 4 5 6 7 8 9 10');
    expect(faults).toHaveLength(1);
  });
});

describe('a record that cannot be read', () => {
  it('is set aside and counted as lost, and what follows it is delivered', () => {
    const archive = openArchive();
    const aside = vi.spyOn(archive, 'setAside');
    const { readAfter } = archive;
    vi.spyOn(archive, 'readAfter').mockImplementation((sequence, limit) =>
      readAfter
        .call(archive, sequence, limit)
        .map((one) => (one.sequence === 2 ? { sequence: 2, event: undefined } : one)),
    );
    archive.moveCursor('logs', 0);
    archive.append([1, 2, 3].map(anEvent));
    const { acceptAll, batches, lost, outbox } = run(archive, { last: 3 });
    acceptAll(0);
    expect(batches()).toEqual(['1 3']);
    expect(lost).toEqual(['1 unreadable']);
    expect(aside.mock.calls).toEqual([['logs', 2, 'unreadable']]);
    expect([archive.cursor('logs'), outbox.stats().size]).toEqual([3, 0]);
  });
});

describe('after a restart', () => {
  it('begins at the cursor, with what was on its way again', () => {
    const archive = openArchive();
    const numbers = { last: 0 };
    const before = run(archive, numbers);
    before.commit(8);
    before.answer(0, ACCEPTED);
    const after = run(archive, numbers);
    after.acceptAll(0);
    expect(after.batches().join(' ')).toBe('3 4 5 6 7 8');
  });

  it('goes on past what was removed to make room', () => {
    const archive = openArchive();
    archive.moveCursor('logs', 0);
    archive.append([1, 2, 3, 4].map(anEvent));
    vi.spyOn(archive, 'readAfter').mockReturnValueOnce([]);
    const { acceptAll, commit, batches } = run(archive, { last: 4 });
    acceptAll(0);
    commit(2);
    acceptAll(0);
    expect(batches()).toEqual(['5 6']);
  });
});

describe('an archive that cannot be asked at the start', () => {
  it('keeps nothing from what comes', () => {
    const archive = openArchive();
    vi.spyOn(archive, 'cursor').mockImplementation(() => {
      throw new Error('busy');
    });
    const { commit, batches, faults } = run(archive);
    commit(3);
    expect(batches()).toEqual(['1 2']);
    expect(faults).toHaveLength(1);
  });
});

describe('an event that is refused for good', () => {
  it('is set aside, and the cursor passes it', () => {
    const archive = openArchive();
    const aside = vi.spyOn(archive, 'setAside');
    const { commit, answer, lost } = run(archive);
    commit(3);
    answer(0, NEVER);
    answer(1, NEVER);
    expect(archive.cursor('logs')).toBe(1);
    answer(2, ACCEPTED);
    expect(archive.cursor('logs')).toBe(2);
    expect(aside.mock.calls).toEqual([['logs', 1, 'http_400']]);
    expect(lost).toEqual(['1 http_400']);
  });
});

describe('an event that the archive could not keep', () => {
  it('is delivered from memory, and lost only there', () => {
    const archive = openArchive();
    const { commit, batches, answer, lost, outbox } = run(archive);
    commit(2);
    commit(7, false);
    expect(batches()).toEqual(['1 2', '3 4']);
    expect(lost).toEqual(['1 queue_full', '1 queue_full', '1 queue_full']);
    expect(outbox.stats().size).toBe(2 + 4);
    answer(1, ACCEPTED);
    expect(archive.cursor('logs')).toBe(0);
    answer(0, ACCEPTED);
    expect(archive.cursor('logs')).toBe(2);
  });
});

describe('an archive that is there only later', () => {
  it('keeps from then on what is not delivered, and what an earlier run had not delivered comes first', () => {
    const archive = openArchive();
    run(archive).commit(2);
    const { commit, outbox, batches, acceptAll } = run(undefined, { last: 2 });
    commit(2);
    outbox.keepIn(archive);
    const after = (n: number) => archive.append([anEvent(n)]);
    for (const n of [5, 6]) outbox.take(anEvent(n), after(n));
    outbox.settle();
    acceptAll(0);
    expect(batches()).toEqual(['3 4', '1 2', '5 6']);
    expect(archive.cursor('logs')).toBe(4);
    expect(outbox.stats().size).toBe(0);
  });
});

describe('closing', () => {
  it('delivers what is in the archive too, while the receiver takes it', async () => {
    const archive = openArchive();
    const { commit, acceptAll, outbox, batches } = run(archive);
    commit(20);
    const closed = outbox.close(60_000);
    acceptAll(0);
    await closed;
    expect(batches().join(' ')).toBe(Array.from({ length: 20 }, (_, i) => i + 1).join(' '));
    expect(archive.cursor('logs')).toBe(20);
  });

  it('leaves the rest to the next start at the first failure, and calls nothing lost', async () => {
    const archive = openArchive();
    const { commit, answer, outbox, lost } = run(archive);
    commit(20);
    const closed = outbox.close(60_000);
    answer(0, AGAIN);
    await closed;
    expect([lost, archive.cursor('logs'), outbox.stats().size]).toEqual([[], 0, 20]);
  });
});
