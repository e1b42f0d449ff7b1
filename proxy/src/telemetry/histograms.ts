/**
 * Histograms by metric and label set, with bounds of their own. Recording is a map look-up and a few additions;
 * through the SDK it would hash the labels of every value. The SDK asks for the points when it collects.
 * Imports no OpenTelemetry: points have the shape of its `DataPoint<Histogram>`.
 */
import type { MetricName } from '../contract/index.ts';
import type { MetricLabels } from './series.ts';
import { type SecondsNanos, timeOfMicros } from './time.ts';

/** One label set's values. Bucket `i` holds those above bound `i - 1` and up to bound `i`. */
export interface HistogramPoint {
  readonly attributes: MetricLabels;
  readonly startTime: SecondsNanos;
  readonly endTime: SecondsNanos;
  readonly value: {
    readonly buckets: { boundaries: number[]; counts: number[] };
    readonly sum: number;
    readonly count: number;
    readonly min: number;
    readonly max: number;
  };
}

interface Series {
  readonly sinceMs: number;
  readonly counts: number[];
  count: number;
  sum: number;
  min: number;
  max: number;
}

interface Histogram {
  readonly bounds: readonly number[];
  readonly series: Map<MetricLabels, Series>;
}

export class Histograms {
  readonly #byMetric: ReadonlyMap<MetricName, Histogram>;
  readonly #isDelta: boolean;
  readonly #now: () => number;
  /** When points were last collected; the first time, when there was nothing yet. */
  #collectedMs: number;

  /** `isDelta`: points are of what was recorded since they were last collected. */
  constructor(
    boundsOf: ReadonlyMap<MetricName, readonly number[]>,
    isDelta: boolean,
    now: () => number = Date.now,
  ) {
    this.#byMetric = new Map([...boundsOf].map(([name, bounds]) => [name, { bounds, series: new Map() }]));
    this.#isDelta = isDelta;
    this.#now = now;
    this.#collectedMs = now();
  }

  /**
   * Records a value; false where the metric is no histogram. `labels` must be the one object that stands for this
   * label set.
   */
  record(metric: MetricName, value: number, labels: MetricLabels): boolean {
    const histogram = this.#byMetric.get(metric);
    if (histogram === undefined) return false;
    if (Number.isNaN(value)) return true;
    const { bounds } = histogram;
    const series = histogram.series.get(labels) ?? this.#open(histogram, labels);
    let bucket = 0;
    while (bucket < bounds.length && value > (bounds[bucket] ?? 0)) bucket += 1;
    series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
    series.count += 1;
    series.sum += value;
    if (value < series.min) series.min = value;
    if (value > series.max) series.max = value;
    return true;
  }

  #open(histogram: Histogram, labels: MetricLabels): Series {
    const series: Series = {
      // Before the first value rather than at it: a reader may put a zero there (see `SumPoint`).
      sinceMs: this.#collectedMs,
      counts: new Array<number>(histogram.bounds.length + 1).fill(0),
      count: 0,
      sum: 0,
      min: Number.POSITIVE_INFINITY,
      max: Number.NEGATIVE_INFINITY,
    };
    histogram.series.set(labels, series);
    return series;
  }

  /** The points of every metric that has any. As deltas they are given once. */
  collect(): ReadonlyMap<MetricName, HistogramPoint[]> {
    const nowMs = this.#now();
    const found = new Map<MetricName, HistogramPoint[]>();
    for (const [metric, histogram] of this.#byMetric) {
      if (histogram.series.size === 0) continue;
      found.set(
        metric,
        [...histogram.series].map(([labels, series]) => pointOf(labels, series, histogram.bounds, nowMs)),
      );
      if (this.#isDelta) histogram.series.clear();
    }
    this.#collectedMs = nowMs;
    return found;
  }
}

function pointOf(
  attributes: MetricLabels,
  series: Series,
  bounds: readonly number[],
  nowMs: number,
): HistogramPoint {
  const { sinceMs, counts, sum, count, min, max } = series;
  return {
    attributes,
    startTime: timeOfMicros(sinceMs * 1000),
    endTime: timeOfMicros(nowMs * 1000),
    // A copy, because recording goes on while the exporter reads.
    value: { buckets: { boundaries: [...bounds], counts: [...counts] }, sum, count, min, max },
  };
}
