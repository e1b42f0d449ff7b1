/**
 * The contract's names as the stores spell them: Prometheus and Loki turn dots into underscores, and Prometheus
 * adds unit and kind to a metric. Whoever writes a query takes names from here, so a name that the contract does
 * not have does not compile.
 */
import { type AttributeKey, METRICS, type MetricName } from '../../proxy/src/contract/index.ts';
import { prometheusName } from '../../proxy/src/telemetry/prometheus.ts';

type Row = (typeof METRICS)[number];
/** The labels that the contract gives a metric. */
export type LabelOf<Metric extends MetricName> = Extract<Row, { readonly name: Metric }>['labels'][number];
/** Which of its series a histogram is asked for. */
export type HistogramPart = 'bucket' | 'sum' | 'count';

/** An attribute as a label of Prometheus or Loki. */
export function label(key: AttributeKey): string {
  return key.replaceAll('.', '_');
}

/** A metric's name in Prometheus; of a histogram one of its parts. */
export function metric(name: MetricName, part?: HistogramPart): string {
  const row = METRICS.find((candidate) => candidate.name === name);
  if (row === undefined) throw new Error(`no metric '${name}' in the contract`);
  return prometheusName(row) + (part === undefined ? '' : `_${part}`);
}

/**
 * What others measure and we only show: collector, Loki and Tempo of themselves, and the collector's `span_metrics`
 * connector of our spans.
 * Their names are no part of the contract; the native stack answers for them in the tests.
 */
export const FOREIGN_METRICS = {
  spanDuration: 'traces_span_metrics_duration_seconds_bucket',
  queueSize: 'otelcol_exporter_queue_size',
  queueCapacity: 'otelcol_exporter_queue_capacity',
  sentLogs: 'otelcol_exporter_sent_log_records_total',
  sentSpans: 'otelcol_exporter_sent_spans_total',
  sentPoints: 'otelcol_exporter_sent_metric_points_total',
  failedLogs: 'otelcol_exporter_send_failed_log_records_total',
  failedSpans: 'otelcol_exporter_send_failed_spans_total',
  failedPoints: 'otelcol_exporter_send_failed_metric_points_total',
  refusedLogs: 'otelcol_receiver_refused_log_records_total',
  refusedSpans: 'otelcol_receiver_refused_spans_total',
  refusedPoints: 'otelcol_receiver_refused_metric_points_total',
  lokiDiscarded: 'loki_discarded_samples_total',
  tempoDiscarded: 'tempo_discarded_spans_total',
} as const;

/** Labels that come with what others measure. */
export const FOREIGN_LABELS = ['exporter', 'reason', 'span_kind', 'instance', 'le'] as const;
