/**
 * What the revisions allow on a pipe and what real programs do there, through the real shim and collector: the client
 * gets it unaltered, and the page tells it rightly.
 */
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EventItem } from '../../proxy/src/contract/index.ts';
import { StdioRig, type Talk } from '../support/stdioRig.ts';

const WAIT = { timeout: 30_000 };
const SERVER = path.resolve('test/support/stdioProtocolServer.ts');
const CLIENT = { name: 'by-hand', version: '1' };
const MODERN = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': CLIENT,
};
const BIG_BYTES = 100 * 1024 * 1024;

let rig: StdioRig;
beforeEach(() => {
  rig = new StdioRig();
});
afterEach(() => rig.close());

async function start(options: readonly string[] = []): Promise<Talk> {
  const { command, args } = await rig.wrapped(process.execPath, [SERVER], options);
  return rig.start(command, args);
}

async function shakeHands(talk: Talk, protocolVersion: string): Promise<void> {
  const params = { protocolVersion, capabilities: {}, clientInfo: CLIENT };
  expect(await talk.ask(0, 'initialize', params)).toMatchObject({ protocolVersion });
  talk.say({ jsonrpc: '2.0', method: 'notifications/initialized' });
}

function call(id: number | string, name: string, more: Readonly<Record<string, unknown>> = {}) {
  return { jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: {}, ...more } };
}

function said(talk: Talk, text: string): Promise<void> {
  return talk.until(() => talk.out.includes(text));
}

/** Everything that the page tells once this many requests have ended, in order. */
async function eventsAfter(requests: number): Promise<readonly EventItem[]> {
  const ended = async () =>
    (await rig.events()).filter(({ eventName }) => eventName === 'sightline.request').length;
  await expect.poll(ended, WAIT).toBe(requests);
  return await rig.events();
}

/** Requests in few words, in the order in which they ended. */
function requestsIn(events: readonly EventItem[]): string[] {
  return events
    .filter(({ eventName }) => eventName === 'sightline.request')
    .map(({ mcpMethodName, genAiToolName, outcome, outcomeOrigin }) =>
      [mcpMethodName, genAiToolName, outcome, outcomeOrigin].filter((word) => word !== undefined).join(' '),
    );
}

