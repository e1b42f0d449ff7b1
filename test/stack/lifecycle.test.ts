/** Starting and stopping: what was started ends, also when the start fails or the program is ended by a signal. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findStack } from '../../scripts/stack/build.ts';
import { findFreePorts, findTaken } from '../../scripts/stack/ports.ts';
import { ROOT } from '../../scripts/stack/programs.ts';
import { startStack } from '../../scripts/stack/stack.ts';
import { whyNoStack } from './rig.ts';

const missing = whyNoStack();
const folder = mkdtempSync(path.join(tmpdir(), 'sightline-stack-life-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(missing !== undefined)('the native stack', () => {
  it('stops what it had started when one part cannot start, and says which and why', async () => {
    const binaries = findStack();
    if (typeof binaries === 'string') throw new Error(binaries);
    const ports = await findFreePorts();
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(ports.loki, '127.0.0.1', resolve));
    const started = startStack({ binaries, ports, folder: path.join(folder, 'squatted'), retentionDays: 30 });
    await expect(started).rejects.toThrow(/loki ended at its start .*address already in use/s);
    squatter.close();
    expect(await findTaken(ports)).toEqual([]);
  });

  it('prints where everything is, and leaves nothing behind when it is told to end', async () => {
    const { run, ended, places } = await startRun('run');
    expect(await open(places)).toBeGreaterThan(0);
    run.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(await open(places)).toBe(0);
  });

  it('leaves nothing behind when it is killed and can stop nothing itself', async () => {
    const { run, ended, places } = await startRun('killed');
    expect(await open(places)).toBeGreaterThan(0);
    run.kill('SIGKILL');
    await ended;
    await expect.poll(() => open(places), { timeout: 10_000 }).toBe(0);
  });
});

/** `npm run stack` on free ports, once it has said where everything is. */
async function startRun(name: string) {
  const run = spawn(
    process.execPath,
    ['scripts/stack/run.ts', '--free-ports', '--state-dir', path.join(folder, name)],
    { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = new Promise<number | null>((resolve) => run.on('close', resolve));
  let out = '';
  await new Promise<void>((resolve, reject) => {
    void ended.then((code) => reject(new Error(`ended with ${code}:\n${out}`)));
    run.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      if (/npm start/.test(out)) resolve();
    });
  });
  const places = [...out.matchAll(/http:\/\/127\.0\.0\.1:(\d+)/g)].map(([, port = '']) => Number(port));
  const distinct = [...new Set(places)];
  expect(distinct).toHaveLength(5);
  return { run, ended, places: distinct };
}

/** How many of the ports somebody answers on. */
async function open(ports: readonly number[]): Promise<number> {
  const answers = await Promise.allSettled(ports.map((port) => fetch(`http://127.0.0.1:${port}/`)));
  return answers.filter(({ status }) => status === 'fulfilled').length;
}
