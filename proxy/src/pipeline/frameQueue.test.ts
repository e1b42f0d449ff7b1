import { describe, expect, it } from 'vitest';
import type { EndFrame, Frame, RequestFrame, ResponseFrame } from '../observation/frame.ts';
import { FrameQueue, type QueueSettings, sizeOf } from './frameQueue.ts';

const request = (exchange: number, text = ''): RequestFrame => ({
  kind: 'request',
  exchange,
  atUs: exchange * 10,
  server: 'shop',
  method: 'POST',
  path: '/mcp',
  httpVersion: '1.1',
  headers: {},
  client: { address: '127.0.0.1' },
  credential: { kind: 'none' },
  traceparent: '',
  body: { text, bytes: text.length },
});
const response = (exchange: number): ResponseFrame => ({
  kind: 'response',
  exchange,
  atUs: exchange * 10 + 1,
  status: 200,
  headers: {},
});
const end = (exchange: number): EndFrame => ({
  kind: 'end',
  exchange,
  atUs: exchange * 10 + 2,
  how: 'complete',
  receivedBytes: 0,
  sentBytes: 0,
});

/** A receiver that takes only when told to. */
function stage(given: Partial<QueueSettings> = {}) {
  const settings = { framesMax: 4, bytesMax: 1_000_000, batchMax: 100, batchBytesMax: 1_000_000, ...given };
  const posted: Frame[] = [];
  let batches = 0;
  let frames = 0;
  let bytes = 0;
  let scheduled = 0;
  const queue = new FrameQueue(
    {
      post: (batch) => {
        batches += 1;
        posted.push(...batch);
      },
      taken: () => ({ frames, bytes }),
    },
    () => {
      scheduled += 1;
    },
    settings,
  );
  return {
    queue,
    posted,
    batches: () => batches,
    scheduled: () => scheduled,
    takeAll: () => {
      queue.flush();
      frames = posted.length | 0;
      bytes = posted.reduce((sum, frame) => (sum + sizeOf(frame)) | 0, 0);
    },
  };
}

const kinds = (frames: readonly Frame[]) =>
  frames.map((frame) => ('exchange' in frame ? `${frame.kind} ${frame.exchange}` : frame.kind));

