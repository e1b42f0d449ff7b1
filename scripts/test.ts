/** `npm test`: the quick check, then everything that replays traffic or starts real programs. */
import { CHECK_STEPS } from './check.ts';
import { runSteps, type Step } from './steps.ts';
import { GRAFANA_STEPS } from './test-grafana.ts';

const VITEST = 'node_modules/vitest/vitest.mjs';

const vitest = (project: string): readonly string[] => [VITEST, 'run', '--project', project];

const TEST_STEPS: readonly Step[] = [
  ...CHECK_STEPS,
  { name: 'programs of the stack', command: ['scripts/stack/step.ts'], counts: 'line' },
  // Six minutes of waiting, over before the browser needs the machine to itself.
  { name: 'long outage', command: vitest('outage'), counts: 'vitest', background: true },
  { name: 'deployments', command: vitest('deploy'), counts: 'vitest' },
  { name: 'stories', command: vitest('stories'), counts: 'vitest' },
  { name: 'end to end', command: vitest('e2e'), counts: 'vitest' },
  { name: 'packages', command: vitest('packed'), counts: 'vitest' },
  { name: 'stack', command: vitest('stack'), counts: 'vitest' },
  { name: 'browser', command: vitest('browser'), counts: 'vitest' },
  { name: 'panel', command: vitest('panel'), counts: 'vitest' },
  { name: 'panel on React 18', command: vitest('panel-react18'), counts: 'vitest' },
  // Where somebody runs one with our provisioning.
  ...(process.env['GRAFANA_URL'] === undefined ? [] : GRAFANA_STEPS),
  { name: 'conformance', command: ['test/conformance/run.ts'], counts: 'line' },
];

if (!(await runSteps(TEST_STEPS))) process.exitCode = 1;
