import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createEnder } from './ender.ts';
import { pass } from './pass.ts';

/** Longer than every patience of the ender together. */
const LONG_MS = 60_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function start(script: string): ChildProcessWithoutNullStreams {
  return spawn('/bin/sh', ['-c', script], { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
}

it('keeps what a server said last for a reader that takes its time', async () => {
  const child = start('head -c 150000 /dev/zero');
  let read = 0;
  let isReading = false;
  let goOn = (): void => {};
  const reader = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      read += chunk.length;
      goOn = done;
      if (isReading) done();
    },
  });
  pass(child.stdout, reader, Date.now, () => {});
  await once(child, 'exit');
  createEnder(child).soon(0);
  vi.advanceTimersByTime(LONG_MS);
  expect(read).toBeLessThan(150_000);
  const closed = once(child, 'close');
  isReading = true;
  goOn();
  await closed;
  expect(read).toBe(150_000);
});

it('waits for nobody who has left the group and holds the pipes', async () => {
  const child = start("setsid sh -c 'echo $$; exec sleep 60' &");
  const said = once(child.stdout, 'data');
  await once(child, 'exit');
  const [holder] = await said;
  const closed = once(child, 'close');
  child.stdout.resume();
  child.stderr.resume();
  createEnder(child).soon(0);
  vi.advanceTimersByTime(LONG_MS);
  await closed;
  // It did: nobody is there but under its own group.
  expect(process.kill(-Number(String(holder)), 'SIGKILL')).toBe(true);
});
