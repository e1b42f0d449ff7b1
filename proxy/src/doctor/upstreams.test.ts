import { createServer } from 'node:http';
import { expect, it } from 'vitest';
import { listenOn } from '../../../test/support/listenOn.ts';
import { checkUpstream } from './upstreams.ts';

it.each([
  { status: 204, why: 'it has OPTIONS', mark: 'ok' },
  { status: 405, why: 'it has none', mark: 'ok' },
  { status: 501, why: 'it has none, as others say it', mark: 'ok' },
  { status: 502, why: 'what is behind it is away', mark: 'warning' },
  { status: 500, why: 'it fails', mark: 'warning' },
])('a server that answers $status, because $why, is $mark', async ({ status, mark }) => {
  const server = await listenOn(createServer((_request, response) => response.writeHead(status).end()));
  const [found] = await checkUpstream(
    { kind: 'http', name: 'shop', url: new URL(`${server.origin}/mcp`), headers: {} },
    { timeoutMs: 4_000, env: {}, platform: process.platform, onClock: () => {} },
  );
  await server.close();
  expect(found).toMatchObject({ check: 'server shop', mark });
});
