/** `sightline stdio`: what passes through a shim, what the collector makes of it, and that nobody outlives anybody. */
import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Client as NextClient } from '@modelcontextprotocol/client';
import { StdioClientTransport as NextTransport } from '@modelcontextprotocol/client/stdio';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cleanEnv, runs, StdioRig } from '../support/stdioRig.ts';

const WAIT = { timeout: 30_000 };
const EVERYTHING = path.resolve('node_modules/@modelcontextprotocol/server-everything/dist/index.js');

let rig: StdioRig;
beforeEach(() => {
  rig = new StdioRig();
});
afterEach(() => rig.close());

const initialize = {
  protocolVersion: '2025-06-18',
  capabilities: {},
  clientInfo: { name: 'by-hand', version: '1' },
};

async function pidOf(talk: { ask(id: number, method: string): Promise<unknown> }): Promise<number> {
  const { pid } = (await talk.ask(900, 'pid')) as { pid: number };
  return pid;
}

describe('official clients through a shim', () => {
  const info = { name: 'peer', version: '1' };
  const lines = {
    'the 1.x line': { Client, Transport: StdioClientTransport },
    'the 2.x line': { Client: NextClient, Transport: NextTransport },
  };

  it.each(Object.entries(lines))('of %s get what they get direct', async (_name, { Client, Transport }) => {
    const talk = async (server: { command: string; args: string[] }) => {
      const client = new Client(info);
      const transport = new Transport({ ...server, env: cleanEnv(), stderr: 'ignore' });
      await client.connect(transport as never);
      const got = [
        client.getServerVersion(),
        client.getServerCapabilities(),
        await client.listTools(),
        await client.callTool({ name: 'echo', arguments: { message: 'héllo\u2028' } }),
        await client.callTool({ name: 'echo', arguments: {} }).catch((error: unknown) => String(error)),
        await client.listResources(),
        await client.listPrompts(),
      ];
      await client.close();
      return got;
    };
    const direct = { command: process.execPath, args: [EVERYTHING, 'stdio'] };
    expect(await talk(await rig.wrapped(direct.command, direct.args))).toEqual(await talk(direct));
    await expect
      .poll(async () => (await rig.events()).map(({ eventName }) => eventName), WAIT)
      .toContain('sightline.session.ended');
    const events = await rig.events();
    const called = events.filter(({ mcpMethodName }) => mcpMethodName === 'tools/call');
    expect(called.map(({ genAiToolName, outcome }) => `${genAiToolName} ${outcome}`)[0]).toBe('echo ok');
    expect(new Set(called.map(({ sessionSource }) => sessionSource))).toEqual(new Set(['process']));
    expect(called[0]).toMatchObject({ serverName: 'server-everything', clientName: 'peer' });
    expect(events.at(-1)).toMatchObject({ sessionEndReason: 'process_exit' });
  });
});

describe('servers that others wrote', () => {
  it.each([
    {
      name: 'server-filesystem',
      args: () => [rig.directory],
      call: { name: 'list_allowed_directories', arguments: {} },
    },
    {
      name: 'server-memory',
      args: () => [],
      call: {
        name: 'create_entities',
        arguments: { entities: [{ name: 'tea', entityType: 'drink', observations: ['hot'] }] },
      },
    },
  ])('$name answers through a shim as it does direct', async ({ name, args, call }) => {
    const program = path.resolve(`node_modules/@modelcontextprotocol/${name}/dist/index.js`);
    const talk = async (server: { command: string; args: string[] }, memory: string) => {
      const client = new Client({ name: 'peer', version: '1' });
      const env = { ...cleanEnv(), MEMORY_FILE_PATH: path.join(rig.directory, memory) };
      await client.connect(new StdioClientTransport({ ...server, env, stderr: 'ignore' }));
      const got = [await client.listTools(), await client.callTool(call)];
      await client.close();
      return got;
    };
    const direct = { command: process.execPath, args: [program, ...args()] };
    const wrapped = await rig.wrapped(direct.command, direct.args);
    expect(await talk(wrapped, 'wrapped.jsonl')).toEqual(await talk(direct, 'direct.jsonl'));
    await expect
      .poll(
        async () =>
          (await rig.events()).map((event) => `${event.serverName} ${event.genAiToolName} ${event.outcome}`),
        WAIT,
      )
      .toContain(`${name} ${call.name} ok`);
  });
});

