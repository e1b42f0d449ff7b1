/** Telemetry as a whole, against a receiver that decodes and judges: what is sent, and what becomes of refusals. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OtlpReceiver, startOtlpReceiver } from '../../../test/support/otlpReceiver.ts';
import type { Census, Event } from '../observation/event.ts';
import type { Environment } from './environment.ts';
import { Meters } from './meters.ts';
import { createTelemetry, type Telemetry } from './otel.ts';
import { aFailure, aPlainEvent, aRequest, aTraffic, BUCKET, EVENT_ID, SESSION_ID } from './testing/events.ts';

let receiver: OtlpReceiver;
let running: Telemetry | undefined;
let meters: Meters;
const lines: string[] = [];
const losses: string[] = [];

beforeEach(async () => {
  lines.length = 0;
  losses.length = 0;
  receiver = await startOtlpReceiver();
});
afterEach(async () => {
  await running?.shutdown(100);
  running = undefined;
  await receiver.close();
});

function start(env: Environment = {}): Telemetry {
  meters = new Meters();
  running = createTelemetry({
    meters,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, ...env },
    version: '1.2.3',
    instanceId: 'instance-1',
    log: (line) => lines.push(line),
    onLoss: ({ reason, count }) => losses.push(`${count} ${reason}`),
  });
  return running;
}

/** Only one signal, so that a test sees one kind of request. */
const LOGS_ONLY = { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none' };

const EVENTS: readonly Event[] = [
  aRequest(),
  aFailure(
    {
      'error.type': '-32602',
      'rpc.response.status_code': '-32602',
      'sightline.outcome': 'rpc_error',
      'sightline.outcome.origin': 'client',
      'sightline.error.message': 'Unknown tool',
    },
    false,
  ),
  aPlainEvent('sightline.session.ended', {
    sessionDuration: 61,
    attributes: { 'sightline.session.end_reason': 'deleted' },
  }),
  {
    kind: 'sightline.session',
    timeNs: '1763000000600000000',
    bucket: BUCKET,
    attributes: {
      'event.name': 'sightline.session',
      'sightline.record': 'session_live',
      'sightline.session.id': SESSION_ID,
      'sightline.session.status': 'open',
      'sightline.session.tool_time': 2,
      'sightline.session.calls': 3,
    },
  },
  aTraffic(),
];

const CENSUS: Census = {
  requestsActive: new Map([['weather', 2]]),
  sessionsActive: new Map([['weather', 1]]),
  requestsWaiting: [{ server: 'weather', tool: 'slow', count: 1 }],
};

describe.each(['http/protobuf', 'http/json'])('over %s', (protocol) => {
  it.each(['none', 'gzip'])(
    'with compression %s all three signals arrive as the contract says',
    async (compression) => {
      const telemetry = start({
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
        OTEL_EXPORTER_OTLP_COMPRESSION: compression,
        OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20token',
      });
      meters.levels.census = () => CENSUS;
      meters.levels.health = { eventLoopDelayP99Seconds: 0.002, rssBytes: 100_000_000 };
      meters.take(EVENTS);
      telemetry.sink.take(EVENTS);
      await telemetry.shutdown();

      expect(receiver.violations()).toEqual([]);
      expect(receiver.spans.map((span) => [span.kind, span.status.code])).toEqual([
        ['server', 'unset'],
        ['client', 'unset'],
        ['server', 'unset'],
        ['client', 'error'],
      ]);
      expect(receiver.records.map((record) => record.eventName)).toEqual([
        'sightline.request',
        'sightline.payload',
        'sightline.payload',
        'sightline.request',
        'sightline.payload',
        'sightline.payload',
        'sightline.session.ended',
        'sightline.session',
      ]);
      expect(telemetry.stats()).toMatchObject({
        traces: { accepted: 4, queued: 0 },
        logs: { accepted: 8, queued: 0 },
        metrics: { accepted: 1 },
      });
      const type = protocol === 'http/json' ? 'application/json' : 'application/x-protobuf';
      for (const { headers } of receiver.requests) {
        expect(headers).toMatchObject({ 'content-type': type, authorization: 'Bearer token' });
        expect(headers['content-encoding']).toBe(compression === 'gzip' ? 'gzip' : undefined);
      }
      expect([lines, losses]).toEqual([[], []]);
    },
  );
});

describe('metrics', () => {
  it('are the contract’s, with their values', async () => {
    const telemetry = start();
    meters.levels.census = () => CENSUS;
    meters.levels.health = { eventLoopDelayP99Seconds: 0.002, rssBytes: 100_000_000 };
    meters.take([...EVENTS, aRequest()]);
    telemetry.sink.take([...EVENTS, aRequest()]);
    await telemetry.shutdown();
    const values = Object.fromEntries(
      receiver.metrics.map(({ name, points }) => [
        name,
        points
          .map((point) => point.value ?? point.histogram?.count)
          .reduce((sum = 0, value = 0) => sum + value, 0),
      ]),
    );
    expect(values).toMatchObject({
      'mcp.server.operation.duration': 3,
      'mcp.client.operation.duration': 3,
      'mcp.server.session.duration': 1,
      'mcp.client.session.duration': 1,
      'sightline.proxy.duration': 3,
      'sightline.requests.active': 2,
      'sightline.sessions.active': 1,
      'sightline.requests.waiting': 1,
      'sightline.io': 900,
      'sightline.events': 5,
      'sightline.calls': 3,
      'sightline.payload.io': 1500,
      'sightline.tokens_estimated': 300,
      'sightline.http.exchanges': 1,
      'nodejs.eventloop.delay.p99': 0.002,
      'process.memory.usage': 100_000_000,
      'sightline.outbox.size': expect.any(Number),
    });
    const [duration] = receiver.metrics.filter((metric) => metric.name === 'mcp.server.operation.duration');
    expect(duration?.temporality).toBe('cumulative');
  });

  it('go out at every interval, without anything else happening', async () => {
    start({ OTEL_METRIC_EXPORT_INTERVAL: '50' });
    meters.levels.health = { eventLoopDelayP99Seconds: 0, rssBytes: 1 };
    await receiver.waitFor(
      'two exports',
      () => receiver.requests.filter((one) => one.signal === 'metrics').length > 1,
    );
  });

  it('are deltas when asked for', async () => {
    const telemetry = start({ OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta' });
    meters.take(EVENTS);
    await telemetry.shutdown();
    const sums = receiver.metrics.filter((metric) => metric.kind !== 'gauge');
    expect(new Set(sums.map((metric) => metric.temporality))).toEqual(new Set(['delta']));
  });

  it('that are refused are counted, and said once', async () => {
    receiver.answer({ kind: 'status', status: 400 });
    const telemetry = start({ OTEL_METRIC_EXPORT_INTERVAL: '50' });
    meters.levels.health = { eventLoopDelayP99Seconds: 0, rssBytes: 1 };
    await receiver.waitFor('two refusals', () => telemetry.stats().metrics.refused > 1);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('metrics_http_400');
  });
});

describe('the resource', () => {
  it('is who we are, and what OTEL_RESOURCE_ATTRIBUTES adds', async () => {
    const telemetry = start({
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,team=blue',
      OTEL_SERVICE_NAME: 'edge',
    });
    meters.take(EVENTS);
    telemetry.sink.take(EVENTS);
    await telemetry.shutdown();
    const wanted = {
      'service.name': 'edge',
      'service.version': '1.2.3',
      'service.instance.id': 'instance-1',
      'deployment.environment.name': 'test',
      team: 'blue',
    };
    for (const { from } of [...receiver.spans, ...receiver.records, ...receiver.metrics]) {
      expect(from.resource.attributes).toEqual(wanted);
    }
    expect(receiver.violations(['team'])).toEqual([]);
    expect(receiver.violations()).toEqual(['resource: team']);
  });
});

describe('what is not exported', () => {
  it.each([
    { why: 'no endpoint', env: { OTEL_EXPORTER_OTLP_ENDPOINT: '' } },
    { why: 'disabled', env: { OTEL_SDK_DISABLED: 'true' } },
    { why: 'a mistake in the variables', env: { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' } },
    {
      why: 'every exporter none',
      env: { OTEL_TRACES_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none' },
    },
  ])('is everything: $why', async ({ env }) => {
    const telemetry = start(env);
    telemetry.sink.take(EVENTS);
    await telemetry.shutdown();
    expect(receiver.requests).toEqual([]);
    expect(telemetry.problems.map((problem) => problem.key)).toEqual(
      'OTEL_EXPORTER_OTLP_PROTOCOL' in env ? ['OTEL_EXPORTER_OTLP_PROTOCOL'] : [],
    );
  });

  it('is the spans that a sampler leaves out; their records say so', async () => {
    const telemetry = start({ OTEL_TRACES_SAMPLER: 'always_off' });
    telemetry.sink.take(EVENTS);
    await telemetry.shutdown();
    expect(receiver.spans).toEqual([]);
    const requests = receiver.records.filter((record) => record.eventName === 'sightline.request');
    expect(requests.map((record) => record.attributes['sightline.sampled'])).toEqual([false, false]);
    expect(requests.map((record) => record.traceId)).toEqual([undefined, undefined]);
    expect(receiver.violations()).toEqual([]);
  });

  it('is what a caller did not sample, with a parent-based sampler', async () => {
    const telemetry = start({ OTEL_TRACES_SAMPLER: 'parentbased_always_on' });
    const server = { ...aRequest().server, parentSpanId: 'c'.repeat(16), parentSampled: false };
    telemetry.sink.take([aRequest({ server }), aRequest()]);
    await telemetry.shutdown();
    expect(receiver.spans.map((span) => span.parentSpanId)).toEqual([undefined, 'b7ad6b7169203331']);
  });
});

describe('a receiver that does not accept', () => {
  it('503 and then 200: everything arrives, once', async () => {
    receiver.answer({ kind: 'status', status: 503 }, 1);
    const telemetry = start(LOGS_ONLY);
    telemetry.sink.take([aRequest()]);
    await receiver.waitFor('the second try', () => telemetry.stats().logs.accepted === 3);
    expect(receiver.requests.map((request) => request.answer)).toEqual(['status', 'ok']);
    expect(receiver.records).toHaveLength(3);
    expect(losses).toEqual([]);
  });

  it('400 for good: each record is tried alone, counted and said once; the next ones go', async () => {
    receiver.answer({ kind: 'status', status: 400 }, 5);
    const telemetry = start(LOGS_ONLY);
    telemetry.sink.take([aRequest()]);
    await receiver.waitFor('the refusals', () => telemetry.stats().logs.refused === 3);
    telemetry.sink.take([aRequest()]);
    await telemetry.shutdown();
    expect(telemetry.stats().logs).toMatchObject({ accepted: 3, refused: 3, dropped: 0 });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('logs_http_400');
    expect(losses.map((loss) => loss.split(' ')[1])).toEqual(losses.map(() => 'logs_http_400'));
    expect(losses.reduce((sum, loss) => sum + Number.parseInt(loss, 10), 0)).toBe(3);
  });

  it.each(['http/protobuf', 'http/json'])('over %s, Retry-After is waited for', async (protocol) => {
    receiver.answer({ kind: 'status', status: 429, retryAfter: '2' }, 1);
    const telemetry = start({ ...LOGS_ONLY, OTEL_EXPORTER_OTLP_PROTOCOL: protocol });
    telemetry.sink.take([aRequest()]);
    await receiver.waitFor('the second try', () => telemetry.stats().logs.accepted === 3);
    const [first = 0, second = 0] = receiver.requests.map(({ atMs }) => atMs);
    expect(second - first).toBeGreaterThanOrEqual(1_990);
  });

  it.each([500, 401, 404])('%i says nothing of the data: the same batch goes again', async (status) => {
    receiver.answer({ kind: 'status', status }, 1);
    const telemetry = start(LOGS_ONLY);
    telemetry.sink.take([aRequest()]);
    await receiver.waitFor('acceptance', () => telemetry.stats().logs.accepted === 3);
    expect(losses).toEqual([]);
  });

  it('a connection broken off: the same batch goes again', async () => {
    receiver.answer({ kind: 'close' }, 1);
    const telemetry = start(LOGS_ONLY);
    telemetry.sink.take([aRequest()]);
    await receiver.waitFor('acceptance', () => telemetry.stats().logs.accepted === 3);
    expect(receiver.records).toHaveLength(3);
  });

  it('no answer: taking goes on, and a shutdown ends in time with the rest counted', async () => {
    receiver.answer({ kind: 'hang' });
    const telemetry = start(LOGS_ONLY);
    for (let i = 0; i < 1_000; i++) telemetry.sink.take([aRequest()]);
    await receiver.waitFor('the hanging request', () => receiver.requests.length > 0);
    expect(telemetry.stats().logs).toMatchObject({ accepted: 0, queued: 3_000 });
    await telemetry.shutdown(100);
    expect(telemetry.stats().logs).toMatchObject({ accepted: 0, dropped: 3_000, queued: 0 });
    expect(losses).toEqual(['3000 logs_shutdown']);
  });

  it('a partial success: what was rejected is counted', async () => {
    receiver.answer({ kind: 'partial', rejected: 2 }, 1);
    const telemetry = start(LOGS_ONLY);
    telemetry.sink.take([aRequest()]);
    await telemetry.shutdown();
    expect(losses).toEqual(['2 partial']);
    expect(lines).toHaveLength(1);
  });
});

describe('an event that cannot be translated', () => {
  it('costs itself and nothing else', async () => {
    const telemetry = start(LOGS_ONLY);
    const broken = { ...aRequest(), attributes: undefined } as unknown as Event;
    telemetry.sink.take([broken, aRequest()]);
    await telemetry.shutdown();
    expect(receiver.records).toHaveLength(3);
    expect(losses).toEqual(['1 internal']);
  });
});

describe('the encoder', () => {
  it('is in the place of the exporters’ own: whole doubles arrive as doubles only from ours', async () => {
    const telemetry = start();
    telemetry.sink.take([aRequest({ attributes: { 'sightline.duration': 2 } })]);
    await telemetry.shutdown();
    expect(receiver.spans[0]?.types['sightline.duration']).toBe('double');
    expect(receiver.records[0]?.types['sightline.duration']).toBe('double');
  });

  it('leaves ids as they were made', async () => {
    const telemetry = start();
    telemetry.sink.take([aRequest()]);
    await telemetry.shutdown();
    const [span] = receiver.spans;
    const [record] = receiver.records;
    expect([record?.traceId, record?.spanId]).toEqual([span?.traceId, span?.spanId]);
    expect(record?.attributes['sightline.event.id']).toBe(EVENT_ID);
  });
});
