/**
 * Servers and clients that others wrote, talking through the real proxy: what each of them counted by itself is
 * what was recorded, by direction, kind and method. Nothing here knows how the proxy works inside.
 */
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { startFixture } from '../conformance/fixture.ts';
import { type OtlpReceiver, startOtlpReceiver } from '../support/otlpReceiver.ts';
import {
  connectNew,
  connectOld,
  type PeerClient,
  type PeerConnect,
  type PeerTransport,
  visitEverything,
  visitFixture,
  visitSmall,
} from '../support/peersClients.ts';
import { startProgram } from '../support/peersProgram.ts';
import { startProxy } from '../support/peersProxy.ts';
import { startSmallServer } from '../support/peersServer.ts';
import { tapServer } from '../support/peersTap.ts';

/** A server under its own count; `stop` ends it and says what it received and sent. */
interface Counted {
  readonly url: string;
  stop(): Promise<readonly string[]>;
}

const require = createRequire(import.meta.url);
const everythingScript = require.resolve('@modelcontextprotocol/server-everything/dist/index.js');
const inspectorScript = require
  .resolve('@modelcontextprotocol/inspector/package.json')
  .replace('package.json', 'clients/launcher/build/index.js');

const everything = (mode: string, path: string) => async (): Promise<Counted> => {
  const program = startProgram(everythingScript, [mode]);
  return { url: `http://127.0.0.1:${await program.port()}${path}`, stop: () => program.stop() };
};

async function small(): Promise<Counted> {
  const notes: string[] = [];
  const server = await startSmallServer((line) => notes.push(line));
  return { url: server.url, stop: () => server.close().then(() => notes) };
}

async function fixture(): Promise<Counted> {
  const notes: string[] = [];
  const server = await startFixture((http) => tapServer(http, (line) => notes.push(line)));
  return { url: server.url, stop: () => server.close().then(() => notes) };
}

/** The traffic of one visit as three parties saw it, each a sorted list of `direction kind method`. */
interface Sightings {
  readonly client: readonly string[];
  readonly server: readonly string[];
  readonly recorded: readonly string[];
  readonly receiver: OtlpReceiver;
}

async function observe(
  startServer: () => Promise<Counted>,
  visit: (url: string) => Promise<readonly string[]>,
): Promise<Sightings> {
  const receiver = await startOtlpReceiver();
  const server = await startServer();
  const proxy = await startProxy(server.url, {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' },
  });
  try {
    const client = await visit(proxy.url);
    // The proxy writes what it still holds when it is asked to end, so nothing has to be waited for.
    expect(await proxy.stop(), proxy.output()).toBe(0);
    const recorded = receiver.records.flatMap((record) => describeRecord(record.attributes));
    return {
      client: client.toSorted(),
      server: (await server.stop()).toSorted(),
      recorded: recorded.sort(),
      receiver,
    };
  } finally {
    await proxy.stop();
    await server.stop();
    await receiver.close();
  }
}

function describeRecord(attributes: Readonly<Record<string, string | number | boolean>>): readonly string[] {
  const kinds: Readonly<Record<string, string>> = {
    'sightline.request': 'request',
    'sightline.notification': 'notification',
    'sightline.server_log': 'notification',
  };
  const kind = kinds[String(attributes['event.name'])];
  if (kind === undefined) return [];
  return [`${attributes['sightline.direction']} ${kind} ${attributes['mcp.method.name']}`];
}

function expectEqualSightings({ client, server, recorded, receiver }: Sightings): void {
  expect(client.length).toBeGreaterThan(0);
  expect(server).toEqual(client);
  expect(recorded).toEqual(client);
  const requests = recorded.filter((line) => line.includes(' request '));
  expect(receiver.spans.filter(({ kind }) => kind === 'server')).toHaveLength(requests.length);
  expect(receiver.violations()).toEqual([]);
}

/** Connects a client of the SDK, lets it do its visit, and gives what it counted. */
function visitBy(
  connect: PeerConnect,
  transport: PeerTransport,
  visit: (client: PeerClient) => Promise<void>,
): (url: string) => Promise<readonly string[]> {
  return async (url) => {
    const notes: string[] = [];
    const client = await connect(new URL(url), transport, (line) => notes.push(line));
    await visit(client);
    await client.close();
    return notes;
  };
}

const clients: readonly { name: string; connect: PeerConnect }[] = [
  { name: 'SDK 1.32.2', connect: connectOld },
  { name: 'SDK 2.4.0 legacy', connect: connectNew('legacy') },
  { name: 'SDK 2.4.0 auto', connect: connectNew('auto') },
];

describe.each(clients)('$name through the proxy', ({ connect }) => {
  it.each<{ server: string; start: () => Promise<Counted>; visit: (client: PeerClient) => Promise<void> }>([
    { server: 'server-everything', start: everything('streamableHttp', '/mcp'), visit: visitEverything },
    { server: 'a server of SDK 1.32.2', start: small, visit: visitSmall },
    { server: 'a server of SDK 2.4.0', start: fixture, visit: visitFixture },
  ])('and $server count what is recorded', async ({ start, visit }) => {
    expectEqualSightings(await observe(start, visitBy(connect, 'http', visit)));
  });
});

describe('HTTP with SSE of 2024-11-05 through the proxy', () => {
  it.each(clients.slice(0, 2))('is recorded as $name and server-everything count it', async ({ connect }) => {
    expectEqualSightings(await observe(everything('sse', '/sse'), visitBy(connect, 'sse', visitEverything)));
  });
});

describe('revision 2026-07-28 through the proxy', () => {
  it('is recorded as a pinned client and a server of SDK 2.4.0 count it', async () => {
    const connect = connectNew({ pin: '2026-07-28' });
    const sightings = await observe(fixture, visitBy(connect, 'http', visitFixture));
    expectEqualSightings(sightings);
    const requests = sightings.receiver.records.filter(({ eventName }) => eventName === 'sightline.request');
    const names = new Set(requests.map(({ attributes }) => attributes['sightline.client.name']));
    expect(names).toEqual(new Set(['peer-sdk-2']));
  });
});

describe('the Inspector’s command line through the proxy', () => {
  const call = ['--method', 'tools/call', '--format', 'json', '--tool-name'];

  it.each<{ era: string; start: () => Promise<Counted>; tool: readonly string[] }>([
    {
      era: 'legacy',
      start: everything('streamableHttp', '/mcp'),
      tool: ['echo', '--tool-arg', 'message=hi'],
    },
    { era: 'legacy', start: fixture, tool: ['test_tool_with_logging'] },
    { era: 'auto', start: fixture, tool: ['test_tool_with_logging'] },
    { era: 'modern', start: fixture, tool: ['test_tool_with_logging'] },
  ])('calls $tool in its $era era and counts what is recorded', async ({ era, start, tool }) => {
    const sightings = await observe(start, async (url) => {
      const place = ['--cli', '--server-url', url, '--transport', 'http', '--protocol-era', era];
      const inspector = startProgram(inspectorScript, [...place, ...call, ...tool]);
      const { code, output } = await inspector.finish();
      expect(code, output).toBe(0);
      return inspector.stop();
    });
    expectEqualSightings(sightings);
  });
});
