/**
 * Around the suites over the stack: a temporary directory of their own, which every process that they start inherits.
 * At the end nothing of it may be left: no directory, and no process anywhere below them that goes on alone.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { platform, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** What was told to end may need a moment for it. */
const ENDED_MS = 15_000;

export function setup(): () => Promise<void> {
  const before = process.env['TMPDIR'];
  const folder = mkdtempSync(path.join(tmpdir(), 'sightline-suite-'));
  process.env['TMPDIR'] = folder;
  return async () => {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    try {
      await expectNothingLeft(folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
}

/** @throws with what is left. */
async function expectNothingLeft(folder: string): Promise<void> {
  const deadline = Date.now() + ENDED_MS;
  for (;;) {
    // The test runner keeps files of its own there.
    const folders = readdirSync(folder).filter((name) => name.startsWith('sightline'));
    const left = [...findProcesses(folder), ...folders.map((name) => path.join(folder, name))];
    if (left.length === 0) return;
    if (Date.now() > deadline) throw new Error(`the suites over the stack left behind:\n${left.join('\n')}`);
    await sleep(200);
  }
}

/** Command lines of the processes that have the directory in their environment; only Linux shows those. */
function findProcesses(folder: string): readonly string[] {
  if (platform() !== 'linux') return [];
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return [];
    try {
      if (!readFileSync(`/proc/${name}/environ`, 'utf8').includes(`TMPDIR=${folder}`)) return [];
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
      // The runner's own workers end after this.
      return command.includes('vitest') ? [] : [`process ${name}: ${command}`];
    } catch {
      // Ended meanwhile, or somebody else's.
      return [];
    }
  });
}
