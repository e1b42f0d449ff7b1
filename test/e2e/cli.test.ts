/** The command line as a user meets it: real processes, real signals, exit codes 0, 1 and 2. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';

const MAIN = path.resolve('proxy/src/main.ts');
const RUN = path.resolve('scripts/run.mjs');

interface Running {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  /** Resolves with what the pattern matched on standard output; rejects when the process ends first. */
  waitFor(pattern: RegExp): Promise<RegExpExecArray>;
  readonly ended: Promise<number | null>;
}

/** So that no run meets the archive of another, or the user's own. */
const STATE = mkdtempSync(path.join(tmpdir(), 'sightline-cli-state-'));
afterAll(() => rmSync(STATE, { recursive: true, force: true }));
let runs = 0;

const running: ChildProcess[] = [];
const servers: Server[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
  const clean = Object.entries(process.env).filter(([key]) => !/^(SIGHTLINE|OTEL)_/.test(key));
  runs += 1;
  const places = {
    SIGHTLINE_PAGE_LISTEN: '127.0.0.1:0',
    SIGHTLINE_STATE_DIR: path.join(STATE, String(runs)),
  };
  const child = spawn(process.execPath, args, {
    env: { ...Object.fromEntries(clean), ...places, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  let out = '';
  let err = '';
  let look = () => {};
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    look();
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  return {
    child,
    out: () => out,
    err: () => err,
    ended,
    waitFor: (pattern) =>
      new Promise((resolve, reject) => {
        look = () => {
          const match = pattern.exec(out);
          if (match) resolve(match);
        };
        void ended.then((code) => reject(new Error(`ended with ${code} before ${pattern}:\n${out}${err}`)));
        look();
      }),
  };
}

const cli = (args: readonly string[], env?: Readonly<Record<string, string>>) => start([MAIN, ...args], env);

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
}

const PROXY_URL = /proxy {5}(http:\/\/\S+)/;
const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'pay', arguments: {} } };
const post = (url: string) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify(call),
  });
const answer: RequestListener = (_request, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ jsonrpc: '2.0', id: 1, result: { content: [] } }));
};

describe('asking', () => {
  it('--help explains and ends with 0', async () => {
    const run = cli(['--help']);
    expect(await run.ended).toBe(0);
    expect(run.out()).toContain('--payload-mode');
    expect(run.err()).toBe('');
  });

  it('--version is one line', async () => {
    const run = cli(['--version']);
    expect(await run.ended).toBe(0);
    expect(run.out()).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('--check-config says what is in force and where it came from, and starts nothing', async () => {
    const run = cli(['http://localhost:3000/mcp', '--check-config', '--show', 'none'], {
      SIGHTLINE_PAYLOAD_MODE: 'off',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318',
    });
    expect(await run.ended).toBe(0);
    expect(run.out()).toMatch(/payload-mode +off +environment SIGHTLINE_PAYLOAD_MODE/);
    expect(run.out()).toMatch(/show +none +flag --show/);
    expect(run.out()).toContain('http://localhost:4318/v1/traces');
  });
});

describe('mistakes', () => {
  it('every problem is named by its key, and the exit code is 2', async () => {
    const run = cli(['--payload-mod=off', '--listen', 'nowhere', 'ftp://x/'], {
      SIGHTLINE_RETRY_WINDOW: 'soon',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4317',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    });
    expect(await run.ended).toBe(2);
    expect(run.out()).toBe('');
    for (const key of [
      '--payload-mod:',
      '--listen:',
      "'ftp://x/':",
      'SIGHTLINE_RETRY_WINDOW:',
      'OTEL_EXPORTER_OTLP_PROTOCOL:',
    ]) {
      expect(run.err()).toContain(key);
    }
  });

  it('a mistake in the file is named by its key there', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'sightline-cli-'));
    const file = path.join(folder, 'mcp.json');
    writeFileSync(
      file,
      '{ "mcpServers": { "a": { "url": 7 } }, // why not\n "sightline": { "show": "some" } }',
    );
    const run = cli(['--config', file]);
    expect(await run.ended).toBe(2);
    rmSync(folder, { recursive: true });
    expect(run.err()).toContain('mcpServers.a.url:');
    expect(run.err()).toContain('sightline.show:');
  });

  it('a port in use is said plainly, and the exit code is 1', async () => {
    const taken = new URL(await serve(answer));
    const run = cli(['http://localhost:1/mcp', '--listen', taken.host]);
    expect(await run.ended).toBe(1);
    expect(run.err()).toContain('the port is in use');
    expect(run.err()).not.toContain(' at ');
  });
});

describe('running', () => {
  it('prints where to point a client, and one line for a call', async () => {
    const run = cli([await serve(answer), '--listen', '127.0.0.1:0']);
    const [, url = ''] = await run.waitFor(PROXY_URL);
    expect((await post(url)).status).toBe(200);
    const [line] = await run.waitFor(/^.*tools\/call pay.*$/m);
    expect(line).toMatch(/^\d\d:\d\d:\d\d\.\d{3} .* = .* 200 {3}· ok$/);
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(0);
  });

  it('two servers of one file have a prefix each', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'sightline-cli-'));
    const file = path.join(folder, 'mcp.json');
    const mcpServers = { Tea: { url: await serve(answer) }, coffee: { url: await serve(answer) } };
    writeFileSync(file, JSON.stringify({ mcpServers }));
    const run = cli(['--config', file, '--listen', '127.0.0.1:0']);
    const [, url = ''] = await run.waitFor(/tea: (http:\/\/\S+)/);
    rmSync(folder, { recursive: true });
    expect(new URL(url).pathname).toBe('/tea/mcp');
    expect((await post(url)).status).toBe(200);
    await run.waitFor(/ tea +tools\/call pay/);
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(0);
  });

  it('the first SIGTERM lets an open call finish', async () => {
    let release = () => {};
    const arrived = Promise.withResolvers<void>();
    const upstream = await serve((request, response) => {
      release = () => answer(request, response);
      arrived.resolve();
    });
    const run = cli([upstream, '--listen', '127.0.0.1:0']);
    const [, url = ''] = await run.waitFor(PROXY_URL);
    const open = post(url);
    await arrived.promise;
    run.child.kill('SIGTERM');
    await expect.poll(() => run.err()).toContain('finishing what is open');
    release();
    expect((await open).status).toBe(200);
    expect(await run.ended).toBe(0);
    expect(run.out()).toContain('tools/call pay');
    expect(run.out()).toContain('session ended  the proxy stops');
  });

  it('a second signal ends at once', async () => {
    const arrived = Promise.withResolvers<void>();
    const run = cli([await serve(() => arrived.resolve()), '--listen', '127.0.0.1:0', '--drain-time', '10m']);
    const [, url = ''] = await run.waitFor(PROXY_URL);
    const open = post(url).catch(() => undefined);
    await arrived.promise;
    // The same signal can reach us twice for one keypress, so only a later one counts.
    const again = setInterval(() => run.child.kill('SIGINT'), 200);
    expect(await run.ended).toBe(1);
    clearInterval(again);
    await open;
  });

  it('a reader that goes away ends the lines, not the traffic', async () => {
    const run = cli([await serve(answer), '--listen', '127.0.0.1:0']);
    const [, url = ''] = await run.waitFor(PROXY_URL);
    run.child.stdout?.destroy();
    for (let round = 0; round < 3; round++) expect((await post(url)).status).toBe(200);
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(0);
  });
});

