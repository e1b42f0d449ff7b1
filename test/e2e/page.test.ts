/** The read API of the real program: it shows what was done, nothing else, and still does after a kill. */
import { readFileSync, rmSync } from 'node:fs';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import {
  END_REASONS,
  type EventDetail,
  type EventItem,
  type EventPage,
  type Facets,
  OUTCOMES,
  type Page,
  type SessionItem,
  type Totals,
} from '../../proxy/src/contract/index.ts';
import { LiveReader } from '../../proxy/src/web/testing/liveReader.ts';
import { makeStateDir, Sightline } from '../browser/sightline.ts';
import { fillArchive } from '../support/archiveOfHistory.ts';

let program: Sightline | undefined;
let upstream: Server | undefined;
let stateDir: string | undefined;
afterEach(async () => {
  await program?.stop();
  if (stateDir !== undefined) rmSync(stateDir, { recursive: true, force: true });
  upstream?.closeAllConnections();
  upstream?.close();
});

async function ask<Shape>(path: string): Promise<Shape> {
  const answer = await fetch(`${program?.pageUrl}${path}`);
  expect(answer.status, path).toBe(200);
  return (await answer.json()) as Shape;
}

/** Everything in the archive, read page by page. */
async function walk(query = ''): Promise<readonly EventItem[]> {
  const items: EventItem[] = [];
  for (let cursor = ''; ; ) {
    const page = await ask<EventPage>(`/api/v1/events?order=oldest&limit=37${query}${cursor}`);
    items.push(...page.items);
    if (page.next === null) return items;
    cursor = `&cursor=${encodeURIComponent(page.next)}`;
  }
}

/** The live stream from the beginning, until it is cut off. */
async function follow(): Promise<LiveReader> {
  const { promise, resolve } = Promise.withResolvers<IncomingMessage>();
  get(`${program?.pageUrl}/api/v1/live?after=0`, { agent: false }, resolve);
  return new LiveReader(await promise);
}

function byId(items: readonly EventItem[]): ReadonlyMap<string, EventItem> {
  return new Map(items.map((item) => [item.eventId ?? '', item]));
}

