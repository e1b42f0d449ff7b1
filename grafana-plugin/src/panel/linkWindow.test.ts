/** A link to logs or a trace shows all of what it is about, however the range lies that is shown. */
import { expect, it } from 'vitest';
import { windowOfEvent, windowOfSession } from './linkWindow.ts';

const AT = 1_790_000_000_000;

it('a session that has ended is there from before its first event to after its last', () => {
  const day = 86_400_000;
  const session = {
    sessionStarted: AT + 0.5,
    sessionLastActivity: AT + day + 0.5,
    sessionStatus: 'ended',
  } as const;
  expect(windowOfSession(session)).toEqual({ from: AT - 60_000, to: AT + day + 60_001 });
});

it('one that is open goes on up to now, also while it is idle', () => {
  const session = { sessionStarted: AT, sessionLastActivity: AT + 5, sessionStatus: 'open' } as const;
  expect(windowOfSession(session)).toEqual({ from: AT - 60_000, to: undefined });
});

it('a session of unknown beginning has no window', () => {
  expect(windowOfSession({})).toBeUndefined();
});

it('an event has half an hour on both sides for the rest of its trace', () => {
  expect(windowOfEvent({ startTime: AT + 0.25, time: AT + 7_200_000.5 })).toEqual({
    from: AT - 1_800_000,
    to: AT + 7_200_001 + 1_800_000,
  });
});
