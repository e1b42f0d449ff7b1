/**
 * What others put into the same collector, or the proxy by mistake (`payload-mode=full`): tokens do not reach a store,
 * what is too large arrives cut, and what is no span of ours makes no exemplar.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LogRecord, queryRecords } from './loki.ts';
import { queryFigures } from './prometheus.ts';
import { type Rig, startRig, whyNoStack } from './rig.ts';
import { fetchTrace, searchTraces } from './tempo.ts';

const missing = whyNoStack();
let rig: Rig;
beforeAll(async () => {
  if (missing === undefined) rig = await startRig();
});
afterAll(() => rig?.close());

// Made up, in the form of the real ones.
const TOKEN = `ghp_${'a1'.repeat(18)}`;
const VISIBLE_MS = 60_000;

const text = (key: string, value: string): unknown => ({ key, value: { stringValue: value } });
const resource = { attributes: [text('service.name', 'other')] };
const nanoseconds = (milliseconds: number): string => `${milliseconds}000000`;

async function send(signal: 'logs' | 'traces', body: unknown): Promise<void> {
  const answer = await fetch(`${rig.stack.addresses.otlpHttp}/v1/${signal}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(answer.status, await answer.text()).toBe(200);
}

async function sendLog(at: number, line: string, attributes: readonly unknown[]): Promise<void> {
  const record = { timeUnixNano: nanoseconds(at), body: { stringValue: line }, attributes };
  await send('logs', { resourceLogs: [{ resource, scopeLogs: [{ logRecords: [record] }] }] });
}

async function linesWith(marker: string, from: number): Promise<readonly LogRecord[]> {
  const query = `{service_name="other"} | marker="${marker}"`;
  const found = () =>
    queryRecords(rig.stack.addresses.loki, query, { from: from - 1_000, to: from + 60_000 });
  await expect.poll(async () => (await found()).length, { timeout: VISIBLE_MS }).toBe(1);
  return found();
}

describe.skipIf(missing !== undefined)('another sender', () => {
  it('has its tokens masked in lines and attributes, and the values of keys that name a credential', async () => {
    const at = Date.now();
    await sendLog(at, `pushing with ${TOKEN} to the mirror`, [
      text('marker', 'token'),
      text('note', `use ${TOKEN}`),
      text('http.request.header.authorization', 'Basic dXNlcjpwYXNz'),
      text('tokens_estimated', '17'),
    ]);
    const [record] = await linesWith('token', at);
    expect(JSON.stringify(record)).not.toContain(TOKEN);
    expect(record?.line).toMatch(/^pushing with \*+ to the mirror$/);
    expect(record?.labels['note']).toMatch(/^use \*+$/);
    expect(record?.labels['http_request_header_authorization']).toMatch(/^\*+$/);
    expect(record?.labels['tokens_estimated']).toBe('17');
  });

  it('has its spans masked too, and no part in the exemplars; nor has history', async () => {
    const at = Date.now();
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const span = {
      traceId,
      spanId: 'b7ad6b7169203331',
      name: 'GET /mirror/a',
      kind: 2,
      startTimeUnixNano: nanoseconds(at),
      endTimeUnixNano: nanoseconds(at + 5),
      attributes: [text('note', TOKEN)],
    };
    const measured = {
      ...span,
      spanId: 'b7ad6b7169203332',
      attributes: [text('sightline.method.label', 'ping')],
    };
    const replayed = {
      ...measured,
      spanId: 'b7ad6b7169203333',
      attributes: [...measured.attributes, { key: 'sightline.replayed', value: { boolValue: true } }],
    };
    await send('traces', {
      resourceSpans: [{ resource, scopeSpans: [{ spans: [span, measured, replayed] }] }],
    });
    const found = () => fetchTrace(rig.stack.addresses.tempo, traceId);
    await expect.poll(async () => (await found()).length, { timeout: VISIBLE_MS }).toBe(3);
    const kept = (await found()).find(({ spanId }) => spanId === span.spanId);
    expect(kept?.name).toBe('GET /mirror/a');
    expect(kept?.attributes['note']).toMatch(/^\*+$/);
    // Of the three only the proxy's own, and only what is of now.
    const calls = () =>
      queryFigures(rig.stack.addresses.prometheus, 'sum(traces_span_metrics_calls_total{job="other"})');
    await expect
      .poll(async () => (await calls()).map(({ value }) => value), { timeout: VISIBLE_MS })
      .toEqual([1]);
  });

  it('has a line above every limit cut and marked, not refused', async () => {
    const at = Date.now();
    await sendLog(at, 'x'.repeat(17 * 1024 * 1024), [text('marker', 'huge')]);
    const [record] = await linesWith('huge', at);
    expect(record?.line).toMatch(/^x{1000000}/);
    expect(record?.line.endsWith('… (cut by Loki)')).toBe(true);
  });

  it('has history of twenty days ago found at once under its own time, and nowhere else', async () => {
    const at = Date.now() - 20 * 24 * 3_600_000;
    // Something of now before it in the same stream, as when a proxy that is running exports its past.
    await sendLog(Date.now(), 'now', [text('marker', 'present')]);
    await sendLog(at, 'then', [text('marker', 'history')]);
    const [record] = await linesWith('history', at);
    expect(record).toMatchObject({ time: nanoseconds(at), line: 'then' });
    const traceId = '1bf7651916cd43dd8448eb211c80319c';
    const span = {
      traceId,
      spanId: 'c7ad6b7169203331',
      name: 'then',
      kind: 2,
      startTimeUnixNano: nanoseconds(at),
      endTimeUnixNano: nanoseconds(at + 5),
      attributes: [text('sightline.session.id', 'long-ago')],
    };
    await send('traces', { resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] });
    const search = (from: number, to: number) =>
      searchTraces(rig.stack.addresses.tempo, '{ span.sightline.session.id = "long-ago" }', { from, to });
    await expect
      .poll(async () => (await search(at - 60_000, at + 60_000)).length, { timeout: VISIBLE_MS })
      .toBe(1);
    expect(await search(Date.now() - 60_000, Date.now())).toEqual([]);
  });
});
