import { describe, expect, it } from 'vitest';
import { droppables, idleFilters, sessionQueryOf } from './sessionQuery.ts';
import { DEFAULT_VIEW, NO_FILTERS, type ViewState } from './viewState.ts';

const view: ViewState = {
  ...DEFAULT_VIEW,
  q: ' pay ',
  status: 'active',
  filters: { ...NO_FILTERS, server: ['shop', 'files'], tool: ['create_payment'] },
};
const range = { from: 1, to: 2 };

describe('what is asked of the sessions', () => {
  it('is range, order, and those filters that sessions know', () => {
    expect(sessionQueryOf(view, range)).toEqual({
      from: 1,
      to: 2,
      q: 'pay',
      status: 'active',
      server: ['shop', 'files'],
      sort: 'lastActivity',
      descending: true,
    });
    expect(sessionQueryOf(DEFAULT_VIEW, range)).not.toHaveProperty('status');
  });
});

describe('what could be dropped', () => {
  it('is each filter that narrows, and dropping it leaves the others', () => {
    const found = droppables(view);
    expect(found.map(({ words }) => words)).toEqual([
      'search: pay',
      'status: active',
      'server: shop or files',
    ]);
    const without = found.map(({ change }) => sessionQueryOf({ ...view, ...change }, range));
    expect(without[0]).not.toHaveProperty('q');
    expect(without[1]).not.toHaveProperty('status');
    expect(without[2]).not.toHaveProperty('server');
    expect(without[2]).toMatchObject({ q: 'pay', status: 'active' });
  });

  it('is nothing where nothing narrows; filters of the event log are named apart', () => {
    expect(droppables(DEFAULT_VIEW)).toEqual([]);
    expect(idleFilters(view)).toEqual(['tool']);
  });
});