describe('a server behind a shim', () => {
  it.each(['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'])(
    'of %s is seen with its handshake, requests of both sides, and cancellation by both',
    async (revision) => {
      const talk = await start();
      await shakeHands(talk, revision);
      talk.say(call(1, 'ask'));
      await said(talk, '"s1"');
      talk.say({ jsonrpc: '2.0', id: 's1', result: { role: 'assistant' } });
      await said(talk, '"said"');
      talk.say(call(2, 'hang'));
      talk.say({
        jsonrpc: '2.0',
        method: 'notifications/cancelled',
        params: { requestId: 2, reason: 'changed my mind' },
      });
      talk.say(call(3, 'withdraw'));
      await said(talk, '"id":3');
      const events = await eventsAfter(6);
      expect(requestsIn(events)).toEqual([
        'initialize ok',
        'sampling/createMessage ok',
        'tools/call ask ok',
        'tools/call hang cancelled client',
        'sampling/createMessage cancelled upstream',
        'tools/call withdraw ok',
      ]);
      const requests = events.filter(({ eventName }) => eventName === 'sightline.request');
      expect(requests.map(({ direction }) => direction === 'server_to_client')).toEqual([
        false,
        true,
        false,
        false,
        true,
        false,
      ]);
      expect(new Set(events.map(({ sessionId }) => sessionId)).size).toBe(1);
      expect(new Set(requests.map((event) => event.mcpProtocolVersion))).toEqual(new Set([revision]));
    },
  );

  it('of 2025-03-26 may be asked in batches, and answers in them', async () => {
    const talk = await start();
    await shakeHands(talk, '2025-03-26');
    talk.say([
      call(1, 'one'),
      { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 1, progress: 1 } },
      { jsonrpc: '2.0', id: 2, method: 'tools/list' },
    ]);
    await said(talk, '"id":2');
    const events = await eventsAfter(3);
    expect(requestsIn(events)).toEqual(['initialize ok', 'tools/call one ok', 'tools/list ok']);
    expect(events.map(({ mcpMethodName }) => mcpMethodName)).toContain('notifications/progress');
  });

  it('of 2026-07-28 needs no handshake, asks by rounds, and subscribes until either side says no more', async () => {
    const talk = await start();
    await talk.ask(1, 'server/discover', { _meta: MODERN });
    talk.say(call(2, 'ask', { _meta: MODERN }));
    await said(talk, 'round-1');
    const inputResponses = { name: { action: 'accept', content: {} } };
    talk.say(call(3, 'ask', { _meta: MODERN, requestState: 'round-1', inputResponses }));
    await said(talk, '"id":3');
    talk.say({ jsonrpc: '2.0', id: 4, method: 'subscriptions/listen', params: { _meta: MODERN } });
    await said(talk, 'acknowledged');
    talk.say({
      jsonrpc: '2.0',
      id: 6,
      method: 'subscriptions/listen',
      params: { _meta: MODERN, ends: true },
    });
    talk.say({
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId: 4, _meta: MODERN },
    });
    talk.say(call(5, 'hang', { _meta: MODERN }));
    talk.say({
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId: 5, _meta: MODERN },
    });
    const events = await eventsAfter(6);
    // Of the two subscriptions one is ended by the server, the other by its client.
    expect(requestsIn(events).sort()).toEqual([
      'server/discover ok',
      'subscriptions/listen ok',
      'subscriptions/listen ok',
      'tools/call ask ok',
      'tools/call ask ok',
      'tools/call hang cancelled client',
    ]);
    const rounds = events.filter(({ genAiToolName }) => genAiToolName === 'ask');
    expect(rounds.map(({ roundNumber }) => roundNumber)).toEqual([undefined, 2]);
    expect(new Set(rounds.map(({ operationId }) => operationId)).size).toBe(1);
    expect(rounds[0]).toMatchObject({
      sessionSource: 'process',
      sessionConfidence: 'strong',
      clientName: CLIENT.name,
      mcpProtocolVersion: '2026-07-28',
    });
  });

  it('is seen rightly whatever its lines end in and however they are cut', async () => {
    const talk = await start();
    await shakeHands(talk, '2025-11-25');
    talk.child.stdin?.write(`${JSON.stringify(call(1, 'crlf'))}\r\n\r\n   \n`);
    await said(talk, '"id":1');
    for (const byte of Buffer.from(`${JSON.stringify(call(2, 'pieces', { note: 'é' }))}\n`)) {
      talk.child.stdin?.write(Buffer.of(byte));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await said(talk, 'é"}\n');
    // Two in one write, and the end of input in place of the last line break.
    talk.child.stdin?.end(`${JSON.stringify(call(3, 'one'))}\n${JSON.stringify(call(4, 'two'))}`);
    const events = await eventsAfter(5);
    expect(requestsIn(events).sort()).toEqual([
      'initialize ok',
      'tools/call crlf ok',
      'tools/call one ok',
      'tools/call pieces ok',
      'tools/call two ok',
    ]);
    expect(events.filter(({ eventName }) => eventName === 'sightline.exchange')).toEqual([]);
    expect(talk.out.includes('\r\n')).toBe(true);
  });

  it('is told of what is no message, on both sides, and goes on', async () => {
    const talk = await start();
    await shakeHands(talk, '2025-11-25');
    talk.child.stdin?.write('{"jsonrpc":"2.0","id":1,\n');
    await said(talk, 'Parse error');
    talk.say(call(2, 'noise'));
    await said(talk, '"id":2');
    const events = await eventsAfter(2);
    expect(requestsIn(events)).toEqual(['initialize ok', 'tools/call noise ok']);
    const unread = events.filter(({ eventName }) => eventName === 'sightline.exchange');
    expect(unread).toHaveLength(1);
    expect(unread[0]).toMatchObject({ direction: 'client_to_server', errorMessage: 'line not json' });
    expect(events.flatMap(({ logMessage }) => logMessage ?? [])).toEqual([
      'not JSON-RPC on standard output: Listening on standard input',
      'not JSON-RPC on standard output: {"level":"info","msg":"ready"}',
      'not UTF-8 on standard output',
    ]);
  });

  it('may answer 100 MB on one line, and be asked so', async () => {
    const talk = await start();
    await shakeHands(talk, '2025-11-25');
    const { stdout } = talk.child;
    let bytes = 0;
    let end = '';
    stdout?.removeAllListeners('data').on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      end = (end + chunk.subarray(-200).toString('latin1')).slice(-200);
    });
    talk.say(call(1, 'big', { bytes: BIG_BYTES }));
    await expect.poll(() => bytes > BIG_BYTES && end.endsWith('}]}}\n'), WAIT).toBe(true);
    const long = JSON.stringify({
      ...call(2, 'one'),
      params: { name: 'one', arguments: { text: 'y'.repeat(BIG_BYTES) } },
    });
    talk.child.stdin?.write(`${long}\n`);
    await expect.poll(() => end, WAIT).toContain('"id":2');
    talk.say(call(3, 'after'));
    const events = await eventsAfter(3);
    expect(requestsIn(events)).toEqual(['initialize ok', 'tools/call big ok', 'tools/call after ok']);
    const [unread] = events.filter(({ eventName }) => eventName === 'sightline.exchange');
    expect(unread).toMatchObject({ errorMessage: 'line oversized', requestSize: long.length });
  });
});