describe('the page', () => {
  const PAGE_URL = /page {6}(http:\/\/\S+)/;

  it('whose port is taken costs one line, and forwarding goes on', async () => {
    const taken = new URL(await serve(answer));
    const run = cli([await serve(answer), '--listen', '127.0.0.1:0', '--page-listen', taken.host]);
    const [, url = ''] = await run.waitFor(PROXY_URL);
    expect((await post(url)).status).toBe(200);
    expect(run.out()).not.toMatch(PAGE_URL);
    expect(run.err().split('\n')).toEqual([
      expect.stringMatching(/no page: its port is in use; .* --page-listen .*Forwarding goes on$/),
      '',
    ]);
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(0);
  });

  it('beyond loopback has a token in its address, once', async () => {
    const run = cli([
      await serve(answer),
      '--listen=127.0.0.1:0',
      '--page-listen=0.0.0.0:0',
      '--allowed-hosts=*',
    ]);
    const [, url = ''] = await run.waitFor(PAGE_URL);
    expect(url).toMatch(/\?token=[\w-]{32}$/);
    const { origin } = new URL(url);
    expect((await fetch(`${origin}/api/v1/events`)).status).toBe(401);
    const welcome = await fetch(url, { redirect: 'manual' });
    expect(welcome.headers.get('location')).toBe('/');
    const cookie = welcome.headers.get('set-cookie')?.split(';')[0] ?? '';
    expect((await fetch(`${origin}/api/v1/events`, { headers: { cookie } })).status).toBe(200);
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(0);
  });
});

describe('the launcher', () => {
  it('passes arguments, output and exit code through', async () => {
    const version = start([RUN, 'start', '--version']);
    expect(await version.ended).toBe(0);
    expect(version.out()).toMatch(/^\d+\.\d+\.\d+\n$/);
    const wrong = start([RUN, 'start', '--show=a b']);
    expect(await wrong.ended).toBe(2);
    expect(wrong.err()).toContain("--show: 'a b'");
  });

  it('passes a signal through', async () => {
    const run = start([RUN, 'start', await serve(answer), '--listen', '127.0.0.1:0']);
    await run.waitFor(PROXY_URL);
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(0);
    expect(run.err()).toContain('finishing what is open');
  });

  it('names its tasks to whoever asks for another', async () => {
    const run = start([RUN, 'deploy']);
    expect(await run.ended).toBe(1);
    expect(run.err()).toContain("Unknown task 'deploy'");
  });
});

describe('the demo', () => {
  it('shows every kind of traffic by itself', async () => {
    const run = cli(['--listen', '127.0.0.1:0']);
    const kinds = [
      /· ok$/m,
      /✗ tool error by the server/,
      /✗ protocol error/,
      /✗ HTTP error/,
      /! denied/,
      /– abandoned/,
      /– cancelled/,
      /recovered, .* lost/,
      /gave up after/,
      /still waiting for an answer/,
      /asks for input/,
      /← elicitation\/create/,
      /│ .*notifications\/progress/,
      /its stream closed/,
      /2025-03-26/,
      /2025-06-18/,
      /2025-11-25/,
      /2026-07-28/,
    ];
    for (const kind of kinds) await run.waitFor(kind);
    run.child.kill('SIGINT');
    expect(await run.ended).toBe(0);
  });
});
