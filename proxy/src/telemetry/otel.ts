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
  type SumMetricData,
} from '@opentelemetry/sdk-metrics';
import { startNodeSdk } from '@opentelemetry/sdk-node';
import { METRICS } from '../contract/index.ts';
import { LOG_DELIVERY, SDK_SERIES_MAX, SHUTDOWN_MS, SPANS_AGAIN_MS, TRACE_DELIVERY } from './bounds.ts';
import type { DeliveryStats } from './delivery.ts';
import {
  type Endpoint,
  type Environment,
  type Problem,
  readEnvironment,
  type TelemetrySettings,
} from './environment.ts';
import { Histograms } from './histograms.ts';
import type { LogRecord } from './log.ts';
import { createLossTally, type LossNotice } from './lossTally.ts';
import { HISTOGRAM_BOUNDS, type Meters } from './meters.ts';
import { createLogPacker, createSpanPacker, type Source } from './otlp.ts';
import type { OutboxArchive } from './outbox.ts';
import { type Outgoing, type Outlet, startDelivery } from './outgoing.ts';
import { type Origin, viewLog, viewSpan } from './readable.ts';
import { createSink, type TelemetrySink } from './sink.ts';
import type { SpanRecord } from './span.ts';
import { Sums } from './sums.ts';
import { countRejected, judgeResult } from './verdict.ts';

export interface TelemetryOptions {
  readonly env: Environment;
  readonly version: string;
  readonly instanceId: string;
  readonly meters: Meters;
  /** Where events are kept until they are accepted; absent: in memory alone. */
  readonly archive?: OutboxArchive | undefined;
  /** The archive is of the past alone: nothing of it was sent a moment ago. */
  readonly isHistory?: true;
  /** One line for the operator; called once for each kind of trouble. */
  readonly log: (line: string) => void;
  /** What was lost on the way to the collector, summed by reason, at most once a second. */
  readonly onLoss: (loss: LossNotice) => void;
  /** The archive could not be asked or told how far delivery is; it is tried again. */
  readonly onArchiveFault?: (error: unknown) => void;
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
  readonly sink: Pick<TelemetrySink, 'take'>;
  readonly keepIn: TelemetrySink['keepIn'];
  /** Mistakes in the OTEL variables. With any, nothing is exported. */
  readonly problems: readonly Problem[];
  stats(): TelemetryStats;
  /** Events that some receiver has not accepted. */
  pending(): number;
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
  const meter =
    settings.metrics &&
    startMetrics(settings, settings.metrics, resource, options.version, options.meters, tally.add);
  // Last, because starting the SDK puts a logger of its own in place.
  listenToSdk(options.log, tally.add);
  const takers = { traces, logs };
  const sink = createSink(settings, takers, {
    archive: options.archive,
    onFault: (error) => tally.add('internal', 1, String(error)),
    onArchiveFault: options.onArchiveFault ?? (() => {}),
    resumeSpansMs: options.isHistory ? 0 : SPANS_AGAIN_MS,
  });
  options.meters.levels.outbox = () => (sink.logs ?? sink.traces)?.stats();
  return {
    problems,
    sink,
    keepIn: sink.keepIn,
    stats: () => ({
      traces: traces?.delivery.stats() ?? NOTHING,
      logs: logs?.delivery.stats() ?? NOTHING,
      metrics: meter?.stats() ?? NOTHING,
    }),
    pending: () => Math.max(sink.traces?.stats().size ?? 0, sink.logs?.stats().size ?? 0),
    async shutdown(timeoutMs = SHUTDOWN_MS) {
      // Metrics last, so that the last export has the final counts; they keep a part of the time for themselves.
      const deliveryMs = timeoutMs * 0.8;
      await Promise.all([sink.traces?.close(deliveryMs), sink.logs?.close(deliveryMs)]);
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
    keepIn() {},
    stats: () => ({ traces: NOTHING, logs: NOTHING, metrics: NOTHING }),
    pending: () => 0,
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

interface MetricExport {
  stats(): DeliveryStats;
  close(timeoutMs: number): Promise<void>;
}

function startMetrics(
  settings: TelemetrySettings,
  endpoint: Endpoint,
  resource: Readonly<Record<string, string>>,
  version: string,
  meters: Meters,
  report: Report,
): MetricExport {
  const { exporter, temporality, stats } = createMetricExporter(endpoint, settings.temporality, report);
  const points = pointsFor(temporality, meters);
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
        metricProducers: [createProducer(points, temporality, { name: 'sightline', version })],
        exportIntervalMillis: settings.metricIntervalMs,
        exportTimeoutMillis: settings.metricTimeoutMs,
      }),
    ],
  });
  registerInstruments(metrics.getMeter('sightline', version), meters);
  return {
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

type Points = Pick<Meters, 'histograms' | 'sums'>;

/** Deltas forget what they were collected with, so they are kept apart from what is since the beginning. */
function pointsFor(temporality: AggregationTemporality, meters: Meters): Points {
  if (temporality !== AggregationTemporality.DELTA) return meters;
  const deltas = { histograms: new Histograms(HISTOGRAM_BOUNDS, true), sums: new Sums(true) };
  meters.alsoRecord((metric, value, labels) => {
    if (!deltas.histograms.record(metric, value, labels)) deltas.sums.add(metric, value, labels);
  });
  return deltas;
}

/** Gauges as observables over our own levels. */
function registerInstruments(meter: Meter, meters: Meters): void {
  for (const { name, kind, unit, means } of METRICS) {
    if (kind !== 'gauge') continue;
    meter.createObservableGauge(name, { unit, description: means }).addCallback((result) => {
      for (const { metric, value, labels } of meters.gauges(Date.now())) {
        if (metric === name) result.observe(value, labels);
      }
    });
  }
}

/** Hands our points to the SDK's reader, which collects and exports them with its own metrics. */
function createProducer(
  points: Points,
  aggregationTemporality: AggregationTemporality,
  scope: Source['scope'],
): MetricProducer {
  return {
    async collect() {
      const histograms = points.histograms.collect();
      const sums = points.sums.collect();
      const metrics = METRICS.flatMap(({ name, unit, means }): (HistogramMetricData | SumMetricData)[] => {
        const descriptor = { name, unit, description: means, valueType: ValueType.DOUBLE };
        const about = { descriptor, aggregationTemporality };
        const values = histograms.get(name);
        if (values) return [{ ...about, dataPointType: DataPointType.HISTOGRAM, dataPoints: values }];
        const added = sums.get(name);
        if (!added) return [];
        return [{ ...about, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints: added }];
      });
      const scopeMetrics = metrics.length === 0 ? [] : [{ scope, metrics }];
      return { resourceMetrics: { resource: emptyResource(), scopeMetrics }, errors: [] };
    },
  };
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
    /** Of histograms, and of counters, which every preference treats alike. */
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
