/**
 * The traps that proxies in Node were seen to fall into, one test each: real sockets, hostile peers. The list is
 * measured, not imagined; docs/performance.md says which libraries showed which.
 */
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { answerWith, aPost, openClient, type Rig, startRig } from './testing/rig.ts';

const rigs: Rig[] = [];
const keep = (rig: Rig): Rig => {
  rigs.push(rig);
  return rig;
};
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close();
});

const OK = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}';
const STREAM_HEAD =
  'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n';

describe('response headers', () => {
  it.each(['/mcp', '/elsewhere'])('are not held back until the first body byte (%s)', async (path) => {
    const rig = keep(await startRig({ raw: answerWith(STREAM_HEAD) }));
    const client = await openClient(rig.proxy.port);
    client.send(aPost('{}', '', path));
    expect(await client.waitFor(/\r\n\r\n/)).toContain('text/event-stream');
    client.socket.destroy();
  });
});

describe('a client that disconnects', () => {
  it.each([
    ['before the head', ''],
    ['in mid-stream', `${STREAM_HEAD}5\r\ndata:\r\n`],
  ])('is passed on to the upstream at once: %s', async (_when, reply) => {
    let upstreamGone: (() => void) | undefined;
    const gone = new Promise<void>((resolve) => {
      upstreamGone = resolve;
    });
    let asked: (() => void) | undefined;
    const wasAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const rig = keep(
      await startRig({
        raw: (socket: Socket) => {
          socket.on('close', () => upstreamGone?.());
          socket.once('data', () => {
            if (reply !== '') socket.write(reply);
            asked?.();
          });
        },
      }),
    );
    const client = await openClient(rig.proxy.port);
    client.send(aPost('{"id":1}'));
    await wasAsked;
    if (reply !== '') await client.waitFor(/data:/);
    client.socket.destroy();
    await gone;
    const [end] = await rig.waitFor('end');
    expect(end?.how).toBe('client_gone');
  });

  it('before its body is complete is never heard of by the upstream', async () => {
    let requests = 0;
    const rig = keep(await startRig({ raw: answerWith(OK, () => (requests += 1)) }));
    const client = await openClient(rig.proxy.port);
    client.send(aPost('{"id":1}').slice(0, -2));
    await sleep(20);
    client.socket.destroy();
    const [request] = await rig.waitFor('request');
    const [end] = await rig.waitFor('end');
    expect(request?.body?.problem).toBe('incomplete');
    expect(end?.how).toBe('client_gone');
    expect(requests).toBe(0);
  });
});

