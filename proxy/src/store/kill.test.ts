/** `kill -9` at any moment: the file opens, and everything that was said to be committed is there. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { openArchive } from './openArchive.ts';
import { openReader } from './openReader.ts';
import { START } from './testing/archives.ts';

const WRITER = join(import.meta.dirname, 'testing/killedWriter.ts');
const KILLS = 10;

/** Runs the writer and kills it some time after its first commit. Resolves with the last commit that it told. */
async function writeAndKill(path: string, afterMs: number): Promise<number> {
  const child = spawn(process.execPath, [WRITER, path], { stdio: ['ignore', 'pipe', 'pipe'] });
  let told = '';
  let complaints = '';
  child.stderr.on('data', (text) => {
    complaints += text;
  });
  const closed = new Promise((resolve) => child.once('close', resolve));
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (text) => {
      told += text;
      resolve();
    });
    child.once('close', () => reject(new Error(`the writer ended by itself: ${complaints}`)));
  });
  await sleep(afterMs);
  child.kill('SIGKILL');
  await closed;
  return Number(told.split('\n').slice(0, -1).at(-1));
}

it('keeps every event that was reported as committed, however often the writer is killed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-kill-'));
  const path = join(folder, 'archive.sqlite');
  let told = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    // Moments spread over the first commits of a start, and later ones with retention at work.
    told = await writeAndKill(path, kill % 3 === 0 ? 0 : (kill * 37) % 200);
    const opened = openArchive({ path, nowMs: START, ageMs: 0, bytesMax: 3_000_000 });
    if (!opened.ok) throw new Error(opened.problem.reason);
    const { archive, setAside } = opened;
    expect(setAside).toBeUndefined();
    expect(archive.latest()).toBeGreaterThanOrEqual(told);
    const reader = openReader(path, { activeWindowMs: 1, now: () => START });
    const { events, oldestMs = START } = archive.stats;
    const items = [...reader.exportEvents({}, true)].flat();
    expect(items).toHaveLength(events);
    // What retention has removed lies before the oldest; from there on nothing is missing.
    const first = items[0]?.sequence ?? 1;
    expect(items.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: archive.latest() - first + 1 }, (_, index) => first + index).filter(
        (sequence) => sequence % 10 !== 0,
      ),
    );
    expect(items.every((item) => item.jsonrpcRequestId === String(item.sequence))).toBe(true);
    const counted = reader.totals({ from: oldestMs, to: START + archive.latest() + 1 }).current;
    expect(counted.events).toBe(events);
    const [found] = reader.events({
      q: `e${archive.latest() - (archive.latest() % 10 === 0 ? 1 : 0)}`,
    }).items;
    expect(found?.sequence).toBeGreaterThan(archive.latest() - 2);
    reader.close();
    archive.close();
  }
  expect(told).toBeGreaterThan(KILLS);
  rmSync(folder, { recursive: true });
}, 120_000);
