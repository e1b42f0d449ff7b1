/**
 * Many exchanges at once in which every side misbehaves at any moment. Whatever happens, each exchange gives its
 * frames in order, exactly one request and one end, and the proxy holds nothing afterwards.
 */
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { Frame } from '../observation/frame.ts';
import { startRig } from './testing/rig.ts';

/** The same numbers on every run, so that a failure can be repeated. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const EVENT = 'data: {"a":1}\n\n';
const CHUNK = `${EVENT.length.toString(16)}\r\n${EVENT}\r\n`;
const STREAM = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n';

/** What an upstream may do to a request, from decent to rude. */
const REPLIES: readonly string[] = [
  'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}',
  'HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n',
  `${STREAM}${CHUNK}${CHUNK}0\r\n\r\n`,
  `${STREAM}${CHUNK}`,
  'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf',
  'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}',
  'nonsense\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Le',
  '',
];

describe('a storm of exchanges', () => {
  it('leaves every exchange told from beginning to end, and nothing behind', async () => {
    const random = randomFrom(7);
    const rig = await startRig({
      raw: (socket) => {
        socket.on('data', () => {
          const reply = REPLIES[random(REPLIES.length)] ?? '';
          socket.write(reply);
          const act = random(4);
          if (act === 0) socket.destroy();
          else if (act === 1) setTimeout(() => socket.resetAndDestroy(), random(20));
          else if (act === 2) setTimeout(() => socket.end(), random(20));
        });
      },
    });
    const visit = () =>
      new Promise<void>((resolve) => {
        const socket = connect({ host: '127.0.0.1', port: rig.proxy.port });
        const method = ['POST', 'POST', 'GET', 'DELETE'][random(4)] ?? 'POST';
        const size = random(3) === 0 ? 100_000 : 20;
        const body = method === 'POST' ? Buffer.alloc(size, 'x') : Buffer.alloc(0);
        const framing = method === 'POST' ? `Content-Length: ${body.length}\r\n` : '';
        socket.on('error', () => undefined);
        socket.on('close', () => resolve());
        socket.on('data', () => {
          if (random(3) === 0) socket.destroy();
        });
        socket.write(`${method} /mcp HTTP/1.1\r\nHost: localhost\r\n${framing}\r\n`);
        socket.write(random(5) === 0 ? body.subarray(0, body.length >> 1) : body);
        setTimeout(() => (random(2) === 0 ? socket.resetAndDestroy() : socket.destroy()), random(60));
      });
    for (let wave = 0; wave < 12; wave += 1) await Promise.all(Array.from({ length: 25 }, visit));
    await rig.close();
    const exchanges = new Map<number, Frame[]>();
    for (const frame of rig.frames) {
      if (!('exchange' in frame)) continue;
      const frames = exchanges.get(frame.exchange) ?? [];
      frames.push(frame);
      exchanges.set(frame.exchange, frames);
    }
    expect(exchanges.size).toBeGreaterThan(200);
    for (const frames of exchanges.values()) {
      const story = frames.map(({ kind }) => kind).join(' ');
      expect(story).toMatch(/^request( response( sse)*)? end$/);
      const times = frames.map(({ atUs }) => atUs);
      expect(times).toEqual([...times].sort((a, b) => a - b));
    }
    expect(rig.faults).toEqual([]);
  });
});
