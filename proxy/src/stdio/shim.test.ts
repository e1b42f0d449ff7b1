/** What real clients rarely do to a shim; what they do is in `test/e2e/stdio.test.ts`. */
import { PassThrough } from 'node:stream';
import { expect, it, vi } from 'vitest';
import { runShim, type ShimPorts } from './shim.ts';

// Every test starts a process, one of them gives it time to end.
vi.setConfig({ testTimeout: 30_000 });

function portsOf(stdin: PassThrough, more: Partial<ShimPorts> = {}): ShimPorts {
  return {
    stdin,
    stdout: new PassThrough().resume(),
    stderr: new PassThrough().resume(),
    nowUs: () => performance.now() * 1_000,
    parentId: () => 1,
    onSignal: () => {},
    watcher: { started: () => {}, take: () => {}, ended: () => {} },
    ...more,
  };
}

it('ends the input of its server also where that of its own breaks', async () => {
  const stdin = new PassThrough();
  const left = runShim('cat', [], portsOf(stdin));
  stdin.destroy(new Error('EIO'));
  expect(await left).toEqual({ how: 'client_gone', code: 0 });
});

it('ends a server that reads nothing and says nothing when its client is gone', async () => {
  const stdin = new PassThrough();
  let parent = 1;
  const left = runShim('sh', ['-c', 'exec 0<&-; sleep 60'], portsOf(stdin, { parentId: () => parent }));
  const asking = setInterval(() => stdin.write('{}\n'), 20);
  await expect.poll(() => stdin.destroyed, { timeout: 10_000 }).toBe(true);
  clearInterval(asking);
  parent = 2;
  expect(await left).toMatchObject({ signal: 'SIGTERM' });
});

it('says why the system does not start what is no command', async () => {
  const left = await runShim('/dev/null/server', [], portsOf(new PassThrough()));
  expect(left).toEqual({
    how: 'server_gone',
    failure: { code: 'ENOTDIR', message: 'spawn ENOTDIR' },
  });
});
