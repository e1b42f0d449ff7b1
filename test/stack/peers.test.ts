/**
 * Clients that others wrote, at servers that others wrote, through proxies that export into the native stack: what each
 * client counted by itself is what Loki has, and every span, measurement, payload and session is as the archive tells.
 */
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { EventDetail, SessionItem } from '../../proxy/src/contract/index.ts';
import { isServerSpanError } from '../../proxy/src/mcp/errors.ts';
import { startFixture } from '../conformance/fixture.ts';
import {
  connectNew,
  connectOld,
  type PeerClient,
  type PeerConnect,
  type PeerTransport,
  visitEverything,
  visitFixture,
  visitSmall,
} from '../support/peersClients.ts';
import { startProgram } from '../support/peersProgram.ts';
import { startProxy } from '../support/peersProxy.ts';
import { startSmallServer } from '../support/peersServer.ts';
import { countBy, countsOfEvents, recordsOf, spansOf } from './compare.ts';
import { attributesAt, labelsAt, payloadPartsOf, requestsOf } from './expected.ts';
import type { LogRecord } from './loki.ts';
import { queryExemplars, queryFigure, queryFigures } from './prometheus.ts';
import { type Rig, readArchive, startRig, whyNoStack } from './rig.ts';
import { describeSession, readSessions, sessionsOf } from './sessions.ts';
import { fetchTrace, type TraceSpan } from './tempo.ts';

const VISIBLE_MS = 60_000;

const missing = whyNoStack();
const require = createRequire(import.meta.url);

interface Server {
  readonly url: string;
  close(): Promise<unknown>;
}
interface Stage {
  readonly name: string;
  start(): Promise<Server>;
  readonly transport: PeerTransport;
  readonly clients: readonly PeerConnect[];
  visit(client: PeerClient): Promise<void>;
  /** Called once more, with a trace of the client's own. */
  readonly traced: { readonly name: string; readonly arguments: Record<string, unknown> };
}

const everything = (mode: string, path: string) => async (): Promise<Server> => {
  const script = require.resolve('@modelcontextprotocol/server-everything/dist/index.js');
  const program = startProgram(script, [mode]);
  return { url: `http://127.0.0.1:${await program.port()}${path}`, close: () => program.stop() };
};

const OF_EVERY_LINE = [connectOld, connectNew('legacy'), connectNew('auto')];
const echo = { name: 'echo', arguments: { message: 'traced' } };
const STAGES: readonly Stage[] = [
  {
    name: 'everything',
    start: everything('streamableHttp', '/mcp'),
    transport: 'http',
    clients: OF_EVERY_LINE,
    visit: visitEverything,
    traced: echo,
  },
  {
    name: 'everything-sse',
    start: everything('sse', '/sse'),
    transport: 'sse',
    clients: OF_EVERY_LINE.slice(0, 2),
    visit: visitEverything,
    traced: echo,
  },
  {
    name: 'small',
    start: () => startSmallServer(() => undefined),
    transport: 'http',
    clients: OF_EVERY_LINE,
    visit: visitSmall,
    traced: { name: 'add', arguments: { a: 1, b: 2 } },
  },
  {
    name: 'fixture',
    start: () => startFixture(),
    transport: 'http',
    clients: [...OF_EVERY_LINE, connectNew({ pin: '2026-07-28' })],
    visit: visitFixture,
    traced: { name: 'test_simple_text', arguments: {} },
  },
];

let rig: Rig;
/** `direction kind method` of every message, as clients saw it. */
const counted: string[] = [];
/** Trace and span that a client named as the parent of its call. */
const traced: { readonly traceId: string; readonly parent: string; readonly tool: string }[] = [];
const events: EventDetail[] = [];
const sessions: SessionItem[] = [];
let records: readonly LogRecord[];
let spans: ReadonlyMap<string, readonly TraceSpan[]>;
let range: { from: number; to: number };

beforeAll(async () => {
  if (missing !== undefined) return;
  rig = await startRig();
  const from = Date.now();
  for (const stage of STAGES) await play(stage);
  range = { from: from - 1_000, to: Date.now() + 1_000 };
  await vi.waitFor(
    async () => expect((await ofRecord('event')).length).toBeGreaterThanOrEqual(events.length),
    { timeout: VISIBLE_MS, interval: 500 },
  );
  records = await ofRecord('event');
  spans = await spansOf(rig.stack.addresses.tempo, events);
}, 240_000);

afterAll(() => rig?.close());

