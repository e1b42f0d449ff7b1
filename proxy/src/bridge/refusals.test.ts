/** What the bridge refuses, and what it gives a server to start with. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  type BridgeRig,
  begin,
  call,
  codeOf,
  initialize,
  messagesOf,
  post,
  type RigOptions,
  result,
  SERVER,
  startBridgeRig,
} from './testing/rig.ts';

// Every test starts processes, and the machine may be busy.
vi.setConfig({ testTimeout: 30_000 });
const WAIT = { timeout: 10_000 };

let rig: BridgeRig;
async function start(options: RigOptions = {}): Promise<string> {
  rig = await startBridgeRig(options);
  return rig.url;
}
afterEach(async () => {
  await rig.close();
  expect(rig.faults).toEqual([]);
});

describe('limits', () => {
  it('more processes than allowed are refused, with a time to come again', async () => {
    const url = await start({ processesMax: 1 });
    const session = await begin(url);
    const answer = await post(url, initialize());
    expect(answer.headers.get('retry-after')).toBe('30');
    expect(await codeOf(answer)).toEqual([503, -32000]);
    expect((await post(url, call(1, 'echo'), { session })).status).toBe(200);
  });

  it('a body that is too large is refused, whether its length is said or not', async () => {
    const url = await start({ messageBytesMax: 100_000 });
    const session = await begin(url);
    const body = JSON.stringify(call(1, 'echo', { text: 'x'.repeat(200_000) }));
    expect(await codeOf(await post(url, body, { session }))).toEqual([413, -32000]);
    const headers = { 'content-type': 'application/json', 'mcp-session-id': session };
    const stream = new Blob([body]).stream();
    const answer = await fetch(url, { method: 'POST', headers, body: stream, duplex: 'half' } as RequestInit);
    expect(await codeOf(answer)).toEqual([413, -32000]);
    expect((await post(url, call(1, 'echo'), { session })).status).toBe(200);
  });
});

describe('requests that no server would take', () => {
  const sheet: readonly { cell: string; body?: unknown; asking?: object; expected: readonly unknown[] }[] = [
    { cell: 'no JSON', body: '{', expected: [400, -32700] },
    { cell: 'no message', body: { a: 1 }, expected: [400, -32600] },
    { cell: 'an empty batch', body: [], expected: [400, -32600] },
    { cell: 'a batch with no message among others', body: [call(1, 'echo'), 7], expected: [400, -32600] },
    { cell: 'no session', body: call(1, 'echo'), expected: [400, -32000] },
    { cell: 'an unknown session', body: call(1, 'echo'), asking: { session: 'x' }, expected: [404, -32001] },
    {
      cell: 'nothing acceptable',
      body: call(1, 'echo'),
      asking: { accept: 'text/html' },
      expected: [406, -32000],
    },
    {
      cell: 'another content type',
      body: call(1, 'echo'),
      asking: { headers: { 'content-type': 'text/plain' } },
      expected: [415, -32000],
    },
    {
      cell: 'a content coding',
      body: call(1, 'echo'),
      asking: { headers: { 'content-encoding': 'gzip' } },
      expected: [415, -32000],
    },
  ];
  it.each(sheet)('$cell', async ({ body, asking, expected }) => {
    const url = await start();
    expect(await codeOf(await post(url, body, asking))).toEqual(expected);
    expect(rig.frames.some(({ kind }) => kind === 'process')).toBe(false);
  });

  it('an unknown revision, an id that is in use, a GET of JSON, other methods and other paths', async () => {
    const url = await start();
    const session = await begin(url);
    const revision = { 'mcp-protocol-version': '1999-01-01' };
    expect(await codeOf(await post(url, call(1, 'echo'), { session, headers: revision }))).toEqual([
      400, -32000,
    ]);
    const open = post(url, call(1, 'keep'), { session });
    await expect
      .poll(
        async () => (await (await post(url, call('h', 'heard'), { session })).text()).includes('"keep"'),
        WAIT,
      )
      .toBe(true);
    expect(await codeOf(await post(url, call(1, 'echo'), { session }))).toEqual([400, -32600]);
    await post(url, call(2, 'release'), { session });
    expect((await open).status).toBe(200);
    const headers = { accept: 'application/json', 'mcp-session-id': session };
    expect((await fetch(url, { headers })).status).toBe(406);
    expect((await fetch(url, { headers: { accept: 'text/event-stream' } })).status).toBe(400);
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(400);
    expect((await fetch(url, { method: 'PUT' })).status).toBe(405);
    expect((await fetch(url.replace('/mcp', '/.well-known/oauth-protected-resource'))).status).toBe(404);
  });

  it('a web page of somewhere else is refused before there is a process', async () => {
    const url = await start();
    const answer = await post(url, initialize(), { headers: { origin: 'https://evil.example' } });
    expect(answer.status).toBe(403);
    expect(rig.frames.some(({ kind }) => kind === 'process')).toBe(false);
  });
});

describe('the environment of a server', () => {
  it('is ours without what is only for us, with what its entry adds, in the folder that it names', async () => {
    const inherited = {
      PATH: process.env['PATH'] ?? '',
      TEA: 'green',
      SIGHTLINE_PAGE_TOKEN: 's',
      OTEL_EXPORTER_OTLP_HEADERS: 's',
    };
    const url = await start({
      inherited,
      launch: { ...SERVER, env: { TEA: 'black', MUG: 'blue' }, cwd: '/' },
    });
    const session = await begin(url);
    const names = ['TEA', 'MUG', 'SIGHTLINE_PAGE_TOKEN', 'OTEL_EXPORTER_OTLP_HEADERS'];
    const answer = await post(url, call(1, 'environment', { names }), { session });
    expect(await messagesOf(answer)).toEqual([result(1, { cwd: '/', TEA: 'black', MUG: 'blue' })]);
  });
});
