import type { Total } from 'sightline/contract';
import { describe, expect, it } from 'vitest';
import { indicatorsOf } from './indicators.ts';

const NOTHING: Total = {
  from: 0,
  to: 1,
  sessions: 0,
  activeSessions: 0,
  events: 0,
  calls: 0,
  toolCalls: 0,
  errors: 0,
};
const completeness = { complete: true, lost: [], truncated: 0, unsampled: 0, shed: 0 };
const between = (current: Partial<Total>, previous: Partial<Total>) =>
  Object.fromEntries(
    indicatorsOf({
      current: { ...NOTHING, ...current },
      previous: { ...NOTHING, ...previous },
      completeness,
    }).map((indicator) => [indicator.id, indicator]),
  );

describe('indicators', () => {
  it('say the change in words, with its direction', () => {
    const { sessions, calls } = between({ sessions: 112, calls: 50 }, { sessions: 100, calls: 100 });
    expect(sessions).toMatchObject({
      value: '112',
      change: { direction: 'up', words: '12 % more', before: '100' },
    });
    expect(calls?.change).toMatchObject({ direction: 'down', words: '50 % fewer' });
  });

  it('say a factor where a percentage would be hard to read', () => {
    expect(between({ calls: 900 }, { calls: 100 })['calls']?.change.words).toBe('9.0 times as many');
  });

  it('say so when there was nothing to compare with', () => {
    const { sessions, duration, errors } = between(
      { sessions: 3, averageSessionDuration: 4, calls: 2, errors: 1 },
      {},
    );
    // In one form, and without an arrow: from nothing, nothing rose.
    for (const one of [sessions, duration, errors])
      expect(one?.change).toMatchObject({ words: 'none before', direction: 'same' });
    expect(errors).toMatchObject({ value: '50 %', alarming: true });
  });

  it('give error rates in points, which nobody misreads', () => {
    const { errors } = between({ calls: 100, errors: 2 }, { calls: 100, errors: 1 });
    expect(errors?.change).toMatchObject({ direction: 'up', words: '1 point higher' });
  });

  it('show a dash with its reason where there is no value', () => {
    const { duration, errors } = between({}, {});
    expect(duration).toMatchObject({ value: '–', change: { words: 'no sessions' } });
    expect(errors).toMatchObject({ value: '–', alarming: false, change: { words: 'no calls' } });
  });
});