/** All clients of a stage, one after the other, and what the proxy's archive tells of them. */
async function play(stage: Stage): Promise<void> {
  const server = await stage.start();
  const stateDir = rig.folder(stage.name);
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: rig.stack.addresses.otlpHttp };
  const proxy = await startProxy(server.url, { stateDir, env });
  try {
    for (const connect of stage.clients) {
      const client = await connect(new URL(proxy.url), stage.transport, (line) => counted.push(line));
      await stage.visit(client);
      const [traceId, parent] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
      await client.callTool({ ...stage.traced, _meta: { traceparent: `00-${traceId}-${parent}-01` } });
      traced.push({ traceId, parent, tool: stage.traced.name });
      await client.close();
    }
    if (stage.name === 'fixture') for (const era of ['legacy', 'modern']) await inspect(proxy.url, era);
  } finally {
    expect(await proxy.stop(), proxy.output()).toBe(0);
    await server.close();
  }
  events.push(...(await readArchive(stateDir)));
  sessions.push(...(await readSessions(stateDir)));
}

/** One call by the Inspector's command line. */
async function inspect(url: string, era: string): Promise<void> {
  const script = require
    .resolve('@modelcontextprotocol/inspector/package.json')
    .replace('package.json', 'clients/launcher/build/index.js');
  const place = ['--cli', '--server-url', url, '--transport', 'http', '--protocol-era', era];
  const call = ['--method', 'tools/call', '--format', 'json', '--tool-name', 'test_tool_with_logging'];
  const inspector = startProgram(script, [...place, ...call]);
  const { code, output } = await inspector.finish();
  expect(code, output).toBe(0);
  counted.push(...(await inspector.stop()));
}

const ofRecord = (kind: string): Promise<readonly LogRecord[]> =>
  recordsOf(rig.stack.addresses.loki, kind, range);

describe.skipIf(missing !== undefined)('Loki', () => {
  it('has every message that a client counted, and every event of the archives once', () => {
    const kinds: Readonly<Record<string, string>> = {
      'sightline.request': 'request',
      'sightline.notification': 'notification',
      'sightline.server_log': 'notification',
    };
    const found = records.flatMap(({ labels }) => {
      const kind = kinds[labels['event_name'] ?? ''];
      return kind ? [`${labels['sightline_direction']} ${kind} ${labels['mcp_method_name']}`] : [];
    });
    expect(counted.length).toBeGreaterThan(100);
    expect(found.sort()).toEqual(counted.toSorted());
    const counts = countsOfEvents(events, records);
    expect(counts.found).toEqual(counts.wanted);
  });

  it('has each with its time and every attribute', () => {
    const byId = new Map(records.map((record) => [record.labels['sightline_event_id'], record]));
    for (const event of events) {
      const record = byId.get(event.eventId);
      expect(record?.time).toBe(event.timeUnixNano);
      expect(record?.labels).toMatchObject(labelsAt(event, 'event'));
    }
  });

  it('has each payload beside its event, with text, size and what only a detail view shows', async () => {
    const payloads = await ofRecord('payload');
    const byKey = Map.groupBy(
      payloads,
      ({ labels }) => `${labels['sightline_event_id']} ${labels['sightline_payload_part']}`,
    );
    const wanted = events.flatMap((event) => payloadPartsOf(event).map((part) => `${event.eventId} ${part}`));
    expect([...byKey.keys()].sort()).toEqual(wanted.toSorted());
    expect(payloads).toHaveLength(wanted.length);
    for (const event of events) {
      for (const { part, text, size, truncated, redacted } of event.payloads) {
        const [record] = byKey.get(`${event.eventId} ${part}`) ?? [];
        expect(record).toMatchObject({ time: event.timeUnixNano, line: text });
        expect(record?.labels).toMatchObject({
          sightline_payload_size: String(size),
          sightline_payload_truncated: String(truncated),
          sightline_payload_redacted: String(redacted),
        });
      }
      const [request] = byKey.get(`${event.eventId} request`) ?? [];
      if (request) expect(request.labels).toMatchObject(labelsAt(event, 'detail'));
    }
  });

  it('lists the sessions from `sightline_record="session"` alone, as the archives list them', async () => {
    const found = sessionsOf(await ofRecord('session'));
    expect(sessions.length).toBeGreaterThanOrEqual(traced.length);
    expect([...found.keys()].sort()).toEqual(sessions.map(({ sessionId }) => sessionId).toSorted());
    for (const session of sessions) {
      expect(found.get(session.sessionId)).toMatchObject(describeSession(session));
    }
  });
});

