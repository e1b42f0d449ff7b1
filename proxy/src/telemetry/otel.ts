/**
 * The only importer of OpenTelemetry: resource and meter provider by sdk-node, delivery by the OTLP exporters.
 * Spans and log records go to the exporters as literals with our own ids and times, in our own batches, because
 * the SDK's batch processors lose what they cannot deliver without telling anyone. What a record says is decided
 * in `span.ts`, `log.ts` and `measure.ts`; here it only changes its type.
 */
import {
  context,
  createTraceState,
  DiagLogLevel,
  diag,
  type Meter,
  metrics,
  propagation,
  type TraceState,
  ValueType,
} from '@opentelemetry/api';
import { OTLPLogExporter as JsonLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as ProtoLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import {
  AggregationTemporalityPreference,
  OTLPMetricExporter as JsonMetricExporter,
} from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtoMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter as JsonTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtoTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { emptyResource, type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  DataPointType,
  type HistogramMetricData,
  InstrumentType,
  type MetricProducer,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import { startNodeSdk } from '@opentelemetry/sdk-node';
import { METRICS, type MetricName, OPERATION_BUCKETS, PROXY_BUCKETS } from '../contract/index.ts';
import type { Census, Sink } from '../observation/event.ts';
import { LOG_DELIVERY, SDK_SERIES_MAX, SHUTDOWN_MS, TRACE_DELIVERY } from './bounds.ts';
import type { DeliveryStats } from './delivery.ts';
import {
  type Endpoint,
  type Environment,
  type Problem,
  readEnvironment,
  type TelemetrySettings,
} from './environment.ts';
import { type Health, readGauges } from './gauges.ts';
import { Histograms } from './histograms.ts';
import type { LogRecord } from './log.ts';
import { createLossTally, type LossNotice } from './lossTally.ts';
import { Measurer, type Put } from './measure.ts';
import { createLogPacker, createSpanPacker, type Source } from './otlp.ts';
import { type Outgoing, type Outlet, startDelivery } from './outgoing.ts';
import { type Origin, viewLog, viewSpan } from './readable.ts';
import { createSink } from './sink.ts';
import type { SpanRecord } from './span.ts';
import { Sums } from './sums.ts';
import { countRejected, judgeResult } from './verdict.ts';

export interface TelemetryOptions {
  readonly env: Environment;
  readonly version: string;
  readonly instanceId: string;
  /** One line for the operator; called once for each kind of trouble. */
  readonly log: (line: string) => void;
  /** What was lost on the way to the collector, summed by reason, at most once a second. */
  readonly onLoss: (loss: LossNotice) => void;
}

export interface TelemetryStats {
  /** In spans. */
  readonly traces: DeliveryStats;
  /** In log records. */
  readonly logs: DeliveryStats;
  /** In exports: a lost one is made good by the next, because sums are cumulative. */
  readonly metrics: DeliveryStats;
}

export interface Telemetry {
  readonly sink: Sink;
  /** Mistakes in the OTEL variables. With any, nothing is exported. */
  readonly problems: readonly Problem[];
  /** Says where the levels for gauges come from; asked at every collection. */
  setCensus(read: () => Census): void;
  setHealth(health: Health): void;
  stats(): TelemetryStats;
  /** Delivers what is there, for at most `timeoutMs` (default 5 s), and stops. Never rejects. */
  shutdown(timeoutMs?: number): Promise<void>;
}

const NOTHING: DeliveryStats = { accepted: 0, refused: 0, dropped: 0, queued: 0 };

/** Starts telemetry as the OTEL variables say; without an endpoint it takes events and does nothing. */
export function createTelemetry(options: TelemetryOptions): Telemetry {
  const { settings, problems, warnings } = readEnvironment(options.env);
  if (problems.length > 0) return idleTelemetry(problems);
  for (const warning of warnings) options.log(warning);
  const tally = createLossTally(options.onLoss, options.log);
  const resource = {
    'service.name': 'sightline',
    'service.version': options.version,
    'service.instance.id': options.instanceId,
    ...settings.resource,
  };
  const scope = { name: 'sightline', version: options.version };
  const origin: Common = {
    resource: resourceFromAttributes(resource),
    instrumentationScope: scope,
    parseState: createTraceState,
    source: { resource, scope },
  };
  const traces = settings.traces && startTraces(settings.traces, origin, tally.add);
  const logs = settings.logs && startLogs(settings.logs, origin, tally.add);
  const levels: Levels = {
    census: undefined,
    health: undefined,
    outbox: () => (logs ?? traces)?.delivery.stats(),
  };
  const meter =
    settings.metrics &&
    startMetrics(settings, settings.metrics, resource, options.version, levels, tally.add);
  // Last, because starting the SDK puts a logger of its own in place.
  listenToSdk(options.log, tally.add);
  const takers = { traces, logs, measurer: meter && new Measurer(meter.put) };
  return {
    problems,
    sink: createSink(settings, takers, (error) => tally.add('internal', 1, String(error))),
    setCensus(read) {
      levels.census = read;
    },
    setHealth(health) {
      levels.health = health;
    },
    stats: () => ({
      traces: traces?.delivery.stats() ?? NOTHING,
      logs: logs?.delivery.stats() ?? NOTHING,
      metrics: meter?.stats() ?? NOTHING,
    }),
    async shutdown(timeoutMs = SHUTDOWN_MS) {
      // Metrics last, so that the last export has the final counts; they keep a part of the time for themselves.
      const deliveryMs = timeoutMs * 0.8;
      await Promise.all([traces?.delivery.close(deliveryMs), logs?.delivery.close(deliveryMs)]);
      await meter?.close(timeoutMs - deliveryMs);
      tally.flush();
    },
  };
}

/**
 * What the packages say of themselves, each sentence once. They report a partial success (a batch of which the
 * receiver kept only some) nowhere else.
 */
function listenToSdk(log: (line: string) => void, report: Report): void {
  const said = new Set<string>();
  const say = (message: string, ...details: unknown[]): void => {
    if (message.startsWith('Received Partial Success')) {
      const detail = String(details[0]);
      report('partial', countRejected(detail), detail);
      return;
    }
    if (said.has(message) || said.size >= 100) return;
    said.add(message);
    log(`OpenTelemetry: ${[message, ...details].join(' ')}`);
  };
  const silent = (): void => {};
  diag.setLogger(
    { error: say, warn: say, info: silent, debug: silent, verbose: silent },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
}

function idleTelemetry(problems: readonly Problem[]): Telemetry {
  return {
    problems,
    sink: { take() {} },
    setCensus() {},
    setHealth() {},
    stats: () => ({ traces: NOTHING, logs: NOTHING, metrics: NOTHING }),
    shutdown: async () => {},
  };
}

/** What every span and record of this process has in common. */
interface Common extends Origin<Resource, TraceState> {
  readonly source: Source;
}

type Report = Outgoing<unknown>['report'];

function startTraces(endpoint: Endpoint, origin: Common, report: Report): Outlet<SpanRecord> {
  const isJson = endpoint.protocol === 'http/json';
  const config = exporterConfig(endpoint);
  const exporter = isJson ? new JsonTraceExporter(config) : new ProtoTraceExporter(config);
  const signal = { name: 'traces', endpoint, bounds: TRACE_DELIVERY, isJson, exporter, report };
  return startDelivery(signal, createSpanPacker(origin.source), (span) => viewSpan(span, origin));
}

function startLogs(endpoint: Endpoint, origin: Common, report: Report): Outlet<LogRecord> {
  const isJson = endpoint.protocol === 'http/json';
  const config = exporterConfig(endpoint);
  const exporter = isJson ? new JsonLogExporter(config) : new ProtoLogExporter(config);
  const signal = { name: 'logs', endpoint, bounds: LOG_DELIVERY, isJson, exporter, report };
  return startDelivery(signal, createLogPacker(origin.source), (record) => viewLog(record, origin));
}

/** Where gauges get their values; what has not been said yet is absent. */
interface Levels {
  census: (() => Census) | undefined;
  health: Health | undefined;
  readonly outbox: () => DeliveryStats | undefined;
}

interface Meters {
  readonly put: Put;
  stats(): DeliveryStats;
  close(timeoutMs: number): Promise<void>;
}

function startMetrics(
  settings: TelemetrySettings,
  endpoint: Endpoint,
  resource: Readonly<Record<string, string>>,
  version: string,
  levels: Levels,
  report: Report,
): Meters {
  const { exporter, temporality, stats } = createMetricExporter(endpoint, settings.temporality, report);
  const histograms = new Histograms(BOUNDS, temporality === AggregationTemporality.DELTA);
  // The API keeps one of each for the whole process; those of an earlier start would win over ours.
  forgetGlobals();
  const sdk = startNodeSdk({
    logLevel: 'none',
    // The contract's resource and nothing else: every further attribute is stored with every log line.
    baseResource: emptyResource(),
    resourceDetectors: [],
    resourceAttributes: { ...resource },
    propagators: [],
    spanProcessors: [],
    logRecordProcessors: [],
    views: [{ instrumentName: '*', aggregationCardinalityLimit: SDK_SERIES_MAX }],
    metricReaders: [
      new PeriodicExportingMetricReader({
        exporter,
        metricProducers: [createProducer(histograms, temporality, { name: 'sightline', version })],
        exportIntervalMillis: settings.metricIntervalMs,
        exportTimeoutMillis: settings.metricTimeoutMs,
      }),
    ],
  });
  const put = registerInstruments(metrics.getMeter('sightline', version), levels, histograms);
  return {
    put,
    stats,
    async close(timeoutMs) {
      const timer = new Promise<void>((resolve) => {
        setTimeout(resolve, timeoutMs).unref();
      });
      await Promise.race([
        sdk.shutdown().catch((error) => report('metrics_internal', 1, String(error))),
        timer,
      ]);
      forgetGlobals();
    },
  };
}

function forgetGlobals(): void {
  metrics.disable();
  propagation.disable();
  context.disable();
  diag.disable();
}

/** Counters and gauges as observables over our own sums and levels. */
function registerInstruments(meter: Meter, levels: Levels, histograms: Histograms): Put {
  const sums = new Sums();
  for (const { name, kind, unit, means } of METRICS) {
    const about = { unit, description: means };
    if (kind === 'counter') {
      meter.createObservableCounter(name, about).addCallback((result) => {
        for (const [labels, sum] of sums.of(name)) result.observe(sum, labels);
      });
    } else if (kind === 'gauge') {
      meter.createObservableGauge(name, about).addCallback((result) => {
        for (const { metric, value, labels } of readLevels(levels)) {
          if (metric === name) result.observe(value, labels);
        }
      });
    }
  }
  return (metric, value, labels) => {
    if (!histograms.record(metric, value, labels)) sums.add(metric, value, labels);
  };
}

const HISTOGRAMS = METRICS.filter(({ kind }) => kind === 'histogram');
const BOUNDS: ReadonlyMap<MetricName, readonly number[]> = new Map(
  HISTOGRAMS.map(({ name }) => [
    name,
    name === 'sightline.proxy.duration' ? PROXY_BUCKETS : OPERATION_BUCKETS,
  ]),
);

/** Hands our histograms to the SDK's reader, which collects and exports them with its own metrics. */
function createProducer(
  histograms: Histograms,
  aggregationTemporality: AggregationTemporality,
  scope: Source['scope'],
): MetricProducer {
  return {
    async collect() {
      const points = histograms.collect();
      const metrics = HISTOGRAMS.flatMap(({ name, unit, means }): HistogramMetricData[] => {
        const dataPoints = points.get(name);
        const descriptor = { name, unit, description: means, valueType: ValueType.DOUBLE };
        const dataPointType = DataPointType.HISTOGRAM;
        return dataPoints ? [{ descriptor, aggregationTemporality, dataPointType, dataPoints }] : [];
      });
      const scopeMetrics = metrics.length === 0 ? [] : [{ scope, metrics }];
      return { resourceMetrics: { resource: emptyResource(), scopeMetrics }, errors: [] };
    },
  };
}

function readLevels(levels: Levels) {
  return readGauges(levels.census?.(), levels.health, levels.outbox(), Date.now());
}

const TEMPORALITIES = {
  cumulative: AggregationTemporalityPreference.CUMULATIVE,
  delta: AggregationTemporalityPreference.DELTA,
  lowmemory: AggregationTemporalityPreference.LOWMEMORY,
} as const;

function createMetricExporter(endpoint: Endpoint, temporality: keyof typeof TEMPORALITIES, report: Report) {
  const config = { ...exporterConfig(endpoint), temporalityPreference: TEMPORALITIES[temporality] };
  const inner =
    endpoint.protocol === 'http/json' ? new JsonMetricExporter(config) : new ProtoMetricExporter(config);
  let accepted = 0;
  let refused = 0;
  let underWay = 0;
  const exporter: PushMetricExporter = {
    export(batch, done) {
      underWay += 1;
      inner.export(batch, (result) => {
        underWay -= 1;
        const verdict = judgeResult(result);
        if (verdict.kind === 'accepted') {
          accepted += 1;
        } else {
          refused += 1;
          report(`metrics_${verdict.reason}`, 1, `an export to ${endpoint.url}`);
        }
        // Reported above; a failure handed on would be logged a second time by the SDK.
        done({ code: 0 });
      });
    },
    selectAggregation: (type) => inner.selectAggregation(type),
    selectAggregationTemporality: (type) => inner.selectAggregationTemporality(type),
    forceFlush: () => inner.forceFlush(),
    shutdown: () => inner.shutdown(),
  };
  return {
    exporter,
    /** Of histograms. */
    temporality: inner.selectAggregationTemporality(InstrumentType.HISTOGRAM),
    stats: (): DeliveryStats => ({ accepted, refused, dropped: 0, queued: underWay }),
  };
}

type ExporterConfig = NonNullable<ConstructorParameters<typeof ProtoTraceExporter>[0]>;
type Compression = NonNullable<ExporterConfig['compression']>;

function exporterConfig(endpoint: Endpoint) {
  return {
    url: endpoint.url,
    headers: { ...endpoint.headers },
    // The enum's values are these words; its package is a detail of the exporters.
    compression: endpoint.compression as Compression,
    timeoutMillis: endpoint.timeoutMs,
  };
}
