import { describe, expect, it } from 'vitest';
import { aSession, SessionMaker } from '../testing/events.ts';
import { type Expanded, listRows } from './sessionRows.ts';
import { addEvents, EMPTY_TIMELINE } from './timeline.ts';

const make = new SessionMaker();
const timeline = addEvents(EMPTY_TIMELINE, [make.call(0, 10), make.call(5_000, 10)]);
const sessions = [aSession({ sessionId: 'a' }), aSession({ sessionId: 'b' })];
const kinds = (own: Partial<Expanded>, hasMore = false) =>
  listRows({
    sessions,
    expanded: new Map([['a', { timeline, loading: { state: 'done' }, open: new Set<string>(), ...own }]]),
    hasMore,
  }).map(({ kind }) => kind);

describe('the flat list', () => {
  it('puts a timeline and its totals under its session', () => {
    expect(kinds({}, true)).toEqual(['session', 'event', 'gap', 'event', 'foot', 'session', 'more']);
  });

  it('opens details under their event', () => {
    expect(kinds({ open: new Set(['event 2']) })).toEqual([
      'session',
      'event',
      'gap',
      'event',
      'details',
      'foot',
      'session',
    ]);
  });

  it('has a row for every state of loading', () => {
    const none = { timeline: EMPTY_TIMELINE };
    expect(kinds({ ...none, loading: { state: 'first' } })).toEqual(['session', 'loading', 'session']);
    expect(kinds({ ...none, loading: { state: 'done' } })).toEqual(['session', 'empty', 'foot', 'session']);
    expect(kinds({ ...none, loading: { state: 'failed', message: 'no' } })).toEqual([
      'session',
      'failed',
      'foot',
      'session',
    ]);
    expect(kinds({ loading: { state: 'more' } }).slice(-3)).toEqual(['loading', 'foot', 'session']);
    expect(kinds({ loading: { state: 'cut' } }).slice(-3)).toEqual(['event', 'foot', 'session']);
  });

  it('gives every row a key of its own, and a session that is sought the key it will have', () => {
    const rows = listRows({
      sessions,
      expanded: new Map(
        sessions.map(({ sessionId }) => [
          sessionId,
          { timeline, loading: { state: 'done' }, open: new Set(['event 1']) },
        ]),
      ),
      seeking: 'c',
      hasMore: true,
    });
    expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
    expect(rows[0]).toMatchObject({ kind: 'seeking', key: 's c' });
  });
});
