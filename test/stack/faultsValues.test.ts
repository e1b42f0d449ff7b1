/**
 * Values that peers choose: hostile to the query languages, or larger than every limit. Each is found by a query that
 * quotes it, and what has to be cut arrives cut and says so. What a store refuses all the same is counted and shown.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filterStages, quote, selector } from '../../grafana-plugin/src/data/logql.ts';
import type { Completeness, EventDetail } from '../../proxy/src/contract/index.ts';
import { BODY_BYTES_MAX } from '../../proxy/src/telemetry/log.ts';
import { wrongClock } from './faultsClock.ts';
import { expectOnce } from './faultsCompare.ts';
import { killProxies, startProxy, stopDelivered } from './faultsProxy.ts';
import { callTool, startUpstream, type Upstream } from './faultsTraffic.ts';
import { type LogRecord, queryRecords } from './loki.ts';
import { queryFigure } from './prometheus.ts';
import { quoteText } from './quote.ts';
import { pageOf, type Rig, readArchive, startRig, whyNoStack } from './rig.ts';
import { fetchTrace, searchTraces } from './tempo.ts';

const DAY_MS = 86_400_000;
const VISIBLE_MS = 60_000;

const missing = whyNoStack();
let rig: Rig;
let upstream: Upstream;
let env: Readonly<Record<string, string>>;
let range: { readonly from: number; readonly to: number };

beforeAll(async () => {
  if (missing !== undefined) return;
  [rig, upstream] = await Promise.all([startRig(), startUpstream()]);
  env = { OTEL_EXPORTER_OTLP_ENDPOINT: rig.stack.addresses.otlpHttp };
  range = { from: Date.now() - 60_000, to: Date.now() + 600_000 };
}, 240_000);

afterAll(async () => {
  await killProxies();
  await upstream?.close();
  await rig?.close();
}, 60_000);

const HOSTILE: Readonly<Record<string, string>> = {
  quotes: `say "hi" and 'bye'`,
  backticks: '`tick` ``',
  backslashes: 'C:\\new\\table\\u0041',
  'a backslash at its end': 'ends\\',
  'line ends': 'two\nlines\r\nand\ttab',
  NUL: 'nul\u0000inside',
  'control characters': '\u0001\u001b[31m\u007f\u0085end',
  'a template': '{{.sightline_outcome}} ${HOME} {{ printf "%s" }}',
  'a selector': '{service_name="other"} |= "x" | json',
  'an end of the query': '" && kind = server } || { "" = "',
  operators: 'a != b =~ c !~ d || e && f >> g >= 1',
  'a regular expression': '.*(+?)[^a-z]{2,}$|\\d',
  comments: '# // /* -- */',
  escapes: '%s %22 %0a \\x41 \\377',
  'letters of everywhere': 'Größe 東京 שלום é e\u0301',
  emoji: '🚀 👩‍👩‍👧 🇪🇺',
  'direction marks': '\u202Egnp.exe\u2066x\u2069',
  'line separators': 'a\u2028b\u2029c',
  'a byte order mark': '\ufeffbom',
  'the last code points': '\uffff \u{10ffff}',
  'half a character': 'half\ud83d',
  'a replaced character': 'was\ufffdlost',
  spaces: '  spaces  ',
  'a number': '1e5',
  'a word of JSON': 'null',
  'a name of ours': 'sightline_outcome',
  SQL: "'; DROP TABLE event; --",
};

/** Loki keeps a space in the place of U+FFFD, which is also what half of a character becomes. */
const asLokiHasIt = (text: string): string => text.toWellFormed().replaceAll('\ufffd', ' ');

