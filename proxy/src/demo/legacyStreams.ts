/**
 * The oldest side of the demo server: HTTP with SSE of revision 2024-11-05. A GET opens the stream whose
 * first event names the address to post to; every answer comes on the stream. No SDK serves it any more.
 */
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import {
  type JSONRPCMessage,
  type McpServer,
  parseJSONRPCMessage,
  type Transport,
} from '@modelcontextprotocol/server';

export interface LegacyStreams {
  /** Opens a stream on the response of a GET. */
  open(response: ServerResponse): Promise<void>;
  /** Takes a posted message for the stream `streamId`; the answer itself is only a 202. */
  post(streamId: string, response: ServerResponse, body: unknown): void;
  close(): void;
}

const streamsMax = 20;

/** Streams that build their server with `openServer`; `messagePath` is where clients are told to post. */
export function keepLegacyStreams(messagePath: string, openServer: () => McpServer): LegacyStreams {
  const streams = new Map<string, StreamTransport>();
  return {
    open: async (response) => {
      if (streams.size >= streamsMax) {
        response.writeHead(503).end();
        return;
      }
      const id = randomUUID();
      const transport = new StreamTransport(response);
      streams.set(id, transport);
      response.on('close', () => {
        streams.delete(id);
        transport.onclose?.();
      });
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
      response.write(`event: endpoint\ndata: ${messagePath}?sessionId=${id}\n\n`);
      await openServer().connect(transport);
    },
    post: (streamId, response, body) => {
      const stream = streams.get(streamId);
      if (stream === undefined) {
        response.writeHead(404).end('Unknown stream');
        return;
      }
      response.writeHead(202).end('Accepted');
      stream.onmessage?.(parseJSONRPCMessage(body));
    },
    close: () => {
      for (const stream of streams.values()) stream.close();
    },
  };
}

class StreamTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  async start(): Promise<void> {}

  async send(message: JSONRPCMessage): Promise<void> {
    this.#response.write(`event: message\ndata: ${JSON.stringify(message)}\n\n`);
  }

  async close(): Promise<void> {
    this.#response.end();
  }
}
