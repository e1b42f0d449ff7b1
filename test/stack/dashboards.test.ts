/**
 * Every query of every panel against the native stack, after a day of which every figure is known. Loki answers
 * exactly; Prometheus within what `increase` adds at the edges of a window, which is why the proxy exports every
 * second here and the windows begin long before the traffic and end long after it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DASHBOARDS } from '../../dashboards/src/catalogue.ts';
import { checkFor } from '../../dashboards/src/checks.ts';
import { type AskedQuery, queriesOf } from '../../dashboards/src/read.ts';
import type { EventDetail } from '../../proxy/src/contract/index.ts';
import { ScriptedClient } from '../browser/scriptedClient.ts';
import { SHOP_DAY } from '../browser/shopDay.ts';
import { type ShopStage, startShopStage } from '../browser/shopStage.ts';
import { type Between, type Figures, figuresOf } from './dashboardFigures.ts';
import { interpolate, REFUSED } from './interpolate.ts';
import { type Figure, queryLogFigures, queryRecords } from './loki.ts';
import { queryExemplars, queryFigures } from './prometheus.ts';
import { type Rig, startRig, whyNoStack } from './rig.ts';
import { searchTraces } from './tempo.ts';

const missing = whyNoStack();
/** Of `increase`, with a window of which at least this long has samples a second apart. */
const SAMPLED_MS = 30_000;
const EXTRAPOLATED = 0.08;
const WINDOW_MS = 600_000;

const EVERYTHING = {
  server: '.*',
  tool: '.*',
  client: '.*',
  method: '.*',
  httpStatus: '.*',
  bucket: '.',
  objectiveOk: '0.99',
};

let rig: Rig;
let stage: ShopStage;
let expected: Readonly<Record<string, Figures>>;
let session = '';
/** The protocol's own id of the same. */
let ownId = '';
let to = 0;

beforeAll(async () => {
  if (missing !== undefined) return;
  rig = await startRig();
  stage = await startShopStage([], {
    OTEL_EXPORTER_OTLP_ENDPOINT: rig.stack.addresses.otlpHttp,
    OTEL_METRIC_EXPORT_INTERVAL: '1000',
  });
  await sleep(SAMPLED_MS);
  to = Date.now();
  const page = stage.sightline.pageUrl;
  const lines = (await (await fetch(`${page}/api/v1/export?format=ndjson`)).text()).trimEnd().split('\n');
  const events = lines.map((line) => JSON.parse(line) as EventDetail);
  const metrics = (await (await fetch(`${page}/metrics`)).text()).split('\n');
  const own = (pattern: RegExp): number =>
    metrics
      .filter((line) => pattern.test(line))
      .reduce((total, line) => total + Number(line.split(' ').at(-1)), 0);
  expected = figuresOf({ events, own });
  const one = events.find(
    ({ clientName, mcpSessionId }) => clientName === SHOP_DAY.desk.client && mcpSessionId !== undefined,
  );
  session = one?.sessionId ?? '';
  ownId = one?.mcpSessionId ?? '';
});
afterAll(async () => {
  await stage?.stop();
  await rig?.close();
});

const asked = Object.entries(DASHBOARDS).flatMap(([file, make]) => {
  const queries = queriesOf(make().build());
  return queries.map((query, at) => ({ ...query, file, key: keyOf(file, query, queries.slice(0, at)) }));
});

/** Two panels may have one title where a figure and its chart mean the same: the second says which it is. */
function keyOf(file: string, query: AskedQuery, before: readonly AskedQuery[]): string {
  const title = query.panel.startsWith('Tools, worst first') ? 'Tools' : query.panel;
  const key = `${file} ${title} ${query.refId}`;
  if (!before.some(({ panel, refId }) => panel === query.panel && refId === query.refId)) return key;
  return `${key} (${file === 'overview.json' ? 'table' : 'chart'})`;
}

const filled = (expr: string, chosen: Readonly<Record<string, readonly string[]>> = {}): string =>
  interpolate(expr, {
    from: to - WINDOW_MS,
    to,
    everything: EVERYTHING,
    chosen: { session: [session], ...chosen },
  });

function figuresFor({ language, expr }: AskedQuery, chosen = {}): Promise<readonly Figure[]> {
  const { prometheus, loki } = rig.stack.addresses;
  return language === 'promql'
    ? queryFigures(prometheus, filled(expr, chosen), to)
    : queryLogFigures(loki, filled(expr, chosen), to);
}

