/** When there is something to draw, and what is said when there is not. */
import { LoadingState } from '@grafana/data';
import { expect, it } from 'vitest';
import { standingOf } from './standing.ts';

const NONE = { sessions: 0, events: 0, spans: 0, foreign: 0 };
const standing = (given: Partial<Parameters<typeof standingOf>[0]>) =>
  standingOf({
    data: { state: LoadingState.Done, series: [] },
    found: NONE,
    asks: false,
    streams: {},
    ...given,
  });
const loading = { state: LoadingState.Loading, series: [] };

it.each([
  ['records of ours', { found: { ...NONE, events: 1, foreign: 4 } }, 'ready'],
  ['somebody else’s rows, also beside a Loki', { found: { ...NONE, foreign: 4 }, asks: true }, 'foreign'],
  [
    'somebody else’s rows of the query before',
    { found: { ...NONE, foreign: 4 }, data: loading, asks: true },
    'ready',
  ],
  ['no rows and a Loki', { asks: true }, 'ready'],
  ['no rows yet', { data: loading }, 'loading'],
  [
    'frames without rows',
    { data: { state: LoadingState.Done, series: [{ fields: [], length: 0 }] } },
    'ready',
  ],
  ['nothing at all', {}, 'nothing'],
  ['matchers that are none', { streams: undefined, asks: true }, 'streams'],
])('%s: %s', (_what, given, kind) => expect(standing(given).kind).toBe(kind));

it('queries that fail are said in the data source’s words', () => {
  const data = { state: LoadingState.Error, series: [], errors: [{ message: 'no such host' }] };
  expect(standing({ data })).toEqual({ kind: 'failed', message: 'no such host' });
});
