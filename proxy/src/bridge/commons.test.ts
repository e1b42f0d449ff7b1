/** 2026-07-28: no handshake, no sessions, one process for everybody. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  type Asking,
  type BridgeRig,
  call,
  messagesOf,
  post,
  type RigOptions,
  startBridgeRig,
} from './testing/rig.ts';

// Every test starts processes, and the machine may be busy.
vi.setConfig({ testTimeout: 30_000 });
const WAIT = { timeout: 10_000 };
const VERSION = 'io.modelcontextprotocol/protocolVersion';
const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';
const SUBSCRIPTION = 'io.modelcontextprotocol/subscriptionId';

let rig: BridgeRig;
async function start(options: RigOptions = {}): Promise<string> {
  rig = await startBridgeRig(options);
  return rig.url;
}
afterEach(() => rig.close());

function modern(id: number | string, method: string, params: Record<string, unknown> = {}) {
  const meta = (params['_meta'] ?? {}) as object;
  return call(id, method, { ...params, _meta: { [VERSION]: '2026-07-28', [CAPABILITIES]: {}, ...meta } });
}

function ask(url: string, message: ReturnType<typeof modern>, { headers, ...asking }: Asking = {}) {
  const own = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': message.method };
  return post(url, message, { headers: { ...own, ...headers }, ...asking });
}

describe('requests of 2026-07-28', () => {
  it('share a process, and each gets its own answer under its own id, however alike they are', async () => {
    const url = await start();
    const kept = [0, 1, 2].map(async (client) => {
      const answer = await ask(url, modern('same', 'keep', { client }));
      return messagesOf(answer);
    });
    await expect
      .poll(async () => (await (await ask(url, modern(1, 'heard'))).text()).split('"keep"').length, WAIT)
      .toBe(4);
    expect(await messagesOf(await ask(url, modern(1, 'release')))).toEqual([
      { jsonrpc: '2.0', id: 1, result: {} },
    ]);
    const answers = await Promise.all(kept);
    expect(answers).toMatchObject([0, 1, 2].map((client) => [{ id: 'same', result: { client } }]));
    expect(rig.frames.filter(({ kind }) => kind === 'process')).toHaveLength(1);
    expect(rig.frames.find(({ kind }) => kind === 'process')).toMatchObject({ bridged: {} });
  });

  it('get their progress under their own tokens', async () => {
    const url = await start();
    const asked = (token: unknown) => ask(url, modern(1, 'progress', { _meta: { progressToken: token } }));
    const answers = await Promise.all(['t', 't', 7].map(async (token) => messagesOf(await asked(token))));
    for (const [at, token] of ['t', 't', 7].entries()) {
      expect(answers[at]).toMatchObject([
        { params: { progressToken: token, progress: 1 } },
        { params: { progressToken: token, progress: 2 } },
        { id: 1 },
      ]);
    }
  });

  it('listen to subscriptions under their own ids, until somebody ends it', async () => {
    const url = await start();
    const control = new AbortController();
    const answer = await ask(url, modern('listen:0', 'subscriptions/listen'), { signal: control.signal });
    const reader = answer.body?.getReader();
    const first = await reader?.read();
    expect(new TextDecoder().decode(first?.value)).toContain(`"${SUBSCRIPTION}":"listen:0"`);
    const changed = { method: 'notifications/tools/list_changed', params: { _meta: { [SUBSCRIPTION]: 1 } } };
    await ask(url, modern(2, 'say', { messages: [changed] }));
    const second = await reader?.read();
    expect(new TextDecoder().decode(second?.value)).toContain(
      `list_changed","params":{"_meta":{"${SUBSCRIPTION}":"listen:0"}}`,
    );
    await ask(url, modern(3, 'release'));
    const rest = await reader?.read();
    expect(new TextDecoder().decode(rest?.value)).toContain('"id":"listen:0","result"');
    expect((await reader?.read())?.done).toBe(true);
  });

  it('are cancelled by going away', async () => {
    const url = await start();
    const control = new AbortController();
    const open = ask(url, modern(5, 'keep'), { signal: control.signal }).catch(() => 'gone');
    const heard = async () => (await ask(url, modern(1, 'heard'))).text();
    await expect.poll(heard, WAIT).toContain('"keep"');
    control.abort();
    expect(await open).toBe('gone');
    await expect.poll(heard, WAIT).toMatch(/"method":"notifications\/cancelled","params":\{"requestId":1,/);
    // The answer that still comes is nobody's.
    expect(await messagesOf(await ask(url, modern(9, 'release')))).toMatchObject([{ id: 9 }]);
  });

  it('hear what belongs to no request only where it can be nobody else’s', async () => {
    const url = await start();
    const messages = [{ method: 'notifications/message', params: { level: 'info', data: 'secret of one' } }];
    const alone = await messagesOf(await ask(url, modern(1, 'say', { messages })));
    expect(alone).toMatchObject([{ method: 'notifications/message' }, { id: 1 }]);
    const open = ask(url, modern(2, 'keep'));
    await expect.poll(async () => (await ask(url, modern(3, 'heard'))).text(), WAIT).toContain('"keep"');
    expect(await messagesOf(await ask(url, modern(4, 'say', { messages })))).toMatchObject([{ id: 4 }]);
    await ask(url, modern(5, 'release'));
    expect(await messagesOf(await open)).toMatchObject([{ id: 2 }]);
    expect(rig.faults.join()).toContain('bridge_ownerless');
  });

  it('keep every character of what they say and are told, but ids and tokens', async () => {
    const url = await start();
    const body = `{"jsonrpc":"2.0","id":"é\\u0031","method":"echo","params":{"big":12345678901234567890,"_meta":{"${VERSION}":"2026-07-28","${CAPABILITIES}":{}}}}`;
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'echo' };
    const text = await (await post(url, body, { headers })).text();
    expect(text).toContain('"id":"é\\u0031"');
  });

  it.each([
    [-32601, 404],
    [-32022, 400],
    [-32602, 200],
  ])('get the status of a protocol error %i with it', async (code, status) => {
    const url = await start();
    const lines = [`{"jsonrpc":"2.0","id":1,"error":{"code":${code},"message":"no"}}`];
    const answer = await ask(url, modern('x', 'print', { lines }));
    expect([answer.status, await messagesOf(answer)]).toMatchObject([status, [{ id: 'x', error: { code } }]]);
  });

  const later = { [VERSION]: '2027-01-01', [CAPABILITIES]: {} };
  it.each([
    { cell: 'another method in the header', headers: { 'mcp-method': 'other' }, code: -32020 },
    { cell: 'no name in the header', method: 'tools/call', params: { name: 'brew' }, code: -32020 },
    { cell: 'no capabilities', params: { _meta: { [CAPABILITIES]: undefined } }, code: -32602 },
    { cell: 'no revision', params: { _meta: { [VERSION]: undefined } }, code: -32602 },
    {
      cell: 'a revision of which we do not know what it wants',
      params: { _meta: later },
      headers: { 'mcp-protocol-version': '2027-01-01' },
      code: -32022,
      data: { supported: ['2026-07-28'], requested: '2027-01-01' },
    },
  ])('are refused with $cell', async ({ method = 'echo', params = {}, headers = {}, code, data }) => {
    const url = await start();
    const answer = await ask(url, modern(1, method, params), { headers });
    const error = { code, ...(data && { data }) };
    expect([answer.status, await messagesOf(answer)]).toMatchObject([400, [{ id: 1, error }]]);
    expect(rig.frames.some(({ kind }) => kind === 'process')).toBe(false);
  });

  it('come by POST alone, and have no headers left out', async () => {
    const url = await start();
    const bare = await post(url, modern(1, 'echo'));
    expect([bare.status, await messagesOf(bare)]).toMatchObject([400, [{ error: { code: -32020 } }]]);
    const get = await fetch(url, { headers: { accept: '*/*', 'mcp-protocol-version': '2026-07-28' } });
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('are told when the process that they share ends, and the next one starts another', async () => {
    const url = await start();
    const open = ask(url, modern(1, 'keep'));
    await expect.poll(async () => (await ask(url, modern(2, 'heard'))).text(), WAIT).toContain('"keep"');
    expect((await ask(url, modern(3, 'crash'))).status).toBe(502);
    expect((await open).status).toBe(502);
    expect((await ask(url, modern(4, 'echo'))).status).toBe(200);
  });
});
