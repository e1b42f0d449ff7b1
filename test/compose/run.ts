/**
 * `npm run test:compose`: docker-compose.yml as it stands, started for real, under the tests that the native stack
 * passes and those that only containers need. Without an engine or an image it says what is missing, and fails:
 * nobody asks for this run to be told that nothing was wrong.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { ROOT } from '../../scripts/stack/programs.ts';
import { whyNoCompose } from './engine.ts';

const missing = whyNoCompose();
if (missing === undefined) {
  const vitest = path.join(ROOT, 'node_modules/vitest/vitest.mjs');
  const args = [vitest, 'run', '--project', 'compose', ...process.argv.slice(2)];
  process.exitCode = spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' }).status ?? 1;
} else {
  console.error(`test:compose cannot run. ${missing}`);
  process.exitCode = 1;
}
