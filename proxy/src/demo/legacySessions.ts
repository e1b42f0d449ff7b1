/**
 * The sessionful side of the demo server: one transport and one shop per `Mcp-Session-Id` (revisions
 * 2025-03-26 to 2025-11-25). It answers an unknown session with 404, as the specification says.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node';
import {
  type EventStore,
  isInitializeRequest,
  type JSONRPCMessage,
  type McpServer,
} from '@modelcontextprotocol/server';

const sessionsMax = 50;
const eventsStoredMax = 100;

export interface LegacySessions {
  /** Answers one request; `body` is the parsed body of a POST. */
  handle(request: IncomingMessage, response: ServerResponse, body: unknown): Promise<void>;
  /** Every open server, for a change that all of them announce. */
  servers(): readonly McpServer[];
  close(): Promise<void>;
}

interface Session {
  readonly server: McpServer;
  readonly transport: NodeStreamableHTTPServerTransport;
}

/** Sessions that build their server with `openServer`. */
export function keepLegacySessions(openServer: () => McpServer): LegacySessions {
  const sessions = new Map<string, Session>();
  const begin = async (body: unknown): Promise<NodeStreamableHTTPServerTransport> => {
    const server = openServer();
    const transport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: (id) => {
        sessions.set(id, { server, transport });
        dropOldest(sessions);
      },
      onsessionclosed: (id) => {
        sessions.delete(id);
      },
      retryInterval: 200,
      // Only clients that know how to poll get event ids; for the others the end of a stream is the end.
      ...(knowsPolling(body) ? { eventStore: storeEvents() } : {}),
    });
    await server.connect(transport);
    return transport;
  };
  return {
    handle: async (request, response, body) => {
      const id = request.headers['mcp-session-id'];
      if (id === undefined && isInitializeRequest(body)) {
        await (await begin(body)).handleRequest(request, response, body);
        return;
      }
      const session = typeof id === 'string' ? sessions.get(id) : undefined;
      if (session === undefined) refuse(response, id === undefined ? 400 : 404);
      else await session.transport.handleRequest(request, response, body);
    },
    servers: () => [...sessions.values()].map((session) => session.server),
    close: async () => {
      await Promise.allSettled([...sessions.values()].map((session) => session.server.close()));
      sessions.clear();
    },
  };
}

function knowsPolling(body: unknown): boolean {
  return isInitializeRequest(body) && body.params.protocolVersion === '2025-11-25';
}

function dropOldest(sessions: Map<string, Session>): void {
  const oldest = sessions.entries().next().value;
  if (sessions.size <= sessionsMax || oldest === undefined) return;
  sessions.delete(oldest[0]);
  // A client that never says goodbye must not keep its streams open for ever.
  oldest[1].server.close().catch(() => undefined);
}

function refuse(response: ServerResponse, status: number): void {
  const message = status === 404 ? 'Session not found' : 'Bad Request: no session id';
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ jsonrpc: '2.0', error: { code: -32_001, message }, id: null }));
}

/** The last events of one session, so that a resumed stream gets what it missed. */
function storeEvents(): EventStore {
  const events: { id: string; streamId: string; message: JSONRPCMessage }[] = [];
  let written = 0;
  return {
    storeEvent: async (streamId, message) => {
      written += 1;
      const id = `${streamId}/${written}`;
      events.push({ id, streamId, message });
      if (events.length > eventsStoredMax) events.shift();
      return id;
    },
    getStreamIdForEventId: async (eventId) => events.find((event) => event.id === eventId)?.streamId,
    replayEventsAfter: async (lastEventId, { send }) => {
      const start = events.findIndex((event) => event.id === lastEventId);
      const streamId = events[start]?.streamId ?? '';
      for (const event of events.slice(start + 1)) {
        // A priming event has no message: replaying it would tell the client something that never was.
        if (event.streamId === streamId && 'jsonrpc' in event.message) await send(event.id, event.message);
      }
      return streamId;
    },
  };
}