describe('an upstream that dies in mid-reply', () => {
  it.each([
    ['chunked', `${STREAM_HEAD}7\r\ndata: a\r\n`],
    ['with a length', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ndata: a'],
  ])('breaks the connection of the client, after what had come: %s', async (_kind, reply) => {
    const rig = keep(
      await startRig({
        raw: (socket) =>
          socket.once('data', () => {
            socket.write(reply);
            setTimeout(() => socket.destroy(), 20);
          }),
      }),
    );
    const client = await openClient(rig.proxy.port);
    client.send(aPost('{"id":1}'));
    const { text } = await client.closed();
    expect(text).toContain('data: a');
    expect(text.endsWith('0\r\n\r\n')).toBe(false);
    const [end] = await rig.waitFor('end');
    expect(end).toMatchObject({ how: 'upstream_broke' });
  });

  it('in the same packet as its head still shows what had come, and breaks', async () => {
    const rig = keep(
      await startRig({
        raw: (socket) => socket.once('data', () => socket.end(`${STREAM_HEAD}7\r\ndata: a\r\n`)),
      }),
    );
    const client = await openClient(rig.proxy.port);
    client.send(aPost('{"id":1}'));
    const { text } = await client.closed();
    expect(text).toMatch(/data: a/);
    expect(text).not.toMatch(/\r\n0\r\n\r\n$/);
  });
});

describe('a request body', () => {
  it('is not buffered whole: a client sending to a paused upstream stops after bounded bytes', async () => {
    const sockets: Socket[] = [];
    const rig = keep(
      await startRig({
        raw: (socket) => {
          sockets.push(socket);
          socket.pause();
        },
      }),
    );
    const client = await openClient(rig.proxy.port);
    const total = 128 * 1024 * 1024;
    client.send(`POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${total}\r\n\r\n`);
    const block = Buffer.alloc(1024 * 1024, 120);
    let accepted = 0;
    // Writes until the kernel and the proxy take no more: what was accepted by then is what they hold.
    for (let still = 0; still < 4 && accepted < total; ) {
      if (client.socket.writableLength === 0) {
        client.socket.write(block);
        accepted += block.length;
        still = 0;
      } else still += 1;
      await sleep(25);
    }
    expect(accepted).toBeLessThan(64 * 1024 * 1024);
    client.socket.destroy();
    for (const socket of sockets) socket.destroy();
  });
});

describe('upstream connections', () => {
  const countConnections = async (headers: (nth: number) => string, body: string, path = '/mcp') => {
    const server = createServer((request, response) => {
      request.resume();
      request.on('end', () => response.end('{}'));
    });
    const rig = keep(
      await startRig({ http: (request, response) => server.emit('request', request, response) }),
    );
    for (let nth = 0; nth < 10; nth += 1) {
      const client = await openClient(rig.proxy.port);
      client.send(`POST ${path} HTTP/1.1\r\nHost: localhost\r\n${headers(nth)}\r\n${body}`);
      await client.waitFor(/\{\}/);
      client.socket.destroy();
      // The upstream connection is free again one turn after its answer ended.
      await sleep(5);
    }
    return rig.upstream.connections.length;
  };

  it.each(['/mcp', '/elsewhere'])('are not opened anew by each chunked request (%s)', async (path) => {
    const opened = await countConnections(
      () => 'Transfer-Encoding: chunked\r\n',
      '2\r\n{}\r\n0\r\n\r\n',
      path,
    );
    expect(opened).toBe(1);
  });

  it.each(['/mcp', '/elsewhere'])("are not closed by a client's Connection: close (%s)", async (path) => {
    expect(await countConnections(() => 'Connection: close\r\nContent-Length: 2\r\n', '{}', path)).toBe(1);
  });
});

describe('what the upstream says of its own connection', () => {
  it.each(['/mcp', '/elsewhere'])(
    'does not leak, and header names keep their spelling (%s)',
    async (path) => {
      const reply =
        'HTTP/1.1 200 Very Well\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=1\r\n' +
        'X-CamelCase: a\r\nx-lower: b\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nX-CamelCase: c\r\nContent-Length: 2\r\n\r\n{}';
      const rig = keep(await startRig({ raw: answerWith(reply) }));
      const client = await openClient(rig.proxy.port);
      client.send(aPost('{}', '', path));
      const text = await client.waitFor(/\{\}/);
      expect(text).toMatch(/^HTTP\/1\.1 200 Very Well\r\n/);
      expect(text).not.toMatch(/close|X-Hop/);
      const names = text
        .split('\r\n\r\n')[0]
        ?.split('\r\n')
        .slice(1)
        .filter((line) => !/^(Connection|Keep-Alive):/.test(line));
      expect(names).toEqual([
        'X-CamelCase: a',
        'x-lower: b',
        'Set-Cookie: a=1',
        'Set-Cookie: b=2',
        'X-CamelCase: c',
        'Content-Length: 2',
      ]);
      client.socket.destroy();
    },
  );
});

describe('an upstream that crashes', () => {
  it.each(['/mcp', '/elsewhere'])('does not take the proxy with it (%s)', async (path) => {
    let calls = 0;
    const rig = keep(
      await startRig({
        raw: (socket) =>
          socket.on('data', () => {
            calls += 1;
            if (calls === 1) socket.resetAndDestroy();
            else if (calls === 2) {
              socket.write('HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nabc');
              setTimeout(() => socket.resetAndDestroy(), 10);
            } else if (calls === 3) socket.end('garbage\r\n\r\n');
            else socket.write(OK);
          }),
      }),
    );
    const texts: string[] = [];
    for (let nth = 0; nth < 4; nth += 1) {
      const client = await openClient(rig.proxy.port);
      client.send(aPost('{}', 'Connection: close\r\n', path));
      texts.push((await client.closed()).text);
    }
    expect(texts[0]).toMatch(/^HTTP\/1\.1 502 /);
    expect(texts[1]).toMatch(/^HTTP\/1\.1 200 OK/);
    expect(texts[2]).toMatch(/^HTTP\/1\.1 502 /);
    expect(texts[3]).toMatch(/\{\}$/);
  });
});

describe('short calls', () => {
  it('are not stuck behind streams: each stream has a connection of its own', async () => {
    const rig = keep(
      await startRig({
        http: (request, response) => {
          if (request.method === 'GET') {
            response.writeHead(200, { 'content-type': 'text/event-stream' });
            response.write(': open\n\n');
            return;
          }
          response.end('{}');
        },
      }),
    );
    const streams = await Promise.all([1, 2, 3, 4].map(() => openClient(rig.proxy.port)));
    for (const stream of streams) {
      stream.send('GET /mcp HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await stream.waitFor(/: open/);
    }
    for (let nth = 0; nth < 5; nth += 1) {
      const response = await fetch(`${rig.proxy.url}/mcp`, { method: 'POST', body: '{}' });
      expect(await response.text()).toBe('{}');
    }
    for (const stream of streams) stream.socket.destroy();
  });
});
