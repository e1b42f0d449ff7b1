/** The receiver must see what is wrong: each row plants one offence in telemetry that is otherwise in order. */
import type { Attributes } from 'sightline/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Event } from '../../proxy/src/observation/event.ts';
import { Meters } from '../../proxy/src/telemetry/meters.ts';
import { createTelemetry } from '../../proxy/src/telemetry/otel.ts';
import { aPlainEvent, aRequest } from '../../proxy/src/telemetry/testing/events.ts';
import { type OtlpReceiver, startOtlpReceiver } from './otlpReceiver.ts';
import { bucketOf } from './otlpViolations.ts';

let receiver: OtlpReceiver;
beforeEach(async () => {
  receiver = await startOtlpReceiver();
});
afterEach(() => receiver.close());

async function send(...events: Event[]): Promise<readonly string[]> {
  const meters = new Meters();
  const telemetry = createTelemetry({
    meters,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint },
    version: '1',
    instanceId: 'i',
    log: () => {},
    onLoss: () => {},
  });
  meters.take(events);
  telemetry.sink.take(events);
  await telemetry.shutdown();
  return receiver.violations();
}

/** Posts one attribute, one metric or one record of any name as JSON, as a foreign program could. */
async function post(
  signal: 'traces' | 'logs' | 'metrics',
  resourceKey: string,
  scopeKey: string,
  items: object,
) {
  const body = {
    [resourceKey]: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'sightline' } }] },
        [scopeKey]: [{ scope: { name: 'sightline' }, ...items }],
      },
    ],
  };
  const response = await fetch(`${receiver.endpoint}/v1/${signal}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(200);
  return receiver.violations();
}

describe('violations', () => {
  it('are none where all is as the contract says', async () => {
    expect(await send(aRequest(), aPlainEvent('sightline.session.started'))).toEqual([]);
  });

  it.each([
    {
      why: 'a word outside its vocabulary',
      attributes: { 'sightline.outcome': 'fine' },
      sentence: 'record sightline.request: sightline.outcome has the unknown word fine',
    },
    {
      why: 'a text where a number belongs',
      attributes: { 'sightline.duration': '0.5' },
      sentence: 'record sightline.request: sightline.duration is string instead of double',
    },
    {
      why: 'an event id of another bucket',
      attributes: { 'sightline.event.id': '0199f000-0000-7000-8000-00000000000a' },
      sentence:
        'record sightline.request: event id 0199f000-0000-7000-8000-00000000000a ends not with its bucket 5',
    },
    {
      why: 'a bucket of another session',
      attributes: { 'sightline.session.id': 'another' },
      sentence: `record sightline.request: bucket 5 instead of ${bucketOf('another')}`,
    },
    {
      why: 'a name that differs from the record’s',
      attributes: { 'event.name': 'sightline.exchange' },
      sentence: 'record sightline.request: event.name differs from EventName',
    },
    {
      why: 'a record kind that the name does not have',
      attributes: { 'sightline.record': 'loss' },
      sentence: 'record sightline.request: sightline.record loss',
    },
  ])('are found: $why', async ({ attributes, sentence }) => {
    expect(await send(aRequest({ attributes: attributes as Attributes }))).toContain(sentence);
  });

  it('are found: an attribute that the contract does not have', async () => {
    const span = {
      traceId: 'a'.repeat(32),
      spanId: 'b'.repeat(16),
      name: 'ping',
      kind: 2,
      startTimeUnixNano: '1',
      endTimeUnixNano: '2',
      attributes: [
        { key: 'mcp.method.name', value: { stringValue: 'ping' } },
        { key: 'sightline.invented', value: { stringValue: 'x' } },
        { key: 'server.port', value: { intValue: '1' } },
      ],
    };
    expect(await post('traces', 'resourceSpans', 'scopeSpans', { spans: [span] })).toEqual([
      'span ping (server): sightline.invented is not in the contract',
      'span ping (server): server.port does not belong on server',
    ]);
  });

  it('are found: a record that the contract does not have', async () => {
    const record = { timeUnixNano: '1763000000000000001', eventName: 'sightline.gossip', attributes: [] };
    expect(await post('logs', 'resourceLogs', 'scopeLogs', { logRecords: [record] })).toEqual([
      'record sightline.gossip: not in the contract',
    ]);
  });

  it('are found: a session id on a metric, and a metric that the contract does not have', async () => {
    const point = {
      asInt: '1',
      attributes: [{ key: 'sightline.session.id', value: { stringValue: 'x' } }],
    };
    const sum = { dataPoints: [point], aggregationTemporality: 2, isMonotonic: true };
    const metrics = [
      { name: 'sightline.events', unit: '{event}', sum },
      { name: 'sightline.moods', unit: '1', gauge: { dataPoints: [] } },
    ];
    expect(await post('metrics', 'resourceMetrics', 'scopeMetrics', { metrics })).toEqual([
      'metric sightline.events: sightline.session.id does not belong on metric',
      'metric sightline.events: label sightline.session.id',
      'metric sightline.moods: not in the contract',
    ]);
  });

  it('are found: what cannot be decoded, or came to a wrong path', async () => {
    const options = {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body: 'no protobuf',
    };
    await fetch(`${receiver.endpoint}/v1/traces`, options);
    await fetch(`${receiver.endpoint}/v1/gossip`, options);
    expect(receiver.violations()).toEqual([
      expect.stringContaining('traces (application/x-protobuf)'),
      'POST /v1/gossip',
    ]);
  });
});

describe('buckets', () => {
  it.each([
    // FNV-1a 32 of the empty text is its offset basis 0x811c9dc5, of `a` 0xe40c292c, of `foobar` 0xbf9cf968.
    ['', '5'],
    ['a', 'c'],
    ['foobar', '8'],
  ])('of %j is %s', (text, bucket) => {
    expect(bucketOf(text)).toBe(bucket);
  });
});

describe('answers', () => {
  it('are as planned, for one signal or for any, and then ok again', async () => {
    receiver.answer({ kind: 'status', status: 503 }, 1, 'logs');
    receiver.answer({ kind: 'status', status: 429, retryAfter: '2' }, 1);
    const options = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
    const statuses = [];
    for (const signal of ['traces', 'logs', 'traces', 'logs']) {
      statuses.push((await fetch(`${receiver.endpoint}/v1/${signal}`, options)).status);
    }
    expect(statuses).toEqual([429, 503, 200, 200]);
  });
});
