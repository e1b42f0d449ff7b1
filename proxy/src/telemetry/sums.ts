/**
 * Running sums of counters, by metric and label set. Adding here costs a map look-up; adding through the SDK
 * costs one to two microseconds, because it hashes the labels each time. The SDK asks for the points when it collects.
 * Imports no OpenTelemetry: points have the shape of its `DataPoint<number>`.
 */
import type { MetricName } from '../contract/index.ts';
import type { MetricLabels } from './series.ts';
import { type SecondsNanos, timeOfMicros } from './time.ts';

/** One label set's sum. */
export interface SumPoint {
  readonly attributes: MetricLabels;
  /**
   * A moment before the first addition. Never that of the first collection, which the SDK's own observables give:
   * Prometheus then cannot put a zero before the first value, and a failure that happened once counts as none.
   */
  readonly startTime: SecondsNanos;
  readonly endTime: SecondsNanos;
  readonly value: number;
}

interface Series {
  readonly sinceMs: number;
  sum: number;
}

export class Sums {
  readonly #byMetric = new Map<MetricName, Map<MetricLabels, Series>>();
  readonly #isDelta: boolean;
  readonly #now: () => number;
  /** When points were last collected; the first time, when there was nothing yet. */
  #collectedMs: number;

  /** `isDelta`: points are of what was added since they were last collected. */
  constructor(isDelta: boolean, now: () => number = Date.now) {
    this.#isDelta = isDelta;
    this.#now = now;
    this.#collectedMs = now();
  }

  /** `labels` must be the one object that stands for this label set. */
  add(metric: MetricName, value: number, labels: MetricLabels): void {
    let sums = this.#byMetric.get(metric);
    if (sums === undefined) {
      sums = new Map();
      this.#byMetric.set(metric, sums);
    }
    const series = sums.get(labels);
    if (series === undefined) sums.set(labels, { sinceMs: this.#collectedMs, sum: value });
    else series.sum += value;
  }

  *of(metric: MetricName): Iterable<readonly [MetricLabels, number]> {
    for (const [labels, { sum }] of this.#byMetric.get(metric) ?? []) yield [labels, sum];
  }

  /** The points of every metric that has any. As deltas they are given once. */
  collect(): ReadonlyMap<MetricName, SumPoint[]> {
    const nowMs = this.#now();
    const endTime = timeOfMicros(nowMs * 1000);
    const found = new Map<MetricName, SumPoint[]>();
    for (const [metric, sums] of this.#byMetric) {
      if (sums.size === 0) continue;
      const points = [...sums].map(([attributes, { sinceMs, sum }]) => ({
        attributes,
        startTime: timeOfMicros(sinceMs * 1000),
        endTime,
        value: sum,
      }));
      found.set(metric, points);
      if (this.#isDelta) sums.clear();
    }
    this.#collectedMs = nowMs;
    return found;
  }
}
