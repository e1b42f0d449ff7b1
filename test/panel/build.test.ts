/** The plugin as it is packed: small, sound, and the same bytes whenever it is built. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { MODULE_BYTES_MAX, measureModule } from '../../scripts/build-panel.ts';
import { findFaults } from '../../scripts/panel/validate.ts';

const PLUGIN = path.resolve('grafana-plugin');
const DIST = path.join(PLUGIN, 'dist');

it('two builds of one source are the same bytes', () => {
  const build = () => {
    const { status } = spawnSync(process.execPath, ['scripts/build-panel.ts', '--anew'], {
      stdio: 'inherit',
    });
    expect(status).toBe(0);
  };
  const digest = () =>
    globSync('**/*', { cwd: DIST, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .sort()
      .map((file) => [
        path.relative(DIST, file),
        createHash('sha256').update(readFileSync(file)).digest('hex'),
      ]);
  build();
  const first = digest();
  build();
  expect(digest()).toEqual(first);
});

it('what a dashboard waits for keeps its bound', () =>
  expect(measureModule()).toBeLessThan(MODULE_BYTES_MAX));

it('it has none of the faults that a catalogue would refuse it for', () => {
  const manifest = JSON.parse(readFileSync(path.join(PLUGIN, 'package.json'), 'utf8')) as { version: string };
  expect(findFaults(DIST, manifest)).toEqual([]);
});
