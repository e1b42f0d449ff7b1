/** What crosses the proxy crosses as it came: heads, paths, bodies, streams; and what must not cross does not. */
import { createHash } from 'node:crypto';
import { connect, createServer as createNetServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { listenOn } from '../../../test/support/listenOn.ts';
import { answerWith, anUpstream, aPost, openClient, type Rig, startRig, startRigOn } from './testing/rig.ts';

const rigs: Rig[] = [];
const keep = (rig: Rig): Rig => {
  rigs.push(rig);
  return rig;
};
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close();
});

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}';

/** Sends bytes through the proxy and gives what the upstream got. */
async function relay(sent: string, settings: Parameters<typeof startRig>[1] = {}): Promise<string> {
  let got = '';
  const rig = keep(
    await startRig(
      {
        raw: answerWith(OK, (text) => {
          got = text;
        }),
      },
      settings,
    ),
  );
  const client = await openClient(rig.proxy.port);
  client.send(sent);
  await client.waitFor(/\r\n\r\n/);
  client.socket.destroy();
  return got;
}

describe.each(['/mcp', '/elsewhere'])('a request to %s', (path) => {
  it('loses the fields of its own hop and no other', async () => {
    const got = await relay(
      aPost(
        '{}',
        'Connection: keep-alive, X-Private\r\nX-Private: 1\r\nKeep-Alive: timeout=9\r\nTE: trailers\r\n' +
          'Proxy-Authorization: Basic eA==\r\nUpgrade: h2c\r\nX-Public: 2\r\nAuthorization: Bearer abc\r\n',
        path,
      ),
    );
    expect(got).not.toMatch(/x-private|timeout=9|trailers|proxy-auth|upgrade|h2c/i);
    expect(got).toMatch(/X-Public: 2\r\n/);
    expect(got).toMatch(/Authorization: Bearer abc\r\n/);
  });

  it('keeps spelling, order and repetition of its fields', async () => {
    const got = await relay(aPost('{}', 'X-cAsE: 1\r\nx-two: 2\r\nX-cAsE: 3\r\nMCP-Session-Id: s\r\n', path));
    expect(got).toContain('X-cAsE: 1\r\n');
    expect(got).toContain('X-cAsE: 3\r\n');
    expect(got).toContain('MCP-Session-Id: s\r\n');
  });

  it('keeps bytes beyond ASCII in its fields', async () => {
    const got = await relay(aPost('{}', 'X-Name: caf\xe9 \xff\r\n', path));
    expect(got).toContain('X-Name: caf\xe9 \xff\r\n');
  });

  it("carries the upstream's Host, or the client's with preserve-host", async () => {
    expect(await relay(aPost('{}', '', path))).toMatch(/host: 127\.0\.0\.1:\d+\r\n/i);
    expect(await relay(aPost('{}', '', path), { preserveHost: true })).toMatch(/host: localhost\r\n/i);
  });

  it.each([
    `${path}//double`,
    `${path}/%2F%2e%2E/a%20b`,
    `${path}/../up/./x`,
    `${path}?`,
    `${path}?a=1&a=2&&b=%41?c`,
    `${path}/;p=1?x=http://y/`,
  ])('passes path and query as they came: %s', async (target) => {
    expect(await relay(aPost('{}', '', target))).toMatch(
      new RegExp(`^POST ${target.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')} HTTP/1.1\r\n`),
    );
  });

  it('is told the chain of addresses only when forwarded-headers says so', async () => {
    const sent = aPost('{}', 'X-Forwarded-For: 203.0.113.7\r\n', path);
    expect(await relay(sent)).toMatch(/X-Forwarded-For: 203\.0\.113\.7\r\n/);
    const told = await relay(sent, { forwardedHeaders: true });
    expect(told).toMatch(/x-forwarded-for: 203\.0\.113\.7, 127\.0\.0\.1\r\n/i);
    expect(told).toMatch(/x-forwarded-proto: http\r\n/i);
    expect(told).toMatch(/x-forwarded-host: localhost\r\n/i);
  });

  it.each([
    ['', /authorization: Bearer configured/i],
    ['Authorization: Bearer mine\r\n', /Authorization: Bearer mine/],
  ])('gets configured headers only where it has none of that name (%j)', async (own, expected) => {
    let got = '';
    const raw = answerWith(OK, (text) => {
      got = text;
    });
    const upstream = await listenOn(createNetServer(raw));
    const headers = { authorization: 'Bearer configured', 'X-Extra': 'yes' };
    const rig = keep(
      await startRigOn(upstream, { upstreams: [{ ...anUpstream(upstream.origin), headers }] }),
    );
    const client = await openClient(rig.proxy.port);
    client.send(aPost('{}', own, path));
    await client.waitFor(/\{\}/);
    client.socket.destroy();
    expect(got).toMatch(expected);
    expect(got).toMatch(/X-Extra: yes/);
    expect(got.match(/authorization/gi)).toHaveLength(1);
  });
});

