/** The frames of an exchange: which, in which order, saying what. Real traffic, one test per way it can end. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createNetServer, type Socket } from 'node:net';
import { brotliCompressSync, createGzip, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { listenOn } from '../../../test/support/listenOn.ts';
import type { Frame } from '../observation/frame.ts';
import { answerWith, anUpstream, aPost, openClient, type Rig, startRig, startRigOn } from './testing/rig.ts';

const rigs: Rig[] = [];
const keep = (rig: Rig): Rig => {
  rigs.push(rig);
  return rig;
};
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close();
});

const CALL = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"brew"}}';
const ANSWER = '{"jsonrpc":"2.0","id":1,"result":{}}';
const json = (body: string, headers = '') =>
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n${headers}Content-Length: ${body.length}\r\n\r\n${body}`;
const kinds = (frames: readonly Frame[]) => frames.map(({ kind }) => kind);

function expectOrderedTimes(frames: readonly Frame[]): void {
  const times = frames.map(({ atUs }) => atUs);
  expect(times).toEqual([...times].sort((a, b) => a - b));
}

describe('a plain call', () => {
  it('gives request, response, end with everything the fold needs', async () => {
    const rig = keep(
      await startRig({ raw: answerWith(json(ANSWER, 'Mcp-Session-Id: s1\r\nX-Other: 1\r\n')) }),
    );
    const client = await openClient(rig.proxy.port);
    client.send(
      aPost(
        CALL,
        'Accept: application/json\r\nAccept: text/event-stream\r\nUser-Agent: tea/1\r\nX-Secret: no\r\nAuthorization: Bearer abcdefghijklmnopqrstuvwxyz0123456789abcdefgh\r\n',
        '/mcp?q=1',
      ),
    );
    await rig.waitFor('end');
    const [request, response, end] = rig.frames;
    expect(kinds(rig.frames)).toEqual(['request', 'response', 'end']);
    expectOrderedTimes(rig.frames);
    expect(request).toMatchObject({
      exchange: 1,
      server: 'tea',
      method: 'POST',
      path: '/mcp',
      query: 'q=1',
      httpVersion: '1.1',
      headers: { accept: 'application/json, text/event-stream', 'user-agent': 'tea/1', host: 'localhost' },
      client: { address: '127.0.0.1', port: client.socket.localPort },
      credential: { kind: 'bearer', prefix: 'Bearer abc…', hash: expect.stringMatching(/^[0-9a-f]{32}$/) },
      traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/),
      body: { text: CALL, bytes: CALL.length },
    });
    expect(JSON.stringify(rig.frames)).not.toMatch(/X-Secret|ghijkl/i);
    expect(response).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/json', 'mcp-session-id': 's1' },
    });
    expect(response).not.toHaveProperty('proxy');
    expect(end).toMatchObject({
      how: 'complete',
      body: { text: ANSWER, bytes: ANSWER.length },
      receivedBytes: CALL.length,
      sentBytes: ANSWER.length,
      firstByteUs: expect.any(Number),
      receivedUs: expect.any(Number),
    });
    client.socket.destroy();
  });

  it('without a body (GET, DELETE) has no body in its frame, and an empty POST has an empty one', async () => {
    const rig = keep(await startRig({ raw: answerWith('HTTP/1.1 405 No\r\nContent-Length: 0\r\n\r\n') }));
    const client = await openClient(rig.proxy.port);
    for (const [nth, sent] of [
      'GET /mcp/ HTTP/1.1\r\nHost: localhost\r\n\r\n',
      'DELETE /mcp HTTP/1.1\r\nHost: localhost\r\n\r\n',
      aPost(''),
    ].entries()) {
      client.send(sent);
      await rig.waitFor('end', nth + 1);
    }
    const requests = await rig.waitFor('request', 3);
    expect(requests.map(({ body }) => body)).toEqual([undefined, undefined, { text: '', bytes: 0 }]);
    client.socket.destroy();
  });
});

describe('a streamed answer', () => {
  it('gives one frame an event, after the head and before the end', async () => {
    const rig = keep(
      await startRig({
        http: (_request, response) => {
          response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
          response.write('id: 1\ndata: {"a":1}\n\n');
          response.end(`: ping\n\nevent: message\ndata: ${ANSWER}\n\n`);
        },
      }),
    );
    await (await fetch(`${rig.proxy.url}/mcp`, { method: 'POST', body: CALL })).text();
    await rig.waitFor('end');
    expect(kinds(rig.frames)).toEqual(['request', 'response', 'sse', 'sse', 'end']);
    expectOrderedTimes(rig.frames);
    expect(rig.frames[2]).toMatchObject({ id: '1', data: { text: '{"a":1}', bytes: 7 } });
    expect(rig.frames[3]).toMatchObject({ event: 'message', data: { text: ANSWER } });
    expect(rig.frames[4]).not.toHaveProperty('body');
  });

  it('that comes whole in one packet has its end after its events', async () => {
    const event = 'data: 1\n\n';
    const chunks = `${event.length.toString(16)}\r\n${event}\r\n0\r\n\r\n`;
    const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n';
    let clock = 1;
    const rig = keep(await startRig({ raw: answerWith(head + chunks) }, {}, { nowUs: () => (clock += 1) }));
    const client = await openClient(rig.proxy.port);
    client.send(aPost(CALL));
    await rig.waitFor('end');
    expect(kinds(rig.frames)).toEqual(['request', 'response', 'sse', 'end']);
    expectOrderedTimes(rig.frames);
    client.socket.destroy();
  });

  it('that is gzip coded is read as it comes, event by event', async () => {
    const rig = keep(
      await startRig({
        http: (_request, response) => {
          response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' });
          const gzip = createGzip();
          gzip.on('data', (chunk: Buffer) => response.write(chunk));
          gzip.write('data: one\n\n');
          gzip.flush(() => undefined);
        },
      }),
    );
    const client = await openClient(rig.proxy.port);
    client.send('GET /mcp HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const [event] = await rig.waitFor('sse');
    expect(event?.data).toEqual({ text: 'one', bytes: 3 });
    client.socket.destroy();
    const [end] = await rig.waitFor('end');
    expect(end?.how).toBe('client_gone');
  });
});

describe('what may be looked at of a body', () => {
  const cases: readonly (readonly [string, Buffer, string, object])[] = [
    ['gzip', gzipSync(ANSWER), 'gzip', { text: ANSWER, bytes: ANSWER.length }],
    ['deflate', deflateSync(ANSWER), 'deflate', { text: ANSWER, bytes: ANSWER.length }],
    ['br', brotliCompressSync(ANSWER), 'br', { text: ANSWER, bytes: ANSWER.length }],
    ['unknown coding', Buffer.from('zz'), 'zstd', { bytes: 2, problem: 'coding' }],
    ['broken coding', Buffer.from('zz'), 'gzip', { bytes: 2, problem: 'coding' }],
    ['a bomb', gzipSync(Buffer.alloc(3_000_000)), 'gzip', { problem: 'oversized' }],
    ['not UTF-8', Buffer.from([0xff, 0xfe]), 'identity', { bytes: 2, problem: 'not_utf8' }],
    [
      'larger than the limit',
      Buffer.alloc(1_000_001, 'x'),
      'identity',
      { bytes: 1_000_001, problem: 'oversized' },
    ],
    ['as large as the limit', Buffer.alloc(1_000_000, 'x'), 'identity', { bytes: 1_000_000 }],
  ];
  it.each(cases)('%s, of an answer and of a request', async (_kind, bytes, coding, expected) => {
    const rig = keep(
      await startRig(
        {
          http: (request, response) => {
            request.resume();
            request.on('end', () => {
              response.writeHead(200, { 'content-encoding': coding });
              response.end(bytes);
            });
          },
        },
        { inspectBytesMax: 1_000_000 },
      ),
    );
    const client = await openClient(rig.proxy.port);
    client.socket.write(
      `POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: ${coding}\r\nContent-Length: ${bytes.length}\r\n\r\n`,
    );
    client.socket.write(bytes);
    const [end] = await rig.waitFor('end');
    expect(kinds(rig.frames)).toEqual(['request', 'response', 'end']);
    const [request] = await rig.waitFor('request');
    expect(end?.body).toMatchObject(expected);
    expect(request?.body).toMatchObject(expected);
    expect(end?.sentBytes).toBe(bytes.length);
    client.socket.destroy();
  });

  it('never makes a sink that throws anyone else’s problem', async () => {
    const rig = keep(
      await startRig(
        { raw: answerWith(json(ANSWER)) },
        {},
        {
          sink: () => {
            throw new Error('sink');
          },
        },
      ),
    );
    const response = await fetch(`${rig.proxy.url}/mcp`, { method: 'POST', body: CALL });
    expect(await response.text()).toBe(ANSWER);
    expect(rig.faults.length).toBeGreaterThan(0);
  });
});

describe('an exchange that fails', () => {
  it('because the upstream is not there is answered 502 that names it and the cause', async () => {
    const gone = await listenOn(createNetServer());
    await gone.close();
    const rig = keep(await startRigOn(gone, { upstreams: [anUpstream(gone.origin)] }));
    const response = await fetch(`${rig.proxy.url}/mcp`, { method: 'POST', body: CALL });
    const body = await response.json();
    expect(response.status).toBe(502);
    expect(body).toMatchObject({ jsonrpc: '2.0', id: null, error: { code: -32000 } });
    expect(JSON.stringify(body)).toMatch(/tea.*127\.0\.0\.1.*ECONNREFUSED/);
    await rig.waitFor('end');
    expect(kinds(rig.frames)).toEqual(['request', 'response', 'end']);
    expect(rig.frames[0]).toMatchObject({ body: { text: CALL } });
    expect(rig.frames[1]).toMatchObject({ status: 502, proxy: { answer: 'unreachable' } });
    expect(rig.frames[2]).toMatchObject({
      how: 'complete',
      body: { text: expect.stringContaining('ECONNREFUSED') },
    });
    const elsewhere = await fetch(`${rig.proxy.url}/elsewhere`);
    expect(elsewhere.status).toBe(502);
    expect(await elsewhere.json()).toMatchObject({ error: { message: expect.stringContaining('tea') } });
  });

  it('because the upstream breaks off before its head is answered 502 and sent only once', async () => {
    let requests = 0;
    const rig = keep(
      await startRig({
        raw: (socket) => {
          socket.once('data', () => {
            requests += 1;
            socket.destroy();
          });
        },
      }),
    );
    for (const method of ['POST', 'GET', 'DELETE']) {
      requests = 0;
      const response = await fetch(`${rig.proxy.url}/mcp`, {
        method,
        ...(method === 'POST' ? { body: CALL } : {}),
      });
      expect(response.status).toBe(502);
      expect(requests).toBe(1);
    }
    expect((await rig.waitFor('response', 3)).map(({ proxy }) => proxy?.answer)).toEqual([
      'interrupted',
      'interrupted',
      'interrupted',
    ]);
  });

  it('because a kept connection had just been closed is not sent again', async () => {
    let requests = 0;
    const rig = keep(
      await startRig({
        raw: (socket) => {
          let first = true;
          socket.on('data', () => {
            requests += 1;
            if (!first) return socket.destroy();
            first = false;
            return socket.write(json('{}'));
          });
        },
      }),
    );
    await (await fetch(`${rig.proxy.url}/mcp`, { method: 'POST', body: CALL })).text();
    const response = await fetch(`${rig.proxy.url}/mcp`, { method: 'POST', body: CALL });
    expect(response.status).toBe(502);
    expect(requests).toBe(2);
  });

  it('because the upstream takes longer than request-timeout is answered 504, and the upstream let go', async () => {
    let closed: (() => void) | undefined;
    const upstreamClosed = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const rig = keep(
      await startRig(
        { raw: (socket) => socket.on('close', () => closed?.()).resume() },
        { requestTimeoutMs: 30 },
      ),
    );
    const response = await fetch(`${rig.proxy.url}/mcp`, { method: 'POST', body: CALL });
    expect(response.status).toBe(504);
    expect(await response.json()).toMatchObject({
      error: { code: -32001, message: expect.stringContaining('tea') },
    });
    await upstreamClosed;
    const [frame] = await rig.waitFor('response');
    expect(frame?.proxy?.answer).toBe('timeout');
  });

  it('in mid-stream says so after the events that came', async () => {
    const rig = keep(
      await startRig({
        raw: (socket) =>
          socket.once('data', () => {
            const event = 'data: 1\n\n';
            socket.write(
              `HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n${event.length.toString(16)}\r\n${event}\r\n`,
            );
            setTimeout(() => socket.destroy(), 20);
          }),
      }),
    );
    const client = await openClient(rig.proxy.port);
    client.send(aPost(CALL));
    await rig.waitFor('end');
    expect(kinds(rig.frames)).toEqual(['request', 'response', 'sse', 'end']);
    expect(rig.frames[3]).toMatchObject({ how: 'upstream_broke' });
  });

  it('in the middle of a JSON answer leaves an incomplete body', async () => {
    const rig = keep(
      await startRig({
        raw: (socket) =>
          socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"a"')),
      }),
    );
    const client = await openClient(rig.proxy.port);
    client.send(aPost(CALL));
    await client.closed();
    const [end] = await rig.waitFor('end');
    expect(end).toMatchObject({ how: 'upstream_broke', body: { bytes: 4, problem: 'incomplete' } });
  });
});

describe('stopping', () => {
  /** An upstream that answers its first request only when it is released. */
  const startSlowRig = async () => {
    let answer: (() => void) | undefined;
    let tellAsked: (() => void) | undefined;
    const asked = new Promise<void>((resolve) => {
      tellAsked = resolve;
    });
    const http = (_request: IncomingMessage, response: ServerResponse) => {
      answer = () => response.end(ANSWER);
      tellAsked?.();
    };
    const rig = await startRig({ http }, { drainMs: 60_000 });
    return { rig, asked, release: () => answer?.() };
  };

  it('lets a running exchange finish and refuses new ones', async () => {
    const { rig, asked, release } = await startSlowRig();
    const client = await openClient(rig.proxy.port);
    client.send(aPost(CALL));
    await asked;
    const closing = rig.proxy.close();
    release();
    await client.waitFor(/result/);
    await closing;
    const [end] = await rig.waitFor('end');
    expect(end?.how).toBe('complete');
    await rig.close();
  });

  it('answers a request that comes while it drains with 503, and lets the running one finish', async () => {
    const { rig, asked, release } = await startSlowRig();
    const client = await openClient(rig.proxy.port);
    client.send(aPost(CALL));
    await asked;
    const closing = rig.proxy.close();
    client.send(aPost('{"id":2}'));
    await rig.waitFor('request', 2);
    release();
    expect(await client.waitFor(/stopping/)).toMatch(/result.*HTTP\/1\.1 503 /s);
    await closing;
    const answers = await rig.waitFor('response', 2);
    expect(answers.map(({ proxy }) => proxy?.answer).sort()).toEqual(['draining', undefined]);
    await rig.close();
  });

  it('cuts off what still runs when the time is over, and does not wait for streams that only listen', async () => {
    let upstreamSocket: Socket | undefined;
    const rig = await startRig(
      {
        http: (request, response) => {
          upstreamSocket = request.socket;
          response.writeHead(200, { 'content-type': 'text/event-stream' });
          response.write(': open\n\n');
        },
      },
      { drainMs: 60_000 },
    );
    const client = await openClient(rig.proxy.port);
    client.send('GET /mcp HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await client.waitFor(/open/);
    await rig.proxy.close();
    const [end] = await rig.waitFor('end');
    expect(end?.how).toBe('shutdown');
    await client.closed();
    upstreamSocket?.destroy();
    await rig.close();
  });
});

