/**
 * Makes the pictures that a catalogue and the README show of the panel, `grafana-plugin/src/img`, out of those that
 * `test/panel/looks.test.ts` has taken: a third of the bytes by Debian's `pngquant`, and the same to the eye.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const TAKEN = 'test-results/screenshots';
const KEPT = path.join(import.meta.dirname, '../../grafana-plugin/src/img');
/** By the name that each is given, the photograph of the suite. */
const PICTURES = {
  sessions: 'panel-session-expanded-dark-1440',
  'event-log': 'panel-event-log-light-1440',
  'event-details': 'panel-event-details-dark-1440',
} as const;

for (const [name, taken] of Object.entries(PICTURES)) {
  const kept = path.join(KEPT, `${name}.png`);
  const args = ['--quality', '80-100', '--speed', '1', '--strip', '--force', '--output', kept];
  const { error, status } = spawnSync('pngquant', [...args, path.join(TAKEN, `${taken}.png`)], {
    stdio: 'inherit',
  });
  if (error !== undefined) {
    console.error(`pictures: ${error.message}; 'apt-get install pngquant' installs it`);
    process.exit(1);
  }
  if (status !== 0) process.exit(status ?? 1);
  console.log(kept);
}