describe.skipIf(missing !== undefined)('a hostile name', () => {
  let events: readonly EventDetail[];
  const environment = 'stage "1" {a="b"}\\n`x`\n東京';
  beforeAll(async () => {
    const stateDir = rig.folder('hostile');
    const attributes = `deployment.environment.name=${encodeURIComponent(environment)}`;
    const own = { ...env, OTEL_RESOURCE_ATTRIBUTES: attributes };
    const proxy = await startProxy(upstream.url, { stateDir, env: own });
    for (const [name, value] of Object.entries(HOSTILE)) {
      await callTool(proxy.url, { tool: value, client: value, session: name });
    }
    await stopDelivered(proxy, { stateDir, env: own });
    events = await readArchive(stateDir);
    await expectOnce(rig.stack.addresses, events, range);
  }, 300_000);

  /** The one call whose tool has this name, as the proxy has recorded it. */
  const callOf = (name: string): EventDetail => {
    const [event, ...more] = events.filter(({ genAiToolName }) => genAiToolName === HOSTILE[name]);
    if (event === undefined || more.length > 0) throw new Error(`${1 + more.length} calls with ${name}`);
    return event;
  };

  it.each(Object.keys(HOSTILE))(
    'with %s is found in Loki by its attributes and by its line',
    async (name) => {
      const { eventId, genAiToolName = '', clientName = '' } = callOf(name);
      const inLoki = { tool: [asLokiHasIt(genAiToolName)], client: [asLokiHasIt(clientName)] };
      const events = selector({ records: ['event'] });
      // The line has spaces where the name has control characters, too.
      const said = quote(asLokiHasIt(genAiToolName).replaceAll(/[\p{Cc}\u2028\u2029]/gu, ' '));
      for (const query of [
        `${events}${filterStages(inLoki)}`,
        `${events} |= ${said}${filterStages({ tool: inLoki.tool })}`,
      ]) {
        const found = await queryRecords(rig.stack.addresses.loki, query, range);
        expect(
          found.map(({ labels }) => labels['sightline_event_id']),
          query,
        ).toEqual([eventId]);
      }
    },
  );

  it.each(Object.keys(HOSTILE))('with %s is found in Tempo', async (name) => {
    const { traceId, genAiToolName = '', clientName = '' } = callOf(name);
    const tool = `span.gen_ai.tool.name = ${quoteText(genAiToolName)}`;
    const query = `{ ${tool} && span.sightline.client.name = ${quoteText(clientName)} && kind = server }`;
    const ids = async () =>
      (await searchTraces(rig.stack.addresses.tempo, query, range)).map(({ traceID }) =>
        traceID.padStart(32, '0'),
      );
    await expect.poll(ids, { timeout: VISIBLE_MS }).toEqual([traceId]);
  });

  it.each(Object.keys(HOSTILE))('with %s is found in Prometheus', async (name) => {
    const { genAiToolName = '', clientName = '' } = callOf(name);
    const labels = `gen_ai_tool_name=${quoteText(genAiToolName)}, sightline_client_name=${quoteText(clientName)}`;
    const { prometheus } = rig.stack.addresses;
    await expect
      .poll(() => queryFigure(prometheus, `sum(sightline_calls_total{${labels}})`), { timeout: VISIBLE_MS })
      .toBe(1);
  });

  it('of the deployment is an index label, and a label of Prometheus', async () => {
    const selector = `deployment_environment_name=${quoteText(environment)}`;
    const { loki, prometheus } = rig.stack.addresses;
    const found = await queryRecords(loki, `{sightline_record="event", ${selector}}`, range);
    expect(found).toHaveLength(events.length);
    const calls = await queryFigure(prometheus, `sum(sightline_calls_total{${selector}})`);
    expect(calls).toBe(Object.keys(HOSTILE).length);
  });
});

