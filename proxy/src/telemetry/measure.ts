/**
 * Measurements of events: which metric gets which value under which labels. A deterministic translation; its only
 * memory is which label sets exist, because their number is limited. A probe is an error nowhere, so on metrics it
 * counts as `ok`. Refuses to add anything up: that is done where metrics are kept.
 */
import { METRICS, type MetricName, type MetricRow, type Outcome } from '../contract/index.ts';
import type { Event, LossEvent, PlainEvent, RequestEvent, TrafficEvent } from '../observation/event.ts';
import { estimateTokens } from '../observation/tally.ts';
import { LabelSets, type LabelValues, type MetricLabels, type SeriesBudget } from './series.ts';

export interface Measurement {
  readonly metric: MetricName;
  readonly value: number;
  /** The same object whenever the labels are the same. */
  readonly labels: MetricLabels;
}

/** Where measurements go. */
export type Put = (metric: MetricName, value: number, labels: MetricLabels) => void;

/** Both operation durations together (contract, "Metric labels"). */
const OPERATION_SERIES_MAX = 10_000;
/** Any other metric by itself. */
const SERIES_MAX = 10_000;

export class Measurer {
  readonly #put: Put;
  readonly #sets = new Map<MetricName, LabelSets>();

  constructor(put: Put, operationSeriesMax = OPERATION_SERIES_MAX) {
    this.#put = put;
    const operations: SeriesBudget = { left: operationSeriesMax };
    for (const row of METRICS as readonly MetricRow[]) {
      const name = row.name as MetricName;
      const shared = name === 'mcp.server.operation.duration' || name === 'mcp.client.operation.duration';
      this.#sets.set(name, new LabelSets(row.labels, shared ? operations : { left: SERIES_MAX }));
    }
  }

  measure(event: Event): void {
    if (event.kind === 'traffic') {
      this.#measureTraffic(event);
      return;
    }
    this.#count('sightline.events', 1, [event.kind]);
    if (event.kind === 'sightline.request') this.#measureRequest(event);
    else if (event.kind === 'sightline.loss') this.#measureLoss(event);
    else if (event.kind !== 'sightline.session') this.#measurePlain(event);
  }

