/**
 * A small server on SDK 1.32.2 with sessions, counted at its own HTTP layer. It serves what the first generation
 * of the SDK does its own way: answers on streams, a request of its own in the middle of a call, a log line.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import {
  CallToolRequestSchema,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
} from '@modelcontextprotocol/sdk/types.js';
import { type Note, tapServer } from './peersTap.ts';

export interface PeerServer {
  readonly url: string;
  close(): Promise<void>;
}

const tools = ['add', 'ask', 'fail'].map((name) => ({ name, inputSchema: { type: 'object' as const } }));

/** Starts the server on a free port. @param host Its address, where loopback is out of the client's reach. */
export async function startSmallServer(note: Note, host = '127.0.0.1'): Promise<PeerServer> {
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const id = request.headers['mcp-session-id'];
    const known = typeof id === 'string' ? sessions.get(id) : undefined;
    await (known ?? (await beginSession(sessions))).handleRequest(request, response);
  };
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  tapServer(server, note);
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://${host}:${port}/mcp`,
    close: async () => {
      await Promise.all([...sessions.values()].map((transport) => transport.close()));
      server.close();
      server.closeAllConnections();
    },
  };
}

async function beginSession(
  sessions: Map<string, StreamableHTTPServerTransport>,
): Promise<StreamableHTTPServerTransport> {
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: () => randomUUID(),
    onsessioninitialized: (id) => {
      sessions.set(id, transport);
    },
  });
  const server = new Server(
    { name: 'peer-small', version: '1.0.0' },
    { capabilities: { tools: {}, logging: {} } },
  );
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
    const { name, arguments: input = {} } = params;
    await extra.sendNotification({
      method: 'notifications/message',
      params: { level: 'info', data: `${name} was called` },
    });
    if (name === 'ask') await server.listRoots(undefined, { relatedRequestId: extra.requestId });
    if (!tools.some((tool) => tool.name === name))
      throw new McpError(ErrorCode.InvalidParams, 'no such tool');
    const text = name === 'add' ? String(Number(input['a']) + Number(input['b'])) : name;
    return { content: [{ type: 'text', text }], isError: name === 'fail' };
  });
  await server.connect(transport);
  return transport;
}