describe('FrameQueue', () => {
  it('hands frames over in order, many at a time', () => {
    const { queue, posted, batches, scheduled } = stage();
    for (const frame of [request(1), response(1), end(1)]) queue.push(frame);
    expect(posted).toEqual([]);
    expect(scheduled()).toBe(1);
    queue.flush();
    expect(kinds(posted)).toEqual(['request 1', 'response 1', 'end 1']);
    expect(batches()).toBe(1);
  });

  it('does not wait when enough has gathered', () => {
    const { queue, batches } = stage({ framesMax: 100, batchMax: 2 });
    queue.push(request(1));
    queue.push(response(1));
    expect(batches()).toBe(1);
  });

  it('does not wait when enough text has gathered', () => {
    const { queue, batches } = stage({ framesMax: 100, batchBytesMax: 1_000 });
    queue.push(request(1));
    expect(batches()).toBe(0);
    queue.push(response(1));
    expect(batches()).toBe(1);
    queue.push(end(1));
    expect(batches()).toBe(1);
  });

  it('a full queue drops a misdirection by itself: its exchange stays whole', () => {
    const { queue, posted, takeAll } = stage();
    const misdirection = (exchange?: number): Frame => ({
      kind: 'misdirection',
      ...(exchange !== undefined && { exchange }),
      atUs: 15,
      server: 'shop',
      method: 'GET',
      path: '/mcp',
      client: { address: '127.0.0.1' },
      where: 'endpoint',
      address: 'http://shop.internal/message',
      rewritable: true,
    });
    for (const frame of [request(1), response(1), request(2), response(2)]) queue.push(frame);
    queue.push(misdirection(1));
    queue.push(misdirection());
    expect(queue.dropped).toBe(2);
    takeAll();
    queue.push(end(1));
    queue.push(misdirection(1));
    queue.flush();
    expect(kinds(posted.slice(4))).toEqual(['loss', 'end 1', 'misdirection 1']);
  });

  it('a full queue drops the rest of the exchange, whole, and says so when there is room again', () => {
    const { queue, posted, takeAll } = stage();
    for (const frame of [request(1), request(2), request(3), request(4)]) queue.push(frame);
    queue.push(response(1));
    takeAll();
    // There is room, but half an exchange would be told as something that never happened.
    queue.push(end(1));
    queue.push(end(2));
    takeAll();
    expect(kinds(posted).slice(4)).toEqual(['cut 1', 'loss', 'end 2']);
    expect(posted.find((frame) => frame.kind === 'loss')).toMatchObject({
      stage: 'queue',
      reason: 'full',
      count: 2,
    });
    expect(queue.dropped).toBe(2);
  });

  it('a full queue drops lines of a process until it has said so, and never its beginning or end', () => {
    const line = (at: number): Frame => ({
      kind: 'line',
      exchange: 7,
      from: 'client',
      atUs: at,
      receivedUs: at,
      line: { text: '', bytes: 0 },
    });
    const { queue, posted, takeAll } = stage();
    for (const frame of [request(1), request(2), request(3), request(4)]) queue.push(frame);
    queue.push({ kind: 'process', exchange: 7, atUs: 1, server: 'shop', process: 'p' });
    queue.push(line(2));
    takeAll();
    queue.push(line(3));
    queue.push(request(8));
    queue.push(line(4));
    queue.push({ kind: 'exit', exchange: 7, atUs: 5, how: 'client_gone' });
    queue.flush();
    const told = posted.filter((frame) => !('exchange' in frame) || frame.exchange === 7);
    expect(told.map((frame) => `${frame.kind} ${frame.atUs}`)).toEqual([
      'process 1',
      'cut 2',
      'loss 3',
      'line 3',
      'cut 5',
      'exit 5',
    ]);
    expect(queue.dropped).toBe(2);
  });

  it('an exchange that never got in leaves no cut, only a count', () => {
    const { queue, posted, takeAll } = stage();
    for (const exchange of [1, 2, 3, 4, 5]) queue.push(request(exchange));
    takeAll();
    for (const frame of [response(5), end(5), end(1)]) queue.push(frame);
    takeAll();
    expect(kinds(posted).slice(4)).toEqual(['loss', 'end 1']);
    expect(queue.dropped).toBe(3);
  });

  it('after its end a dropped exchange is forgotten', () => {
    const { queue, posted, takeAll } = stage();
    for (const exchange of [1, 2, 3, 4, 5]) queue.push(request(exchange));
    takeAll();
    queue.push(end(5));
    queue.push(request(5));
    takeAll();
    expect(kinds(posted)).toContain('request 5');
  });

  it('is full by bytes too, and one frame may be larger than all the room', () => {
    const { queue, posted, takeAll } = stage({ framesMax: 100, bytesMax: 2_000 });
    queue.push(request(1, 'x'.repeat(5_000)));
    queue.push(request(2));
    takeAll();
    expect(kinds(posted)).toEqual(['request 1']);
    queue.push(request(3));
    takeAll();
    expect(kinds(posted)).toEqual(['request 1', 'loss', 'request 3']);
  });

  it('time and endings always pass', () => {
    const { queue, posted } = stage();
    for (const exchange of [1, 2, 3, 4, 5]) queue.push(request(exchange));
    queue.push({ kind: 'tick', atUs: 99 });
    queue.push({ kind: 'shutdown', atUs: 100 });
    queue.flush();
    expect(kinds(posted).slice(-2)).toEqual(['tick', 'shutdown']);
  });

  it('counts on across 32 bits', () => {
    const settings = { framesMax: 10, bytesMax: 2 ** 30, batchMax: 1 };
    const { queue, posted, takeAll } = stage(settings);
    // Each claims 200 MB without holding them: the sum passes 2^31 and then 2^32.
    const huge = { length: 200_000_000 } as unknown as string;
    for (let exchange = 0; exchange < 40; exchange++) {
      queue.push({ ...request(exchange), body: { text: huge, bytes: 0 } });
      takeAll();
    }
    expect(posted).toHaveLength(40);
    expect(queue.dropped).toBe(0);
  });
});