describe('the trace', () => {
  const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const relay = async (headers: string, body: string, settings = {}, sentHeaders = 1) => {
    let got = '';
    const rig = keep(
      await startRig(
        {
          raw: answerWith(json('{}'), (text) => {
            got = text;
          }),
        },
        settings,
      ),
    );
    const client = await openClient(rig.proxy.port);
    client.send(aPost(body, headers));
    const [request] = await rig.waitFor('request');
    await rig.waitFor('end');
    client.socket.destroy();
    expect(got.match(/^traceparent:/gim) ?? []).toHaveLength(sentHeaders);
    return {
      sent: /^traceparent: (.*)\r$/im.exec(got)?.[1],
      state: /^tracestate: (.*)\r$/im.exec(got)?.[1],
      body: got.slice(got.indexOf('\r\n\r\n') + 4),
      request,
    };
  };

  it("continues the client's header under a span of our own, and its state passes", async () => {
    const { sent, state, request } = await relay(`Traceparent: ${parent}\r\nTracestate: a=1\r\n`, CALL);
    expect(sent).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/);
    expect(sent).not.toContain('b7ad6b7169203331');
    expect(state).toBe('a=1');
    expect(request).toMatchObject({ traceparent: sent, headers: { traceparent: parent } });
  });

  it("lets the client's own header pass untouched where trace context is to be ignored", async () => {
    const { sent, state } = await relay(`traceparent: ${parent}\r\ntracestate: a=1\r\n`, CALL, {
      traceParent: 'ignore',
    });
    expect([sent, state]).toEqual([parent, 'a=1']);
    expect((await relay('', CALL, { traceParent: 'ignore' }, 0)).sent).toBeUndefined();
  });

  it('prefers `_meta.traceparent`, and leaves the body as it came', async () => {
    const meta = '00-1af7651916cd43dd8448eb211c80319c-c7ad6b7169203331-00';
    const body = `{"id":1,"method":"ping","params":{"_meta":{"traceparent":"${meta}","tracestate":"m=1"}}}`;
    const { sent, state, body: passed } = await relay(`traceparent: ${parent}\r\ntracestate: a=1\r\n`, body);
    expect(sent).toMatch(/^00-1af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-00$/);
    expect(state).toBe('m=1');
    expect(passed).toBe(body);
  });

  it('begins here when there is none, and then says not sampled unless told to', async () => {
    expect((await relay('tracestate: stray=1\r\n', CALL)).sent).toMatch(/-00$/);
    expect((await relay('tracestate: stray=1\r\n', CALL)).state).toBe(undefined);
    expect((await relay('', CALL, { propagateSampled: true })).sent).toMatch(/-01$/);
    expect((await relay('traceparent: broken\r\n', CALL)).sent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
  });

  it('is only linked to with the policy `link`', async () => {
    const { sent } = await relay(`traceparent: ${parent}\r\n`, CALL, { traceParent: 'link' });
    expect(sent).not.toContain('0af7651916cd43dd8448eb211c80319c');
  });
});
