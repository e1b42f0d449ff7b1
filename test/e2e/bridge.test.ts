/** Stdio servers that others wrote, served over HTTP by the real program, to clients that others wrote. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  Client as NextClient,
  StreamableHTTPClientTransport as NextHttp,
} from '@modelcontextprotocol/client';
import { StdioClientTransport as NextStdio } from '@modelcontextprotocol/client/stdio';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EventItem } from '../../proxy/src/contract/index.ts';
import { cleanEnv, runs, STDIO_SERVER, Talk } from '../support/stdioRig.ts';

const WAIT = { timeout: 30_000 };
const packageOf = (name: string) => path.resolve(`node_modules/@modelcontextprotocol/${name}/dist/index.js`);
const EVERYTHING = { command: process.execPath, args: [packageOf('server-everything'), 'stdio'] };

let directory: string;
const talks: Talk[] = [];
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'sightline-bridge-'));
});
afterEach(async () => {
  for (const { child } of talks) child.kill('SIGKILL');
  await Promise.all(talks.splice(0).map((talk) => talk.ended));
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
});

interface Running {
  readonly talk: Talk;
  readonly origin: string;
  events(): Promise<readonly EventItem[]>;
}

/** The program as a user starts it, on free ports. */
async function start(words: readonly string[]): Promise<Running> {
  const places = ['--listen', '127.0.0.1:0', '--page-listen', '127.0.0.1:0', '--state-dir', directory];
  const program = path.resolve('proxy/src/sightline.ts');
  const talk = new Talk(spawn(process.execPath, [program, ...places, ...words], { env: cleanEnv() }));
  talks.push(talk);
  const find = (row: string) =>
    new RegExp(`^ *${row} +(?:[^ ]+: )?(http://127\\.0\\.0\\.1:\\d+)`, 'm').exec(talk.out.toString())?.[1];
  await talk.until(() => find('proxy') !== undefined);
  return {
    talk,
    origin: find('proxy') ?? '',
    events: async () => {
      const answer = await fetch(`${find('page')}/api/v1/events?order=oldest&limit=200`);
      return (await answer.json()).items;
    },
  };
}

function command(server: { readonly command: string; readonly args: readonly string[] }): Promise<Running> {
  return start(['--', server.command, ...server.args]);
}

const info = { name: 'peer', version: '1' };
const capabilities = { sampling: {}, elicitation: { form: {} }, roots: { listChanged: true } };
const sample = { model: 'm', role: 'assistant', content: { type: 'text', text: 'as you wish' } } as const;
const roots = [{ uri: 'file:///srv/peer', name: 'home' }];

function oldClient(): Client {
  const client = new Client(info, { capabilities });
  client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'decline' }));
  client.setRequestHandler(CreateMessageRequestSchema, () => sample);
  client.setRequestHandler(ListRootsRequestSchema, () => ({ roots }));
  return client;
}

function nextClient(mode: 'legacy' | 'auto' | { readonly pin: string }): NextClient {
  const client = new NextClient(info, { capabilities, versionNegotiation: { mode } });
  client.setRequestHandler('elicitation/create', () => ({ action: 'decline' }));
  client.setRequestHandler('sampling/createMessage', () => sample);
  client.setRequestHandler('roots/list', () => ({ roots }));
  return client;
}

type AnyClient = Pick<Client, 'close' | 'getServerVersion' | 'getServerCapabilities'> & {
  listTools(): Promise<unknown>;
  listResources(): Promise<unknown>;
  listPrompts(): Promise<unknown>;
  callTool(params: object): Promise<unknown>;
};

/** Everything that server-everything can be asked and asks itself, as one value. */
async function visit(client: AnyClient): Promise<unknown> {
  const call = (name: string, args: object = {}) =>
    client.callTool({ name, arguments: args }).catch((error: unknown) => String(error));
  const got = [
    client.getServerVersion(),
    client.getServerCapabilities(),
    await client.listTools(),
    await call('echo', { message: 'héllo\u2028' }),
    await call('echo'),
    await call('trigger-sampling-request', { prompt: 'Say something', maxTokens: 10 }),
    await call('trigger-elicitation-request'),
    await call('get-roots-list'),
    await client.listResources(),
    await client.listPrompts(),
  ];
  await client.close();
  return got;
}

