/**
 * An MCP server whose answers a test writes, tool by tool: for traffic that must be exactly so. It speaks
 * Streamable HTTP of 2025-11-25 with sessions. Two servers, `shop` and `files`, share one port by path.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Listening, listenOn } from '../support/listenOn.ts';

/** One answer to a call. Without anything it is a short ok result. */
export interface Answer {
  readonly afterMs?: number;
  /** The text of a result; an error of the tool with `isError`. */
  readonly text?: string;
  readonly isError?: true;
  /** A JSON-RPC error instead. */
  readonly error?: { readonly code: number; readonly message: string };
  /** An HTTP status with this body instead of a JSON-RPC answer. */
  readonly http?: { readonly status: number; readonly body: string };
  /** Log lines (`notifications/message`) before the answer, which then comes as an event stream. */
  readonly logs?: readonly string[];
  /** Never answers. */
  readonly hangs?: true;
}

/** Answers of each tool in the order of its calls in one session; the last one goes on. */
export type Script = Readonly<Record<string, readonly Answer[]>>;

interface Message {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: { readonly name?: string; readonly clientInfo?: unknown };
}

export async function startScriptedServer(script: Script): Promise<Listening> {
  const counts = new Map<string, number>();
  const server = createServer((request, response) => {
    void answer(request, response, script, counts).catch(() => response.destroy());
  });
  return listenOn(server);
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  script: Script,
  counts: Map<string, number>,
): Promise<void> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  if (request.method !== 'POST')
    return void response.writeHead(request.method === 'DELETE' ? 200 : 405).end();
  const message: Message = JSON.parse(body);
  if (message.id === undefined) return void response.writeHead(202).end();
  const session = String(request.headers['mcp-session-id'] ?? randomUUID());
  const headers = { 'content-type': 'application/json', 'mcp-session-id': session };
  const reply = (rest: object): string => JSON.stringify({ jsonrpc: '2.0', id: message.id, ...rest });
  if (message.method !== 'tools/call') {
    response.writeHead(200, headers).end(reply({ result: resultOf(message, script) }));
    return;
  }
  const given = nextAnswer(script, counts, session, message.params?.name ?? '');
  if (given.hangs) return;
  if (given.afterMs !== undefined) await sleep(given.afterMs);
  if (given.http) {
    response.writeHead(given.http.status, { 'content-type': 'text/plain' }).end(given.http.body);
    return;
  }
  const result = { content: [{ type: 'text', text: given.text ?? 'done' }], isError: given.isError === true };
  const text = reply(given.error ? { error: given.error } : { result });
  if (!given.logs) {
    response.writeHead(200, headers).end(text);
    return;
  }
  response.writeHead(200, { ...headers, 'content-type': 'text/event-stream' });
  for (const data of given.logs) {
    const log = { jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data } };
    response.write(`event: message\ndata: ${JSON.stringify(log)}\n\n`);
  }
  response.end(`event: message\ndata: ${text}\n\n`);
}

function nextAnswer(script: Script, counts: Map<string, number>, session: string, tool: string): Answer {
  const key = `${session} ${tool}`;
  const count = counts.get(key) ?? 0;
  counts.set(key, count + 1);
  const answers = script[tool] ?? [];
  return answers[Math.min(count, answers.length - 1)] ?? {};
}

function resultOf(message: Message, script: Script): object {
  if (message.method === 'initialize') {
    return {
      protocolVersion: '2025-11-25',
      capabilities: { tools: {}, logging: {} },
      serverInfo: { name: 'scripted', version: '1.0.0' },
    };
  }
  if (message.method !== 'tools/list') return {};
  return {
    tools: Object.keys(script).map((name) => ({
      name,
      description: `Does ${name}`,
      inputSchema: { type: 'object' },
    })),
  };
}
