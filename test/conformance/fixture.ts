/**
 * Our own MCP server for the conformance suite: sessionful 2025-11-25 and stateless 2026-07-28 at one
 * address, on loopback, guarding Host and Origin itself. It is the "direct" side of every comparison, so it
 * must pass every scored check of both requirement sets by itself.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import {
  localhostHostValidation,
  localhostOriginValidation,
  toNodeHandler,
  toWebRequest,
} from '@modelcontextprotocol/node';
import {
  createMcpHandler,
  isLegacyRequest,
  McpServer,
  type ServerNotifier,
} from '@modelcontextprotocol/server';
import { keepLegacySessions } from '../../proxy/src/demo/legacySessions.ts';
import { addPages } from './fixturePages.ts';
import { addQuestions, requestStates } from './fixtureQuestions.ts';
import { addTools } from './fixtureTools.ts';

export interface Fixture {
  /** Address of the MCP endpoint. */
  readonly url: string;
  close(): Promise<void>;
}

/** Starts the fixture on a free loopback port; `watch` sees its HTTP server before the first request. */
export async function startFixture(watch?: (server: Server) => void): Promise<Fixture> {
  const modern = createMcpHandler(() => openFixture(modern.notify), { legacy: 'reject' });
  const handleModern = toNodeHandler(modern);
  const legacy = keepLegacySessions(() => openFixture(modern.notify));
  const mayHost = localhostHostValidation();
  const mayOrigin = localhostOriginValidation();
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (!mayHost(request, response) || !mayOrigin(request, response)) return;
    const body = request.method === 'POST' ? await readBody(request) : undefined;
    const asked = Object.assign(request, { method: request.method ?? 'GET', url: request.url ?? '/' });
    if (await isLegacyRequest(await toWebRequest(asked, body), body)) {
      await legacy.handle(request, response, body);
    } else {
      await handleModern(asked, response, body);
    }
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else response.writeHead(400, { 'content-type': 'text/plain' }).end(String(error));
    });
  });
  watch?.(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    // The suite's DNS-rebinding scenario refuses to run against anything that is not named localhost.
    url: `http://localhost:${port}/mcp`,
    close: async () => {
      await Promise.allSettled([modern.close(), legacy.close()]);
      server.close();
      server.closeAllConnections();
    },
  };
}

/** A server with everything that the scenarios call. */
export function openFixture(notify: ServerNotifier): McpServer {
  const server = new McpServer(
    { name: 'sightline-conformance-fixture', version: '1.0.0' },
    {
      capabilities: {
        tools: { listChanged: true },
        resources: { subscribe: true, listChanged: true },
        prompts: { listChanged: true },
        logging: {},
        completions: {},
      },
      requestState: { verify: requestStates.verify },
    },
  );
  addTools(server, notify);
  addQuestions(server);
  addPages(server);
  return server;
}

/** The parsed body; text that is not JSON goes on as text, so that the SDK and not we refuse it. */
async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
