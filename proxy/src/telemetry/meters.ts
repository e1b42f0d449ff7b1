/**
 * The metrics of this process: what events add up to, and levels of the moment. Whoever exports them reads them
 * here, so they are the same over OTLP and on the page's `/metrics`, and need no OpenTelemetry.
 */
import { METRICS, type MetricName, OPERATION_BUCKETS, PROXY_BUCKETS } from '../contract/index.ts';
import type { Census, Event, Sink } from '../observation/event.ts';
import { type Health, readGauges } from './gauges.ts';
import { Histograms } from './histograms.ts';
import { type Measurement, Measurer, type Put } from './measure.ts';
import type { OutboxStats } from './outbox.ts';
import { Sums } from './sums.ts';

/** Bounds of every histogram of the contract. */
export const HISTOGRAM_BOUNDS: ReadonlyMap<MetricName, readonly number[]> = new Map(
  METRICS.filter(({ kind }) => kind === 'histogram').map(({ name }) => [
    name,
    name === 'sightline.proxy.duration' ? PROXY_BUCKETS : OPERATION_BUCKETS,
  ]),
);

/** Where levels come from; what has not been said yet is absent. */
export interface Levels {
  census?: () => Census;
  health?: Health;
  outbox?: () => OutboxStats | undefined;
}

export class Meters implements Sink {
  /** Since the process began, both. */
  readonly sums = new Sums(false);
  readonly histograms = new Histograms(HISTOGRAM_BOUNDS, false);
  readonly levels: Levels = {};
  readonly #measurer = new Measurer((metric, value, labels) => {
    if (!this.histograms.record(metric, value, labels)) this.sums.add(metric, value, labels);
    this.#alsoRecord?.(metric, value, labels);
  });
  #alsoRecord: Put | undefined;

  /** Records everything here too: for an exporter that wants what was since its last export. */
  alsoRecord(put: Put): void {
    this.#alsoRecord = put;
  }

  take(events: readonly Event[]): void {
    for (const event of events) this.#measurer.measure(event);
  }

  /** Every gauge at `nowMs`. */
  gauges(nowMs: number): readonly Measurement[] {
    const { census, health, outbox } = this.levels;
    return readGauges(census?.(), health, outbox?.(), nowMs);
  }
}
