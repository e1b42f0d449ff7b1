/**
 * Compares what the suite says of a server or client directly with what it says through the proxy: by
 * scenario, check id and status. Pure; what counts as expected is in `expectedDifferences.ts`.
 */
import type { ExpectedDifference } from './expectedDifferences.ts';

/** How often a check came out with a status, by `id status`. */
export type CheckCounts = ReadonlyMap<string, number>;

/** What was put through the proxy: the suite's client, the fixture over HTTP, or the fixture over pipes. */
export type Leg = 'server' | 'client' | 'bridge';

/** One scenario of one requirement set, seen from both sides. */
export interface Comparison {
  readonly leg: Leg;
  readonly revision: string;
  readonly scenario: string;
  /** Whether the requirement set counts this scenario. */
  readonly isScored: boolean;
  readonly direct: CheckCounts;
  readonly proxied: CheckCounts;
}

/** The report's numbers and everything that makes the run fail. */
export interface Verdict {
  /** Checks that succeed on both sides. */
  readonly passed: number;
  /** Checks that are listed as different, or fail on both sides without being scored. */
  readonly setAside: number;
  readonly failures: readonly string[];
  /** Scenarios with differences that were expected, by reason. */
  readonly expected: ReadonlyMap<string, readonly string[]>;
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

/** A check that came out differently: its line ends with how often, directly and through the proxy. */
interface Difference {
  readonly id: string;
  readonly line: string;
}

/** Every check that differs between the two sides, in the order of their ids. */
function findDifferences(direct: CheckCounts, proxied: CheckCounts): readonly Difference[] {
  const keys = [...new Set([...direct.keys(), ...proxied.keys()])].sort();
  return keys
    .filter((key) => direct.get(key) !== proxied.get(key))
    .map((key) => ({
      id: key.slice(0, key.indexOf(' ')),
      line: `${key} ${direct.get(key) ?? 0}:${proxied.get(key) ?? 0}`,
    }));
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
  const expected = new Map<string, string[]>();
  const differing = new Set<string>();
  let passed = 0;
  let setAside = 0;
  for (const comparison of comparisons) {
    const { leg, scenario, direct } = comparison;
    const name = `${leg} ${comparison.revision} ${scenario}`;
    const failedDirect = countStatus(direct, 'FAILURE');
    if (direct.size === 0) failures.push(`${name}: no check was made directly`);
    if (comparison.isScored && failedDirect > 0)
      failures.push(`${name}: ${failedDirect} scored fail directly`);
    const differences = findDifferences(direct, comparison.proxied);
    const row = expectations.find((each) => each.leg === leg && each.scenarios.includes(scenario));
    const isExpected = ({ id }: Difference): boolean => row?.checks.includes(id) ?? false;
    const unexpected = differences.filter((difference) => !isExpected(difference));
    if (unexpected.length > 0) failures.push(`${name}: ${unexpected.map(({ line }) => line).join(', ')}`);
    for (const { id } of differences.filter(isExpected))
      differing.add(`${leg} ${scenario}`).add(`${leg} ${id}`);
    if (differences.length > unexpected.length) {
      const reason = row?.reason ?? '';
      expected.set(reason, [...(expected.get(reason) ?? []), name]);
    }
    passed += countEqual(direct, comparison.proxied);
    setAside += differences.length - unexpected.length + (comparison.isScored ? 0 : failedDirect);
  }
  for (const row of expectations) failures.push(...findStale(row, comparisons, differing));
  return { passed, setAside, failures, expected };
}

/** What a row expects to differ and did not. A run of one scenario says nothing about the others. */
function findStale(
  { leg, scenarios, checks }: ExpectedDifference,
  comparisons: readonly Comparison[],
  differing: ReadonlySet<string>,
): readonly string[] {
  const ran = scenarios.filter((name) => comparisons.some((row) => row.leg === leg && row.scenario === name));
  const names = ran.length === scenarios.length ? [...ran, ...checks] : ran;
  return names
    .filter((name) => !differing.has(`${leg} ${name}`))
    .map((name) => `${leg} ${name}: expected to differ, yet is equal`);
}

/** Checks that succeed on both sides. */
function countEqual(direct: CheckCounts, proxied: CheckCounts): number {
  let sum = 0;
  for (const [key, count] of direct) {
    if (key.endsWith(' SUCCESS')) sum += Math.min(count, proxied.get(key) ?? 0);
  }
  return sum;
}
