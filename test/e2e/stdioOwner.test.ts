/**
 * Shims and a proxy on one state directory: the proxy has them while it runs, a collector before and after that, and
 * whoever ends or is killed, the servers run on and nobody is left behind.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PROGRAM, runs, StdioRig, type Talk } from '../support/stdioRig.ts';

const WAIT = { timeout: 30_000 };
const initialize = {
  protocolVersion: '2025-06-18',
  capabilities: {},
  clientInfo: { name: 'by-hand', version: '1' },
};

let rig: StdioRig;
beforeEach(() => {
  rig = new StdioRig();
});
afterEach(() => rig.close());

/** Ids of the requests that the page tells of. */
async function seen(): Promise<readonly string[]> {
  return (await rig.events())
    .filter(({ eventName }) => eventName === 'sightline.request')
    .flatMap(({ jsonrpcRequestId }) => jsonrpcRequestId ?? []);
}

async function sessions(): Promise<number> {
  return new Set((await rig.events()).flatMap(({ sessionId }) => sessionId ?? [])).size;
}

async function familyOf(talk: Talk): Promise<{ readonly server: number; readonly helper: number }> {
  const { pid } = (await talk.ask(900, 'pid')) as { pid: number };
  await talk.until(() => /helper \d+\n/.test(talk.err));
  return { server: pid, helper: Number(/helper (\d+)/.exec(talk.err)?.[1]) };
}

