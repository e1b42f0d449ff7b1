/**
 * The shop's tools. Each shows one way a call can go: at once, slowly, asking back, failing until tried
 * again, never answering. Failures are tool results (`isError`), because that is what an agent retries.
 */
import {
  acceptedContent,
  type CallToolResult,
  fromJsonSchema,
  inputRequired,
  inputResponse,
  type McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { oddAnswers } from './oddAnswers.ts';
import { findInvoice, findPaymentFailure, findProducts, writeOrderExport } from './shopData.ts';
import { countAttempt, type ShopMemory } from './shopMemory.ts';

const orderOnly = fromJsonSchema<{ order_id: string }>({
  type: 'object',
  properties: { order_id: { type: 'string', description: 'Order, for example ord-1041' } },
  required: ['order_id'],
});

const confirmation = fromJsonSchema<{ confirm: boolean }>({
  type: 'object',
  properties: { confirm: { type: 'boolean', title: 'Refund this order?' } },
  required: ['confirm'],
});

/** How long the ledger keeps its caller waiting: beyond every patience, yet the demo's process ends in time. */
const ledgerDelayMs = 45_000;

/** Tools that move money or look things up. */
export function addPaymentTools(server: McpServer, memory: ShopMemory): void {
  server.registerTool(
    'search_products',
    {
      description: 'Finds products by words in their title',
      inputSchema: fromJsonSchema<{ query: string }>({
        type: 'object',
        properties: { query: { type: 'string' } },
        required: ['query'],
      }),
      annotations: { readOnlyHint: true },
    },
    ({ query }) => sayJson(findProducts(query)),
  );
  server.registerTool(
    'get_invoice',
    {
      description: 'Reads one invoice',
      inputSchema: fromJsonSchema<{ invoice_id: string }>({
        type: 'object',
        properties: { invoice_id: { type: 'string' } },
        required: ['invoice_id'],
      }),
      annotations: { readOnlyHint: true },
    },
    ({ invoice_id }) => {
      const invoice = findInvoice(invoice_id);
      return invoice === undefined ? fail(`no invoice ${invoice_id}`) : sayJson(invoice);
    },
  );
  server.registerTool(
    'create_payment',
    {
      description: 'Charges the card on file for an order',
      inputSchema: fromJsonSchema<{ order_id: string; amount_cents: number }>({
        type: 'object',
        properties: { order_id: { type: 'string' }, amount_cents: { type: 'integer', minimum: 1 } },
        required: ['order_id', 'amount_cents'],
      }),
    },
    ({ order_id, amount_cents }) => {
      const failure = findPaymentFailure(order_id, countAttempt(memory, order_id));
      return failure === undefined
        ? sayJson({ order_id, amount_cents, status: 'captured' })
        : fail(`payment of ${order_id} failed: ${failure}`);
    },
  );
  server.registerTool(
    'refund_payment',
    { description: 'Refunds an order after asking the user', inputSchema: orderOnly },
    ({ order_id }, context) => refundPayment(order_id, context),
  );
}

/** Advertises the tools whose answers are given before any SDK sees the request. */
export function addOddTools(server: McpServer): void {
  for (const { tool, description } of oddAnswers) {
    server.registerTool(tool, { description, inputSchema: fromJsonSchema({ type: 'object' }) }, () =>
      fail(`${tool} cannot be reached over this transport`),
    );
  }
}

/** Tools that take their time, write much, or watch something. */
export function addReportTools(server: McpServer, memory: ShopMemory): void {
  server.registerTool(
    'export_report',
    {
      description: 'Writes the sales report of a month, slowly, telling how far it is',
      inputSchema: fromJsonSchema<{ month: string }>({
        type: 'object',
        properties: { month: { type: 'string' } },
        required: ['month'],
      }),
    },
    ({ month }, context) => exportReport(month, memory, context),
  );
  server.registerTool(
    'export_orders',
    { description: 'All orders of a year as CSV', inputSchema: fromJsonSchema({ type: 'object' }) },
    () => say(writeOrderExport()),
  );
  server.registerTool(
    'reconcile_ledger',
    { description: 'Compares payments with the bank', inputSchema: fromJsonSchema({ type: 'object' }) },
    async (_input, context) => {
      await memory.pace.pause(ledgerDelayMs, context.mcpReq.signal);
      return say('the ledger agrees with the bank');
    },
  );
  server.registerTool(
    'track_shipment',
    { description: 'Watches a parcel, polling by a resumed stream', inputSchema: orderOnly },
    async ({ order_id }, context) => {
      // Legacy streams with an event store may be closed before the answer: the client comes back for it.
      context.http?.closeSSE?.();
      await memory.pace.pause(600, context.mcpReq.signal);
      return sayJson({ order_id, status: 'in transit' });
    },
  );
  server.registerTool(
    'summarize_dispute',
    { description: 'Sums up a dispute with the help of the client’s model', inputSchema: orderOnly },
    ({ order_id }, context) => summarizeDispute(order_id, context),
  );
  server.registerTool(
    'refresh_catalog',
    {
      description: 'Reloads the catalog, which changes the list of tools',
      inputSchema: fromJsonSchema({ type: 'object' }),
    },
    async (_input, context) => {
      await context.mcpReq.log('notice', { reloaded: 'catalog' }, 'catalog');
      memory.announceToolsChanged();
      return say('catalog reloaded');
    },
  );
}

async function refundPayment(
  orderId: string,
  context: ServerContext,
): Promise<CallToolResult | ReturnType<typeof inputRequired>> {
  const answer = acceptedContent<{ confirm: boolean }>(context.mcpReq.inputResponses, 'approval');
  if (answer !== undefined) {
    return answer.confirm ? sayJson({ order_id: orderId, status: 'refunded' }) : say('left as it was');
  }
  return inputRequired({
    inputRequests: {
      approval: inputRequired.elicit({ message: `Refund ${orderId}?`, requestedSchema: confirmation }),
    },
    requestState: `refund:${orderId}`,
  });
}

async function summarizeDispute(
  orderId: string,
  context: ServerContext,
): Promise<CallToolResult | ReturnType<typeof inputRequired>> {
  const summary = inputResponse(context.mcpReq.inputResponses, 'summary');
  if (summary.kind === 'sampling') return say(JSON.stringify(summary.result.content));
  return inputRequired({
    inputRequests: {
      summary: inputRequired.createMessage({
        messages: [{ role: 'user', content: { type: 'text', text: `Sum up the dispute about ${orderId}.` } }],
        maxTokens: 80,
      }),
    },
    requestState: `dispute:${orderId}`,
  });
}

async function exportReport(
  month: string,
  memory: ShopMemory,
  context: ServerContext,
): Promise<CallToolResult> {
  const progressToken = context.mcpReq._meta?.progressToken;
  const steps = ['orders', 'refunds', 'fees', 'totals'];
  for (const [index, step] of steps.entries()) {
    await memory.pace.pause(600, context.mcpReq.signal);
    await context.mcpReq.log('info', `report ${month}: ${step} done`, 'reports');
    if (progressToken === undefined) continue;
    await context.mcpReq.notify({
      method: 'notifications/progress',
      params: { progressToken, progress: index + 1, total: steps.length, message: step },
    });
  }
  return sayJson({ month, grossCents: 1_284_900, refundsCents: 42_300 });
}

function say(text: string): CallToolResult {
  return { content: [{ type: 'text', text }] };
}

function sayJson(value: unknown): CallToolResult {
  return say(JSON.stringify(value));
}

function fail(text: string): CallToolResult {
  return { content: [{ type: 'text', text }], isError: true };
}