describe.skipIf(missing !== undefined)('what is larger than every limit', () => {
  let events: readonly EventDetail[];
  beforeAll(async () => {
    const stateDir = rig.folder('large');
    // Nine hundred attributes, and one of 100 kB, on everything that is exported.
    const many = Array.from({ length: 900 }, (_, i) => `many.of.them.${i}=${i}`);
    const attributes = [`large=${'l'.repeat(100_000)}`, ...many].join();
    const own = { ...env, OTEL_RESOURCE_ATTRIBUTES: attributes };
    const proxy = await startProxy(upstream.url, {
      stateDir,
      env: own,
      flags: ['--payload-mode', 'full', '--payload-max', '64MiB', '--inspect-max', '128MiB'],
    });
    const name = `${'n'.repeat(99_998)}東`;
    const meta = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`key.${i}`, 'x'.repeat(50)]));
    await callTool(proxy.url, { tool: 'large_result', session: 'large', wish: { result: 40_000_000 } });
    await callTool(proxy.url, { tool: 'large_error', session: 'large', wish: { error: 1_000_000 } });
    await callTool(proxy.url, { tool: name, client: name, session: name, meta });
    await callTool(proxy.url, {
      tool: 'large_header',
      session: 'large',
      headers: { 'user-agent': 'u'.repeat(6_000), tracestate: `a=${'t'.repeat(6_000)}` },
    });
    await stopDelivered(proxy, { stateDir, env: own });
    events = await readArchive(stateDir);
    await expectOnce(rig.stack.addresses, events, range);
  }, 300_000);

  const spanOf = async (event: EventDetail | undefined) =>
    (await fetchTrace(rig.stack.addresses.tempo, event?.traceId ?? '')).find(
      ({ spanId }) => spanId === event?.spanId,
    );
  const recordsWith = (event: EventDetail | undefined, record: 'event' | 'payload') =>
    queryRecords(
      rig.stack.addresses.loki,
      `{sightline_record="${record}", sightline_bucket="${event?.bucket}"} | sightline_event_id="${event?.eventId}"`,
      range,
    );

  it('is there, and nothing was lost on the way', async () => {
    expect(events.filter(({ genAiToolName }) => genAiToolName !== undefined)).toHaveLength(4);
    const { prometheus } = rig.stack.addresses;
    expect(
      await queryFigure(prometheus, 'sum(otelcol_exporter_send_failed_log_records_total) or vector(0)'),
    ).toBe(0);
  });

  it('of a result: the beginning, marked as cut on both records, with its true size', async () => {
    const event = events.find(({ genAiToolName }) => genAiToolName === 'large_result');
    const [record] = await recordsWith(event, 'event');
    expect(record?.labels).toMatchObject({ sightline_payload_truncated: 'true' });
    const payload = (await recordsWith(event, 'payload')).find(
      ({ labels }) => labels['sightline_payload_part'] === 'response',
    );
    expect(payload?.labels).toMatchObject({ sightline_payload_truncated: 'true' });
    expect(Number(payload?.labels['sightline_payload_size'])).toBeGreaterThan(40_000_000);
    expect(payload?.line).toMatch(/^\{.*ö$/);
    expect(Buffer.byteLength(payload?.line ?? '')).toBeGreaterThan(BODY_BYTES_MAX - 4);
  });

  it('of an error message: one line of at most 512 bytes that ends in an ellipsis', async () => {
    const event = events.find(({ genAiToolName }) => genAiToolName === 'large_error');
    const [record] = await recordsWith(event, 'event');
    const span = await spanOf(event);
    expect(record?.labels['sightline_error_message']).toMatch(/^é+…$/);
    expect(span?.attributes['sightline.error.message']).toBe(record?.labels['sightline_error_message']);
  });

  it('of a name: its beginning and an ellipsis, the same everywhere', async () => {
    const event = events.find(({ genAiToolName }) => genAiToolName?.startsWith('nnn'));
    const [record] = await recordsWith(event, 'event');
    const span = await spanOf(event);
    for (const cut of [
      record?.labels['gen_ai_tool_name'],
      record?.labels['sightline_client_name'],
      span?.attributes['gen_ai.tool.name'],
      span?.attributes['sightline.client.name'],
    ]) {
      expect(cut).toMatch(/^n{511}…$/);
    }
  });

  it('of a resource: as many attributes as fit, the cut ones marked, their number told', async () => {
    const event = events.find(({ genAiToolName }) => genAiToolName === 'large_header');
    const [record] = await recordsWith(event, 'event');
    expect(record?.labels['large']).toMatch(/^l{16000,}… \(cut by the collector\)$/);
    expect(Object.keys(record?.labels ?? {}).filter((key) => key.startsWith('many_of'))).not.toEqual([]);
    expect(Number(record?.labels['resource_dropped_attributes_count'])).toBeGreaterThan(700);
    expect((await spanOf(event))?.resource['large']).toMatch(/^l{16000,}… \(cut by the collector\)$/);
  });
});

