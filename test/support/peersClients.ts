/**
 * Clients of both SDK generations with their traffic counted, and what they do when they visit a server. They
 * answer whatever the server asks, so that requests of the server pass too.
 */
import {
  Client as NewClient,
  StreamableHTTPClientTransport as NewHttpTransport,
  SSEClientTransport as NewSseTransport,
} from '@modelcontextprotocol/client';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport as OldSseTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport as OldHttpTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { type Note, tapFetch } from './peersTap.ts';

/** What both generations can do. */
export interface PeerClient {
  listTools(): Promise<unknown>;
  callTool(params: {
    name: string;
    arguments?: Record<string, unknown>;
    _meta?: Record<string, unknown>;
  }): Promise<unknown>;
  readResource(params: { uri: string }): Promise<unknown>;
  getPrompt(params: { name: string; arguments?: Record<string, string> }): Promise<unknown>;
  close(): Promise<void>;
}

export type PeerTransport = 'http' | 'sse';
export type PeerConnect = (url: URL, transport: PeerTransport, note: Note) => Promise<PeerClient>;

const roots = [{ uri: 'file:///srv/peer', name: 'home' }];
const sample = {
  model: 'peer-model',
  role: 'assistant',
  content: { type: 'text', text: 'as you wish' },
} as const;
const capabilities = { sampling: {}, elicitation: { form: {} }, roots: { listChanged: true } };

/** SDK 1.32.2, which knows no revision after 2025-11-25. */
export const connectOld: PeerConnect = async (url, transport, note) => {
  const client = new OldClient({ name: 'peer-sdk-1', version: '1.32.2' }, { capabilities });
  client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'decline' }));
  client.setRequestHandler(CreateMessageRequestSchema, () => sample);
  client.setRequestHandler(ListRootsRequestSchema, () => ({ roots }));
  const options = { fetch: tapFetch(fetch, note) };
  await client.connect(
    transport === 'sse' ? new OldSseTransport(url, options) : new OldHttpTransport(url, options),
  );
  return client;
};

/** SDK 2.4.0 in one of its ways to find the era. */
export function connectNew(mode: 'legacy' | 'auto' | { readonly pin: string }): PeerConnect {
  return async (url, transport, note) => {
    const client = new NewClient(
      { name: 'peer-sdk-2', version: '2.4.0' },
      { capabilities, versionNegotiation: { mode } },
    );
    client.setRequestHandler('elicitation/create', () => ({ action: 'decline' }));
    client.setRequestHandler('sampling/createMessage', () => sample);
    client.setRequestHandler('roots/list', () => ({ roots }));
    const options = { fetch: tapFetch(fetch, note) };
    await client.connect(
      transport === 'sse' ? new NewSseTransport(url, options) : new NewHttpTransport(url, options),
    );
    return client;
  };
}

/** Visits server-everything: every kind of call that ends by itself. */
export async function visitEverything(client: PeerClient): Promise<void> {
  await client.listTools();
  await client.callTool({ name: 'echo', arguments: { message: 'hello' } });
  await client.callTool({
    name: 'trigger-long-running-operation',
    arguments: { duration: 1, steps: 3 },
    _meta: { progressToken: 'peer-progress' },
  });
  await client.callTool({ name: 'get-sum', arguments: { a: 'two', b: 3 } });
  await client.callTool({
    name: 'trigger-sampling-request',
    arguments: { prompt: 'Say something', maxTokens: 10 },
  });
  await client.callTool({ name: 'trigger-elicitation-request', arguments: {} });
  await client.readResource({ uri: 'demo://resource/dynamic/text/1' });
  await client.getPrompt({ name: 'simple-prompt' });
  await client.callTool({ name: 'no-such-tool' }).catch(() => undefined);
}

/** Visits the conformance fixture: results, errors, logs, progress, and rounds or requests of the server. */
export async function visitFixture(client: PeerClient): Promise<void> {
  await client.listTools();
  await client.callTool({ name: 'test_simple_text' });
  await client.callTool({ name: 'test_tool_with_logging' });
  await client.callTool({ name: 'test_tool_with_progress', _meta: { progressToken: 'peer-progress' } });
  await client.callTool({ name: 'test_error_handling' });
  await client.callTool({ name: 'test_sampling', arguments: { prompt: 'Say something' } });
  await client.callTool({ name: 'test_elicitation', arguments: { message: 'May I?' } });
  await client.callTool({ name: 'test_input_required_result_list_roots' });
  await client.readResource({ uri: 'test://static-text' });
  await client.getPrompt({ name: 'test_simple_prompt' });
  await client.callTool({ name: 'no_such_tool' }).catch(() => undefined);
}

/** Visits the small server of SDK 1.32.2 in `peersServer.ts`. */
export async function visitSmall(client: PeerClient): Promise<void> {
  await client.listTools();
  await client.callTool({ name: 'add', arguments: { a: 2, b: 3 } });
  await client.callTool({ name: 'ask' });
  await client.callTool({ name: 'fail' });
  await client.callTool({ name: 'no_such_tool' }).catch(() => undefined);
}
