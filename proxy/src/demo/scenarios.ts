/**
 * The demo's traffic as a table: which client does what, and what a watcher sees of it. Rows of one client
 * run one after another in this order, clients run beside each other. A scenario may fail as it likes:
 * failures are the traffic, and the caller swallows them.
 */
import { randomBytes } from 'node:crypto';
import type { DemoClientName } from './clients.ts';
import type { Stage } from './stage.ts';

export interface Scenario {
  readonly name: string;
  /** What the terminal, the page or Grafana shows of it. */
  readonly shows: string;
  readonly client: DemoClientName | 'nightly-job';
  /** `round` counts from 1; orders are numbered by it, so that a retry chain never runs into the next round's. */
  readonly run: (stage: Stage, round: number) => Promise<unknown>;
}

/** A new conversation each round, as people have them. */
const conversation = (round: number): Record<string, unknown> => ({
  baggage: `gen_ai.conversation.id=conv-7f${round},tenant=demo`,
});
const chatHint = (round: number): Record<string, unknown> => ({ 'openai/session': `v1/demo-chat-${round}` });
const newTraceparent = (): string =>
  `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;

const desktopScenarios: readonly Scenario[] = [
  {
    name: 'browse',
    shows: 'ok calls, a list of tools, a legacy session with handshake',
    client: 'claude-desktop-demo',
    run: async (stage) => {
      const client = await stage.get('claude-desktop-demo');
      await client.listTools();
      await client.callTool({ name: 'search_products', arguments: { query: 'mug' } });
      await client.callTool({ name: 'get_invoice', arguments: { invoice_id: 'INV-2041' } });
      await client.ping();
    },
  },
  {
    name: 'wrong invoice',
    shows: 'a tool error (isError), then the agent asking with other arguments',
    client: 'claude-desktop-demo',
    run: async (stage) => {
      const client = await stage.get('claude-desktop-demo');
      await client.callTool({ name: 'get_invoice', arguments: { invoice_id: 'INV-9999' } });
      await stage.pace.pause(200);
      await client.callTool({ name: 'get_invoice', arguments: { invoice_id: 'INV-2042' } });
    },
  },
  {
    name: 'read pages',
    shows:
      'resources and prompts; a JSON-RPC error by the client’s fault (-32602) and one by the server’s (-32603)',
    client: 'claude-desktop-demo',
    run: async (stage) => {
      const client = await stage.get('claude-desktop-demo');
      await client.listResources();
      await client.readResource({ uri: 'shop://catalog' });
      await client.getPrompt({ name: 'dunning_letter', arguments: { invoice_id: 'INV-2042' } });
      await fails(client.readResource({ uri: 'shop://invoices/INV-1' }));
      await fails(client.getPrompt({ name: 'season_greetings' }));
    },
  },
  {
    name: 'resumed stream',
    shows: 'an answer that arrives on a resumed stream (Last-Event-ID)',
    client: 'claude-desktop-demo',
    run: async (stage) => {
      const client = await stage.get('claude-desktop-demo');
      await client.callTool({ name: 'track_shipment', arguments: { order_id: 'ord-1041' } });
    },
  },
  {
    name: 'catalog reload',
    shows: 'the server’s own log (notifications/message) and tools/list_changed',
    client: 'claude-desktop-demo',
    run: async (stage) => {
      const client = await stage.get('claude-desktop-demo');
      await client.callTool({ name: 'refresh_catalog' });
      await client.listTools();
    },
  },
  {
    name: 'approval',
    shows: 'a server-to-client request (elicitation/create), answered by the user after a second',
    client: 'claude-desktop-demo',
    run: async (stage) => {
      const client = await stage.get('claude-desktop-demo');
      await client.callTool({ name: 'refund_payment', arguments: { order_id: 'ord-1042' } });
    },
  },
  {
    name: 'sampling',
    shows: 'a server-to-client request (sampling/createMessage)',
    client: 'claude-desktop-demo',
    run: async (stage) => {
      const client = await stage.get('claude-desktop-demo');
      await client.callTool({ name: 'summarize_dispute', arguments: { order_id: 'ord-1042' } });
    },
  },
  {
    name: 'cancelled report',
    shows: 'a call cancelled by notifications/cancelled',
    client: 'claude-desktop-demo',
    run: async (stage) => {
      const client = await stage.get('claude-desktop-demo');
      const report = { name: 'export_report', arguments: { month: '2026-09' } };
      await fails(client.callTool(report, { signal: AbortSignal.timeout(700) }));
    },
  },
];

const agentScenarios: readonly Scenario[] = [
  {
    name: 'recovered payment',
    shows: 'a retry chain that recovers at the third attempt, in a session known by its conversation id',
    client: 'agent-runner',
    run: async (stage, round) => {
      const client = await stage.get('agent-runner');
      await client.listTools({ _meta: conversation(round) });
      for (const waitMs of [0, 250, 500]) {
        await stage.pace.pause(waitMs);
        await client.callTool({
          name: 'create_payment',
          arguments: { order_id: `ord-7${round}`, amount_cents: 3340 },
          _meta: { ...conversation(round), traceparent: newTraceparent() },
        });
      }
    },
  },
  {
    name: 'multi-round refund',
    shows: 'one operation of two rounds (input_required, requestState), user’s time apart from server’s',
    client: 'agent-runner',
    run: async (stage, round) => {
      const client = await stage.get('agent-runner');
      await client.callTool({
        name: 'refund_payment',
        arguments: { order_id: 'ord-1041' },
        _meta: conversation(round),
      });
    },
  },
  {
    name: 'slow report',
    shows: 'a call of 2.4 s with progress and the server’s logs on its own stream',
    client: 'agent-runner',
    run: async (stage, round) => {
      const client = await stage.get('agent-runner');
      await client.callTool(
        {
          name: 'export_report',
          arguments: { month: '2026-10' },
          _meta: { ...conversation(round), 'io.modelcontextprotocol/logLevel': 'info' },
        },
        { onprogress: () => undefined },
      );
    },
  },
  {
    name: 'closed stream',
    shows: 'a 2026-07-28 call cancelled by closing its stream',
    client: 'agent-runner',
    run: async (stage, round) => {
      const client = await stage.get('agent-runner');
      await fails(
        client.callTool(
          { name: 'export_report', arguments: { month: '2026-08' }, _meta: conversation(round) },
          { signal: AbortSignal.timeout(900), onprogress: () => undefined },
        ),
      );
    },
  },
  {
    name: 'big export',
    shows: 'a result of more than 100 KB, its payload cut and its true size kept',
    client: 'agent-runner',
    run: async (stage, round) => {
      const client = await stage.get('agent-runner');
      await client.callTool({ name: 'export_orders', _meta: conversation(round) });
    },
  },
];

const otherScenarios: readonly Scenario[] = [
  {
    name: 'payment given up',
    shows: 'a retry chain that gives up; DELETE ends the session, so the give-up shows at once',
    client: 'checkout-bot',
    run: async (stage, round) => {
      const client = await stage.get('checkout-bot');
      await client.callTool({ name: 'search_products', arguments: { query: 'tea' } });
      for (const waitMs of [0, 300, 600]) {
        await stage.pace.pause(waitMs);
        await client.callTool({
          name: 'create_payment',
          arguments: { order_id: `ord-9${round}`, amount_cents: 6400 },
        });
      }
      await stage.end('checkout-bot');
    },
  },
  {
    name: 'hung ledger',
    shows: 'a call that nobody answers: waiting after 2 s, ended long after',
    client: 'ledger-agent',
    run: async (stage) => {
      const client = await stage.get('ledger-agent');
      await client.callTool({ name: 'reconcile_ledger' }, { timeout: 50_000 });
    },
  },
  {
    name: 'chat',
    shows: 'a session known by a client’s hint (openai/session), and a subscription that hears of changes',
    client: 'chat-widget',
    run: async (stage, round) => {
      const client = await stage.get('chat-widget');
      const subscription = await client.listen({ toolsListChanged: true });
      await client.callTool({ name: 'search_products', arguments: { query: 'tea' }, _meta: chatHint(round) });
      await client.callTool({ name: 'refresh_catalog', _meta: chatHint(round) });
      await stage.pace.pause(800);
      await fails(client.callTool({ name: 'search_prodcuts', arguments: {}, _meta: chatHint(round) }));
      await subscription.close();
    },
  },
  {
    name: 'old dashboard',
    shows: 'HTTP with SSE of 2024-11-05: every answer on another exchange than its request',
    client: 'old-dashboard',
    run: async (stage) => {
      const client = await stage.get('old-dashboard');
      await client.listTools();
      await client.callTool({ name: 'get_invoice', arguments: { invoice_id: 'INV-2041' } });
      await stage.pace.pause(1500);
      await stage.end('old-dashboard');
    },
  },
];

const rawScenarios: readonly Scenario[] = [
  {
    name: 'denied',
    shows: 'a call refused with 401 for an expired token, and one with 403',
    client: 'nightly-job',
    run: async (stage) => {
      const job = await stage.openRaw('nightly-job', '2025-06-18');
      await job.call('create_payment', {}, { headers: { authorization: 'Bearer sk-demo-expired-4711' } });
      await job.call('refund_payment', {}, { headers: { authorization: 'Bearer sk-demo-readonly-4712' } });
      await job.end();
    },
  },
  {
    name: 'broken upstream',
    shows: 'http_error (503), timeout (504), unanswered (stream without answer), interrupted (socket breaks)',
    client: 'nightly-job',
    run: async (stage) => {
      const job = await stage.openRaw('nightly-job', '2025-06-18');
      await job.call('sync_inventory');
      await job.call('quote_shipping');
      await job.call('notify_warehouse');
      await fails(job.call('print_receipt'));
      await job.end();
    },
  },
  {
    name: 'walked away',
    shows: 'a call abandoned: the client’s connection goes before the answer',
    client: 'nightly-job',
    run: async (stage) => {
      const job = await stage.openRaw('nightly-job', '2025-06-18');
      await fails(job.call('export_report', { month: '2026-07' }, { leaveAfterMs: 500 }));
      await job.end();
    },
  },
  {
    name: 'task',
    shows: 'a call answered by a task (2025-11-25), polled until it is done: one operation of several rounds',
    client: 'nightly-job',
    run: async (stage) => {
      const job = await stage.openRaw('nightly-job', '2025-11-25');
      const call = { name: 'export_report', arguments: { month: '2026-06' }, task: { ttl: 60_000 } };
      const begun = await job.post({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: call });
      const params = { taskId: JSON.parse(begun).result.task.taskId };
      for (const id of [2, 3]) {
        await stage.pace.pause(300);
        await job.post({ jsonrpc: '2.0', id, method: 'tasks/get', params });
      }
      await job.post({ jsonrpc: '2.0', id: 4, method: 'tasks/result', params });
      await job.end();
    },
  },
  {
    name: 'batch and nonsense',
    shows: 'a 2025-03-26 batch answered on one stream, and a body that is not JSON',
    client: 'nightly-job',
    run: async (stage) => {
      const job = await stage.openRaw('nightly-job', '2025-03-26');
      await job.post([
        { jsonrpc: '2.0', id: 'a', method: 'ping' },
        { jsonrpc: '2.0', id: 'b', method: 'tools/list' },
      ]);
      await job.post('{"jsonrpc": "2.0", "id": 9, "method": ');
      await job.end();
    },
  },
];

/** Every kind of traffic the demo makes. */
export const scenarios: readonly Scenario[] = [
  ...desktopScenarios,
  ...agentScenarios,
  ...otherScenarios,
  ...rawScenarios,
];

/** Waits for a call that is meant to fail, and lets it. */
async function fails(call: Promise<unknown>): Promise<void> {
  await call.catch(() => undefined);
}
