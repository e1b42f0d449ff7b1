import { createServer } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { tapFetch, tapServer } from './peersTap.ts';

const closers: (() => void)[] = [];

/** A server that answers every POST with `body`, and both sides' notes of one exchange with it. */
async function exchange(
  sent: unknown,
  body: string,
): Promise<{ client: string[]; server: string[]; got: string }> {
  const client: string[] = [];
  const server: string[] = [];
  const http = createServer((request, response) => {
    request.resume().on('end', () => {
      // In two pieces, because that is how bodies come.
      response.write(body.slice(0, 7));
      response.end(body.slice(7));
    });
  });
  tapServer(http, (line) => server.push(line));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  closers.push(() => http.close());
  const address = http.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const tapped = tapFetch(fetch, (line) => client.push(line));
  const response = await tapped(`http://127.0.0.1:${port}/`, { method: 'POST', body: JSON.stringify(sent) });
  return { client, server, got: await response.text() };
}

const call = { jsonrpc: '2.0', id: 1, method: 'tools/call' };
const progress = { jsonrpc: '2.0', method: 'notifications/progress' };
const asked = { jsonrpc: '2.0', id: 7, method: 'roots/list' };
const answer = { jsonrpc: '2.0', id: 1, result: {} };

describe('the tap of a peer', () => {
  afterEach(() => {
    for (const close of closers.splice(0)) close();
  });

  it.each([
    { why: 'a JSON answer holds no message to count', body: JSON.stringify(answer), more: [] },
    {
      why: 'a stream holds notifications and requests of the server',
      body: [progress, asked, answer].map((message) => `data: ${JSON.stringify(message)}\n\n`).join(''),
      more: ['server_to_client notification notifications/progress', 'server_to_client request roots/list'],
    },
    { why: 'a web page holds nothing', body: '<h1>Down for maintenance</h1>', more: [] },
  ])('counts the same on both sides: $why', async ({ body, more }) => {
    const { client, server, got } = await exchange(call, body);
    expect(got).toBe(body);
    expect(client).toEqual(['client_to_server request tools/call', ...more]);
    expect(server).toEqual(client);
  });

  it('counts every message of a batch', async () => {
    const { server } = await exchange([call, { ...call, id: 2 }, progress], '');
    expect(server).toEqual([
      'client_to_server request tools/call',
      'client_to_server request tools/call',
      'client_to_server notification notifications/progress',
    ]);
  });
});
