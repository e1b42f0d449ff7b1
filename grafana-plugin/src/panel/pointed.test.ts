/** What is marked when another panel points at a moment: never a row that may be the wrong one. */
import { expect, it } from 'vitest';
import { pointedRows } from './pointed.ts';

it.each([
  ['between two events, the one before', [[10], [20], [30]], 25, [false, true, false]],
  ['whichever way they are ordered', [[30], [20], [10]], 25, [false, true, false]],
  ['exactly at one', [[10], [20]], 20, [false, true]],
  ['before the first in sight none: what was before is not in sight', [[10], [20]], 5, [false, false]],
  ['after the last in sight none, for the same reason', [[10], [20]], 25, [false, false]],
  [
    'sessions under way then, each of them',
    [
      [10, 30],
      [20, 40],
      [35, 50],
    ],
    25,
    [true, true, false],
  ],
  ['in a timeline the session and its event', [[10, 30], [12], [28], []], 20, [true, true, false, false]],
  ['nothing among no rows', [], 20, []],
] as const)('%s', (_, rows, moment, marked) => expect(pointedRows(rows, moment)).toEqual(marked));
