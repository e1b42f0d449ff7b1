/**
 * Runs the steps of a check one after the other, all of them even when an earlier one fails, and counts what
 * passed, failed and was skipped. A step is a command; a suite of tests counts each of its tests, every other
 * step counts as one.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface Step {
  readonly name: string;
  /** Script and arguments for this Node. */
  readonly command: readonly string[];
  /** How to count: as one, by vitest's JSON report, or by the last `N passed, N failed, N skipped` it prints. */
  readonly counts: 'one' | 'vitest' | 'line';
}

const RESULTS = 'test-results';

/** Runs every step, prints one line for each and one over all; returns false when anything failed. */
export function runSteps(steps: readonly Step[]): boolean {
  const rows = steps.map((step) => {
    console.log(`\n── ${step.name} ──`);
    return { step, counts: runStep(step) };
  });
  console.log('');
  for (const { step, counts } of rows) console.log(`${step.name.padEnd(24)} ${formatCounts(counts)}`);
  const total = rows.reduce((sum, row) => addCounts(sum, row.counts), { passed: 0, failed: 0, skipped: 0 });
  const skipFails = isCi() && total.skipped > 0;
  if (skipFails) console.log('\nA skipped test counts as a failure here (CI is set).');
  console.log(`\n${formatCounts(total)}`);
  return total.failed === 0 && !skipFails;
}

function isCi(): boolean {
  const value = process.env['CI'];
  return value !== undefined && value !== '' && value !== 'false' && value !== '0';
}

function runStep(step: Step): Counts {
  const report = path.join(RESULTS, `${step.name.replaceAll(/[^a-z0-9]+/gi, '-')}.json`);
  mkdirSync(RESULTS, { recursive: true });
  rmSync(report, { force: true });
  const extra =
    step.counts === 'vitest' ? ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`] : [];
  const done = spawnSync(process.execPath, [...step.command, ...extra], {
    stdio: ['ignore', step.counts === 'line' ? 'pipe' : 'inherit', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  if (step.counts === 'line') process.stdout.write(done.stdout ?? '');
  const ended = done.status === 0;
  if (step.counts === 'one') return { passed: ended ? 1 : 0, failed: ended ? 0 : 1, skipped: 0 };
  const read = step.counts === 'vitest' ? countReport(readReport(report)) : countLastLine(done.stdout ?? '');
  return withFailure(read, ended);
}

/** A suite that fails without a failed test (it could not load, it counted nothing) is one failure. */
export function withFailure(counts: Counts | undefined, ended: boolean): Counts {
  if (counts === undefined) return { passed: 0, failed: 1, skipped: 0 };
  return ended || counts.failed > 0 ? counts : { ...counts, failed: 1 };
}

function readReport(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Reads vitest's JSON report; undefined when it is none. */
export function countReport(report: unknown): Counts | undefined {
  if (typeof report !== 'object' || report === null) return undefined;
  const row = report as Readonly<Record<string, unknown>>;
  const passed = row['numPassedTests'];
  const failed = row['numFailedTests'];
  const pending = row['numPendingTests'];
  const todo = row['numTodoTests'];
  if (typeof passed !== 'number' || typeof failed !== 'number') return undefined;
  return { passed, failed, skipped: toNumber(pending) + toNumber(todo) };
}

function toNumber(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

/** Reads the last `N passed, N failed, N skipped` of an output; undefined when there is none. */
export function countLastLine(output: string): Counts | undefined {
  const match = [...output.matchAll(/^(\d+) passed, (\d+) failed, (\d+) skipped$/gm)].at(-1);
  if (!match) return undefined;
  return { passed: Number(match[1]), failed: Number(match[2]), skipped: Number(match[3]) };
}

export function addCounts(a: Counts, b: Counts): Counts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

export function formatCounts(counts: Counts): string {
  return `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`;
}