describe('a shim', () => {
  it('passes any bytes of all three pipes unaltered, a line of 100 MB too', async () => {
    const script =
      'process.stdin.on("data",(c)=>{process.stdout.write(c)||(process.stdin.pause(),process.stdout.once("drain",()=>process.stdin.resume()))});process.stderr.write(Buffer.from([0xff,13,10,0,0xc3]))';
    const { command, args } = await rig.wrapped(process.execPath, ['-e', script]);
    const talk = rig.start(command, args);
    const sent = createHash('sha256');
    const heard = createHash('sha256');
    let errors = Buffer.alloc(0);
    talk.child.stdout?.removeAllListeners('data').on('data', (chunk: Buffer) => heard.update(chunk));
    talk.child.stderr?.removeAllListeners('data');
    const reader = talk.child.stderr;
    if (reader) {
      reader.setEncoding('latin1');
      reader.on('data', (text: string) => {
        errors = Buffer.concat([errors, Buffer.from(text, 'latin1')]);
      });
    }
    const say = async (bytes: Buffer) => {
      sent.update(bytes);
      if (talk.child.stdin?.write(bytes) === false) {
        await new Promise((resolve) => talk.child.stdin?.once('drain', resolve));
      }
    };
    for (let i = 0; i < 200; i++) await say(randomBytes(1 + i * 7));
    for (let i = 0; i < 1_600; i++) await say(Buffer.alloc(65_536, 'x'));
    await say(Buffer.from('\r\n{"a":1}\n\n'));
    talk.child.stdin?.end();
    expect((await talk.ended).code).toBe(0);
    expect(heard.digest('hex')).toBe(sent.digest('hex'));
    expect([...errors]).toEqual([0xff, 13, 10, 0, 0xc3]);
  });

  it('ends with the exit code of its server', async () => {
    const talk = await rig.shim();
    talk.say({ jsonrpc: '2.0', method: 'exit', params: { code: 7 } });
    expect(await talk.ended).toEqual({ code: 7, signal: null });
  });

  it('passes signals on, and ends by the signal that ended its server', async () => {
    const talk = await rig.shim();
    const server = await pidOf(talk);
    talk.child.kill('SIGTERM');
    expect(await talk.ended).toEqual({ code: null, signal: 'SIGTERM' });
    expect(runs(server)).toBe(false);
  });

  it('ends when its server was killed, and says so of the session', async () => {
    const talk = await rig.shim();
    await talk.ask(1, 'initialize', initialize);
    talk.say({ jsonrpc: '2.0', id: 2, method: 'crash' });
    expect(await talk.ended).toEqual({ code: null, signal: 'SIGKILL' });
    await expect
      .poll(
        async () => (await rig.events()).map((event) => `${event.eventName} ${event.errorMessage ?? ''}`),
        WAIT,
      )
      .toContain('sightline.session.ended the server was ended by SIGKILL');
    const crash = (await rig.events()).find(({ mcpMethodName }) => mcpMethodName === 'crash');
    expect(crash).toMatchObject({ outcome: 'unanswered', outcomeOrigin: 'upstream' });
  });

  it('lets no server and no helper of it outlive a killed client', async () => {
    const talk = await rig.client(['deaf']);
    const server = await pidOf(talk);
    await talk.until(() => /helper \d+\n/.test(talk.err) && /shim \d+\n/.test(talk.err));
    const helper = Number(/helper (\d+)/.exec(talk.err)?.[1]);
    const shim = Number(/shim (\d+)/.exec(talk.err)?.[1]);
    expect([server, helper, shim].map(runs)).toEqual([true, true, true]);
    talk.child.kill('SIGKILL');
    await expect.poll(() => [server, helper, shim].map(runs), WAIT).toEqual([false, false, false]);
  });

  it('that was killed leaves no server behind: the collector ends it', async () => {
    const talk = await rig.shim(['deaf']);
    await talk.ask(1, 'initialize', initialize);
    const server = await pidOf(talk);
    await talk.until(() => /helper \d+\n/.test(talk.err));
    const helper = Number(/helper (\d+)/.exec(talk.err)?.[1]);
    await expect.poll(async () => (await rig.events()).length, WAIT).toBeGreaterThan(0);
    talk.child.kill('SIGKILL');
    await expect.poll(() => [server, helper].map(runs), WAIT).toEqual([false, false]);
    await expect
      .poll(async () => (await rig.events()).map(({ sessionEndReason }) => sessionEndReason), WAIT)
      .toContain('crashed');
  });

  it('says in one line why its server could not be started', async () => {
    const { command, args } = await rig.wrapped('no-such-command-anywhere', []);
    const talk = rig.start(command, args);
    expect((await talk.ended).code).toBe(127);
    expect(talk.err).toMatch(/^sightline: not_started: spawn no-such-command-anywhere ENOENT\n$/);
  });

  it('without a command is wrong use', async () => {
    const { args } = await rig.wrapped('x', []);
    const talk = rig.start(process.execPath, args.slice(0, args.indexOf('--')));
    expect((await talk.ended).code).toBe(2);
    expect(talk.err).toContain('needs the command to start');
  });

  it('tells what is no message on stdout, and what is said on stderr', async () => {
    const talk = await rig.shim();
    await talk.ask(1, 'initialize', initialize);
    await talk.ask(2, 'noise');
    await expect
      .poll(async () => (await rig.events()).map(({ logMessage }) => logMessage), WAIT)
      .toContain('not JSON-RPC on standard output: Listening on standard input');
  });
});

