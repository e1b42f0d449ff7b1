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
    const run = spawn(
      process.execPath,
      ['scripts/stack/run.ts', '--free-ports', '--state-dir', path.join(folder, 'run')],
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
    const addresses = [...out.matchAll(/http:\/\/127\.0\.0\.1:(\d+)/g)].map(([, port = '']) => Number(port));
    const places = [...new Set(addresses)];
    expect(places).toHaveLength(5);
    const open = async (): Promise<number> =>
      (
        await Promise.all(
          places.map((port) =>
            fetch(`http://127.0.0.1:${port}/`).then(
              () => 1,
              () => 0,
            ),
          ),
        )
      ).reduce<number>((sum, one) => sum + one, 0);
    expect(await open()).toBeGreaterThan(0);
    run.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(await open()).toBe(0);
  });
});
