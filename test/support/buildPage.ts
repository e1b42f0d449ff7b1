/** The page of the source as it stands, for whatever opens it: an older one would prove something about the past. */
import { spawnSync } from 'node:child_process';

/** @throws when the page cannot be built. */
export function buildPage(): void {
  const { status } = spawnSync(process.execPath, ['scripts/build-page.ts', '--quiet'], { stdio: 'inherit' });
  if (status !== 0) throw new Error('the page could not be built');
}
