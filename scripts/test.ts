/** `npm test`: the quick check, then everything that replays traffic or starts real programs. */
import { CHECK_STEPS } from './check.ts';
import { runSteps, type Step } from './steps.ts';

const VITEST = 'node_modules/vitest/vitest.mjs';

const TEST_STEPS: readonly Step[] = [
  ...CHECK_STEPS,
  { name: 'stories', command: [VITEST, 'run', '--project', 'stories'], counts: 'vitest' },
  { name: 'end to end', command: [VITEST, 'run', '--project', 'e2e'], counts: 'vitest' },
  { name: 'browser', command: [VITEST, 'run', '--project', 'browser'], counts: 'vitest' },
  { name: 'conformance', command: ['test/conformance/run.ts'], counts: 'line' },
];

if (!runSteps(TEST_STEPS)) process.exitCode = 1;