describe.skipIf(missing !== undefined)('Tempo', () => {
  it('has a SERVER span of every request once: kind, times, attributes, and status by the convention', () => {
    for (const event of requestsOf(events)) {
      const [span, ...more] = spans.get(event.spanId ?? '') ?? [];
      expect(more).toEqual([]);
      const code = event.rpcResponseStatusCode;
      const failed =
        event.outcome !== 'ok' &&
        event.probe !== true &&
        !(event.outcome === 'rpc_error' && code !== undefined && !isServerSpanError(Number(code)));
      expect(span).toMatchObject({
        traceId: event.traceId,
        kind: 'server',
        status: failed ? 'error' : 'unset',
        name: [event.mcpMethodName, event.genAiToolName ?? event.genAiPromptName].filter(Boolean).join(' '),
      });
      const { 'error.type': errorType, ...attributes } = attributesAt(event, 'server');
      expect(span?.attributes).toMatchObject(attributes);
      expect(span?.attributes['error.type']).toBe(failed ? errorType : undefined);
      expect(Number(span?.startNano) / 1e6).toBeCloseTo(event.startTime, 1);
      expect(span?.resource['service.name']).toBe('sightline');
    }
  });

  it('has below it a CLIENT span of every exchange, once', () => {
    for (const event of requestsOf(events)) {
      expect(event.upstreamSpans.length).toBeGreaterThan(0);
      for (const upstream of event.upstreamSpans) {
        const [span, ...more] = spans.get(upstream.spanId) ?? [];
        expect(more).toEqual([]);
        expect(span).toMatchObject({ traceId: event.traceId, parentSpanId: event.spanId, kind: 'client' });
        expect(span?.attributes).toMatchObject({
          'sightline.outcome': event.outcome,
          'mcp.method.name': event.mcpMethodName,
          ...(upstream.serverPort && { 'server.port': upstream.serverPort }),
        });
      }
    }
  });

  it("continues a client's own trace", async () => {
    expect(traced).toHaveLength(STAGES.flatMap(({ clients }) => clients).length);
    for (const { traceId, parent, tool } of traced) {
      const found = await fetchTrace(rig.stack.addresses.tempo, traceId);
      const server = found.filter(({ kind }) => kind === 'server');
      expect(server).toMatchObject([{ parentSpanId: parent, name: `tools/call ${tool}`, status: 'unset' }]);
      const clients = found.filter(({ kind }) => kind === 'client');
      expect(new Set(clients.map(({ parentSpanId }) => parentSpanId))).toEqual(new Set([server[0]?.spanId]));
    }
  });
});

describe.skipIf(missing !== undefined)('Prometheus', () => {
  it('has the measurement of every request under its labels', async () => {
    const { prometheus } = rig.stack.addresses;
    const toolOf = ({ spanId }: EventDetail): unknown =>
      spans.get(spanId ?? '')?.[0]?.attributes['sightline.tool.label'];
    const wanted = countBy(requestsOf(events), (event) =>
      [event.mcpMethodName, toolOf(event), event.probe ? 'ok' : event.outcome].join(' '),
    );
    const figures = await queryFigures(
      prometheus,
      'sum by (mcp_method_name, gen_ai_tool_name, sightline_outcome) (mcp_server_operation_duration_seconds_count)',
    );
    const found = figures.map(({ labels, value }) => [
      [labels['mcp_method_name'], labels['gen_ai_tool_name'], labels['sightline_outcome']].join(' '),
      value,
    ]);
    expect(Object.fromEntries(found)).toEqual(wanted);
    for (const [metric, field] of [
      ['mcp_server_operation_duration_seconds_sum', 'duration'],
      ['mcp_client_operation_duration_seconds_sum', 'upstreamDuration'],
      ['sightline_proxy_duration_seconds_sum', 'proxyDuration'],
    ] as const) {
      const sum = requestsOf(events).reduce((seconds, event) => seconds + (event[field] ?? 0), 0);
      expect(await queryFigure(prometheus, `sum(${metric})`), metric).toBeCloseTo(sum, 4);
    }
    const ended = events.filter(({ eventName }) => eventName === 'sightline.session.ended');
    expect(await queryFigure(prometheus, 'sum(mcp_server_session_duration_seconds_count)')).toBe(
      ended.length,
    );
  });

  it('has exemplars, each of which names a span that is in Tempo and took so long', async () => {
    const { prometheus, tempo } = rig.stack.addresses;
    const look = () =>
      queryExemplars(prometheus, 'traces_span_metrics_duration_seconds_bucket', range.from, Date.now());
    await expect.poll(async () => (await look()).length, { timeout: VISIBLE_MS }).toBeGreaterThan(10);
    for (const { labels, value, series } of await look()) {
      const trace = await fetchTrace(tempo, labels['trace_id'] ?? '');
      const span = trace.find(({ spanId }) => spanId === labels['span_id']);
      expect(`SPAN_KIND_${span?.kind.toUpperCase()}`).toBe(series['span_kind']);
      expect(Number((span?.endNano ?? 0n) - (span?.startNano ?? 0n)) / 1e9).toBeCloseTo(value, 5);
    }
  });
});
