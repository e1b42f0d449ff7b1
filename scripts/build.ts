/** `npm run build`: the page, and the program as JavaScript. */
import { runSteps } from './steps.ts';

const built = await runSteps([
  { name: 'page', command: ['scripts/build-page.ts'], counts: 'one' },
  { name: 'panel', command: ['scripts/build-panel.ts'], counts: 'one' },
  { name: 'program', command: ['scripts/build-program.ts'], counts: 'one' },
]);
if (!built) process.exitCode = 1;
