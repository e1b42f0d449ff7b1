/**
 * The step of `npm test` before the suites over the stack: builds what is not built yet, and counts each program. They
 * are skipped where there is no Go, and so are the suites then.
 */
import { type Counts, formatCounts } from '../steps.ts';
import { buildStack, findStack } from './build.ts';
import { BuildProblem, NoGo } from './go.ts';
import { PROGRAMS } from './programs.ts';

try {
  await buildStack();
  tell({ passed: PROGRAMS.length, failed: 0, skipped: 0 });
} catch (error) {
  if (!(error instanceof BuildProblem)) throw error;
  if (error instanceof NoGo) {
    console.error(`SKIPPED. ${error.message}`);
    tell({ passed: 0, failed: 0, skipped: PROGRAMS.length });
  } else {
    console.error(error.message);
    // The first that fails ends the build: what comes after it was not tried.
    const passed = PROGRAMS.filter(({ name }) => typeof findStack([name]) !== 'string').length;
    tell({ passed, failed: 1, skipped: PROGRAMS.length - passed - 1 });
    process.exitCode = 1;
  }
}

function tell(counts: Counts): void {
  console.log(formatCounts(counts));
}
