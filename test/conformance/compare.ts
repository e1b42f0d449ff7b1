/**
 * Compares what the suite says of a server or client directly with what it says through the proxy: by
 * scenario, check id and status. Pure; what counts as expected is in `expectedDifferences.ts`.
 */
import type { ExpectedDifference } from './expectedDifferences.ts';

/** How often a check came out with a status, by `id status`. */
export type CheckCounts = ReadonlyMap<string, number>;

/** One scenario of one requirement set, seen from both sides. */
export interface Comparison {
  readonly leg: 'server' | 'client';
  readonly revision: string;
  readonly scenario: string;
  /** Whether the requirement set counts this scenario. */
  readonly isScored: boolean;
  readonly direct: CheckCounts;
  readonly proxied: CheckCounts;
}

/** The report's numbers and everything that makes the run fail. */
export interface Verdict {
  readonly passed: number;
  readonly skipped: number;
  readonly failures: readonly string[];
  /** Differences that were expected, one line each. */
  readonly expected: readonly string[];
}

/** Counts checks, keeping of an INFO only that it came: how often depends on connections, not on messages. */
export function countChecks(checks: readonly { id: string; status: string }[]): CheckCounts {
  const counts = new Map<string, number>();
  for (const { id, status } of checks) {
    const key = `${id} ${status}`;
    counts.set(key, status === 'INFO' ? 1 : (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/** How many checks have that status. */
export function countStatus(counts: CheckCounts, status: string): number {
  let sum = 0;
  for (const [key, count] of counts) if (key.endsWith(` ${status}`)) sum += count;
  return sum;
}

/** One line for each check that differs, `id status: n direct, m through the proxy`. */
export function findDifferences(direct: CheckCounts, proxied: CheckCounts): readonly string[] {
  const keys = [...new Set([...direct.keys(), ...proxied.keys()])].sort();
  return keys
    .filter((key) => direct.get(key) !== proxied.get(key))
    .map((key) => `${key}: ${direct.get(key) ?? 0} direct, ${proxied.get(key) ?? 0} through the proxy`);
}

/**
 * Judges the whole run. It fails on a scored check that fails directly, on a difference nobody expected, on a
 * scenario that gave no checks (a run that did not happen proves nothing), and on an expectation that is stale.
 */
export function judge(
  comparisons: readonly Comparison[],
  expectations: readonly ExpectedDifference[],
): Verdict {
  const failures: string[] = [];
  const expected: string[] = [];
  const differing = new Set<string>();
  let passed = 0;
  let skipped = 0;
  for (const comparison of comparisons) {
    const { leg, scenario, direct } = comparison;
    const name = `${leg} ${comparison.revision} ${scenario}`;
    const failedDirect = countStatus(direct, 'FAILURE');
    if (direct.size === 0) failures.push(`${name}: no check was made directly`);
    if (comparison.isScored && failedDirect > 0)
      failures.push(`${name}: ${failedDirect} scored fail directly`);
    const differences = findDifferences(direct, comparison.proxied);
    const expectation = findExpectation(expectations, leg, scenario);
    if (differences.length === 0) {
      passed += countStatus(direct, 'SUCCESS');
      skipped += comparison.isScored ? 0 : failedDirect;
    } else if (expectation === undefined) {
      failures.push(...differences.map((difference) => `${name}: ${difference}`));
    } else {
      differing.add(`${leg} ${scenario}`);
      skipped += differences.length;
      expected.push(`${name}: ${differences.length} checks differ`);
    }
  }
  const ran = new Set(comparisons.map(({ leg, scenario }) => `${leg} ${scenario}`));
  for (const { leg, scenarios } of expectations) {
    for (const scenario of scenarios) {
      const key = `${leg} ${scenario}`;
      // Only what ran can be stale: a run of one scenario says nothing about the others.
      if (ran.has(key) && !differing.has(key)) failures.push(`${key}: expected to differ, yet is equal`);
    }
  }
  return { passed, skipped, failures, expected };
}

function findExpectation(
  expectations: readonly ExpectedDifference[],
  leg: Comparison['leg'],
  scenario: string,
): ExpectedDifference | undefined {
  return expectations.find((row) => row.leg === leg && row.scenarios.includes(scenario));
}
