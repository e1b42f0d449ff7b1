/** The plugin is the same bytes whenever it is built; that it is small and sound, `npm run check` says. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const DIST = path.resolve('grafana-plugin/dist');

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
