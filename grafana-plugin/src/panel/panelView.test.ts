/** What leads whom: options begin, variables lead, the reader changes, and nothing echoes for ever. */
import { describe, expect, it } from 'vitest';
import { bucketOf } from '../data/bucket.ts';
import { NO_FILTERS } from '../model/viewState.ts';
import { change, follow, type Given, isStaleBucket, startKept } from './keptView.ts';
import { DEFAULT_OPTIONS, type PanelOptions } from './options.ts';
import { isNarrowed } from './panelView.ts';

const given = (
  options: Partial<PanelOptions>,
  carried: Partial<Given['carried']> = {},
  filter = '',
): Given => ({
  options: { ...DEFAULT_OPTIONS, ...options },
  filter,
  carried: { session: undefined, event: undefined, bucket: undefined, ...carried },
});
const NAMED = { sessionVariable: 'session', eventVariable: 'event' };

describe('a panel begins', () => {
  it('as its options say', () => {
    const { view } = startKept(
      given({ view: 'events', order: 'newestFirst', density: 'compact', interval: 15 }),
    );
    expect(view).toMatchObject({
      tab: 'events',
      order: 'newestFirst',
      compact: true,
      interval: 15,
      live: true,
    });
  });

  it('with the filters of its filter text, and their tab where there are two', () => {
    const filter = 'tab=events&outcome=error&q=pay';
    expect(startKept(given({}, {}, filter)).view).toMatchObject({
      tab: 'events',
      q: 'pay',
      filters: { ...NO_FILTERS, outcome: ['error'] },
    });
    expect(startKept(given({ view: 'sessions' }, {}, filter)).view.tab).toBe('sessions');
  });

  it('anew when its options or the variables of its filter change, and only then', () => {
    const kept = change(startKept(given({}, {}, 'server=a')), given({}, {}, 'server=a'), { q: 'typed' }).next;
    expect(follow(kept, given({}, {}, 'server=a'))).toBe(kept);
    expect(follow(kept, given({}, {}, 'server=b')).view).toMatchObject({
      q: '',
      filters: { ...NO_FILTERS, server: ['b'] },
    });
  });
});

describe('a filter text', () => {
  it.each(['server=a', 'q=pay', 'status=active', 'tab=events&session=s1'])(
    'narrows what is shown: %s',
    (filter) => expect(isNarrowed(filter)).toBe(true),
  );
  it.each(['', 'tab=events', 'sort=-duration', 'colour=red'])('leaves everything: %s', (filter) =>
    expect(isNarrowed(filter)).toBe(false),
  );
});

describe('a session in a variable', () => {
  it('is opened where there are sessions, with its event', () => {
    const { view } = startKept(given(NAMED, { session: 's1', event: 'e1' }));
    expect(view).toMatchObject({ tab: 'sessions', openSession: 's1', selected: 'e1' });
  });

  it('filters where there is only the log', () => {
    const { view } = startKept(given({ ...NAMED, view: 'events' }, { session: 's1' }));
    expect(view).toMatchObject({ openSession: undefined, filters: { session: ['s1'] } });
  });

  it('leads when it changes elsewhere, also to nothing', () => {
    const options = { ...NAMED, view: 'events' } as const;
    const kept = startKept(given(options, { session: 's1' }));
    const other = follow(kept, given(options, { session: 's2' }));
    expect(other.view.filters.session).toEqual(['s2']);
    expect(follow(other, given(options, { session: '' })).view.filters.session).toEqual([]);
  });
});

describe('the bucket that a link carried', () => {
  const stale = (session: string, bucket: string | undefined) =>
    isStaleBucket({ session, event: undefined, bucket });

  it('is its session’s', () => {
    expect(stale('s1', bucketOf('s1'))).toBe(false);
    expect(stale('s1', '.')).toBe(false);
    expect(stale('s1', undefined)).toBe(false);
    expect(stale('s1', 'backups'), 'somebody else’s variable').toBe(false);
  });

  it('is stale beside another that was typed, and beside none', () => {
    const other = (Number.parseInt(bucketOf('s1'), 16) ^ 1).toString(16);
    expect(stale('s1', other)).toBe(true);
    expect(stale('', bucketOf('s1'))).toBe(true);
  });
});

describe('what a reader opens', () => {
  it('is told to the variable, with the part of the index where the session is', () => {
    const at = given(NAMED, { session: '', event: '', bucket: '' });
    const { query } = change(startKept(at), at, { openSession: 's1', selected: 'e1' });
    expect(query).toEqual({
      'var-session': 's1',
      'var-event': 'e1',
      'var-bucket': expect.stringMatching(/^[0-9a-f]$/),
    });
  });

  it('leaves a variable alone that only has the name of ours', () => {
    const at = given(NAMED, { session: '', bucket: 'backups' });
    expect(change(startKept(at), at, { openSession: 's1' }).query).toEqual({ 'var-session': 's1' });
  });

  it('is told to nobody where no variable is named', () => {
    const at = given({});
    expect(change(startKept(at), at, { openSession: 's1' })).toMatchObject({
      query: {},
      next: { view: { openSession: 's1' } },
    });
  });

  it('comes back as an echo, and does not undo what was opened since', () => {
    const before = given(NAMED, { session: '', event: '' });
    const first = change(startKept(before), before, { openSession: 's1' }).next;
    // The dashboard has not heard yet.
    expect(follow(first, before).view.openSession).toBe('s1');
    const second = change(first, before, { openSession: 's2' }).next;
    const echoed = follow(second, given(NAMED, { session: 's1', event: '' }));
    expect(echoed.view.openSession).toBe('s2');
    const settled = follow(echoed, given(NAMED, { session: 's2', event: '' }));
    expect(settled.view.openSession).toBe('s2');
    // Now somebody else's word.
    expect(follow(settled, given(NAMED, { session: 's1', event: '' })).view.openSession).toBe('s1');
  });

  it('filters a log that has no sessions to open it in, and a chip taken away clears the variable', () => {
    const options = { ...NAMED, view: 'events' } as const;
    const at = given(options, { session: '' });
    const opened = change(startKept(at), at, { tab: 'sessions', openSession: 's1', selected: undefined });
    expect(opened.next.view).toMatchObject({ tab: 'events', filters: { session: ['s1'] } });
    expect(opened.query).toEqual({ 'var-session': 's1' });
    expect(change(opened.next, at, { filters: NO_FILTERS }).query).toEqual({ 'var-session': '' });
  });

  it('never changes the range: that is the dashboard’s', () => {
    const at = given({});
    const { next } = change(startKept(at), at, { range: { kind: 'relative', ms: 1 } });
    expect(next.view.range).toEqual(startKept(at).view.range);
  });
});
