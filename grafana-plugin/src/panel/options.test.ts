/** Saved options come out of a dashboard's JSON: whatever stands there, the panel opens. */
import { describe, expect, it } from 'vitest';
import { isOlder, migrate } from './migrations.ts';
import { DEFAULT_OPTIONS, readOptions } from './options.ts';

describe('saved options', () => {
  it.each([undefined, null, 'text', 7, [], {}])('%j are the defaults', (saved) => {
    expect(readOptions(saved)).toEqual(DEFAULT_OPTIONS);
  });

  it('keep what is sound of them', () => {
    expect(
      readOptions({
        view: 'events',
        columns: ['outcome', 'nonsense', 'time'],
        interval: '5',
        pageSize: 1e9,
        activeWindow: Number.NaN,
        live: 'yes',
        sessionVariable: '${session}',
        eventVariable: 'a b',
        loki: 3,
      }),
    ).toEqual({
      ...DEFAULT_OPTIONS,
      view: 'events',
      columns: ['time', 'outcome'],
      interval: 5,
      pageSize: 1_000,
      sessionVariable: 'session',
    });
  });

  it.each(['session', '$session', '${session}'])('take a variable spelt %s', (spelt) => {
    expect(readOptions({ sessionVariable: spelt }).sessionVariable).toBe('session');
  });
});

describe('options of an earlier version', () => {
  /** As version 0.1.0 saves them. Never changed: what was once saved must always be read. */
  const SAVED_0_1_0 = {
    view: 'sessions',
    filter: 'outcome=error',
    columns: ['time', 'method', 'target', 'outcome'],
    order: 'newestFirst',
    density: 'compact',
    pageSize: 500,
    activeWindow: 10,
    live: false,
    interval: 15,
    loki: 'sightline-loki',
    tempo: '',
    streams: 'service_name="sightline"',
    sessionVariable: '$session',
    eventVariable: '',
  };

  it('0.1.0 means the same as then', () => {
    const saved = migrate({ options: SAVED_0_1_0, pluginVersion: '0.1.0' });
    expect(readOptions(saved)).toEqual({
      ...DEFAULT_OPTIONS,
      ...SAVED_0_1_0,
      sessionVariable: 'session',
    });
    // As saved: Grafana finds in it which variables the panel is drawn by.
    expect(saved['sessionVariable']).toBe('$session');
  });

  it('take every step from their version on, in order, and written by hand none', () => {
    const steps = [
      { before: '0.2.0', take: (saved: object) => ({ ...saved, view: 'events', filter: 'q=one' }) },
      { before: '0.3.0', take: (saved: object) => ({ ...saved, filter: 'q=two' }) },
    ];
    const viewOf = (pluginVersion?: string) => {
      const { view, filter } = readOptions(migrate({ options: { view: 'sessions' }, pluginVersion }, steps));
      return [view, filter];
    };
    expect(viewOf('0.1.0')).toEqual(['events', 'q=two']);
    expect(viewOf('0.2.0')).toEqual(['sessions', 'q=two']);
    expect(viewOf('0.3.0')).toEqual(['sessions', '']);
    expect(viewOf(undefined)).toEqual(['sessions', '']);
  });

  it.each([
    ['0.1.0', '0.2.0', true],
    ['0.10.0', '0.9.0', false],
    ['1.0.0-beta', '1.0.0', false],
    ['x', '0.0.1', true],
    ['1.2', '1.2.1', true],
  ])('%s before %s: %s', (one, other, older) => expect(isOlder(one, other)).toBe(older));
});