describe('the collector', () => {
  it('is one for all shims, and ends when none has run for a while', async () => {
    const options = ['--collector-idle', '2s'];
    const talks = await Promise.all([1, 2, 3].map(() => rig.shim([], options)));
    await Promise.all(talks.map((talk) => talk.ask(1, 'initialize', initialize)));
    const sessions = async () => new Set((await rig.events()).flatMap(({ sessionId }) => sessionId ?? []));
    await expect.poll(async () => (await sessions()).size, WAIT).toBe(3);
    expect(rig.collectors()).toHaveLength(1);
    for (const talk of talks) talk.child.stdin?.end();
    await Promise.all(talks.map((talk) => talk.ended));
    await expect.poll(() => rig.collectors(), WAIT).toEqual([]);
  });

  it('when killed is missed by nobody and replaced, and the session goes on under its id', async () => {
    const talk = await rig.shim();
    await talk.ask(1, 'initialize', initialize);
    await expect.poll(async () => (await rig.events()).length, WAIT).toBeGreaterThan(0);
    const [first] = rig.collectors();
    if (first === undefined) throw new Error('no collector runs');
    process.kill(first, 'SIGKILL');
    expect(await talk.ask(2, 'ping')).toEqual({});
    await expect.poll(() => rig.collectors().filter((pid) => pid !== first).length, WAIT).toBe(1);
    await expect.poll(async () => (await rig.events()).length, WAIT).toBeGreaterThan(0);
    expect(await talk.ask(3, 'ping')).toEqual({});
    const ids = async () => new Set((await rig.events()).flatMap(({ sessionId }) => sessionId ?? []));
    await expect
      .poll(async () => (await rig.events()).map(({ jsonrpcRequestId }) => jsonrpcRequestId), WAIT)
      .toContain('3');
    expect((await ids()).size).toBe(1);
  });

  it('that cannot run at all changes nothing of what passes', async () => {
    const file = path.join(rig.directory, 'file');
    writeFileSync(file, '');
    const { args } = await rig.wrapped(process.execPath, [path.resolve('test/support/stdioServer.ts')]);
    const talk = rig.start(
      process.execPath,
      args.map((arg) => (arg === rig.directory ? file : arg)),
    );
    expect(await talk.ask(1, 'initialize', initialize)).toEqual(initialize);
    talk.child.stdin?.end();
    expect((await talk.ended).code).toBe(0);
    expect(talk.err).toMatch(/^sightline: no_collector: .*\n$/);
  });
});
