import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Frame } from '../observation/frame.ts';
import { claimSocket } from './claim.ts';
import { Hub } from './hub.ts';
import { Link } from './link.ts';
import type { SightedLine } from './tap.ts';
import { encodeFrame, FrameReader, GREETING, type WireFrame } from './wire.ts';

let directory: string;
let socketPath: string;
const servers: Server[] = [];
const hubs: Hub[] = [];
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'sightline-link-'));
  socketPath = path.join(directory, 'stdio.sock');
});
afterEach(() => {
  for (const hub of hubs.splice(0)) hub.close();
  for (const server of servers.splice(0)) server.close();
  rmSync(directory, { recursive: true, force: true });
});

/** A collector's side without what is behind it. */
async function collect(): Promise<{
  readonly frames: Frame[];
  readonly hub: Hub;
  readonly faults: string[];
}> {
  const server = await claimSocket(socketPath);
  if (!server) throw new Error('the socket is taken');
  servers.push(server);
  const frames: Frame[] = [];
  const faults: string[] = [];
  let exchanges = 0;
  const hub = new Hub(server, {
    sink: (frame) => frames.push(frame),
    nowUs: () => 9,
    nextExchange: () => {
      exchanges += 1;
      return exchanges;
    },
    // Nobody may be signalled by a test: whoever is asked for runs.
    signal: () => true,
    onFault: (code) => faults.push(code),
    onShims: () => {},
  });
  hubs.push(hub);
  return { frames, hub, faults };
}

function aLine(text: string | Buffer, more: Partial<SightedLine> = {}): SightedLine {
  const data = Buffer.from(text);
  return { kind: 'line', from: 'client', atUs: 2, receivedUs: 1, bytes: data.length, data, ...more };
}

function aLink(onStart: () => void = () => {}): Link {
  return new Link(
    { kind: 'process', atUs: 1, server: 'shop', process: 'p', group: 0, shim: 0 },
    { connect: () => connect(socketPath), startCollector: onStart, nowUs: () => 5 },
  );
}

const EXIT = { kind: 'exit', atUs: 3, how: 'client_gone', code: 0 } as const;
const shown = (frames: readonly Frame[]) =>
  frames.map((frame) => {
    if (frame.kind === 'line') return `line ${frame.line.text ?? frame.line.problem}`;
    if (frame.kind === 'loss') return `loss ${frame.stage} ${frame.count}`;
    return frame.kind;
  });

describe('a link to the collector', () => {
  it('brings every frame, in order, with its bytes', async () => {
    const { frames } = await collect();
    const link = aLink();
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
    const link = aLink(() => {
      asked += 1;
    });
    link.push(aLine('early'));
    await expect.poll(() => asked).toBeGreaterThan(0);
    const { frames } = await collect();
    await expect.poll(() => shown(frames), { timeout: 10_000 }).toEqual(['process', 'line early']);
    await link.close(EXIT, 5_000);
  });

  it('drops lines past its bound, and says how many before the next one', async () => {
    const link = aLink();
    const big = 'x'.repeat(1024 * 1024);
    for (let i = 0; i < 10; i++) link.push(aLine(`${big}${i}`));
    const { frames } = await collect();
    await expect.poll(() => frames.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(5);
    const seen = frames.length - 1;
    link.push(aLine('after'));
    await link.close(EXIT, 5_000);
    expect(seen).toBeLessThan(10);
    expect(shown(frames).slice(seen + 1)).toEqual(['cut', `loss shim ${10 - seen}`, 'line after', 'exit']);
  });

  it('comes back to the next collector as the same process, and does not say twice what may have been heard', async () => {
    const first = await collect();
    const link = aLink();
    link.push(aLine('one'));
    await expect.poll(() => first.frames.length).toBe(2);
    for (const server of servers.splice(0)) server.close();
    first.hub.close();
    const second = await collect();
    await expect.poll(() => second.frames.length, { timeout: 10_000 }).toBeGreaterThan(0);
    link.push(aLine('two'));
    await link.close(EXIT, 5_000);
    expect(shown(second.frames)).toEqual(['process', 'line two', 'exit']);
  });

  it('closes within its patience where nobody listens', async () => {
    const link = aLink();
    link.push(aLine('unseen'));
    await link.close(EXIT, 10);
    expect(await claimSocket(socketPath).then((server) => server?.close())).toBeDefined();
  });
});

describe('the hub', () => {
  it('tells that a process is lost whose shim went without a word', async () => {
    const { frames } = await collect();
    const socket = connect(socketPath);
    socket.write(`${GREETING}\n`);
    const process = { kind: 'process', atUs: 1, server: 'shop', process: 'p', group: 0, shim: 0 } as const;
    for (const bytes of encodeFrame(process)) socket.write(bytes);
    await expect.poll(() => frames.length).toBe(1);
    socket.destroy();
    await expect.poll(() => frames.at(-1)).toEqual({ kind: 'exit', exchange: 1, atUs: 9, how: 'lost' });
  });

  it.each([
    'GET / HTTP/1.1\r\n\r\n',
    `${GREETING}\nnot json\n`,
    `${GREETING}\n{"kind":"request","atUs":1}\n`,
  ])('lets go whoever says %j', async (words) => {
    const { frames, faults } = await collect();
    const socket = connect(socketPath);
    socket.on('error', () => {});
    socket.write(words);
    await expect.poll(() => socket.destroyed).toBe(true);
    expect([frames, faults]).toEqual([[], ['shim_frames']]);
  });
});

describe('claiming the socket', () => {
  it('succeeds once, and again over what a killed owner left', async () => {
    await collect();
    expect(await claimSocket(socketPath)).toBeUndefined();
    await new Promise((resolve) => servers.splice(0)[0]?.close(resolve));
    // A file that nobody listens on, as SIGKILL leaves it.
    const path = JSON.stringify(socketPath);
    const script = `require('net').createServer().listen(${path},()=>process.kill(process.pid,'SIGKILL'))`;
    expect(spawnSync(process.execPath, ['-e', script]).signal).toBe('SIGKILL');
    expect(existsSync(socketPath)).toBe(true);
    const again = await claimSocket(socketPath);
    expect(again?.listening).toBe(true);
    again?.close();
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
