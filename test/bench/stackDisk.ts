/** What a number of requests takes on disk, once each store has written what it holds in memory. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Stage } from './stackStage.ts';

/** Bytes a request, of what lasts: logs of what was not written yet are left out. */
export interface DiskUse {
  readonly archive: number;
  readonly loki: number;
  readonly tempo: number;
}

const STEP_MS = 2_000;
const STILL_STEPS = 5;
const PATIENCE_MS = 180_000;

/** Asks the stores to write, waits until their folders stay as they are, and stops the proxy to see its file whole. */
export async function measureDisk(stage: Stage, requests: number): Promise<DiskUse> {
  const { stack } = stage;
  const folder = stack.settings.folder;
  const loki = (): number => sizeOf(path.join(folder, 'loki', 'chunks'));
  const tempo = (): number => sizeOf(path.join(folder, 'tempo', 'blocks'));
  for (const address of [stack.addresses.loki, stack.addresses.tempo]) {
    const response = await fetch(`${address}/flush`, { method: 'POST' });
    if (!response.ok) throw new Error(`${response.status} to ${address}/flush: ${await response.text()}`);
  }
  await waitUntilStill(() => [loki(), tempo()]);
  await stage.proxy.stop();
  return {
    archive: sizeOf(stage.stateDir) / requests,
    loki: loki() / requests,
    tempo: tempo() / requests,
  };
}

/** Each has something, and none changes any more. */
async function waitUntilStill(sizes: () => readonly number[]): Promise<void> {
  const giveUpMs = performance.now() + PATIENCE_MS;
  let last = '';
  for (let still = 0; still < STILL_STEPS; ) {
    if (performance.now() > giveUpMs) throw new Error('the stores did not come to rest');
    await sleep(STEP_MS);
    const read = sizes();
    const now = read.join();
    still = now === last && !read.includes(0) ? still + 1 : 0;
    last = now;
  }
}

/** Bytes of all files below a folder; what goes away while it is read counts as gone. */
function sizeOf(folder: string): number {
  if (!existsSync(folder)) return 0;
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return files.reduce(
    (sum, { parentPath, name }) =>
      sum + (statSync(path.join(parentPath, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}
