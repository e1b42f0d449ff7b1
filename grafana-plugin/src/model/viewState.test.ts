/** A link reopens the same view, and no address can break the page. */
import { describe, expect, it } from 'vitest';
import { DEFAULT_VIEW, NO_FILTERS, readView, spellView, type ViewState } from './viewState.ts';

const FULL: ViewState = {
  tab: 'events',
  range: { kind: 'absolute', from: 1_795_000_000_000, to: 1_795_000_600_000 },
  q: 'zahlung & "x"=1+2',
  filters: {
    ...NO_FILTERS,
    server: ['shop', 'a&b=c'],
    tool: ['create_payment'],
    outcome: ['error', 'timeout'],
    httpStatus: ['503'],
    type: ['sightline.server_log'],
    session: ['0c9a3f6b1d2e4f5a6b7c8d9e'],
  },
  sort: { by: 'errors', descending: true },
  status: 'active',
  openSession: 'abc',
  selected: '0193a3f0-6f3e-7b1c-9a55-4d1f3f1e2d3c',
  columns: ['time', 'outcome', 'session'],
  order: 'newestFirst',
  compact: true,
  live: false,
  interval: 15,
};

describe('a view and its address', () => {
  it('come back as they went', () => {
    expect(readView(spellView(FULL))).toEqual(FULL);
    expect(readView(`?${spellView(FULL)}`)).toEqual(FULL);
  });

  it('the default needs no words', () => {
    expect(spellView(DEFAULT_VIEW)).toBe('');
    expect(readView('')).toEqual(DEFAULT_VIEW);
  });

  it('each field comes back alone', () => {
    for (const key of Object.keys(FULL) as (keyof ViewState)[]) {
      const view = { ...DEFAULT_VIEW, [key]: FULL[key] };
      expect(readView(spellView(view)), key).toEqual(view);
    }
  });

  it.each(['5m', '15m', '1h', '7d', '90s'])('a relative range of %s comes back', (length) => {
    const view = readView(`range=${length}`);
    expect(view.range.kind).toBe('relative');
    expect(readView(spellView(view))).toEqual(view);
  });
});

describe('a hostile address', () => {
  it.each([
    'tab=__proto__&sort=constructor&columns=__proto__,toString',
    'from=NaN&to=1e99',
    'from=9999999999999999&to=99999999999999999',
    'from=5&to=5',
    'range=-1h',
    'range=999999d',
    'every=0.001&live=%00',
    'outcome=%3Cscript%3E&httpStatus=9999&httpStatus=abc&type=sightline.payload',
    '%E0%A4%A',
    'q=%00',
  ])('%s is the default view', (query) => expect(readView(query)).toEqual(DEFAULT_VIEW));

  it('cannot bring more than the page can hold', () => {
    const many = readView(
      Array.from({ length: 500 }, (_, index) => `tool=${index}${'x'.repeat(900)}`).join('&'),
    );
    expect(many.filters.tool).toHaveLength(50);
    expect(many.filters.tool[0]).toHaveLength(512);
  });

  it('says a value once, however often it stands there', () => {
    expect(readView('server=a&server=a&server=').filters.server).toEqual(['a']);
  });
});
