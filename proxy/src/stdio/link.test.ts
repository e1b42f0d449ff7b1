import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claimSocket } from './claim.ts';
import { aLine, EXIT, HubRig, shown } from './testing/hubRig.ts';
import { encodeFrame, FrameReader, GREETING, type WireFrame } from './wire.ts';

let rig: HubRig;
beforeEach(() => {
  rig = new HubRig();
});
afterEach(() => rig.close());

describe('a link to the collector', () => {
  it('brings every frame, in order, with its bytes', async () => {
    const { frames } = await rig.own();
    const link = rig.link();
    link.push(aLine('héllo'));
    link.push(aLine(Buffer.from([0xff])));
    link.push({ kind: 'line', from: 'stdout', atUs: 2, receivedUs: 1, bytes: 1e8, answers: 7 });
    link.push(aLine('{}\n{}'));
    await link.close(EXIT, 5_000);
    expect(shown(frames)).toEqual([
      'process',
      'line héllo',
      'line not_utf8',
      'line oversized',
      'line {}\n{}',
      'exit',
    ]);
    expect(frames[0]).toEqual({ kind: 'process', exchange: 1, atUs: 1, server: 'shop', process: 'p' });
    expect(frames[3]).toMatchObject({ answers: 7, line: { bytes: 1e8 } });
  });

  it('asks for a collector where none listens, and waits with its frames', async () => {
    let asked = 0;
    const link = rig.link({
      onStart: () => {
        asked += 1;
      },
    });
    link.push(aLine('early'));
    await expect.poll(() => asked).toBeGreaterThan(0);
    const { frames } = await rig.own();
    await expect.poll(() => shown(frames), { timeout: 10_000 }).toEqual(['process', 'line early']);
    await link.close(EXIT, 5_000);
  });

  it('drops lines past its bound, and says how many before the next one', async () => {
    const link = rig.link();
    const big = 'x'.repeat(1024 * 1024);
    for (let i = 0; i < 10; i++) link.push(aLine(`${big}${i}`));
    const { frames } = await rig.own();
    await expect.poll(() => frames.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(5);
    const seen = frames.length - 1;
    link.push(aLine('after'));
    await link.close(EXIT, 5_000);
    expect(seen).toBeLessThan(10);
    expect(shown(frames).slice(seen + 1)).toEqual(['cut', `loss shim ${10 - seen}`, 'line after', 'exit']);
  });

  it('comes back to the next collector as the same process, and does not say twice what may have been heard', async () => {
    const first = await rig.own();
    const link = rig.link();
    link.push(aLine('one'));
    await expect.poll(() => first.frames.length).toBe(2);
    first.hub.close();
    const second = await rig.own();
    await expect.poll(() => second.frames.length, { timeout: 10_000 }).toBeGreaterThan(0);
    link.push(aLine('two'));
    await link.close(EXIT, 5_000);
    expect(shown(second.frames)).toEqual(['process', 'line two', 'exit']);
  });

  it('closes within its patience where nobody listens', async () => {
    const link = rig.link();
    link.push(aLine('unseen'));
    await link.close(EXIT, 10);
    expect(await claimSocket(rig.socketPath).then((server) => server?.close())).toBeDefined();
  });
});

describe('claiming the socket', () => {
  it('succeeds once, and again over what a killed owner left', async () => {
    const { hub } = await rig.own();
    expect(await claimSocket(rig.socketPath)).toBeUndefined();
    hub.close();
    // A file that nobody listens on, as SIGKILL leaves it.
    const path = JSON.stringify(rig.socketPath);
    const script = `require('net').createServer().listen(${path},()=>process.kill(process.pid,'SIGKILL'))`;
    expect(spawnSync(process.execPath, ['-e', script]).signal).toBe('SIGKILL');
    expect(existsSync(rig.socketPath)).toBe(true);
    const again = await claimSocket(rig.socketPath);
    expect(again?.listening).toBe(true);
    again?.close();
  });
});

describe('an owner that is too busy to be met', () => {
  it('keeps its socket', async () => {
    const path = JSON.stringify(rig.socketPath);
    const script = `require('net').createServer().listen({path:${path},backlog:1},()=>console.log('on'))`;
    const owner = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
    await once(owner.stdout, 'data');
    owner.kill('SIGSTOP');
    const file = statSync(rig.socketPath).ino;
    const visitors = Array.from({ length: 8 }, () => connect(rig.socketPath));
    const refused: unknown[] = [];
    for (const visitor of visitors)
      visitor.on('error', (error: NodeJS.ErrnoException) => refused.push(error.code));
    await expect.poll(() => refused).toContain('EAGAIN');
    expect(await claimSocket(rig.socketPath)).toBeUndefined();
    expect(statSync(rig.socketPath).ino).toBe(file);
    for (const visitor of visitors) visitor.destroy();
    owner.kill('SIGKILL');
  });
});

describe('frames on the wire', () => {
  it('are put together again from any pieces', () => {
    const lines = ['a', '', '{"x":"\n"}', 'é'.repeat(300)].map((text) => aLine(text));
    const bytes = Buffer.concat([
      Buffer.from(`${GREETING}\n`),
      ...lines.flatMap((line) => encodeFrame(line)),
      ...encodeFrame(EXIT),
    ]);
    const read = (size: number) => {
      const frames: WireFrame[] = [];
      const reader = new FrameReader(10_000, (frame) => frames.push(frame));
      for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
      return frames;
    };
    const whole = read(bytes.length);
    expect(whole).toHaveLength(5);
    for (const size of [1, 2, 3, 7, 64, 301]) expect(read(size), `pieces of ${size}`).toEqual(whole);
  });
});
