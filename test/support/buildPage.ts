/** Page and panel of the source as it stands, for whatever opens them: older ones would prove something about the past. */
import { spawnSync } from 'node:child_process';

/** @throws when the page cannot be built. */
export function buildPage(): void {
  build('page');
}

/** @throws when the panel cannot be built. */
export function buildPanel(): void {
  build('panel');
}

function build(what: 'page' | 'panel'): void {
  const { status } = spawnSync(process.execPath, [`scripts/build-${what}.ts`, '--quiet'], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(`the ${what} could not be built`);
}
