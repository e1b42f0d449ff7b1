/**
 * `npm run test:compose`: docker-compose.yml as it stands, with the images of this checkout, started for real under
 * the tests that the native stack passes and those that only containers need. Without an engine or an image it says
 * what is missing, and fails: nobody asks for this run to be told that nothing was wrong.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { ROOT } from '../../scripts/stack/programs.ts';
import { buildImages, whyNoCompose } from './engine.ts';

const missing = whyNoCompose();
if (missing !== undefined) {
  console.error(`test:compose cannot run. ${missing}`);
  process.exitCode = 1;
} else if (!buildImages()) {
  console.error("test:compose cannot run. 'docker compose build' failed, for the reason above.");
  process.exitCode = 1;
} else {
  const vitest = path.join(ROOT, 'node_modules/vitest/vitest.mjs');
  const args = [vitest, 'run', '--project', 'compose', ...process.argv.slice(2)];
  process.exitCode = spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' }).status ?? 1;
}
