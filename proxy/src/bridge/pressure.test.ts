/** Clients that do not read what they are sent: what is held for them is bounded, and nobody else waits for them. */
import { type IncomingMessage, request } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Run } from './run.ts';
import {
  BOTH,
  type BridgeRig,
  begin,
  call,
  eventsOf,
  messagesOf,
  post,
  startBridgeRig,
} from './testing/rig.ts';
import { WaitingRoom } from './waitingRoom.ts';

vi.setConfig({ testTimeout: 60_000 });
const TIMES = 300;

let rig: BridgeRig;
afterEach(() => rig?.close());

/** An answer of which nothing is read but its head. */
function unread(method: string, headers: Record<string, string>, body?: object): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asked = request(rig.url, { method, headers, agent: false }, (answer) => resolve(answer.pause()));
    asked.on('error', reject);
    asked.end(body && JSON.stringify(body));
  });
}

/** How many messages the server could write so far. */
function written(): number {
  const told = rig.frames.flatMap((frame) => (frame.kind === 'line' ? [frame.line.text ?? ''] : []));
  return Math.max(0, ...told.map((text) => Number(/^wrote (\d+)$/.exec(text)?.[1] ?? 0)));
}

/** Waits until it writes no more, and gives how many that were. */
async function standstill(): Promise<number> {
  for (let before = -1; ; ) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const now = written();
    if (now === before && now > 0) return now;
    before = now;
  }
}

async function textOf(answer: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += chunk;
  return text;
}

const json = { 'content-type': 'application/json', accept: BOTH };

describe('a POST that is not read', () => {
  it('holds up its own server, and loses nothing', async () => {
    rig = await startBridgeRig();
    const [session, other] = [await begin(rig.url), await begin(rig.url)];
    const params = { times: TIMES, _meta: { progressToken: 't' } };
    const answer = await unread('POST', { ...json, 'mcp-session-id': session }, call(1, 'flood', params));
    expect(await standstill()).toBeLessThan(TIMES);
    expect((await post(rig.url, call(1, 'echo'), { session: other })).status).toBe(200);
    const events = eventsOf(await textOf(answer)) as { params?: { progress: number }; result?: unknown }[];
    expect(events.flatMap(({ params: told }) => (told ? [told.progress] : []))).toEqual(
      Array.from({ length: TIMES }, (_, at) => at + 1),
    );
    expect(events.at(-1)).toMatchObject({ id: 1, result: { times: TIMES } });
    expect(rig.faults).toEqual([]);
  });
});

describe('a stream that is not read', () => {
  it('loses the oldest of what waits for it, and requests among them are answered in its place', async () => {
    rig = await startBridgeRig();
    const session = await begin(rig.url);
    const stream = await unread('GET', { accept: 'text/event-stream', 'mcp-session-id': session });
    const asked = call(1, 'flood', { times: TIMES, method: 'roots/list' });
    expect(await messagesOf(await post(rig.url, asked, { session }))).toMatchObject([
      { result: { times: TIMES } },
    ]);
    expect(rig.faults.join()).toContain('bridge_unheard');
    const [told] = (await messagesOf(await post(rig.url, call(2, 'heard'), { session }))) as [
      { result: { heard: readonly { id?: unknown; error?: { message: string } }[] } },
    ];
    const refused = told.result.heard.filter(({ error }) => error?.message === 'the client does not listen');
    expect(refused.length).toBeGreaterThan(0);
    stream.destroy();
  });
});

describe('a server that reads nothing', () => {
  it('fills no memory with what its own requests are refused with', async () => {
    rig = await startBridgeRig();
    const launch = { command: 'sleep', args: ['60'], env: {} };
    const talker = { takeMessage: () => {}, takeLongAnswer: () => false, takeEnd: () => {} };
    const run = new Run({ ...rig.runPorts, launch }, undefined, talker);
    for (let id = 0; id < 10_000; id++) run.refuse(String(id), -32601, 'Method not found');
    expect(run.unreadBytes).toBeGreaterThan(0);
    expect(run.unreadBytes).toBeLessThan(100_000);
    run.kill();
  });
});

describe('a waiting room', () => {
  const message = (name: string, bytes: number) => ({ bytes: Buffer.alloc(bytes, name), id: name });

  it('gives in order what came, and drops the oldest past its bounds', () => {
    const dropped: (string | undefined)[] = [];
    const room = new WaitingRoom(({ id }) => dropped.push(id));
    for (const name of ['a', 'b', 'c', 'd']) room.enter(message(name, 3_000_000));
    expect(dropped).toEqual(['a', 'b']);
    expect([room.next()?.id, room.next()?.id, room.next()]).toEqual(['c', 'd', undefined]);
    for (let at = 0; at <= 1_000; at++) room.enter(message(`m${at}`, 1));
    expect(dropped.slice(2)).toEqual(['m0']);
  });
});
