/**
 * Runs the steps of a check one after the other, all of them even when an earlier one fails, and counts what
 * passed, failed and was skipped. A step is a command; a suite of tests counts each of its tests, every other
 * step counts as one. A step that mostly waits runs beside the others.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
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
  /** Runs beside those that follow it, and is waited for after the last, which is when it is shown. */
  readonly background?: true;
}

const RESULTS = 'test-results';

interface Started {
  readonly step: Step;
  finish(): Promise<Counts>;
}

interface Row {
  readonly step: Step;
  readonly counts: Counts;
  /** How long the others waited for it, milliseconds. */
  readonly took: number;
}

/** Runs every step, prints one line for each with how long it held the others up, and one over all; gives false when anything failed. */
export async function runSteps(steps: readonly Step[]): Promise<boolean> {
  const started: Started[] = [];
  const rows: Row[] = [];
  for (const step of steps) {
    if (step.background) {
      started.push(startStep(step));
      continue;
    }
    console.log(`\n── ${step.name} ──`);
    const from = performance.now();
    rows.push({ step, counts: runStep(step), took: performance.now() - from });
  }
  for (const { step, finish } of started) {
    console.log(`\n── ${step.name} ──`);
    const from = performance.now();
    rows.push({ step, counts: await finish(), took: performance.now() - from });
  }
  console.log('');
  for (const { step, counts, took } of rows)
    console.log(`${step.name.padEnd(24)} ${formatCounts(counts)}, ${Math.round(took / 1_000)} s`);
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
  const done = spawnSync(process.execPath, commandOf(step), {
    stdio: ['ignore', step.counts === 'line' ? 'pipe' : 'inherit', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  if (step.counts === 'line') process.stdout.write(done.stdout ?? '');
  return countStep(step, done.status === 0, done.stdout ?? '');
}

/** Starts a step whose output goes to a file, so that it does not mix with that of the others. */
function startStep(step: Step): Started {
  const command = commandOf(step);
  const file = resultOf(step, 'log');
  const log = openSync(file, 'w');
  const child = spawn(process.execPath, command, { stdio: ['ignore', log, log] });
  closeSync(log);
  const ended = once(child, 'close');
  return {
    step,
    async finish() {
      await ended;
      const output = readFileSync(file, 'utf8');
      process.stdout.write(output);
      return countStep(step, child.exitCode === 0, output);
    },
  };
}

/** Arguments for Node; what an earlier run has left is removed. */
function commandOf(step: Step): readonly string[] {
  mkdirSync(RESULTS, { recursive: true });
  const report = resultOf(step, 'json');
  rmSync(report, { force: true });
  if (step.counts !== 'vitest') return step.command;
  return [...step.command, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
}

function resultOf(step: Step, kind: 'json' | 'log'): string {
  return path.join(RESULTS, `${step.name.replaceAll(/[^a-z0-9]+/gi, '-')}.${kind}`);
}

function countStep(step: Step, ended: boolean, output: string): Counts {
  if (step.counts === 'one') return { passed: ended ? 1 : 0, failed: ended ? 0 : 1, skipped: 0 };
  const read =
    step.counts === 'vitest' ? countReport(readReport(resultOf(step, 'json'))) : countLastLine(output);
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