describe('what was done is what is shown', () => {
  it('call by call', async () => {
    upstream = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      request.on('end', () => {
        const { id, params } = JSON.parse(body) as { id: number; params: { name: string } };
        if (params.name === 'fail') response.statusCode = 503;
        const result = { isError: params.name === 'err', content: [{ type: 'text', text: params.name }] };
        response.setHeader('content-type', 'application/json');
        response.setHeader('mcp-session-id', 'shown');
        response.end(params.name === 'fail' ? 'busy' : JSON.stringify({ jsonrpc: '2.0', id, result }));
      });
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => upstream?.once('listening', resolve));
    program = await Sightline.start({
      args: [`http://127.0.0.1:${(upstream.address() as AddressInfo).port}/mcp`],
    });
    const done = ['ok', 'err', 'fail', 'ok', 'ok', 'err'];
    for (const [id, name] of done.entries()) {
      const headers = { 'content-type': 'application/json', 'mcp-session-id': 'shown' };
      const body = JSON.stringify({
        jsonrpc: '2.0',
        id,
        method: 'tools/call',
        params: { name, arguments: { id } },
      });
      await (await fetch(`${program.proxyUrl}/mcp`, { method: 'POST', headers, body })).text();
    }
    const outcomes: Readonly<Record<string, string>> = { ok: 'ok', err: 'tool_error', fail: 'http_error' };
    await expect.poll(() => walk('&type=sightline.request')).toHaveLength(done.length);
    const shown = await walk('&type=sightline.request');
    expect(shown.map(({ genAiToolName, outcome }) => [genAiToolName, outcome])).toEqual(
      done.map((name) => [name, outcomes[name]]),
    );
    const first = await ask<EventDetail>(`/api/v1/events/${shown[0]?.eventId}`);
    expect(first.payloads.map(({ text }) => JSON.parse(text ?? '') as unknown)).toEqual([
      { jsonrpc: '2.0', id: 0, method: 'tools/call', params: { name: 'ok', arguments: { id: 0 } } },
      { jsonrpc: '2.0', id: 0, result: { isError: false, content: [{ type: 'text', text: 'ok' }] } },
    ]);
    const { current } = await ask<Totals>('/api/v1/totals');
    expect(current).toMatchObject({ calls: 6, toolCalls: 6, errors: 3 });
    expect((await ask<EventPage>('/api/v1/events?session=shown&outcome=error')).items).toHaveLength(3);
    expect(await ask('/readyz')).toEqual({ status: 'ready', unready: {} });
    const metrics = await (await fetch(`${program.pageUrl}/metrics`)).text();
    expect(metrics).toMatch(/^sightline_calls_total\{.*gen_ai_tool_name="ok".*\} 3$/m);
  });

  it('in the demo, every kind of it, by every road', async () => {
    program = await Sightline.start();
    const live = await follow();
    const outcomesOf = async () => {
      const { outcomes } = await ask<Facets>('/api/v1/facets');
      return outcomes.map(({ value }) => value).sort();
    };
    await expect.poll(outcomesOf, { timeout: 40_000, interval: 500 }).toEqual([...OUTCOMES].sort());
    await expect.poll(() => walk('&type=sightline.retry.gave_up'), { timeout: 20_000 }).not.toEqual([]);
    const { items: sessions } = await ask<Page<SessionItem>>('/api/v1/sessions?limit=1000');
    const versions = new Set(sessions.map(({ mcpProtocolVersion }) => mcpProtocolVersion));
    expect([...versions].sort()).toEqual(expect.arrayContaining(['2025-03-26', '2025-11-25', '2026-07-28']));
    expect(
      sessions.find(({ tools }) => tools.some(({ name, errors }) => name !== '' && errors > 0)),
    ).toBeDefined();

    const all = await walk();
    expect(all.some(({ attemptResult }) => attemptResult === 'recovered')).toBe(true);
    expect(
      all.every(
        ({ sessionEndReason }) => sessionEndReason === undefined || END_REASONS.includes(sessionEndReason),
      ),
    ).toBe(true);
    expect(byId(all).size).toBe(all.length);
    // The live stream and the download say the same, word for word.
    const last = Math.max(...all.map(({ sequence }) => sequence));
    await expect.poll(() => Number(live.lastId)).toBeGreaterThanOrEqual(last);
    const seen = byId(live.items<EventItem>('events'));
    expect(all.map(({ eventId }) => seen.get(eventId ?? ''))).toEqual(all);
    const download = await fetch(`${program.pageUrl}/api/v1/export?format=ndjson`);
    const lines = (await download.text()).trimEnd().split('\n');
    const details = byId(lines.map((line) => JSON.parse(line) as EventDetail));
    for (const item of all) expect(details.get(item.eventId ?? '')).toMatchObject(item);
  }, 90_000);
});

it('what was shown is still there after a kill at any moment', async () => {
  program = await Sightline.start();
  const shown = new Map<string, EventItem>();
  for (let round = 1; round <= 3; round++) {
    const live = await follow();
    const fresh = () => [...byId(live.items<EventItem>('events'))].filter(([id]) => !shown.has(id));
    await expect.poll(() => fresh().length, { timeout: 20_000, interval: 5 }).toBeGreaterThan(30);
    await program.kill();
    for (const [id, item] of fresh()) shown.set(id, item);
    await program.restart();
    const kept = byId(await walk());
    for (const [id, item] of shown) expect(kept.get(id), `round ${round}`).toEqual(item);
  }
}, 120_000);

it('a download of 100,000 events needs no more memory than one of 1,000', async () => {
  stateDir = makeStateDir();
  const toMs = Date.now() - 60_000;
  // Without payloads, because filling the archive is what takes the time.
  const times = { fromMs: toMs - 6 * 3_600_000, toMs };
  fillArchive(stateDir, { calls: 98_000, sessions: 1_600, ...times, payloadMode: 'off' });
  program = await Sightline.start({ args: ['http://127.0.0.1:9/mcp'], stateDir });
  const memory = (): number => {
    const status = readFileSync(`/proc/${program?.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1_024;
  };
  await (await fetch(`${program.pageUrl}/api/v1/export?format=ndjson&from=${toMs - 60_000}`)).text();
  const before = memory();
  let most = before;
  let bytes = 0;
  let lines = 0;
  const answer = await fetch(`${program.pageUrl}/api/v1/export?format=ndjson`);
  for await (const chunk of answer.body ?? []) {
    bytes += chunk.length;
    for (const byte of chunk) if (byte === 10) lines += 1;
    most = Math.max(most, memory());
  }
  expect(lines).toBeGreaterThan(100_000);
  expect(bytes).toBeGreaterThan(80_000_000);
  expect(most - before).toBeLessThan(80_000_000);
}, 300_000);
