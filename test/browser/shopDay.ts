/**
 * A short day of a shop, exactly so: three clients, two servers, every thing that a reader of the page must be able
 * to find. What it holds is told beside it as numbers, so that a test compares what is shown with what was sent.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ScriptedClient } from './scriptedClient.ts';
import type { Script } from './scriptedServer.ts';

/** The server's part of it. */
export const SHOP_SCRIPT: Script = {
  search_products: [{ text: '{"products":[{"sku":"M-1","name":"mug, blue","cents":1290}]}', afterMs: 40 }],
  create_payment: [
    { text: 'upstream timeout', isError: true, afterMs: 60 },
    { text: 'rate limited', isError: true, afterMs: 30 },
    { text: '{"payment":"pay-77","status":"captured"}', afterMs: 20 },
  ],
  get_invoice: [{ text: '{"invoice":"INV-2041"}', afterMs: 400 }],
  refresh_catalog: [{ text: 'reloaded', logs: ['catalog reload began', 'catalog has 212 products'] }],
  lookup_customer: [{ error: { code: -32602, message: 'unknown customer c-404' } }],
  sync_inventory: [{ http: { status: 503, body: 'Down for maintenance' } }],
  charge_card: [{ http: { status: 401, body: 'expired token' } }],
};

export const FILES_SCRIPT: Script = {
  read_file: [{ text: 'x'.repeat(200_000) }],
  write_file: [{ text: 'disk full', isError: true }],
};

/** What a reader must find of it. */
export const SHOP_DAY = {
  /** Active, with a chain that recovered at the third attempt, a gap, two calls at once, and the server's log. */
  desk: { client: 'desk-agent', version: '2.1.0', calls: 9, errors: 2 },
  /** Ended by DELETE: a denied call, a protocol error, an HTTP error. */
  night: { client: 'night-job', version: '0.4.2', calls: 4, errors: 3 },
  /** Ended by DELETE: a result too long to keep whole, and a chain that gave up. */
  report: { client: 'report-bot', version: '1.0.0', calls: 5, errors: 3 },
} as const;

/** The gap in the desk's session: over the second at which views draw one. */
const GAP_MS = 1_300;
/** An address of the Netherlands, for the flag. */
const CALLER = { 'x-forwarded-for': '193.0.6.139' };

/** The clients' part. Resolves with the protocol's session ids when all of it has happened. */
export async function playShopDay(
  proxyUrl: string,
): Promise<{ readonly desk: string; readonly night: string; readonly report: string }> {
  const connect = (server: string, who: { client: string; version: string }, headers = {}) =>
    ScriptedClient.connect(`${proxyUrl}/${server}/mcp`, { name: who.client, version: who.version, headers });

  const report = await connect('files', SHOP_DAY.report);
  await report.call('read_file', { path: 'reports/2026-10.csv' });
  for (let attempt = 1; attempt <= 3; attempt += 1) await report.call('write_file', { path: 'out.csv' });
  await report.end();

  const night = await connect('shop', SHOP_DAY.night);
  await night.call('charge_card', { order: 'ord-7' }, { authorization: 'Bearer sk-demo-expired-4711-0815' });
  await night.call('lookup_customer', { id: 'c-404' });
  await night.call('sync_inventory');
  await night.end();

  const desk = await connect('shop', SHOP_DAY.desk, CALLER);
  await desk.request('tools/list');
  await desk.call('search_products', { query: 'mug', api_key: 'sk-live-0123456789abcdef' });
  await sleep(GAP_MS);
  const payment = { order: 'ord-1042', amount_cents: 3_340 };
  for (let attempt = 1; attempt <= 3; attempt += 1) await desk.call('create_payment', payment);
  await Promise.all(['INV-2041', 'INV-2042'].map((invoice) => desk.call('get_invoice', { invoice })));
  await desk.call('refresh_catalog');
  return { desk: desk.sessionId, night: night.sessionId, report: report.sessionId };
}
