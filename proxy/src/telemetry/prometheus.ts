/**
 * Our metrics in Prometheus' text form, under the names that an OTLP receiver gives them: dots become underscores,
 * the unit is part of the name, counters end in `_total`.
 * Source: OpenTelemetry specification, "Prometheus and OpenMetrics Compatibility"; Prometheus text format 0.0.4.
 */
import { METRICS, type MetricName, type MetricRow } from '../contract/index.ts';
import type { HistogramPoint } from './histograms.ts';
import type { Meters } from './meters.ts';
import type { MetricLabels } from './series.ts';

const UNITS: Readonly<Record<string, string>> = { s: '_seconds', By: '_bytes' };

/** Everything that is measured, at `nowMs`. `target` is who we are: the attributes of the OTLP resource. */
export function formatMetrics(meters: Meters, target: MetricLabels, nowMs: number): string {
  const lines = [
    '# HELP target_info who measured this',
    '# TYPE target_info gauge',
    `target_info${formatLabels(target)} 1`,
  ];
  const histograms = meters.histograms.collect();
  const gauges = meters.gauges(nowMs);
  for (const row of METRICS as readonly MetricRow[]) {
    const metric = row.name as MetricName;
    const name = prometheusName(row);
    const samples =
      row.kind === 'histogram'
        ? (histograms.get(metric) ?? []).flatMap((point) => formatHistogram(name, point))
        : row.kind === 'counter'
          ? [...meters.sums.of(metric)].map(([labels, sum]) => formatSample(name, labels, sum))
          : gauges
              .filter((gauge) => gauge.metric === metric)
              .map(({ labels, value }) => formatSample(name, labels, value));
    if (samples.length === 0) continue;
    lines.push(`# HELP ${name} ${escapeHelp(row.means)}`, `# TYPE ${name} ${row.kind}`, ...samples);
  }
  return `${lines.join('\n')}\n`;
}

/** The name of a metric after translation. */
export function prometheusName({ name, unit, kind }: Pick<MetricRow, 'name' | 'unit' | 'kind'>): string {
  return `${name.replaceAll('.', '_')}${UNITS[unit] ?? ''}${kind === 'counter' ? '_total' : ''}`;
}

/** Buckets count everything up to their bound, so each holds those before it. */
function formatHistogram(name: string, { attributes, value }: HistogramPoint): string[] {
  const lines: string[] = [];
  let count = 0;
  for (const [i, bound] of [...value.buckets.boundaries, '+Inf'].entries()) {
    count += value.buckets.counts[i] ?? 0;
    lines.push(formatSample(`${name}_bucket`, { ...attributes, le: String(bound) }, count));
  }
  return [
    ...lines,
    formatSample(`${name}_sum`, attributes, value.sum),
    formatSample(`${name}_count`, attributes, value.count),
  ];
}

function formatSample(name: string, labels: MetricLabels, value: number): string {
  return `${name}${formatLabels(labels)} ${value}`;
}

function formatLabels(labels: MetricLabels): string {
  const parts = Object.entries(labels).map(
    ([key, value]) => `${key.replaceAll(/[^a-zA-Z0-9_]/g, '_')}="${escapeValue(String(value))}"`,
  );
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}

function escapeValue(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