  #measureRequest(event: RequestEvent): void {
    const { attributes, labels } = event;
    const server = attributes['sightline.server.name'];
    const probe = attributes['sightline.probe'] === true;
    const outcome = probe ? 'ok' : attributes['sightline.outcome'];
    const origin = probe ? undefined : attributes['sightline.outcome.origin'];
    const errorType = probe ? undefined : labels.errorType;
    const operation = (error: string | undefined): LabelValues => [
      labels.method,
      labels.tool,
      error,
      outcome,
      origin,
      server,
    ];
    const total = attributes['sightline.duration'] ?? 0;
    // As on the span: the caller's faults are no error of the receiving side.
    this.#count(
      'mcp.server.operation.duration',
      total,
      operation(event.server.failed ? errorType : undefined),
    );
    // What the proxy answered by itself was never an operation towards the other side.
    if (event.clients.length > 0) {
      const upstream = attributes['sightline.upstream.duration'] ?? 0;
      this.#count('mcp.client.operation.duration', upstream, operation(errorType));
    }
    this.#count('sightline.proxy.duration', attributes['sightline.proxy.duration'] ?? 0, [server]);
    this.#measureCall(event, outcome);
    this.#measureAttempt(event);
    this.#measureBytes(event);
  }

  /** One call, counted where it ended: with its answer, or with the poll or notification that ended its task. */
  #measureCall(event: RequestEvent | PlainEvent, outcome: Outcome | undefined): void {
    if (event.ended?.toolCall !== true) return;
    const server = event.attributes['sightline.server.name'];
    this.#count('sightline.calls', 1, [server, event.labels.client, event.ended.tool, outcome]);
  }

  #measureAttempt(event: RequestEvent): void {
    const { attributes, labels } = event;
    const server = attributes['sightline.server.name'];
    // The later rounds of an operation repeat its attempt number; the retry was its first round.
    const first = attributes['sightline.round.number'] === undefined;
    if (first && (attributes['sightline.attempt.number'] ?? 1) > 1) {
      this.#count('sightline.attempts', 1, [server, labels.tool, 'retried']);
    }
    if (attributes['sightline.attempt.result'] === 'recovered') {
      const tool = event.ended?.tool ?? labels.tool;
      this.#count('sightline.attempts', 1, [server, tool, 'recovered']);
      this.#count('sightline.attempt.wasted', attributes['sightline.attempt.wasted'] ?? 0, [server, tool]);
    }
  }

  #measureBytes(event: RequestEvent): void {
    const { attributes, labels } = event;
    const server = attributes['sightline.server.name'];
    for (const { tool, bytes } of event.definitions ?? []) {
      this.#count('sightline.tokens_estimated', estimateTokens(bytes), [server, tool, 'definition']);
    }
    const called = labels.method === 'tools/call';
    if (!called && event.ended?.toolCall !== true) return;
    const tool = labels.tool ?? event.ended?.tool;
    const answer = attributes['sightline.response.size'] ?? 0;
    // A poll carries a task's result but no arguments.
    if (called) {
      this.#count('sightline.payload.io', attributes['sightline.request.size'] ?? 0, [
        server,
        tool,
        'receive',
      ]);
    }
    this.#count('sightline.payload.io', answer, [server, tool, 'transmit']);
    this.#count('sightline.tokens_estimated', estimateTokens(answer), [server, tool, 'result']);
  }

  #measurePlain(event: PlainEvent): void {
    const { attributes, labels } = event;
    const server = attributes['sightline.server.name'];
    this.#measureCall(event, attributes['sightline.outcome']);
    if (event.kind === 'sightline.retry.gave_up') {
      this.#count('sightline.attempts', 1, [server, labels.tool, 'gave_up']);
      this.#count('sightline.attempt.wasted', attributes['sightline.attempt.wasted'] ?? 0, [
        server,
        labels.tool,
      ]);
    }
    if (event.kind === 'sightline.session.ended' && event.sessionDuration !== undefined) {
      const values = [server, labels.client, attributes['sightline.session.end_reason']];
      this.#count('mcp.server.session.duration', event.sessionDuration, values);
      this.#count('mcp.client.session.duration', event.sessionDuration, values);
    }
  }

  #measureLoss(event: LossEvent): void {
    const { attributes } = event;
    const values = [attributes['sightline.loss.stage'], attributes['sightline.loss.reason']];
    this.#count('sightline.events.dropped', attributes['sightline.loss.count'] ?? 0, values);
  }

  #measureTraffic(event: TrafficEvent): void {
    const { attributes } = event;
    const server = attributes['sightline.server.name'];
    // Pipes carry bytes too, but no exchanges.
    if (attributes['http.request.method'] !== undefined) {
      this.#count('sightline.http.exchanges', 1, [
        attributes['http.response.status_code'],
        attributes['http.request.method'],
        attributes['sightline.client.country'],
        attributes['sightline.credential.kind'],
        server,
      ]);
    }
    this.#count('sightline.io', event.receivedBytes, [server, 'receive']);
    this.#count('sightline.io', event.sentBytes, [server, 'transmit']);
  }

  /** `values` in the order of the metric's labels in the contract. */
  #count(metric: MetricName, value: number, values: LabelValues): void {
    const sets = this.#sets.get(metric);
    if (sets !== undefined) this.#put(metric, value, sets.of(values));
  }
}

/** The measurements of some events, as a list. */
export function translateMeasurements(events: readonly Event[]): readonly Measurement[] {
  const found: Measurement[] = [];
  const measurer = new Measurer((metric, value, labels) => found.push({ metric, value, labels }));
  for (const event of events) measurer.measure(event);
  return found;
}
