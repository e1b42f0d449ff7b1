import { describe, expect, it } from 'vitest';
import { type Environment, readEnvironment } from './environment.ts';

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

describe('where signals go', () => {
  it('nowhere, unless an endpoint is given', () => {
    const { settings, problems } = readEnvironment({});
    expect([settings.traces, settings.logs, settings.metrics]).toEqual([undefined, undefined, undefined]);
    expect(problems).toEqual([]);
  });

  it('to the common endpoint, each under its own path', () => {
    const { settings } = readEnvironment({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/base/' });
    expect([settings.traces?.url, settings.logs?.url, settings.metrics?.url]).toEqual([
      'http://collector:4318/base/v1/traces',
      'http://collector:4318/base/v1/logs',
      'http://collector:4318/base/v1/metrics',
    ]);
  });

  it('to a signal’s own endpoint as it is written; the others stay silent', () => {
    const { settings } = readEnvironment({ OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'https://loki/otlp/v1/logs' });
    expect(settings.logs?.url).toBe('https://loki/otlp/v1/logs');
    expect([settings.traces, settings.metrics]).toEqual([undefined, undefined]);
  });

  it('with the signal’s own options before the common ones', () => {
    const { settings } = readEnvironment({
      ...ENDPOINT,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/protobuf',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20a,x-tenant=1',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x-tenant=2',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_EXPORTER_OTLP_TRACES_COMPRESSION: 'none',
      OTEL_EXPORTER_OTLP_TIMEOUT: '2500',
    });
    expect(settings.traces).toEqual({
      url: 'http://collector:4318/v1/traces',
      protocol: 'http/protobuf',
      headers: { authorization: 'Bearer a', 'x-tenant': '2' },
      compression: 'none',
      timeoutMs: 2500,
    });
    expect(settings.logs).toMatchObject({
      protocol: 'http/json',
      headers: { authorization: 'Bearer a', 'x-tenant': '1' },
      compression: 'gzip',
    });
  });

  it.each(['traces', 'logs', 'metrics'] as const)('not at all for %s with the exporter none', (signal) => {
    const { settings } = readEnvironment({ ...ENDPOINT, [`OTEL_${signal.toUpperCase()}_EXPORTER`]: 'none' });
    expect(settings[signal]).toBeUndefined();
  });

  it('nowhere with OTEL_SDK_DISABLED, and then nothing else is judged', () => {
    const { settings, problems } = readEnvironment({
      ...ENDPOINT,
      OTEL_SDK_DISABLED: 'TRUE',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    });
    expect(settings.traces).toBeUndefined();
    expect(problems).toEqual([]);
  });
});

describe('settings', () => {
  it.each([
    { env: {}, expected: { ratio: 1, parentBased: false } },
    { env: { OTEL_TRACES_SAMPLER: 'always_off' }, expected: { ratio: 0, parentBased: false } },
    {
      env: { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.25' },
      expected: { ratio: 0.25, parentBased: false },
    },
    { env: { OTEL_TRACES_SAMPLER: 'parentbased_always_on' }, expected: { ratio: 1, parentBased: true } },
    {
      env: { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' },
      expected: { ratio: 0, parentBased: true },
    },
  ] satisfies { env: Environment; expected: unknown }[])('sampler of $env', ({ env, expected }) => {
    expect(readEnvironment(env).settings.sampler).toEqual(expected);
  });

  it('resource: OTEL_SERVICE_NAME beats service.name of the list', () => {
    const { settings } = readEnvironment({
      OTEL_RESOURCE_ATTRIBUTES: 'service.name=a,deployment.environment.name=prod%2Ceu',
      OTEL_SERVICE_NAME: 'b',
    });
    expect(settings.resource).toEqual({ 'service.name': 'b', 'deployment.environment.name': 'prod,eu' });
  });

  it('limits: the form for a signal beats the common one', () => {
    const { settings } = readEnvironment({
      OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '100',
      OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: '50',
      OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT: '20',
    });
    expect(settings.spanLimits).toEqual({ countMax: Number.POSITIVE_INFINITY, valueLengthMax: 50 });
    expect(settings.logLimits).toEqual({ countMax: 20, valueLengthMax: 100 });
  });

  it('metrics: every 10 s unless told otherwise; a timeout is never longer than the interval', () => {
    expect(readEnvironment({}).settings).toMatchObject({
      metricIntervalMs: 10_000,
      temporality: 'cumulative',
    });
    const env = { OTEL_METRIC_EXPORT_INTERVAL: '500', OTEL_METRIC_EXPORT_TIMEOUT: '30000' };
    expect(readEnvironment(env).settings).toMatchObject({ metricIntervalMs: 500, metricTimeoutMs: 500 });
  });

  it.each([
    [undefined, { tracecontext: true }],
    ['tracecontext', { tracecontext: true }],
    ['none', { tracecontext: false }],
  ])('propagators of %s', (value, expected) => {
    expect(readEnvironment({ OTEL_PROPAGATORS: value }).settings.propagators).toEqual(expected);
  });

  it('an empty variable counts as not set', () => {
    const { settings, problems } = readEnvironment({
      OTEL_EXPORTER_OTLP_ENDPOINT: ' ',
      OTEL_TRACES_SAMPLER: '',
      OTEL_METRIC_EXPORT_INTERVAL: '',
    });
    expect(problems).toEqual([]);
    expect(settings.traces).toBeUndefined();
  });
});

describe('problems', () => {
  it.each([
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc', 'grpc is not supported; use http/protobuf or http/json'],
    ['OTEL_EXPORTER_OTLP_LOGS_PROTOCOL', 'GRPC', 'grpc is not supported; use http/protobuf or http/json'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'carrier-pigeon', 'must be one of http/protobuf, http/json'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318', 'must be a URL beginning with http:// or https://'],
    ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'unix:///x', 'must be a URL beginning with http:// or https://'],
    [
      'OTEL_EXPORTER_OTLP_HEADERS',
      'secret-without-equals',
      'must be a list of key=value, percent-encoded, parted by commas',
    ],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'a=%zz', 'must be a list of key=value, percent-encoded, parted by commas'],
    ['OTEL_EXPORTER_OTLP_COMPRESSION', 'zstd', 'must be one of gzip, none'],
    ['OTEL_EXPORTER_OTLP_TIMEOUT', '0', 'must be a number of milliseconds above 0'],
    ['OTEL_TRACES_EXPORTER', 'console', 'must be one of otlp, none'],
    [
      'OTEL_TRACES_SAMPLER',
      'jaeger_remote',
      'must be one of always_on, always_off, traceidratio, parentbased_always_on, parentbased_always_off, parentbased_traceidratio',
    ],
    ['OTEL_PROPAGATORS', 'tracecontext,b3', 'must be a list of tracecontext, baggage, none'],
    ['OTEL_ATTRIBUTE_COUNT_LIMIT', '-1', 'must be a whole number'],
    ['OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT', '0x10', 'must be a whole number'],
    ['OTEL_METRIC_EXPORT_INTERVAL', 'soon', 'must be a number of milliseconds above 0'],
    [
      'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE',
      'both',
      'must be one of cumulative, delta, lowmemory',
    ],
    ['OTEL_SDK_DISABLED', 'yes', 'must be true or false'],
    ['OTEL_RESOURCE_ATTRIBUTES', '=x', 'must be a list of key=value, percent-encoded, parted by commas'],
    ['OTEL_CONFIG_FILE', '/etc/otel.yaml', 'is not supported; use the OTEL variables'],
  ])('%s=%s is named once, and never with its value', (key, value, message) => {
    expect(readEnvironment({ [key]: value }).problems).toEqual([{ key, message }]);
  });

  it('a ratio is judged where a sampler asks for one', () => {
    const arg = { OTEL_TRACES_SAMPLER_ARG: '1.5' };
    expect(readEnvironment(arg).problems).toEqual([]);
    expect(readEnvironment({ ...arg, OTEL_TRACES_SAMPLER: 'traceidratio' }).problems).toEqual([
      { key: 'OTEL_TRACES_SAMPLER_ARG', message: 'must be a number from 0 to 1' },
    ]);
  });

  it('several are all named', () => {
    const { problems } = readEnvironment({ OTEL_TRACES_SAMPLER: 'x', OTEL_PROPAGATORS: 'y' });
    expect(problems.map((problem) => problem.key)).toEqual(['OTEL_TRACES_SAMPLER', 'OTEL_PROPAGATORS']);
  });
});

describe('warnings', () => {
  it('name the variables of the batch processors, which have no effect here', () => {
    const env = { ...ENDPOINT, OTEL_BSP_SCHEDULE_DELAY: '100', OTEL_BLRP_MAX_QUEUE_SIZE: '9' };
    expect(readEnvironment(env).warnings).toEqual([
      "OTEL_BLRP_MAX_QUEUE_SIZE, OTEL_BSP_SCHEDULE_DELAY: without effect, because batches do not go through the SDK's batch processors",
    ]);
  });
});