describe('a request that could be read in two ways', () => {
  const refused = async (sent: string, status: RegExp) => {
    let requests = 0;
    const rig = keep(await startRig({ raw: answerWith(OK, () => (requests += 1)) }));
    const client = await openClient(rig.proxy.port);
    client.send(sent);
    expect(await client.waitFor(/\r\n\r\n/)).toMatch(status);
    expect(requests).toBe(0);
    client.socket.destroy();
  };

  it('with both Content-Length and Transfer-Encoding is refused', () =>
    refused(
      'POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /evil HTTP/1.1\r\n\r\n',
      /^HTTP\/1\.1 400 /,
    ));
  it('with two lengths is refused', () =>
    refused(
      'POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}',
      /^HTTP\/1\.1 400 /,
    ));
  it('with two hosts is refused', () =>
    refused('GET /mcp HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n', /^HTTP\/1\.1 400 /));
  it('with a transfer coding besides chunked is refused, not forwarded without it', () =>
    refused(
      'POST /mcp HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
      /^HTTP\/1\.1 501 /,
    ));

  it('as DELETE with a chunked body reaches the upstream framed', async () => {
    for (const path of ['/mcp', '/elsewhere']) {
      const got = await relay(
        `DELETE ${path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
      );
      expect(got).toMatch(/content-length: 2\r\n|transfer-encoding: chunked\r\n/i);
      expect(got).toContain('{}');
    }
  });
});

describe('a body', () => {
  const bad: readonly (readonly [string, Buffer, string])[] = [
    ['not JSON', Buffer.from('hello'), ''],
    ['empty', Buffer.alloc(0), ''],
    ['large', Buffer.alloc(3_000_000, 'x'), ''],
    ['deeply nested', Buffer.from(`${'['.repeat(100_000)}${']'.repeat(100_000)}`), ''],
    ['gzip', gzipSync('{"jsonrpc":"2.0"}'), 'Content-Encoding: gzip\r\n'],
    ['not UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x00, 0x7d]), ''],
    ['falsely called gzip', Buffer.from('plain'), 'Content-Encoding: gzip\r\n'],
  ];
  it.each(bad)('is forwarded byte for byte and disturbs nobody: %s', async (_kind, body, headers) => {
    const rig = keep(
      await startRig({
        http: (request, response) => {
          const hash = createHash('sha256');
          request.on('data', (chunk: Buffer) => hash.update(chunk));
          request.on('end', () => response.end(hash.digest('hex')));
        },
      }),
    );
    const client = await openClient(rig.proxy.port);
    client.socket.write(
      `POST /mcp HTTP/1.1\r\nHost: localhost\r\n${headers}Content-Length: ${body.length}\r\n\r\n`,
    );
    client.socket.write(body);
    const meanwhile = await fetch(`${rig.proxy.url}/mcp`, { method: 'POST', body: '{"id":1}' });
    expect(await meanwhile.text()).toBe(createHash('sha256').update('{"id":1}').digest('hex'));
    const digest = createHash('sha256').update(body).digest('hex');
    expect(await client.waitFor(new RegExp(digest))).toContain(digest);
    client.socket.destroy();
    await rig.waitFor('end', 2);
    expect(rig.faults).toEqual([]);
  });

  it('that is cut off by its sender ends there, and only there', async () => {
    const rig = keep(await startRig({ raw: answerWith(OK) }));
    const client = await openClient(rig.proxy.port);
    client.send('POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500000\r\n\r\n{"half":');
    await new Promise((resolve) => setTimeout(resolve, 20));
    client.socket.destroy();
    const [end] = await rig.waitFor('end');
    expect(end?.how).toBe('client_gone');
    const meanwhile = await fetch(`${rig.proxy.url}/mcp`, { method: 'POST', body: '{}' });
    expect(meanwhile.status).toBe(200);
  });

  it('may be refused by the upstream before it is complete', async () => {
    const rig = keep(
      await startRig({
        raw: (socket) => {
          socket.once('data', () => {
            socket.write('HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig');
          });
        },
      }),
    );
    const client = await openClient(rig.proxy.port);
    client.send('POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50000000\r\n\r\n');
    client.socket.write(Buffer.alloc(200_000));
    expect(await client.waitFor(/big$/)).toMatch(/^HTTP\/1\.1 413 Too Large/);
    const [request] = await rig.waitFor('request');
    expect(request?.body).toMatchObject({ problem: 'incomplete' });
    client.socket.destroy();
  });

  it('is asked for with 100 Continue when its sender waits for that, and not when it will be refused', async () => {
    const rig = keep(await startRig({ raw: answerWith(OK) }));
    const client = await openClient(rig.proxy.port);
    client.send('POST /mcp HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n');
    expect(await client.waitFor(/100 Continue/)).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\n$/);
    client.send('{}');
    expect(await client.waitFor(/\{\}/)).toContain('200 OK');
    client.socket.destroy();
    const foreign = await openClient(rig.proxy.port);
    foreign.send(
      'POST /mcp HTTP/1.1\r\nHost: evil.example\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n',
    );
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(foreign.text()).not.toContain('100 Continue');
    foreign.socket.destroy();
  });

  it('that is chunked and slow is not waited for', async () => {
    let upstreamSocket: Socket | undefined;
    const rig = keep(
      await startRig({
        raw: (socket) => {
          upstreamSocket = socket;
          socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi'));
        },
      }),
    );
    const client = await openClient(rig.proxy.port);
    client.send('POST /mcp HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n');
    expect(await client.waitFor(/hi$/)).toContain('200 OK');
    client.socket.destroy();
    upstreamSocket?.destroy();
  });
});

describe('an answer', () => {
  it('keeps SSE bytes as they are, cut anywhere: comments, ids, retry, odd line ends', async () => {
    const bytes = Buffer.from(
      '\ufeff: hi\r\n\r\nid: 1\r\ndata:\r\n\r\nretry: 10\n\nevent: x\rdata: {"ä":\rdata: 1}\r\r:\n\nid\n\ndata: end\n\n',
    );
    for (const size of [1, 2, 3, 7, bytes.length]) {
      const rig = await startRig({
        http: (_request, response) => {
          response.writeHead(200, { 'content-type': 'text/event-stream' });
          let at = 0;
          const step = () => {
            if (at >= bytes.length) return void response.end();
            response.write(bytes.subarray(at, at + size));
            at += size;
            setImmediate(step);
          };
          step();
        },
      });
      const response = await fetch(`${rig.proxy.url}/mcp`, { method: 'POST', body: '{}' });
      expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes);
      const events = await rig.waitFor('sse', 4);
      expect(events.map(({ event, id, data }) => [event, id, data?.text])).toEqual([
        [undefined, '1', ''],
        ['x', undefined, '{"ä":\n1}'],
        [undefined, '', undefined],
        [undefined, undefined, 'end'],
      ]);
      await rig.close();
    }
  });

  it('keeps its trailers and its informational heads', async () => {
    const reply =
      'HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n' +
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 7\r\n\r\n';
    const rig = keep(await startRig({ raw: answerWith(reply) }));
    const client = await openClient(rig.proxy.port);
    client.send(aPost('{}'));
    const text = await client.waitFor(/X-Sum: 7\r\n\r\n$/);
    expect(text).toMatch(/^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a>; rel=preload\r\n\r\nHTTP\/1\.1 200 OK/);
    expect(text).toMatch(/0\r\nX-Sum: 7\r\n\r\n$/);
    client.socket.destroy();
  });

  it('without framing reaches an HTTP/1.0 client, and a broken one does not look whole', async () => {
    const rig = keep(
      await startRig({
        raw: (socket) =>
          socket.once('data', () => {
            socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n');
            setTimeout(() => socket.destroy(), 20);
          }),
      }),
    );
    const client = await openClient(rig.proxy.port);
    client.send('POST /mcp HTTP/1.0\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}');
    const { broken } = await client.closed();
    expect(broken).toBe(true);
  });

  it('of 64 MB to a client that does not read stops at the upstream, and then comes whole', async () => {
    const total = 64 * 1024 * 1024;
    const block = Buffer.alloc(65_536, 120);
    let written = 0;
    const rig = keep(
      await startRig(
        {
          http: (_request, response) => {
            response.writeHead(200, { 'content-length': total });
            const push = () => {
              while (written < total) {
                written += block.length;
                if (!response.write(block)) return void response.once('drain', push);
              }
              response.end();
            };
            push();
          },
        },
        { inspectBytesMax: 1_000_000 },
      ),
    );
    const socket = connect({ host: '127.0.0.1', port: rig.proxy.port });
    socket.pause();
    socket.write(aPost('{}'));
    let before = -1;
    while (before !== written || written === 0) {
      before = written;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(written).toBeLessThan(32 * 1024 * 1024);
    let received = 0;
    await new Promise<void>((resolve) => {
      socket.on('data', (chunk: Buffer) => {
        received += chunk.length;
        if (received >= total) resolve();
      });
      socket.resume();
    });
    const [end] = await rig.waitFor('end');
    expect(end).toMatchObject({
      how: 'complete',
      sentBytes: total,
      body: { bytes: total, problem: 'oversized' },
    });
    socket.destroy();
  });
});

describe('everything that is no exchange', () => {
  it('OPTIONS passes with its CORS answer', async () => {
    const rig = keep(
      await startRig({
        raw: answerWith(
          'HTTP/1.1 204 No Content\r\nAccess-Control-Allow-Origin: http://localhost:1\r\nAccess-Control-Expose-Headers: Mcp-Session-Id\r\n\r\n',
        ),
      }),
    );
    const client = await openClient(rig.proxy.port);
    client.send('OPTIONS /mcp HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost:1\r\n\r\n');
    const text = await client.waitFor(/\r\n\r\n/);
    expect(text).toMatch(/^HTTP\/1\.1 204 No Content/);
    expect(text).toContain('Access-Control-Expose-Headers: Mcp-Session-Id\r\n');
    expect(rig.frames).toEqual([]);
    client.socket.destroy();
  });

  it('a websocket upgrade passes both ways', async () => {
    const rig = keep(
      await startRig({
        raw: (socket) => {
          socket.once('data', () => {
            socket.write(
              'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
            );
            socket.on('data', (chunk: Buffer) => socket.write(`echo ${chunk.toString()}`));
          });
        },
      }),
    );
    const client = await openClient(rig.proxy.port);
    client.send(
      'GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\n\r\n',
    );
    await client.waitFor(/101 Switching/);
    client.send('hello');
    expect(await client.waitFor(/echo hello/)).toContain('echo hello');
    client.socket.destroy();
  });

  it('adds no header of the server library', async () => {
    const rig = keep(await startRig({ raw: answerWith(OK) }));
    for (const path of ['/mcp', '/elsewhere']) {
      const client = await openClient(rig.proxy.port);
      client.send(aPost('{}', '', path));
      expect(await client.waitFor(/\{\}/)).not.toMatch(/x-powered-by|etag|date:|server:/i);
      client.socket.destroy();
    }
  });
});
