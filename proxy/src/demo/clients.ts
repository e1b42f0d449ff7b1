/**
 * The demo's clients: who they are, which revision they speak, and how one is connected. They answer what
 * a server asks of them the way a person would: after a moment, and with yes.
 */
import { Client, SSEClientTransport, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { Pace } from './pace.ts';

/** `sse` is 2024-11-05, `legacy` 2025-11-25 with sessions, `modern` 2026-07-28. */
export type DemoEra = 'sse' | 'legacy' | 'modern';

interface Identity {
  readonly version: string;
  readonly era: DemoEra;
}

/** Every client that the SDK drives; `nightly-job` speaks by itself, see `rawClient.ts`. */
export const demoClients = {
  'claude-desktop-demo': { version: '2.3.1', era: 'legacy' },
  'checkout-bot': { version: '1.4.2', era: 'legacy' },
  'ledger-agent': { version: '0.3.0', era: 'legacy' },
  'agent-runner': { version: '0.9.0', era: 'modern' },
  'chat-widget': { version: '5.0.4', era: 'modern' },
  'old-dashboard': { version: '1.0.7', era: 'sse' },
} as const satisfies Record<string, Identity>;

export type DemoClientName = keyof typeof demoClients;

/** A connected client and the two ways to part from it. */
export interface Connection {
  readonly client: Client;
  /** Ends the protocol session (DELETE) where there is one, then the connection. */
  end(): Promise<void>;
  /** Goes away without a word, as most clients do. */
  leave(): Promise<void>;
}

/** Connects `name` to the MCP endpoint `url`. @throws whatever the SDK throws when the handshake fails. */
export async function connectClient(name: DemoClientName, url: URL, pace: Pace): Promise<Connection> {
  const { version, era } = demoClients[name];
  const client = new Client(
    { name, version },
    {
      capabilities: { elicitation: { form: {} }, sampling: {}, roots: {} },
      versionNegotiation: { mode: era === 'modern' ? { pin: '2026-07-28' } : 'legacy' },
      // The oldest transport carries newer revisions too; a client of its time knows none of them.
      ...(era === 'sse' ? { supportedProtocolVersions: ['2024-11-05'] } : {}),
    },
  );
  answerServer(client, pace);
  const transport = era === 'sse' ? new SSEClientTransport(url) : new StreamableHTTPClientTransport(url);
  const leave = (): Promise<void> => client.close();
  try {
    await client.connect(transport);
  } catch (error) {
    // A transport that was begun tries again by itself for as long as nobody closes it.
    await transport.close();
    throw error;
  }
  const end = async (): Promise<void> => {
    if (transport instanceof StreamableHTTPClientTransport) await transport.terminateSession();
    await leave();
  };
  return { client, end, leave };
}

function answerServer(client: Client, pace: Pace): void {
  client.setRequestHandler('elicitation/create', async (_request, context) => {
    await pace.pause(1000, context.mcpReq.signal);
    return { action: 'accept', content: { confirm: true } };
  });
  client.setRequestHandler('sampling/createMessage', async (_request, context) => {
    await pace.pause(400, context.mcpReq.signal);
    return {
      model: 'demo-model-1',
      role: 'assistant',
      content: { type: 'text', text: 'The parcel came late; the customer wants the postage back.' },
    };
  });
  client.setRequestHandler('roots/list', () => ({ roots: [{ uri: 'file:///srv/shop' }] }));
  // Notifications need no answer, but an unhandled one must not look like a fault of the demo.
  client.fallbackNotificationHandler = () => Promise.resolve();
}