describe('official clients over HTTP get what they get over pipes', () => {
  it('of the 1.x line', async () => {
    const direct = oldClient();
    await direct.connect(new StdioClientTransport({ ...EVERYTHING, env: cleanEnv(), stderr: 'ignore' }));
    const { origin, events } = await command(EVERYTHING);
    const bridged = oldClient();
    await bridged.connect(new StreamableHTTPClientTransport(new URL(`${origin}/mcp`)));
    expect(await visit(bridged as AnyClient)).toEqual(await visit(direct as AnyClient));
    await expect
      .poll(
        async () => (await events()).map(({ mcpMethodName, outcome }) => `${mcpMethodName} ${outcome}`),
        WAIT,
      )
      .toEqual(
        expect.arrayContaining([
          'tools/call ok',
          'sampling/createMessage ok',
          'elicitation/create ok',
          'roots/list ok',
        ]),
      );
    const told = await events();
    const calls = told.filter(({ mcpMethodName }) => mcpMethodName === 'tools/call');
    expect(calls[0]).toMatchObject({
      serverName: 'server-everything',
      clientName: 'peer',
      sessionSource: 'protocol',
    });
    // What the server says on stderr stands in the same session.
    const logs = told.filter(({ eventName }) => eventName === 'sightline.server_log');
    expect(logs.map(({ sessionId }) => sessionId)).toContain(calls[0]?.sessionId);
  });

  it.each(['legacy', 'auto'] as const)('of the 2.x line, which finds the era by %s', async (mode) => {
    const direct = nextClient(mode);
    await direct.connect(new NextStdio({ ...EVERYTHING, env: cleanEnv(), stderr: 'ignore' }));
    const { origin } = await command(EVERYTHING);
    const bridged = nextClient(mode);
    await bridged.connect(new NextHttp(new URL(`${origin}/mcp`)));
    expect(await visit(bridged as AnyClient)).toEqual(await visit(direct as AnyClient));
  });
});

/** Everything of the fixture that 2026-07-28 has: results, errors, progress, and further rounds. */
async function visitFixture(client: NextClient): Promise<unknown> {
  const steps: number[] = [];
  const call = (name: string, args: object = {}) =>
    client
      .callTool({ name, arguments: { ...args } }, { onprogress: ({ progress }) => steps.push(progress) })
      .catch((error: unknown) => String(error));
  const got = [
    client.getServerVersion(),
    client.getServerCapabilities(),
    await client.listTools(),
    await call('test_simple_text'),
    // It repeats the token that it saw, which on a process for many is none of the client's.
    JSON.stringify(await call('test_tool_with_progress')).replace(/went to \d+/, 'went'),
    await call('test_error_handling'),
    await call('test_input_required_result_list_roots'),
    await call('test_input_required_result_elicitation'),
    await call('no_such_tool'),
    await client.readResource({ uri: 'test://static-text' }),
    await client.getPrompt({ name: 'test_simple_prompt' }),
    steps,
  ];
  await client.close();
  return got;
}

describe('clients of 2026-07-28', () => {
  const FIXTURE = { command: process.execPath, args: [path.resolve('test/conformance/fixtureStdio.ts')] };

  it('get over HTTP what they get over pipes, two at once over one process', async () => {
    const mode = { pin: '2026-07-28' };
    const direct = nextClient(mode);
    await direct.connect(new NextStdio({ ...FIXTURE, env: cleanEnv(), stderr: 'ignore' }));
    const { origin, events } = await command(FIXTURE);
    const bridged = await Promise.all(
      [1, 2].map(async () => {
        const client = nextClient(mode);
        await client.connect(new NextHttp(new URL(`${origin}/mcp`)));
        return client;
      }),
    );
    const expected = await visitFixture(direct);
    const [one, two] = await Promise.all(bridged.map(visitFixture));
    expect(one).toEqual(expected);
    expect(two).toEqual(expected);
    await expect
      .poll(
        async () => (await events()).filter(({ genAiToolName }) => genAiToolName === 'test_simple_text'),
        WAIT,
      )
      .toMatchObject([{ mcpProtocolVersion: '2026-07-28' }, { mcpProtocolVersion: '2026-07-28' }]);
  });
});

describe('a configuration file', () => {
  it('has its commands served beside each other, with progress and each client’s own state', async () => {
    const file = path.join(directory, 'mcp.json');
    const memory = { command: process.execPath, args: [packageOf('server-memory')] };
    const entries = {
      everything: EVERYTHING,
      files: { command: '${NODE}', args: [packageOf('server-filesystem'), directory], cwd: directory },
      memory: { ...memory, env: { MEMORY_FILE_PATH: path.join(directory, 'memory.jsonl') } },
    };
    writeFileSync(file, JSON.stringify({ mcpServers: entries }).replace('${NODE}', process.execPath));
    const { origin } = await start(['--config', file]);
    const connect = async (name: string) => {
      const client = oldClient();
      await client.connect(new StreamableHTTPClientTransport(new URL(`${origin}/${name}/mcp`)));
      return client;
    };
    const [files, one, two, everything] = await Promise.all([
      connect('files'),
      connect('memory'),
      connect('memory'),
      connect('everything'),
    ]);
    const allowed = await files.callTool({ name: 'list_allowed_directories', arguments: {} });
    expect(JSON.stringify(allowed)).toContain(directory);
    const tea = { name: 'tea', entityType: 'drink', observations: ['hot'] };
    await one.callTool({ name: 'create_entities', arguments: { entities: [tea] } });
    // Two processes of one program: what the one has written the other reads.
    const read = await two.callTool({ name: 'read_graph', arguments: {} });
    expect(JSON.stringify(read)).toContain('drink');
    const steps: number[] = [];
    await everything.callTool(
      { name: 'trigger-long-running-operation', arguments: { duration: 0.3, steps: 3 } },
      undefined,
      { onprogress: ({ progress }) => steps.push(progress) },
    );
    expect(steps).toEqual([1, 2, 3]);
    await Promise.all([files, one, two, everything].map((client) => client.close()));
  });
});

