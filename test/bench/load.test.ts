/** The load generator against an upstream that behaves, and ones that do not. Claims nothing about time. */
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { type Listening, listenOn } from '../support/listenOn.ts';
import { acceptedReply, fillTemplate, initializeReply, replyTemplates } from './fixtures.ts';
import { runLoad } from './load.ts';
import { MessageReader } from './messageReader.ts';

const open: Listening[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function serve(answerCall: (socket: Socket, id: number) => void): Promise<number> {
  const server: Server = createServer((socket) => {
    const reader = new MessageReader(({ body }) => {
      const { id, method } = JSON.parse(body.toString('utf8'));
      if (method === 'initialize') socket.write(initializeReply(id, 'a-session'));
      else if (id === undefined) socket.write(acceptedReply);
      else answerCall(socket, id);
    });
    socket.on('data', (chunk) => reader.push(chunk));
  });
  const listening = await listenOn(server);
  open.push(listening);
  return listening.port;
}

function answerRightly(socket: Socket, id: number): void {
  for (const piece of replyTemplates('call')) socket.write(fillTemplate(piece, id));
}

const short = { fixture: 'call', connections: 3, durationMs: 120 } as const;

it('a closed loop counts every request and every handshake that it sent', async () => {
  let answered = 0;
  const port = await serve((socket, id) => {
    answered += 1;
    answerRightly(socket, id);
  });
  const result = await runLoad({ ...short, kind: 'closed', port });
  expect(result.errors).toBe(0);
  expect(result.requests).toBe(answered);
  expect(result.handshakes).toBe(3);
  expect(result.p50Us).toBeGreaterThan(0);
  expect(result.p99Us).toBeGreaterThanOrEqual(result.p50Us);
});

it('an open loop sends exactly as many requests as its rate and its time make', async () => {
  const ids = new Set<number>();
  const port = await serve((socket, id) => {
    ids.add(id);
    answerRightly(socket, id);
  });
  const result = await runLoad({ ...short, kind: 'open', port, ratePerSecond: 500 });
  expect(result.errors).toBe(0);
  expect(result.requests).toBe(60);
  expect(ids.size).toBe(60);
});

it('an open loop charges a stall to every request that was due meanwhile', async () => {
  const stallMs = 150;
  let calls = 0;
  const port = await serve((socket, id) => {
    calls += 1;
    if (calls === 1) setTimeout(answerRightly, stallMs, socket, id);
    else answerRightly(socket, id);
  });
  const result = await runLoad({
    fixture: 'call',
    kind: 'open',
    connections: 1,
    durationMs: 100,
    port,
    ratePerSecond: 200,
  });
  expect(result.errors).toBe(0);
  expect(result.requests).toBe(20);
  // All twenty were due within 100 ms and none could be sent for 150: a slower machine only adds to that.
  expect(result.p50Us).toBeGreaterThan((stallMs - 100) * 1_000);
});

it.each([
  {
    what: 'the answer of another request',
    answer: (socket: Socket, id: number) => answerRightly(socket, id + 1),
    says: 'another request',
  },
  {
    what: 'a status that is no success',
    answer: (socket: Socket) => void socket.write('HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n'),
    says: '502',
  },
  {
    what: 'a body that was cut short',
    answer: (socket: Socket) => void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'),
    says: '2 bytes came',
  },
  {
    what: 'a connection that breaks',
    answer: (socket: Socket) => void socket.destroy(),
    says: 'closed',
  },
])('$what is an error, and no request', async ({ answer, says }) => {
  const port = await serve(answer);
  const result = await runLoad({ ...short, kind: 'closed', port });
  expect(result.requests).toBe(0);
  expect(result.errors).toBe(3);
  expect(result.errorTexts.join()).toContain(says);
});
