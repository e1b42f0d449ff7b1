/**
 * The demo's upstream: an MCP server on loopback that speaks every revision at one address, as a server in
 * the middle of a migration does. Routing only: what the server offers is in `shop.ts`.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toNodeHandler, toWebRequest } from '@modelcontextprotocol/node';
import { createMcpHandler, isLegacyRequest } from '@modelcontextprotocol/server';
import { keepLegacySessions } from './legacySessions.ts';
import { keepLegacyStreams } from './legacyStreams.ts';
import { findOddAnswer } from './oddAnswers.ts';
import type { Pace } from './pace.ts';
import { openShop } from './shop.ts';
import type { ShopMemory } from './shopMemory.ts';
import { TaskDesk } from './taskDesk.ts';

const mcpPath = '/mcp';
const messagePath = '/messages';
const bodyBytesMax = 1024 * 1024;

export interface DemoServer {
  /** Address of the MCP endpoint. */
  readonly url: string;
  close(): Promise<void>;
}

/** Starts the server on a free loopback port. */
export async function startDemoServer(pace: Pace): Promise<DemoServer> {
  const memory: ShopMemory = {
    attempts: new Map(),
    pace,
    announceToolsChanged: () => {
      modern.notify.toolsChanged();
      for (const server of sessions.servers()) server.sendToolListChanged();
    },
  };
  const modern = createMcpHandler(() => openShop(memory), { legacy: 'reject' });
  const modernHandler = toNodeHandler(modern);
  const sessions = keepLegacySessions(() => openShop(memory));
  const streams = keepLegacyStreams(messagePath, () => openShop(memory));

  const tasks = new TaskDesk();

  const route = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://demo');
    const refusal = checkCredential(request);
    if (refusal !== undefined) return refuse(response, refusal);
    const body = request.method === 'POST' ? await readJson(request) : undefined;
    if (url.pathname === messagePath) {
      return streams.post(url.searchParams.get('sessionId') ?? '', response, body);
    }
    if (url.pathname !== mcpPath) return refuse(response, 404);
    const odd = findOddAnswer(body);
    if (odd !== undefined) return odd.answer(response);
    const aboutTask = tasks.answer(body);
    if (aboutTask !== undefined) return writeJson(response, 200, aboutTask);
    if (opensOldStream(request)) return streams.open(response);
    const isLegacy = await isLegacyRequest(await toWebRequest(named(request), body), body);
    await (isLegacy
      ? sessions.handle(request, response, body)
      : modernHandler(named(request), response, body));
  };
  const server = createServer((request, response) => {
    route(request, response).catch(() => {
      // A client that leaves in mid-request is everyday traffic here, and never a reason to stop the demo.
      if (response.headersSent) response.destroy();
      else refuse(response, 400);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${mcpPath}`,
    close: async () => {
      await Promise.allSettled([modern.close(), sessions.close()]);
      streams.close();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The same request with method and URL known to be there, which Node's type leaves open for client responses. */
function named(request: IncomingMessage): IncomingMessage & { method: string; url: string } {
  return Object.assign(request, { method: request.method ?? 'GET', url: request.url ?? '/' });
}

/** A GET without session and version can only be a 2024-11-05 client: later ones send both after the handshake. */
function opensOldStream(request: IncomingMessage): boolean {
  return (
    request.method === 'GET' &&
    request.headers['mcp-session-id'] === undefined &&
    request.headers['mcp-protocol-version'] === undefined
  );
}

/** The demo needs no credential, but refuses one that is expired (401) or too weak (403). */
function checkCredential(request: IncomingMessage): number | undefined {
  const credential = request.headers.authorization ?? '';
  if (credential.includes('expired')) return 401;
  return credential.includes('readonly') ? 403 : undefined;
}

function refuse(response: ServerResponse, status: number): void {
  const challenge = status === 401 ? { 'www-authenticate': 'Bearer error="invalid_token"' } : {};
  writeJson(response, status, { error: refusals[status] ?? 'bad_request' }, challenge);
}

const refusals: Readonly<Record<number, string>> = {
  401: 'invalid_token',
  403: 'insufficient_scope',
  404: 'not_found',
};

function writeJson(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes > bodyBytesMax) throw new Error('the body is larger than the demo takes');
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}
