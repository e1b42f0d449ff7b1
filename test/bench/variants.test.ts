/** Every forwarding variant that needs no more than this repository, before any run relies on it. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { nginxConfig } from './nginx.ts';
import { askProgram, findFreePort, type Program, startProgram } from './program.ts';
import type { ReceiverCount } from './receiverProgram.ts';
import { findFaults } from './validation.ts';
import { buildProxy, mainPath, startVariant, variants } from './variants.ts';

const here = import.meta.dirname;
const programs: Program[] = [];
let upstreamPort = 0;
let receiverPort = 0;

async function start(file: string): Promise<number> {
  const port = await findFreePort();
  const args = [path.join(here, file), String(port)];
  programs.push(await startProgram({ file: process.execPath, args, ipc: true }, port));
  return port;
}

beforeAll(async () => {
  upstreamPort = await start('upstreamProgram.ts');
  receiverPort = await start('receiverProgram.ts');
}, 30_000);

afterAll(async () => {
  await Promise.all(programs.map((program) => program.stop()));
});

it.each(variants.filter(({ name }) => name === 'direct' || name === 'hpm'))(
  '$name passes the check that comes before measuring',
  async (variant) => {
    const running = await startVariant(variant, { upstreamPort, receiverPort });
    try {
      const receiver = programs[1];
      if (receiver === undefined) throw new Error('no receiver');
      const readCount = (): Promise<ReceiverCount> => askProgram(receiver, { ask: 'count' });
      expect(await findFaults(variant, running.port, readCount)).toEqual([]);
    } finally {
      await running.stop();
    }
  },
  30_000,
);

it('the check finds a variant that does not answer as the upstream does', async () => {
  const receiver = programs[1];
  if (receiver === undefined) throw new Error('no receiver');
  const [direct] = variants;
  if (direct === undefined) throw new Error('no variant');
  const readCount = (): Promise<ReceiverCount> => askProgram(receiver, { ask: 'count' });
  const faults = await findFaults(direct, receiverPort, readCount);
  expect(faults.join()).toContain('initialize was answered with 400');
});

it('a program that ends before it listens is an error that shows what it wrote', async () => {
  const args = ['-e', 'console.error("no such thing"); process.exit(3)'];
  await expect(startProgram({ file: process.execPath, args }, await findFreePort())).rejects.toThrow(
    'no such thing',
  );
});

it("nginx's configuration stays in its directory and on loopback", () => {
  const config = nginxConfig('/tmp/somewhere', 1234, 5678);
  expect(config).toContain('listen 127.0.0.1:1234;');
  expect(config).toContain('server 127.0.0.1:5678;');
  const paths = [...config.matchAll(/\s(\/[^\s;{]+)/g)].map((match) => match[1]);
  expect(paths.filter((each) => each !== '/' && !each?.startsWith('/tmp/somewhere/'))).toEqual([]);
});

it('the command line that is measured is built and runs', () => {
  buildProxy();
  const done = spawnSync(process.execPath, [mainPath, '--version'], { encoding: 'utf8' });
  expect(done).toMatchObject({ status: 0, stderr: '', stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
}, 60_000);
