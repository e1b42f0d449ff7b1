/**
 * The only importer of OpenTelemetry: resource and meter provider by sdk-node, delivery by the OTLP exporters.
 * Spans and log records go to the exporters as literals with our own ids and times, in our own batches, because
 * the SDK's batch processors lose what they cannot deliver without telling anyone. What a record says is decided
 * in `span.ts`, `log.ts` and `measure.ts`; here it only changes its type.
 */
import {
  createTraceState,
  type SpanContext as OtelSpanContext,
  SpanKind,
  SpanStatusCode,
} from '@opentelemetry/api';
import { OTLPLogExporter as JsonLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as ProtoLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPTraceExporter as JsonTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtoTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import type { Census, Event, RequestEvent, Sink } from '../observation/event.ts';
import {
  createDelivery,
  type Delivery,
  type DeliverySettings,
  type DeliveryStats,
  type Verdict,
} from './delivery.ts';
import { type Endpoint, type Environment, type Problem, readEnvironment } from './environment.ts';
import { type LogRecord, translateLogs } from './log.ts';
import { createLossTally, type LossNotice } from './lossTally.ts';
import { createSampler } from './sampling.ts';
import { type SpanRecord, translateSpans } from './span.ts';

type ReadableSpan = Parameters<ProtoTraceExporter['export']>[0][number];
type ReadableLogRecord = Parameters<ProtoLogExporter['export']>[0][number];
type ExportResult = Parameters<Parameters<ProtoTraceExporter['export']>[1]>[0];

export interface TelemetryOptions {
  readonly env: Environment;
  readonly version: string;
  readonly instanceId: string;
  /** One line for the operator; called once for each kind of trouble. */
  readonly log: (line: string) => void;
  /** What was lost on the way to the collector, summed by reason, at most once a second. */
  readonly onLoss: (loss: LossNotice) => void;
}

/** What the process can say of itself. */
export interface Health {
  readonly eventLoopDelayP99Seconds: number;
  readonly rssBytes: number;
}

export interface TelemetryStats {
  readonly traces: DeliveryStats;
  readonly logs: DeliveryStats;
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

const TRACE_DELIVERY: DeliverySettings = {
  batchMax: 512,
  batchWeightMax: 2 * 1024 * 1024,
  delayMs: 1_000,
  queueMax: 32_768,
  queueWeightMax: 64 * 1024 * 1024,
  inFlightMax: 4,
  backoffMinMs: 1_000,
  backoffMaxMs: 30_000,
};
/** Payloads make log batches heavy: by weight they stay small, so that no one batch blocks its thread for long. */
const LOG_DELIVERY: DeliverySettings = { ...TRACE_DELIVERY, batchWeightMax: 512 * 1024, queueMax: 49_152 };
const NOTHING: DeliveryStats = { accepted: 0, refused: 0, dropped: 0, queued: 0 };
const SHUTDOWN_MS = 5_000;

/** Starts telemetry as the OTEL variables say; without an endpoint it takes events and does nothing. */
export function createTelemetry(options: TelemetryOptions): Telemetry {
  const { settings, problems, warnings } = readEnvironment(options.env);
  if (problems.length > 0) return idleTelemetry(problems);
  for (const warning of warnings) options.log(warning);
  const tally = createLossTally(options.onLoss, options.log);
  const resource = resourceFromAttributes({
    'service.name': 'sightline',
    'service.version': options.version,
    'service.instance.id': options.instanceId,
    ...settings.resource,
  });
  const origin: Origin = { resource, instrumentationScope: { name: 'sightline', version: options.version } };
  const traces = settings.traces && startTraces(settings.traces, origin, tally.add);
  const logs = settings.logs && startLogs(settings.logs, origin, tally.add);
  const keeps = createSampler(settings.sampler);
  const isKept = (event: RequestEvent): boolean =>
    traces !== undefined &&
    keeps(
      event.server.traceId,
      event.server.parentSpanId === undefined ? undefined : event.server.parentSampled,
    );

  const take = (event: Event): void => {
    if (event.kind === 'traffic') return;
    const kept = event.kind === 'sightline.request' ? isKept(event) : true;
    if (kept && event.kind === 'sightline.request') {
      for (const span of translateSpans(event, settings.spanLimits)) traces?.offer(span, 1024);
    }
    if (logs === undefined) return;
    for (const record of translateLogs(event, kept, settings.logLimits))
      logs.offer(record, 1024 + record.body.length);
  };
  return {
    problems,
    sink: {
      take(events) {
        for (const event of events) {
          try {
            take(event);
          } catch (error) {
            tally.add('internal', 1, String(error));
          }
        }
      },
    },
    setCensus() {},
    setHealth() {},
    stats: () => ({ traces: traces?.stats() ?? NOTHING, logs: logs?.stats() ?? NOTHING }),
    async shutdown(timeoutMs = SHUTDOWN_MS) {
      await Promise.all([traces?.close(timeoutMs), logs?.close(timeoutMs)]);
      tally.flush();
    },
  };
}

function idleTelemetry(problems: readonly Problem[]): Telemetry {
  return {
    problems,
    sink: { take() {} },
    setCensus() {},
    setHealth() {},
    stats: () => ({ traces: NOTHING, logs: NOTHING }),
    shutdown: async () => {},
  };
}

/** What every span and record of this process has in common. */
interface Origin {
  readonly resource: Resource;
  readonly instrumentationScope: { readonly name: string; readonly version: string };
}

type Report = (reason: string, count: number, detail: string) => void;

function startTraces(endpoint: Endpoint, origin: Origin, report: Report): Delivery<SpanRecord> {
  const config = exporterConfig(endpoint);
  const exporter =
    endpoint.protocol === 'http/json' ? new JsonTraceExporter(config) : new ProtoTraceExporter(config);
  return createDelivery<SpanRecord>(TRACE_DELIVERY, {
    send: (spans, done) =>
      exporter.export(
        spans.map((span) => toReadableSpan(span, origin)),
        (result) => done(judgeResult(result)),
      ),
    onLost: (reason, count) => report(`traces_${reason}`, count, `${count} spans for ${endpoint.url}`),
    now: Date.now,
  });
}

function startLogs(endpoint: Endpoint, origin: Origin, report: Report): Delivery<LogRecord> {
  const config = exporterConfig(endpoint);
  const exporter =
    endpoint.protocol === 'http/json' ? new JsonLogExporter(config) : new ProtoLogExporter(config);
  return createDelivery<LogRecord>(LOG_DELIVERY, {
    send: (records, done) =>
      exporter.export(
        records.map((record) => toReadableLog(record, origin)),
        (result) => done(judgeResult(result)),
      ),
    onLost: (reason, count) => report(`logs_${reason}`, count, `${count} log records for ${endpoint.url}`),
    now: Date.now,
  });
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

/**
 * The exporter has already retried within its own time limit. An HTTP status that is still here is a judgement on
 * the data; without one (429, 502 to 504, no connection, no answer) nobody has judged it, and it may go again.
 */
function judgeResult(result: ExportResult): Verdict {
  if (result.code === 0) return { kind: 'accepted' };
  const code: unknown = result.error && 'code' in result.error ? result.error.code : undefined;
  if (typeof code === 'number') return { kind: 'refused', reason: `http_${code}`, again: false };
  return { kind: 'refused', reason: typeof code === 'string' ? 'unreachable' : 'unavailable', again: true };
}

const NO_EVENTS: ReadableSpan['events'] = [];
const NO_LINKS: ReadableSpan['links'] = [];
const UNSET: ReadableSpan['status'] = { code: SpanStatusCode.UNSET };

function toReadableSpan(span: SpanRecord, origin: Origin): ReadableSpan {
  const context = toContext(span.traceId, span.spanId, span.state, false);
  const startTime = timeOfMicros(span.startUs);
  const endTime = timeOfMicros(span.endUs);
  return {
    name: span.name,
    kind: span.kind === 'server' ? SpanKind.SERVER : SpanKind.CLIENT,
    spanContext: () => context,
    ...(span.parentSpanId === undefined
      ? {}
      : { parentSpanContext: toContext(span.traceId, span.parentSpanId, undefined, span.kind === 'server') }),
    startTime,
    endTime,
    duration: timeOfMicros(span.endUs - span.startUs),
    status: span.error === undefined ? UNSET : { code: SpanStatusCode.ERROR, message: span.error },
    attributes: span.attributes,
    links:
      span.links.length === 0
        ? NO_LINKS
        : span.links.map((link) => ({ context: toContext(link.traceId, link.spanId, link.state, true) })),
    events: NO_EVENTS,
    ended: true,
    resource: origin.resource,
    instrumentationScope: origin.instrumentationScope,
    droppedAttributesCount: span.dropped,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

function toContext(
  traceId: string,
  spanId: string,
  state: string | undefined,
  isRemote: boolean,
): OtelSpanContext {
  const context = { traceId, spanId, traceFlags: 1, isRemote };
  return state === undefined ? context : { ...context, traceState: createTraceState(state) };
}

function toReadableLog(record: LogRecord, origin: Origin): ReadableLogRecord {
  const hrTime = timeOfNanos(record.timeNs);
  const plain = {
    hrTime,
    hrTimeObserved: hrTime,
    severityNumber: record.severity,
    body: record.body,
    eventName: record.eventName,
    attributes: record.attributes,
    droppedAttributesCount: record.dropped,
    resource: origin.resource,
    instrumentationScope: origin.instrumentationScope,
  };
  return record.span === undefined ? plain : { ...plain, spanContext: { ...record.span, traceFlags: 1 } };
}

function timeOfMicros(us: number): [number, number] {
  const seconds = Math.floor(us / 1e6);
  return [seconds, (us - seconds * 1e6) * 1000];
}

function timeOfNanos(ns: string): [number, number] {
  return [Number(ns.slice(0, -9)), Number(ns.slice(-9))];
}
