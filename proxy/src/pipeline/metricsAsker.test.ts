/** One question for everyone who asks meanwhile, and a sentence where no answer comes. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MetricsAsker } from './metricsAsker.ts';
import type { FromPage } from './protocol.ts';

let posted: FromPage[];
const create = () => new MetricsAsker((message) => posted.push(message));

beforeEach(() => {
  posted = [];
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('asking for metrics', () => {
  it('is one question while it is open, and a new one afterwards', async () => {
    const asker = create();
    const both = [asker.ask(), asker.ask()];
    asker.answer(1, 'one');
    expect(await Promise.all(both)).toEqual(['one', 'one']);
    const third = asker.ask();
    asker.answer(1, 'late');
    asker.answer(2, 'two');
    expect(await third).toBe('two');
    expect(posted.map(({ ask }) => ask)).toEqual([1, 2]);
  });

  it('that nobody answers ends with a sentence, and the next one is asked again', async () => {
    const asker = create();
    const unanswered = expect(asker.ask()).rejects.toThrow('is busy');
    await vi.advanceTimersByTimeAsync(3_000);
    await unanswered;
    const next = asker.ask();
    asker.answer(2, 'two');
    expect(await next).toBe('two');
  });

  it('of a thread that has ended, or of none, fails at once', async () => {
    const asker = create();
    const open = expect(asker.ask()).rejects.toThrow('has ended');
    asker.giveUp('The observing thread has ended');
    await open;
    await expect(asker.ask()).rejects.toThrow('has ended');
    await expect(new MetricsAsker(undefined).ask()).rejects.toThrow('Nothing is observed');
    expect(posted).toHaveLength(1);
  });
});
