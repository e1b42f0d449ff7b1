import { describe, expect, it } from 'vitest';
import { aSession, START } from '../testing/events.ts';
import {
  admitWaiting,
  appendSessions,
  isAskedFor,
  isFull,
  mergeNews,
  NEWS_KEPT_MAX,
  NO_SESSIONS,
  type SessionList,
  withSession,
} from './sessionList.ts';

const BY_START = { by: 'started', descending: true } as const;
const session = (sessionId: string, startedAt: number, more = {}) =>
  aSession({ sessionId, sessionStarted: START + startedAt, ...more });
const ids = ({ items }: SessionList) => items.map(({ sessionId }) => sessionId);
const list = appendSessions(NO_SESSIONS, [session('c', 30), session('b', 20), session('a', 10)]);

describe('news', () => {
  it('replace what is known where it stands, though it would sort elsewhere by now', () => {
    const byActivity = { by: 'lastActivity', descending: true } as const;
    const news = [session('a', 10, { sessionLastActivity: START + 99_000 })];
    const merged = mergeNews(list, news, byActivity, true);
    expect(ids(merged)).toEqual(['c', 'b', 'a']);
    expect(merged.items[2]?.sessionLastActivity).toBe(START + 99_000);
  });

  it('go to their place while the reader is at the top', () => {
    expect(ids(mergeNews(list, [session('d', 25)], BY_START, true))).toEqual(['c', 'd', 'b', 'a']);
  });

  it('wait, counted once, while the reader has scrolled; then come in together', () => {
    const news = [session('e', 50), session('d', 40)];
    const once = mergeNews(list, news, BY_START, false);
    const twice = mergeNews(once, news, BY_START, false);
    expect(ids(twice)).toEqual(['c', 'b', 'a']);
    expect(twice.waiting).toHaveLength(2);
    expect(ids(admitWaiting(twice, BY_START))).toEqual(['e', 'd', 'c', 'b', 'a']);
  });

  it('stop at a bound, so that a page left open for days does not grow with them', () => {
    const many = Array.from({ length: NEWS_KEPT_MAX }, (_, index) => session(`s${index}`, index));
    const full = appendSessions(NO_SESSIONS, many);
    expect(isFull(list)).toBe(false);
    expect(isFull(full)).toBe(true);
    const news = [session('new', 99_000), session('s7', 7, { sessionCalls: 12 })];
    const { items, waiting } = mergeNews(full, news, BY_START, false);
    expect([items.length, waiting.length, items[7]?.sessionCalls]).toEqual([NEWS_KEPT_MAX, 0, 12]);
  });

  it('bring back nothing that ended', () => {
    const ended = appendSessions(NO_SESSIONS, [
      session('a', 0, { sessionStatus: 'ended', sessionEvents: 9 }),
    ]);
    const late = session('a', 0, { sessionStatus: 'open', sessionEvents: 4 });
    expect(mergeNews(ended, [late], BY_START, true).items[0]?.sessionStatus).toBe('ended');
  });
});

describe('a session asked for by its id', () => {
  it('stands where it sorts, once', () => {
    expect(ids(withSession(list, session('z', 15), BY_START))).toEqual(['c', 'b', 'z', 'a']);
    expect(ids(withSession(list, session('b', 20), BY_START))).toEqual(['c', 'b', 'a']);
  });

  it('is known to lie outside of what the filters ask', () => {
    const one = session('a', 0, { serverName: 'shop', active: false });
    expect(isAskedFor(one, { server: ['shop'], status: 'ended' })).toBe(true);
    expect(isAskedFor(one, { server: ['other'] })).toBe(false);
    expect(isAskedFor(one, { status: 'active' })).toBe(false);
    expect(isAskedFor(one, { from: START + 60_000 })).toBe(false);
    expect(isAskedFor(one, { to: START })).toBe(false);
  });
});

describe('order', () => {
  it('puts what lacks the value last, whichever way it is sorted', () => {
    const nameless = session('n', 0, { clientName: undefined });
    const named = session('m', 0, { clientName: 'claude' });
    for (const descending of [true, false]) {
      const sorted = admitWaiting({ items: [], waiting: [nameless, named] }, { by: 'client', descending });
      expect(ids(sorted)).toEqual(['m', 'n']);
    }
  });
});