/** Shells that a process has started. */
function shellsOf(parent: number): readonly number[] {
  const { stdout } = spawnSync('ps', ['-o', 'pid=,comm=', '--ppid', String(parent)], { encoding: 'utf8' });
  return [...stdout.matchAll(/^ *(\d+) sh$/gm)].map(([, pid]) => Number(pid));
}

describe('the processes of a proxy that ends', () => {
  async function pidOver(origin: string): Promise<{ readonly pid: number; readonly session: string }> {
    const ask = async (message: object, session?: string) => {
      const answer = await fetch(`${origin}/mcp`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(session !== undefined && { 'mcp-session-id': session }),
        },
        body: JSON.stringify({ jsonrpc: '2.0', ...message }),
      });
      return { body: await answer.json(), session: answer.headers.get('mcp-session-id') ?? '' };
    };
    const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: info };
    const { session } = await ask({ id: 1, method: 'initialize', params });
    const { body } = await ask({ id: 2, method: 'pid' }, session);
    return { pid: body.result.pid, session };
  }

  it.each(['SIGTERM', 'SIGKILL'] as const)('by %s end with it', async (signal) => {
    const { talk, origin } = await command({ command: process.execPath, args: [STDIO_SERVER] });
    const { pid } = await pidOver(origin);
    expect(runs(pid)).toBe(true);
    talk.child.kill(signal);
    await talk.ended;
    await expect.poll(() => runs(pid), WAIT).toBe(false);
  });

  it.each([
    ['SIGTERM', 0],
    ['SIGKILL', null],
  ] as const)(
    'go by its %s with everything they have started, although they ignore it',
    async (signal, code) => {
      const { talk, origin, events } = await command({
        command: process.execPath,
        args: [STDIO_SERVER, 'deaf'],
      });
      const { pid } = await pidOver(origin);
      const helperOf = async () => {
        const told = (await events()).map(({ logMessage }) => /^helper (\d+)$/.exec(logMessage ?? '')?.[1]);
        return told.find((found) => found !== undefined);
      };
      await expect.poll(helperOf, WAIT).toBeDefined();
      const helper = Number(await helperOf());
      const [keeper = 0] = shellsOf(talk.child.pid ?? 0);
      expect([pid, helper, keeper].map(runs)).toEqual([true, true, true]);
      talk.child.kill(signal);
      expect((await talk.ended).code).toBe(code);
      const left = () => [runs(pid), runs(helper)];
      // Who was killed cannot wait for them; its keeper does.
      if (signal === 'SIGTERM') expect(left()).toEqual([false, false]);
      else await expect.poll(left, WAIT).toEqual([false, false]);
      await expect.poll(() => runs(keeper), WAIT).toBe(false);
    },
  );

  it('end their sessions when they end by themselves, after what was open', async () => {
    const { origin, events } = await command({ command: process.execPath, args: [STDIO_SERVER] });
    const { session } = await pidOver(origin);
    const answer = await fetch(`${origin}/mcp`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'mcp-session-id': session },
      body: JSON.stringify({ jsonrpc: '2.0', id: 3, method: 'crash' }),
    });
    expect(answer.status).toBe(502);
    const told = async () =>
      (await events()).map((event) => [
        event.mcpMethodName,
        event.outcome,
        event.sessionEndReason,
        event.errorMessage,
      ]);
    await expect
      .poll(async () => (await told()).slice(-2), WAIT)
      .toEqual([
        ['crash', 'interrupted', undefined, expect.stringContaining('the server was ended by SIGKILL')],
        [undefined, undefined, 'process_exit', 'the server was ended by SIGKILL'],
      ]);
  });

  it('go by a second signal at once', async () => {
    const { talk, origin } = await command({ command: process.execPath, args: [STDIO_SERVER, 'deaf'] });
    const { pid } = await pidOver(origin);
    talk.child.kill('SIGTERM');
    await talk.until(() => talk.err.includes('once more stops at once'));
    // The same signal within a moment is taken for one that came twice.
    await expect
      .poll(
        () => {
          talk.child.kill('SIGTERM');
          return runs(pid);
        },
        { ...WAIT, interval: 500 },
      )
      .toBe(false);
  });
});
