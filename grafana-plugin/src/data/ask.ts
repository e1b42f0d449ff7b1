/**
 * Questions to Grafana's data sources, as the panel's shell puts them (`query` or `getRunRequest`). One question is
 * one target of one request; every call is a request of its own, with an id that no other has.
 */
import type { Frame } from './frame.ts';

export interface LokiQuestion {
  /** `range`: lines of a log query, or a metric at every `step`; `instant`: a metric at `to`. */
  readonly kind: 'range' | 'instant';
  readonly expr: string;
  /** Unix milliseconds, inclusive. An instant question is asked at `to`, and `from` does not matter to it. */
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  /** Lines at most (`maxLines`); of log queries only. */
  readonly limit?: number;
  /** Which lines come first when there are more than `limit`; of log queries only. */
  readonly direction?: 'forward' | 'backward';
  /** Milliseconds; of metrics over a range only. Sent as the target's `step`, so that no interval replaces it. */
  readonly step?: number;
}

export interface TempoQuestion {
  /** `trace`: `query` is a trace id; `search`: TraceQL, answered as spans (`tableType: 'spans'`). */
  readonly kind: 'trace' | 'search';
  readonly query: string;
  readonly from: number;
  readonly to: number;
  /** Traces at most; of a search only. */
  readonly limit?: number;
  /** Spans of each trace at most (`spss`); of a search only. */
  readonly spansPerTrace?: number;
}

export interface Answered {
  /** Of the last emission: each replaces the one before. */
  readonly frames: readonly Frame[];
  /** What the data source said went wrong, a text each; there may be frames besides. */
  readonly errors: readonly string[];
}

/**
 * Puts one question. Resolves when the data source has no more to say (the observable completes, whatever `state` it
 * named last). Rejects when it could not be asked at all, and when `signal` ends it.
 *
 * @param onPartial What there is so far, while more is to come.
 */
export type Ask<Question> = (
  question: Question,
  signal: AbortSignal,
  onPartial?: (answered: Answered) => void,
) => Promise<Answered>;

export type AskLoki = Ask<LokiQuestion>;
export type AskTempo = Ask<TempoQuestion>;
