/**
 * Running sums of counters, by metric and label set. Adding here costs a map look-up; adding through the SDK
 * costs one to two microseconds, because it hashes the labels each time. The SDK reads the sums when it collects.
 */
import type { MetricName } from '../contract/index.ts';
import type { MetricLabels } from './series.ts';

export class Sums {
  readonly #byMetric = new Map<MetricName, Map<MetricLabels, number>>();

  /** `labels` must be the one object that stands for this label set. */
  add(metric: MetricName, value: number, labels: MetricLabels): void {
    let sums = this.#byMetric.get(metric);
    if (sums === undefined) {
      sums = new Map();
      this.#byMetric.set(metric, sums);
    }
    sums.set(labels, (sums.get(labels) ?? 0) + value);
  }

  of(metric: MetricName): Iterable<readonly [MetricLabels, number]> {
    return this.#byMetric.get(metric) ?? [];
  }
}