describe.skipIf(missing !== undefined)('a record of another sender', () => {
  const text = (key: string, value: string) => ({ key, value: { stringValue: value } });

  /** Sends it, and gives what Loki has of it. */
  async function send(
    at: number,
    attributes: readonly unknown[],
    marker: string,
  ): Promise<LogRecord | undefined> {
    const marked = [text('marker', marker), ...attributes];
    const logRecords = [{ timeUnixNano: `${at}000000`, body: { stringValue: marker }, attributes: marked }];
    const resource = { attributes: [text('service.name', 'other')] };
    const answer = await fetch(`${rig.stack.addresses.otlpHttp}/v1/logs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ logRecords }] }] }),
    });
    expect(answer.status).toBe(200);
    const query = `{service_name="other"} | marker="${marker}"`;
    const find = () => queryRecords(rig.stack.addresses.loki, query, { from: at - 1_000, to: at + 1_000 });
    await expect.poll(async () => (await find()).length, { timeout: VISIBLE_MS }).toBe(1);
    return (await find())[0];
  }

  it('with a thousand attributes and one of 2 MB arrives cut, marked and counted', async () => {
    const many = Array.from({ length: 998 }, (_, i) => text(`number.${i}`, 'x'.repeat(1_000)));
    const record = await send(Date.now(), [text('large', 'l'.repeat(2_000_000)), ...many], 'many');
    expect(record?.labels['large']).toMatch(/^l{65000,}… \(cut by the collector\)$/);
    expect(record?.labels['dropped_attributes_count']).toBe('744');
  });

  it('whose clock begins in 1970 is found under its date, and holds up nobody', async () => {
    const beginning = Date.UTC(1970, 0, 20);
    expect(await send(beginning, [], 'beginning')).toMatchObject({ time: `${beginning}000000` });
    expect(await send(Date.now(), [], 'after it')).toBeDefined();
  });
});

describe.skipIf(missing !== undefined)('what Loki refuses', () => {
  const CALLS = 5;
  /** Three days ahead: further than Loki takes anything. */
  const startAhead = (name: string, own: Readonly<Record<string, string>>) => {
    const clock = wrongClock(rig.folder(`${name} clock`), 3 * DAY_MS);
    return startProxy(upstream.url, { stateDir: rig.folder(name), env: { ...own, ...clock.env } });
  };

  it('behind the collector is counted there', async () => {
    const proxy = await startAhead('refused later', { ...env, OTEL_METRICS_EXPORTER: 'none' });
    for (let i = 0; i < CALLS; i++) await callTool(proxy.url, { tool: 'later', session: 'refused' });
    await stopDelivered(proxy, { stateDir: rig.folder('refused later'), env });
    const refused =
      'sum(otelcol_exporter_send_failed_log_records_total{exporter="otlp_http/loki"}) or vector(0)';
    await expect
      .poll(() => queryFigure(rig.stack.addresses.prometheus, refused), { timeout: VISIBLE_MS })
      .toBeGreaterThanOrEqual(CALLS);
  });

  it('when the proxy asks Loki itself is a loss: counted, set aside, and told by the page', async () => {
    const direct = `${rig.stack.addresses.loki}/otlp/v1/logs`;
    const proxy = await startAhead('refused', { OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: direct });
    for (let i = 0; i < CALLS; i++) await callTool(proxy.url, { tool: 'now', session: 'refused' });
    const page = await pageOf(proxy);
    const lost = async () => {
      const answer = await fetch(`${page}/api/v1/events`);
      const { completeness } = (await answer.json()) as { readonly completeness: Completeness };
      return completeness.lost.find(({ reason }) => reason === 'logs_http_400')?.count ?? 0;
    };
    await expect.poll(lost, { timeout: VISIBLE_MS }).toBeGreaterThanOrEqual(CALLS);
    const metrics = await (await fetch(`${page}/metrics`)).text();
    expect(metrics).toMatch(/^sightline_events_dropped_total\{.*logs_http_400.*\} [1-9]/m);
    expect(await proxy.stop()).toBe(0);
  });
});
