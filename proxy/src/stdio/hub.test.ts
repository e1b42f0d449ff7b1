import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeSocket } from './takeOver.ts';
import { aLine, EXIT, HubRig, PROCESS, shown } from './testing/hubRig.ts';
import { encodeFrame, GREETING } from './wire.ts';

let rig: HubRig;
beforeEach(() => {
  rig = new HubRig();
});
afterEach(() => rig.close());

/** A shim's connection, by hand. */
function greet(...frames: readonly Parameters<typeof encodeFrame>[0][]): Socket {
  const socket = connect(rig.socketPath);
  socket.on('error', () => {});
  socket.write(`${GREETING}\n`);
  for (const bytes of frames.flatMap(encodeFrame)) socket.write(bytes);
  return socket;
}

async function heardBy(socket: Socket): Promise<string> {
  let heard = '';
  for await (const chunk of socket) heard += String(chunk);
  return heard;
}

describe('the hub', () => {
  it('tells that a process is lost whose shim went without a word', async () => {
    const { frames } = await rig.own();
    const socket = greet(PROCESS);
    await expect.poll(() => frames.length).toBe(1);
    socket.destroy();
    await expect.poll(() => frames.at(-1)).toEqual({ kind: 'exit', exchange: 1, atUs: 9, how: 'lost' });
  });

  it.each([
    'GET / HTTP/1.1\r\n\r\n',
    `${GREETING}\nnot json\n`,
    `${GREETING}\n{"kind":"request","atUs":1}\n`,
    'x'.repeat(200),
  ])('lets go whoever says %j', async (words) => {
    const { frames, faults } = await rig.own();
    const socket = connect(rig.socketPath);
    socket.on('error', () => {});
    socket.write(words);
    await expect.poll(() => socket.destroyed).toBe(true);
    expect([frames, faults]).toEqual([[], ['shim_frames']]);
  });

  it('tells another version which greeting it wants', async () => {
    const { frames, faults } = await rig.own();
    const socket = connect(rig.socketPath);
    socket.write('sightline stdio 1\n{"kind":"process","atUs":1}\n');
    expect(await heardBy(socket)).toBe(`refused ${GREETING}\n`);
    expect([frames, faults]).toEqual([[], ['stdio_version']]);
  });

  it('gives its shims into other hands without a loss, and takes no frame after that', async () => {
    const first = await rig.own();
    const link = rig.link();
    link.push(aLine('one'));
    await expect.poll(() => shown(first.frames)).toEqual(['process', 'line one']);
    link.push(aLine('two'));
    await new Promise(setImmediate);
    await first.hub.hold();
    link.push(aLine('three'));
    await new Promise(setImmediate);
    first.hub.close();
    const second = await rig.own();
    await link.close(EXIT, 5_000);
    expect(shown(first.frames)).toEqual(['process', 'line one', 'line two']);
    expect(shown(second.frames)).toEqual(['process', 'line three', 'exit']);
  });

  it('reads nothing of who comes while it ends, and they keep it all for the next', async () => {
    const first = await rig.own();
    await first.hub.hold();
    const link = rig.link();
    link.push(aLine('one'));
    await once(first.server, 'connection');
    link.push(aLine('two'));
    await new Promise(setImmediate);
    first.hub.close();
    const second = await rig.own();
    await expect
      .poll(() => shown(second.frames), { timeout: 10_000 })
      .toEqual(['process', 'line one', 'line two']);
    await link.close(EXIT, 5_000);
  });

  it('ends what a shim that was killed leaves behind before it goes itself', async () => {
    const signals: string[] = [];
    const { hub, frames } = await rig.own({
      signal: (target, name) => {
        signals.push(`${name} ${target}`);
        // The shim is gone.
        return name !== 0;
      },
    });
    const first = greet({ ...PROCESS, group: 70_001, shim: 70_002 });
    const second = greet({ ...PROCESS, group: 70_003, shim: 70_004 });
    await expect.poll(() => frames.length).toBe(2);
    first.destroy();
    await expect.poll(() => frames.length).toBe(3);
    const held = hub.hold();
    second.write(encodeFrame({ kind: 'held', atUs: 1 })[0] ?? '');
    await held;
    expect(signals).toEqual(['0 70002', 'SIGKILL -70001']);
    second.destroy();
    await expect.poll(() => signals.slice(2)).toEqual(['0 70004', 'SIGKILL -70003']);
    hub.close();
  });
});

describe('a proxy that wants the socket', () => {
  it('has it at once where nobody has', async () => {
    const claim = await takeSocket(rig.socketPath, () => 7);
    if (claim.kind !== 'ours') throw new Error(claim.kind);
    await claim.freed;
    claim.server.close();
  });

  it('gets it from a collector, waits for its end, and the shims come over with all their frames', async () => {
    const asked: string[] = [];
    const collector = await rig.own({
      onTakeOver: () => {
        asked.push('asked');
        return true;
      },
    });
    const link = rig.link();
    link.push(aLine('one'));
    await expect.poll(() => shown(collector.frames)).toEqual(['process', 'line one']);
    const claim = await takeSocket(rig.socketPath, () => 7);
    if (claim.kind !== 'ours') throw new Error(claim.kind);
    expect(asked).toEqual(['asked']);
    let isFree = false;
    const freed = claim.freed.then(() => {
      isFree = true;
    });
    await collector.hub.hold();
    link.push(aLine('two'));
    expect(isFree).toBe(false);
    collector.hub.close();
    await freed;
    const proxy = rig.ownBy(claim.server);
    await link.close(EXIT, 5_000);
    expect(shown(collector.frames)).toEqual(['process', 'line one']);
    expect(shown(proxy.frames)).toEqual(['process', 'line two', 'exit']);
  });

  it('does not get what another one was just given', async () => {
    const { hub } = await rig.own({ onTakeOver: () => true });
    const askers = [greet(), greet()];
    const heard = askers.map(() => '');
    for (const [at, socket] of askers.entries()) {
      socket.on('data', (chunk) => {
        heard[at] += String(chunk).replaceAll(/\d+\n/g, '');
      });
      await expect.poll(() => socket.bytesRead).toBeGreaterThan(0);
    }
    for (const [at, socket] of askers.entries()) {
      socket.write(encodeFrame({ kind: 'take_over', atUs: 1 })[0] ?? '');
      await expect.poll(() => heard[at]).not.toBe('');
    }
    expect(heard).toEqual(['yours\n', 'mine\n']);
    hub.close();
  });

  it('leaves it to another proxy', async () => {
    const { faults } = await rig.own();
    expect(await takeSocket(rig.socketPath, () => 7)).toEqual({ kind: 'theirs' });
    expect(faults).toEqual([]);
  });

  it('leaves it to a Sightline of another version, as a shim does', async () => {
    const { server } = await rig.own();
    server.removeAllListeners('connection');
    server.on('connection', (socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end('refused sightline stdio 99\n'));
    });
    expect(await takeSocket(rig.socketPath, () => 7)).toEqual({
      kind: 'other_version',
      greeting: 'sightline stdio 99',
    });
    const greetings: string[] = [];
    const link = rig.link({ onRefused: (greeting) => greetings.push(greeting) });
    await expect.poll(() => greetings).toEqual(['sightline stdio 99']);
    await link.close(EXIT, 10);
  });
});