/** By the label that tells the rows apart. */
function named(figures: readonly Figure[]): Readonly<Record<string, number>> {
  const keys = [...new Set(figures.flatMap(({ labels }) => Object.keys(labels)))];
  const telling = keys.filter((key) => key !== 'sightline_server_name').at(0) ?? keys[0] ?? '';
  const rows = figures.map(({ labels, value }): [string, number] => [labels[telling] ?? '', value]);
  expect(new Set(rows.map(([name]) => name)).size, 'one figure a row').toBe(rows.length);
  return Object.fromEntries(rows);
}

function check(found: Readonly<Record<string, number>>, figures: Figures, exactly: boolean): void {
  const wanted =
    '*' in figures
      ? Object.fromEntries(Object.keys(found).map((name) => [name, figures['*'] ?? 0]))
      : figures;
  expect(Object.keys(found).sort()).toEqual(Object.keys(wanted).sort());
  for (const [name, figure] of Object.entries(wanted)) {
    const value = found[name] ?? Number.NaN;
    const { least, most } = typeof figure === 'number' ? around(figure, exactly) : figure;
    expect(value, `${name}: at least`).toBeGreaterThanOrEqual(least);
    expect(value, `${name}: at most`).toBeLessThanOrEqual(most);
  }
}

function around(figure: number, exactly: boolean): Between {
  const slack = exactly ? 1e-9 : Math.abs(figure) * EXTRAPOLATED + 1e-6;
  return { least: figure - slack, most: figure + slack };
}

const LISTS = ['session.json Traces A', 'session.json Server logs A'];
/** What our own panel has before it asks: records, and no figures. */
const isOfPanel = ({ expr }: AskedQuery): boolean => expr.includes('line_format `sl1');
const ofPanel = asked.filter(isOfPanel);
const figured = asked.filter((query) => !isOfPanel(query) && !LISTS.includes(query.key));

describe.skipIf(missing !== undefined)('dashboards on the stack', () => {
  it('have a known figure for every query', () => {
    expect(Object.keys(expected).sort()).toEqual(figured.map(({ key }) => key).sort());
  });

  it.each(figured)('$key', async (query) => {
    const figures = expected[query.key] ?? {};
    check(named(await figuresFor(query)), figures, query.language === 'logql');
  });

  it('list the traces and the server logs of a session', async () => {
    const { loki, tempo } = rig.stack.addresses;
    const [traces, logs] = LISTS.map((key) => asked.find((query) => query.key === key)?.expr ?? '');
    const range = { from: to - WINDOW_MS, to };
    const found = await searchTraces(tempo, filled(traces ?? ''), { ...range, limit: 100 });
    expect(found.length).toBe(SHOP_DAY.desk.calls);
    const lines = await queryRecords(loki, filled(logs ?? ''), range);
    expect(lines.map(({ labels }) => labels['sightline_log_message'])).toEqual([
      expect.stringContaining('catalog reload began'),
      expect.stringContaining('catalog has 212 products'),
    ]);
    for (const { labels } of lines) expect(labels['sightline_log_level']).toMatch(/^\w+$/);
  });

  it('give our panel sessions and events to draw before it asks further', async () => {
    const count = async ({ expr }: AskedQuery) => {
      const range = { from: to - WINDOW_MS, to };
      const lines = await queryRecords(rig.stack.addresses.loki, filled(expr), range);
      const ids = lines.map(({ line }) => /^sl1[es]\t.*?\ts(\w+)/.exec(line)?.[1]);
      return { lines: lines.length, sessions: new Set(ids.filter(Boolean)).size };
    };
    const found = Object.fromEntries(
      await Promise.all(ofPanel.map(async (query) => [query.key, await count(query)] as const)),
    );
    const some = { lines: expect.any(Number), sessions: 3 };
    expect(found).toMatchObject({
      'sessions.json Sessions A (chart)': some,
      'sessions.json Sessions B (chart)': some,
      'events.json Event log A': some,
      'session.json Timeline A': some,
      'session.json Timeline B': { sessions: 1 },
      'tools.json History of calls A': { lines: 14 },
    });
  });

  it('lead from a latency to the trace of one call', async () => {
    const exemplars = asked.filter(({ exemplar }) => exemplar);
    expect(exemplars.length).toBeGreaterThan(0);
    for (const { expr } of exemplars) {
      const found = await queryExemplars(
        rig.stack.addresses.prometheus,
        filled(expr),
        to - WINDOW_MS,
        to + 60_000,
      );
      expect(found.length).toBeGreaterThan(0);
      for (const { labels } of found) expect(labels['trace_id']).toMatch(/^[0-9a-f]{32}$/);
    }
  });
});

