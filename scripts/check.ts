/** `npm run check`: everything that needs no process beside it. Quick enough to run before every commit. */
import { runSteps, type Step } from './steps.ts';

const BIOME = 'node_modules/@biomejs/biome/bin/biome';
const VITEST = 'node_modules/vitest/vitest.mjs';

export const CHECK_STEPS: readonly Step[] = [
  { name: 'format', command: [BIOME, 'format', '.'], counts: 'one' },
  {
    name: 'lint',
    command: [BIOME, 'check', '--formatter-enabled=false', '--error-on-warnings', '.'],
    counts: 'one',
  },
  // Types and builds the panel; installed apart, once (docs/decisions/0017).
  { name: 'panel tools', command: ['scripts/panel/tools.ts'], counts: 'one' },
  { name: 'types', command: ['node_modules/typescript/bin/tsc', '-p', '.'], counts: 'one' },
  { name: 'page', command: ['scripts/build-page.ts'], counts: 'one' },
  { name: 'panel', command: ['scripts/build-panel.ts'], counts: 'one' },
  { name: 'program', command: ['scripts/build-program.ts'], counts: 'one' },
  { name: 'notice', command: ['scripts/release/notice.ts', '--check'], counts: 'one' },
  { name: 'packed panel', command: ['scripts/panel/validate.ts'], counts: 'one' },
  { name: 'walls', command: ['scripts/check-imports.ts'], counts: 'one' },
  { name: 'generated docs', command: ['scripts/docs.ts', '--check'], counts: 'one' },
  { name: 'paths in docs', command: ['scripts/check-docs.ts'], counts: 'one' },
  { name: 'hygiene', command: ['scripts/check-hygiene.ts'], counts: 'one' },
  { name: 'unit', command: [VITEST, 'run', '--project', 'unit'], counts: 'vitest' },
];

if (import.meta.main && !(await runSteps(CHECK_STEPS))) process.exitCode = 1;
