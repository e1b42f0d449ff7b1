import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { countLastLine, countReport, formatCounts, runSteps, withFailure } from './steps.ts';

describe('counting', () => {
  it('reads the JSON report of a suite, todo counted as skipped', () => {
    const report = { numPassedTests: 5, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1 };
    expect(countReport(report)).toEqual({ passed: 5, failed: 1, skipped: 3 });
  });

  it('reads the last line of its own form', () => {
    const output = '1 passed, 2 failed, 3 skipped\nmore\n84 passed, 0 failed, 4 skipped\nbye\n';
    expect(countLastLine(output)).toEqual({ passed: 84, failed: 0, skipped: 4 });
  });

  it('does not believe a suite that said nothing', () => {
    expect(withFailure(countReport(undefined), true)).toEqual({ passed: 0, failed: 1, skipped: 0 });
    expect(withFailure(countLastLine('all fine'), true)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  it('does not believe a suite that ended badly without a failed test', () => {
    expect(withFailure({ passed: 3, failed: 0, skipped: 0 }, false)).toMatchObject({ failed: 1 });
  });

  it('prints what it can read', () => {
    const counts = { passed: 1, failed: 2, skipped: 3 };
    expect(countLastLine(formatCounts(counts))).toEqual(counts);
  });
});

describe('a step in the background', () => {
  it('runs beside the one that follows it', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'sightline-steps-'));
    const file = JSON.stringify(path.join(folder, 'done'));
    // Ends only once the step after it has run.
    const waiting = `const end = setInterval(() => { if (require('fs').existsSync(${file})) clearInterval(end); }, 10);`;
    const told = `process.on('exit', () => console.log('2 passed, 0 failed, 0 skipped'));`;
    const working = `require('fs').writeFileSync(${file}, '')`;
    const passed = await runSteps([
      { name: 'steps.test waiting', command: ['-e', waiting + told], counts: 'line', background: true },
      { name: 'steps.test working', command: ['-e', working], counts: 'one' },
    ]);
    expect(passed).toBe(true);
    rmSync(folder, { recursive: true });
  });
});