describe.skipIf(missing !== undefined)('the session that was typed', () => {
  const calls = async (typed: string) => {
    const query = asked.find(({ key }) => key === 'session.json Requests A');
    if (!query) throw new Error('no such panel');
    return named(await figuresFor(query, { session: [typed] }));
  };

  it('is found by either of its ids', async () => {
    expect(ownId).toMatch(/./);
    expect(await calls(ownId)).toEqual(await calls(session));
  });

  it.each(['', 'x` or sightline_session_id!=`z', '`', '.+', '\\', '"})'])(
    'is none for %j, whatever that means to LogQL',
    async (typed) => expect(await calls(typed)).toEqual({}),
  );
});

/** Names that mean something to PromQL, LogQL, a regular expression or an address. */
const HOSTILE = [
  'a"b',
  'a\\b',
  "a'b",
  'a.b|c',
  '(a',
  '[x]{1}',
  '${tool}',
  'a\nb',
  'a,b : c',
  '}) or vector(1) #',
  'ü€😀',
];

/** What no format of Grafana's can quote. */
const UNQUOTABLE = ['`', 'a`b', 'x`} or vector(1) #', '.*`}[1h])) or vector(1) #', '$server'];

describe.skipIf(missing !== undefined)('values hostile to the query languages', () => {
  beforeAll(async () => {
    for (const name of HOSTILE) {
      const client = await ScriptedClient.connect(`${stage.sightline.proxyUrl}/shop/mcp`, {
        name,
        version: '1',
      });
      await client.call('search_products', { of: name });
      await client.end();
    }
    await sleep(5_000);
    to = Date.now();
  });

  it.each(HOSTILE)('%j chosen as client finds its own call alone', async (name) => {
    const query = asked.find(({ key }) => key === 'overview.json Tool calls A');
    const log = asked.find(({ key }) => key === 'sessions.json Sessions A');
    if (!query || !log) throw new Error('no such panel');
    await expect
      .poll(async () => (await figuresFor(query, { client: [name] })).map(({ value }) => Math.round(value)), {
        timeout: 20_000,
      })
      .toEqual([1]);
    expect(named(await figuresFor(log, { client: [name] }))).toEqual({ '': 1 });
  });

  it('several at once are alternatives', async () => {
    const log = asked.find(({ key }) => key === 'sessions.json Sessions A');
    if (!log) throw new Error('no such panel');
    expect(named(await figuresFor(log, { client: HOSTILE }))).toEqual({ '': HOSTILE.length });
  });

  it.each(UNQUOTABLE.flatMap((name) => [[name], ['shop', name]]))(
    'with %j among what an address chose no store reads a query',
    async (...names) => {
      const client = names.filter((name) => name !== undefined);
      const touched = figured.filter(({ expr }) => expr.includes('${client:'));
      expect(new Set(touched.map(({ language }) => language))).toEqual(new Set(['promql', 'logql']));
      for (const query of touched) {
        await expect(figuresFor(query, { client }), query.key).rejects.toThrow(
          /^400 .*(?:parse|regexp|missing)/s,
        );
      }
    },
  );

  it.each([...HOSTILE, ...UNQUOTABLE, HOSTILE.join(',')])(
    'the check of %j is what Prometheus says it is',
    async (name) => {
      const { query, regex = '' } = checkFor('client').build() as {
        readonly query?: { readonly query?: string };
        readonly regex?: string;
      };
      const expr = /^query_result\((.*)\)$/.exec(query?.query ?? '')?.[1] ?? '';
      const [answer] = await queryFigures(rig.stack.addresses.prometheus, filled(expr, { client: [name] }));
      // As Prometheus' data source writes a series of an instant query.
      const labels = Object.entries(answer?.labels ?? {}).map(([key, value]) => `${key}="${value}"`);
      const line = `{${labels.join()}} ${answer?.value} ${Date.now()}`;
      const found = new RegExp(regex.slice(1, -1)).exec(line)?.[1] ?? '';
      expect(found).toBe(REFUSED.test(name) ? '' : ')');
    },
  );
});