describe('a proxy', () => {
  it('that runs already has the shims, and no collector is started', async () => {
    await rig.proxy();
    const talks = await Promise.all([1, 2].map(() => rig.shim()));
    await Promise.all(talks.map((talk) => talk.ask(1, 'initialize', initialize)));
    await expect.poll(sessions, WAIT).toBe(2);
    expect(rig.collectors()).toEqual([]);
  });

  it('takes them over from a collector, and gives them back when it ends, without a loss', async () => {
    const talk = await rig.shim();
    await talk.ask(1, 'initialize', initialize);
    await expect.poll(seen, WAIT).toEqual(['1']);
    let last = 1;
    let isDone = false;
    const pings = (async () => {
      while (!isDone) {
        last += 1;
        await talk.ask(last, 'ping');
        await new Promise((resolve) => setTimeout(resolve, 40));
      }
    })();
    const proxy = await rig.proxy();
    expect(rig.collectors()).toEqual([]);
    await expect.poll(async () => (await seen()).length, WAIT).toBeGreaterThan(3);
    proxy.child.kill('SIGTERM');
    expect(await proxy.ended).toEqual({ code: 0, signal: null });
    await expect.poll(() => rig.collectors().length, WAIT).toBe(1);
    isDone = true;
    await pings;
    await expect.poll(seen, WAIT).toContain(String(last));
    expect(await sessions()).toBe(1);
    // A request that was open when its watcher changed has no event: at most one each time.
    expect((await seen()).length).toBeGreaterThanOrEqual(last - 2);
    expect(await rig.lost()).toEqual([]);
  });

  it('that is killed is missed by no server, and a collector goes on', async () => {
    const proxy = await rig.proxy();
    const talk = await rig.shim();
    await talk.ask(1, 'initialize', initialize);
    await expect.poll(seen, WAIT).toEqual(['1']);
    proxy.child.kill('SIGKILL');
    expect(await talk.ask(2, 'ping')).toEqual({});
    await expect.poll(() => rig.collectors().length, WAIT).toBe(1);
    expect(await talk.ask(3, 'ping')).toEqual({});
    await expect.poll(seen, WAIT).toContain('3');
    expect(await sessions()).toBe(1);
  });

  it('whose own port is taken leaves them to their collector', async () => {
    const talk = await rig.shim();
    await talk.ask(1, 'initialize', initialize);
    await expect.poll(seen, WAIT).toEqual(['1']);
    const [collector] = rig.collectors();
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const proxy = rig.start(process.execPath, [
      PROGRAM,
      ...(await rig.options()),
      '--listen',
      `127.0.0.1:${port}`,
      'http://127.0.0.1:9/mcp',
    ]);
    expect(await proxy.ended).toMatchObject({ code: 1 });
    other.close();
    expect(await talk.ask(2, 'ping')).toEqual({});
    await expect.poll(seen, WAIT).toEqual(['1', '2']);
    expect(rig.collectors()).toEqual([collector]);
    expect(await sessions()).toBe(1);
  });

  it('ends what a killed shim leaves behind', async () => {
    await rig.proxy();
    const talk = await rig.shim(['deaf']);
    await talk.ask(1, 'initialize', initialize);
    const { server, helper } = await familyOf(talk);
    await expect.poll(seen, WAIT).toContain('900');
    talk.child.kill('SIGKILL');
    await expect.poll(() => [server, helper].map(runs), WAIT).toEqual([false, false]);
  });

  it('that ends as the shim is killed leaves nobody behind either', async () => {
    const proxy = await rig.proxy();
    const talk = await rig.shim(['deaf']);
    await talk.ask(1, 'initialize', initialize);
    const { server, helper } = await familyOf(talk);
    await expect.poll(seen, WAIT).toContain('900');
    talk.child.kill('SIGKILL');
    await talk.ended.catch(() => {});
    proxy.child.kill('SIGTERM');
    await proxy.ended;
    await expect.poll(() => [server, helper].map(runs), WAIT).toEqual([false, false]);
    expect(rig.collectors()).toEqual([]);
  });

  it('outlives a killed client, whose shim, server and helper are gone', async () => {
    const proxy = await rig.proxy();
    const talk = await rig.client(['deaf']);
    const { server, helper } = await familyOf(talk);
    const shim = Number(/shim (\d+)/.exec(talk.err)?.[1]);
    expect([server, helper, shim].map(runs)).toEqual([true, true, true]);
    talk.child.kill('SIGKILL');
    await expect.poll(() => [server, helper, shim].map(runs), WAIT).toEqual([false, false, false]);
    expect(runs(proxy.child.pid ?? 0)).toBe(true);
    expect(rig.collectors()).toEqual([]);
  });

  it('beside another one on the same directory changes nothing for the shims', async () => {
    const first = await rig.proxy();
    const talk = await rig.shim();
    await talk.ask(1, 'initialize', initialize);
    await expect.poll(seen, WAIT).toEqual(['1']);
    const second = await rig.proxy();
    expect(second.err).toContain('archive_locked');
    await talk.ask(2, 'ping');
    await expect.poll(seen, WAIT).toEqual(['1', '2']);
    second.child.kill('SIGTERM');
    await second.ended;
    await talk.ask(3, 'ping');
    await expect.poll(seen, WAIT).toEqual(['1', '2', '3']);
    expect(runs(first.child.pid ?? 0)).toBe(true);
  });

  it('that keeps nothing leaves the shims to a collector that does', async () => {
    await rig.proxy(['--no-archive'], 0);
    const talk = await rig.shim();
    await talk.ask(1, 'initialize', initialize);
    await expect.poll(seen, WAIT).toEqual(['1']);
    expect(rig.collectors()).toHaveLength(1);
  });
});

describe('a Sightline of another version', () => {
  it('gets nothing of a shim, which says so once and forwards on', async () => {
    const other = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end('refused sightline stdio 99\n'));
    });
    await new Promise<void>((resolve) => other.listen(path.join(rig.directory, 'stdio.sock'), resolve));
    const talk = await rig.shim();
    expect(await talk.ask(1, 'initialize', initialize)).toEqual(initialize);
    await talk.until(() => talk.err.includes('other_version'));
    expect(await talk.ask(2, 'ping')).toEqual({});
    talk.child.stdin?.end();
    expect((await talk.ended).code).toBe(0);
    expect(talk.err.match(/sightline:/g)).toHaveLength(1);
    expect(talk.err).toContain("'sightline stdio 99'");
    expect(rig.collectors()).toEqual([]);
    other.close();
  });

  it('keeps the shims that it has when a proxy of ours is started, which goes on without them', async () => {
    const other = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end('refused sightline stdio 99\n'));
    });
    await new Promise<void>((resolve) => other.listen(path.join(rig.directory, 'stdio.sock'), resolve));
    const proxy = await rig.proxy();
    expect(proxy.err).toContain("stdio_version: another Sightline of version 'sightline stdio 99'");
    expect(other.listening).toBe(true);
    other.close();
  });
});
