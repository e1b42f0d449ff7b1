/** Sessions of 2025-03-26 to 2025-11-25: a real proxy, a real bridge, real processes, plain HTTP. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  type BridgeRig,
  begin,
  call,
  codeOf,
  initialize,
  listen,
  messagesOf,
  pidOf,
  post,
  type RigOptions,
  result,
  runs,
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

const note = (method: string, params: object = {}) => ({ method, params });

describe('a session', () => {
  it('begins with its handshake, has a process of its own, and answers under the ids of its client', async () => {
    const url = await start();
    const answer = await post(url, initialize());
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(await messagesOf(answer)).toMatchObject([{ id: 0, result: { protocolVersion: '2025-06-18' } }]);
    const one = answer.headers.get('mcp-session-id') ?? '';
    const two = await begin(url);
    expect(one).toMatch(/^[0-9a-f]{32}$/);
    const told = await post(url, { jsonrpc: '2.0', method: 'notifications/initialized' }, { session: one });
    expect([told.status, await told.text()]).toEqual([202, '']);
    const both = await Promise.all(
      [one, two].map(async (session) =>
        messagesOf(await post(url, call(1, 'echo', { session }), { session })),
      ),
    );
    expect(both).toEqual([[result(1, { session: one })], [result(1, { session: two })]]);
    expect(await pidOf(url, one)).not.toBe(await pidOf(url, two));
  });

  it('ends with DELETE, its process too, and is unknown afterwards', async () => {
    const url = await start();
    const session = await begin(url);
    const pid = await pidOf(url, session);
    const stream = await listen(url, session);
    const left = await fetch(url, { method: 'DELETE', headers: { 'mcp-session-id': session } });
    expect(left.status).toBe(200);
    await stream.done;
    expect(await codeOf(await post(url, call(1, 'echo'), { session }))).toEqual([404, -32001]);
    await expect.poll(() => runs(pid), WAIT).toBe(false);
  });

  it('ends when nothing was open for a while, but not under an open stream', async () => {
    const url = await start({ idleMs: 50 });
    const [left, watched] = [await begin(url), await begin(url)];
    const stream = await listen(url, watched);
    await expect
      .poll(async () => (await post(url, call(1, 'echo'), { session: left })).status, {
        ...WAIT,
        interval: 200,
      })
      .toBe(404);
    expect((await post(url, call(1, 'echo'), { session: watched })).status).toBe(200);
    stream.leave();
    await expect.poll(() => rig.frames.filter(({ kind }) => kind === 'exit').length, WAIT).toBe(2);
  });

  it('does not begin where the server refuses the handshake', async () => {
    const url = await start({ processesMax: 1 });
    const answer = await post(url, initialize('refused'));
    expect(await messagesOf(answer)).toMatchObject([{ error: { code: -32602, message: 'not you' } }]);
    // Its process was the only one allowed, so the next session says that it is gone.
    await expect
      .poll(async () => (await post(url, initialize())).status, { ...WAIT, interval: 100 })
      .toBe(200);
  });

  it('does not stay where its client was gone before it began', async () => {
    await start();
    rig.bridge.dispatch(
      {
        method: 'POST',
        path: '/mcp',
        headers: ['content-type', 'application/json'],
        body: Buffer.from(JSON.stringify(initialize())),
      },
      { onConnect: (abort) => abort(), onError: () => {} },
    );
    await expect.poll(() => rig.frames.map(({ kind }) => kind), WAIT).toContain('exit');
  });

  it('hands on whatever the client says, on one line each, whatever its spacing and spelling', async () => {
    const url = await start();
    const session = await begin(url);
    const big = '{\r\n  "jsonrpc": "2.0",\n  "id": 1e0, "method": "echo",\n "params": {"n": 1.0} }';
    expect(await messagesOf(await post(url, big, { session }))).toEqual([result(1, { n: 1 })]);
    await post(url, { jsonrpc: '2.0', id: 's', result: { role: 'assistant' } }, { session });
    const [message] = await messagesOf(await post(url, call(2, 'heard'), { session }));
    expect(message).toMatchObject({
      result: { heard: expect.arrayContaining([result('s', { role: 'assistant' })]) },
    });
  });

  it('takes batches apart and puts their answers together again', async () => {
    const url = await start();
    const session = await begin(url);
    const batch = [
      call(1, 'echo', { a: 1 }),
      { jsonrpc: '2.0', ...note('notifications/x') },
      call(2, 'echo'),
    ];
    const answer = await post(url, batch, { session });
    expect(JSON.parse(await answer.text())).toEqual([result(1, { a: 1 }), result(2)]);
    expect((await post(url, [call(1, 'echo'), call(1, 'echo')], { session })).status).toBe(400);
  });
});

describe('what a server says besides answers', () => {
  it('goes to the POST whose progress it is, and makes a stream of it', async () => {
    const url = await start();
    const session = await begin(url);
    const stream = await listen(url, session);
    const asked = call(1, 'progress', { _meta: { progressToken: 'mine' } });
    const answer = await post(url, asked, { session });
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    expect(await messagesOf(answer)).toMatchObject([
      { params: { progressToken: 'mine', progress: 1 } },
      { params: { progressToken: 'mine', progress: 2 } },
      result(1),
    ]);
    expect(stream.events()).toEqual([]);
    stream.leave();
  });

  it('goes to the stream that is listened on, requests too', async () => {
    const url = await start();
    const session = await begin(url);
    const stream = await listen(url, session);
    const messages = [note('notifications/tools/list_changed'), call('s1', 'roots/list')];
    const answer = await post(url, call(1, 'say', { messages }), { session });
    expect(await messagesOf(answer)).toEqual([result(1)]);
    await expect.poll(stream.events, WAIT).toMatchObject(messages);
    stream.leave();
  });

  it('goes to an open POST where nobody listens', async () => {
    const url = await start();
    const session = await begin(url);
    const messages = [call('s1', 'sampling/createMessage')];
    const answer = await post(url, call(1, 'say', { messages }), { session });
    expect(await messagesOf(answer)).toMatchObject([...messages, result(1)]);
  });

  it('waits where there is neither, and comes with the next stream or POST', async () => {
    const url = await start();
    const session = await begin(url);
    const messages = [note('notifications/resources/updated', { uri: 'tea://1' })];
    const saying = call(1, 'say', { messages });
    await post(url, saying, { session, accept: 'application/json' });
    expect(await messagesOf(await post(url, call(2, 'echo'), { session }))).toMatchObject([
      ...messages,
      result(2),
    ]);
    await post(url, saying, { session, accept: 'application/json' });
    const stream = await listen(url, session);
    await expect.poll(stream.events, WAIT).toMatchObject(messages);
    stream.leave();
  });

  it('is shown and not sent where it is no message', async () => {
    const url = await start();
    const session = await begin(url);
    const lines = ['Listening on standard input', '{"half', '', '7'];
    await post(url, call(1, 'print', { lines }), { session });
    await post(url, call(2, 'cry'), { session });
    const shown = () =>
      rig.frames.flatMap((frame) => (frame.kind === 'line' ? [`${frame.from} ${frame.line.text}`] : []));
    await expect
      .poll(shown, WAIT)
      .toEqual([
        'stderr ready',
        `stdout ${lines[0]}`,
        `stdout ${lines[1]}`,
        'stdout 7',
        'stderr something is wrong',
      ]);
    expect(rig.frames.find(({ kind }) => kind === 'process')).toMatchObject({
      server: 'tea',
      bridged: { session },
    });
  });
});

describe('a request', () => {
  it('that is cancelled reaches the server, and its stream ends without an answer', async () => {
    const url = await start();
    const session = await begin(url);
    const open = post(url, call(1, 'keep'), { session });
    const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } };
    const heard = async () => {
      const [message] = await messagesOf(await post(url, call('h', 'heard'), { session }));
      return JSON.stringify(message);
    };
    await expect.poll(heard, WAIT).toContain('"keep"');
    expect((await post(url, cancel, { session })).status).toBe(202);
    const answer = await open;
    expect([answer.status, await answer.text()]).toEqual([200, '']);
    expect(await heard()).toContain('notifications/cancelled');
    // The late answer is nobody's.
    expect(await messagesOf(await post(url, call(2, 'release'), { session }))).toEqual([result(2)]);
  });

  it('goes on when its client goes away, because that cancels nothing in these revisions', async () => {
    const url = await start();
    const session = await begin(url);
    const control = new AbortController();
    const open = post(url, call(1, 'keep'), { session, signal: control.signal }).catch(() => 'gone');
    await expect
      .poll(
        async () => (await (await post(url, call('h', 'heard'), { session })).text()).includes('"keep"'),
        WAIT,
      )
      .toBe(true);
    control.abort();
    expect(await open).toBe('gone');
    const [message] = await messagesOf(await post(url, call('i', 'heard'), { session }));
    expect(JSON.stringify(message)).not.toContain('cancelled');
  });

  it('gets a head and signs of life while its answer takes its time', async () => {
    const url = await start({ keepAliveMs: 20 });
    const session = await begin(url);
    const answer = await post(url, call(1, 'keep', { slow: true }), { session });
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    await post(url, call(2, 'release'), { session });
    const text = await answer.text();
    expect(text).toMatch(/^(: still here\n\n)+event: message\ndata: /);
    expect(text).toContain('"slow":true');
  });

  it('is answered as JSON alone where its client reads nothing else', async () => {
    const url = await start();
    const session = await begin(url);
    const asked = call(1, 'progress', { _meta: { progressToken: 1 } });
    const answer = await post(url, asked, { session, accept: 'application/json' });
    expect([answer.headers.get('content-type'), await messagesOf(answer)]).toEqual([
      'application/json',
      [result(1)],
    ]);
  });

  it('is answered by events alone where its client reads nothing else', async () => {
    const url = await start();
    const session = await begin(url);
    const answer = await post(url, call(1, 'echo'), { session, accept: 'text/event-stream' });
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    expect(await messagesOf(answer)).toEqual([result(1)]);
  });

  it.each([
    [900_000, 'small enough to be parsed'],
    [40_000_000, 'known by its end'],
  ])('is answered with %i bytes, %s', async (bytes) => {
    const url = await start({ messageBytesMax: 100_000_000 });
    const session = await begin(url);
    const answer = await post(url, call(1, 'big', { bytes }), { session });
    const [message] = (await messagesOf(answer)) as { id: number; result: { text: string } }[];
    expect([message?.id, message?.result.text.length]).toEqual([1, bytes]);
  });

  it('is told where its answer is longer than allowed', async () => {
    const url = await start({ messageBytesMax: 100_000 });
    const session = await begin(url);
    const answer = await post(url, call(1, 'big', { bytes: 200_000 }), { session });
    expect(await messagesOf(answer)).toMatchObject([
      { id: 1, error: { code: -32000, message: expect.stringContaining('bridge-message-max') } },
    ]);
  });
});

describe('a server that ends', () => {
  it('fails what is open, each in its own way, and its session is unknown afterwards', async () => {
    const url = await start({ keepAliveMs: 50 });
    const session = await begin(url);
    const stream = await listen(url, session);
    const streamed = await post(url, call(1, 'keep'), { session });
    const crashed = await post(url, call(2, 'crash'), { session, accept: 'application/json' });
    expect(crashed.status).toBe(502);
    expect(await crashed.text()).toContain('the server was ended by SIGKILL before it answered');
    expect(await messagesOf(streamed)).toMatchObject([
      { id: 1, error: { message: 'the server was ended by SIGKILL before it answered' } },
    ]);
    await stream.done;
    expect((await post(url, call(3, 'echo'), { session })).status).toBe(404);
    await expect
      .poll(() => rig.frames.find(({ kind }) => kind === 'exit'), WAIT)
      .toMatchObject({ how: 'server_gone', signal: 'SIGKILL' });
  });

  it('before its handshake is told to whoever asked for it', async () => {
    const url = await start();
    const answer = await post(url, initialize('crash'));
    expect(answer.status).toBe(502);
    expect(await answer.text()).toContain('the server ended with exit code 3 before it answered');
  });

  it('before it began was never reached, and no argument is told', async () => {
    const launch = { command: 'no-such-command', args: ['--token', 's3cret'], env: {} };
    const url = await start({ launch });
    const answer = await post(url, initialize());
    const text = await answer.text();
    expect(answer.status).toBe(502);
    expect(JSON.parse(text)).toMatchObject({ jsonrpc: '2.0', error: { code: -32000 } });
    expect(text).toContain("'no-such-command' was not found (ENOENT)");
    expect(text).not.toContain('s3cret');
    expect(rig.frames.find(({ kind }) => kind === 'response')).toMatchObject({
      proxy: { answer: 'unreachable' },
    });
    await expect.poll(() => rig.frames.some(({ kind }) => kind === 'exit'), WAIT).toBe(true);
  });

  it('leaves no process behind when the proxy closes, however deaf', async () => {
    const deaf = "process.on('SIGTERM',()=>{});setInterval(()=>{},1000)";
    const launch = { ...SERVER, args: ['-e', `${deaf};import(${JSON.stringify(SERVER.args[0])})`] };
    const url = await start({ launch });
    const pid = await pidOf(url, await begin(url));
    await rig.close();
    expect(runs(pid)).toBe(false);
  }, 20_000);
});
