import { describe, expect, it } from 'vitest';
import { type Comparison, countChecks, judge } from '../conformance/compare.ts';
import type { ExpectedDifference } from '../conformance/expectedDifferences.ts';

const success = { id: 'a', status: 'SUCCESS' };
const failure = { id: 'a', status: 'FAILURE' };

function compare(
  direct: readonly { id: string; status: string }[],
  proxied: readonly { id: string; status: string }[],
  isScored = true,
): Comparison {
  return {
    leg: 'client',
    revision: '2026-07-28',
    scenario: 'auth/x',
    isScored,
    direct: countChecks(direct),
    proxied: countChecks(proxied),
  };
}

const expectation: ExpectedDifference = {
  leg: 'client',
  scenarios: ['auth/x'],
  checks: ['a'],
  reason: 'the address',
};

describe('the conformance comparison', () => {
  it.each<{ why: string; row: Comparison; expectations: readonly ExpectedDifference[]; failures: number }>([
    { why: 'equal sides are fine', row: compare([success], [success]), expectations: [], failures: 0 },
    {
      why: 'a check that fails behind the proxy',
      row: compare([success], [failure]),
      expectations: [],
      failures: 1,
    },
    {
      why: 'a check that comes twice',
      row: compare([success], [success, success]),
      expectations: [],
      failures: 1,
    },
    { why: 'a check that is missing', row: compare([success], []), expectations: [], failures: 1 },
    { why: 'a run that made no checks', row: compare([], []), expectations: [], failures: 1 },
    {
      why: 'a scored failure on both sides',
      row: compare([failure], [failure]),
      expectations: [],
      failures: 1,
    },
    {
      why: 'an unscored failure on both sides',
      row: compare([failure], [failure], false),
      expectations: [],
      failures: 0,
    },
    {
      why: 'a difference that is listed',
      row: compare([success], [failure]),
      expectations: [expectation],
      failures: 0,
    },
    {
      why: 'another check than the listed one',
      row: compare([success], [success, { id: 'b', status: 'FAILURE' }]),
      expectations: [expectation],
      failures: 3,
    },
    {
      why: 'a listed scenario and its check turn out equal',
      row: compare([success], [success]),
      expectations: [expectation],
      failures: 2,
    },
  ])('fails $failures times for: $why', ({ row, expectations, failures }) => {
    expect(judge([row], expectations).failures).toHaveLength(failures);
  });

  it('does not call an expectation stale whose scenario did not run', () => {
    expect(judge([], [expectation]).failures).toEqual([]);
  });

  it('takes INFO for a fact, however often it was said', () => {
    const info = { id: 'a', status: 'INFO' };
    expect(judge([compare([info], [info, info])], []).failures).toEqual([]);
  });
});
