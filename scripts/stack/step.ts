/**
 * The step of `npm test` before the suites that need them: builds what is not built yet, and counts each program. They
 * are skipped where there is no Go, and so are the suites then.
 */
import { existsSync } from 'node:fs';
import { type Counts, formatCounts } from '../steps.ts';
import { buildAll, findPlace } from './build.ts';
import { BuildProblem, NoGo } from './go.ts';
import { KUSTOMIZE, PROGRAMS } from './programs.ts';

const ALL = [KUSTOMIZE, ...PROGRAMS];

try {
  await buildAll(ALL);
  tell({ passed: ALL.length, failed: 0, skipped: 0 });
} catch (error) {
  if (!(error instanceof BuildProblem)) throw error;
  if (error instanceof NoGo) {
    console.error(`SKIPPED. ${error.message}`);
    tell({ passed: 0, failed: 0, skipped: ALL.length });
  } else {
    console.error(error.message);
    // The first that fails ends the build: what comes after it was not tried.
    const passed = ALL.filter((program) => existsSync(findPlace(program).folder)).length;
    tell({ passed, failed: 1, skipped: ALL.length - passed - 1 });
    process.exitCode = 1;
  }
}

function tell(counts: Counts): void {
  console.log(formatCounts(counts));
}
