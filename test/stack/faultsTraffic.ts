/**
 * Traffic whose every value a test chooses: a server that answers each call as the call itself asks, and calls that
 * go to it through a proxy.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Listening, listenOn } from '../support/listenOn.ts';

export interface Upstream {
  /** Its MCP endpoint. */
  readonly url: string;
  close(): Promise<void>;
}

export interface Call {
  readonly tool: string;
  /** Conversation that the call belongs to: its session. */
  readonly session: string;
  /** Name of the client. */
  readonly client?: string;
  /** Members of `_meta` besides. */
  readonly meta?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** What the server is to do: a text of so many bytes as its result or its error, or nothing, ever. */
  readonly wish?: { readonly result?: number; readonly error?: number; readonly hang?: true };
}

/** A server with every tool that it is asked for, which never lists them. */
export async function startUpstream(): Promise<Upstream> {
  const server = createServer((request, response) => void answer(request, response));
  const listening: Listening = await listenOn(server);
  return { url: `${listening.origin}/mcp`, close: () => listening.close() };
}

interface Asked {
  readonly id: unknown;
  readonly params: { readonly arguments: Call['wish'] };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const { id, params } = JSON.parse(Buffer.concat(chunks).toString()) as Asked;
  const { hang, error, result = 2 } = params.arguments ?? {};
  if (hang) return;
  response.setHeader('content-type', 'application/json');
  response.end(
    JSON.stringify(
      error === undefined
        ? { jsonrpc: '2.0', id, result: { content: [{ type: 'text', text: 'ö'.repeat(result / 2) }] } }
        : { jsonrpc: '2.0', id, error: { code: -32_603, message: 'é'.repeat(error / 2) } },
    ),
  );
}

/** Some batches a second, and few enough traces to ask for each. */
const CALL_EVERY_MS = 50;

let calls = 0;

/** Calls a tool and waits for the answer's end. @throws when the connection breaks off. */
export async function callTool(url: string, call: Call, signal?: AbortSignal): Promise<void> {
  calls += 1;
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: call.client ?? 'faults', version: '1' },
    baggage: `gen_ai.conversation.id=${encodeURIComponent(call.session)}`,
    ...call.meta,
  };
  const params = { name: call.tool, arguments: call.wish ?? {}, _meta: meta };
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...call.headers },
    body: JSON.stringify({ jsonrpc: '2.0', id: calls, method: 'tools/call', params }),
    ...(signal && { signal }),
  });
  await response.arrayBuffer();
}

export interface Traffic {
  /** Ends it and gives how many calls were answered. */
  stop(): Promise<number>;
}

/**
 * Calls one after the other until it is told to stop, over as many sessions as there are buckets and more. Where nobody
 * answers it goes on trying, as clients do.
 */
export function startTraffic(url: () => string, name: string): Traffic {
  let going = true;
  let answered = 0;
  const run = async (): Promise<void> => {
    for (let i = 0; going; i++) {
      try {
        await callTool(url(), { tool: `tool_${i % 7}`, session: `${name} ${i % 40}`, client: name });
        answered += 1;
      } catch {
        // The proxy is down; the same call is not tried again.
      }
      await sleep(CALL_EVERY_MS);
    }
  };
  const running = run();
  return {
    async stop() {
      going = false;
      await running;
      return answered;
    },
  };
}
