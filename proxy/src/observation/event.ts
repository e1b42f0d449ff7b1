/**
 * Events: things concluded about sessions, as plain data. Every sink (telemetry, archive, page, terminal) gets
 * the same ones in the same order, and only translates: what an event says was decided once, in `observer.ts`.
 */
import type { Attributes, PayloadPart, RecordName } from '../contract/index.ts';
import type { UnixMicros } from './frame.ts';

/** W3C trace context of one span. Ids are lower-case hex. */
export interface SpanContext {
  readonly traceId: string;
  readonly spanId: string;
  /** The caller's `tracestate`, when its trace is continued. */
  readonly state?: string;
}

/** The SERVER span of a request: from its arrival at the proxy to its answer handed on. */
export interface ServerSpan extends SpanContext {
  /** Absent when the trace begins here. */
  readonly parentSpanId?: string;
  /** The parent was sampled by its own flag; `true` when there is no parent. */
  readonly parentSampled: boolean;
  readonly links: readonly SpanContext[];
  readonly startUs: UnixMicros;
  readonly endUs: UnixMicros;
  /** Status ERROR: failed, and not by a fault the convention puts on the caller. */
  readonly failed: boolean;
}

/** One CLIENT child: one upstream exchange that carried the request or a part of its answer. */
export interface ClientSpan {
  readonly spanId: string;
  readonly startUs: UnixMicros;
  readonly endUs: UnixMicros;
  /** `server.address`, `server.port`, `sightline.upstream.first_byte` of this exchange. */
  readonly attributes: Attributes;
}

/** Body text after redaction and cap. */
export interface Payload {
  readonly part: PayloadPart;
  /** Empty when capture is off: the request's record still carries the detail attributes. */
  readonly text: string;
  /** True size in bytes, before redaction and cap. */
  readonly size: number;
  readonly truncated: boolean;
  /** How many values were redacted. */
  readonly redacted: number;
}

/** Metric label values, already bounded (`labels.ts`). */
export interface Labels {
  readonly method: string;
  readonly tool?: string;
  readonly client?: string;
  readonly errorType?: string;
}

interface Recorded<K extends RecordName> {
  readonly kind: K;
  /**
   * Timestamp of the record: decimal nanoseconds since the epoch, 19 digits, strictly increasing within a
   * process. Of `sightline.request` it is the end of the request.
   */
  readonly timeNs: string;
  /** Hex digit of `sightline.bucket`. */
  readonly bucket: string;
  /** Everything the contract says of it, under the contract's keys; `event.name` and `sightline.record` included. */
  readonly attributes: Attributes;
}

/** A request ended: written exactly once, when it really ends, and never corrected. */
export interface RequestEvent extends Recorded<'sightline.request'> {
  readonly server: ServerSpan;
  readonly clients: readonly ClientSpan[];
  readonly payloads: readonly Payload[];
  readonly labels: Labels;
  /**
   * Present when this request ends an operation (its answer was complete, or a task ended here): what counts
   * as one call. Its tool label is the operation's, also on the poll that ends a task.
   */
  readonly ended?: { readonly toolCall: boolean; readonly tool?: string };
  /** Tools that a `tools/list` answer defined: bounded label and bytes of the definition. */
  readonly definitions?: readonly { readonly tool: string; readonly bytes: number }[];
}

/** Everything else with a record of its own in the event stream. */
export interface PlainEvent
  extends Recorded<
    | 'sightline.notification'
    | 'sightline.request.waiting'
    | 'sightline.exchange'
    | 'sightline.server_log'
    | 'sightline.session.started'
    | 'sightline.session.ended'
    | 'sightline.retry.gave_up'
  > {
  /** The span this record belongs to, where there is one. */
  readonly span?: SpanContext;
  readonly payloads: readonly Payload[];
  readonly labels: Labels;
  /**
   * On the notification that ends a task: what counts as one call, as on `RequestEvent`.
   */
  readonly ended?: { readonly toolCall: boolean; readonly tool?: string };
  /** On `sightline.server_log`: level as MCP spells it (RFC 5424 names), for the record's severity. */
  readonly level?: string;
  /** On `sightline.session.ended`: first to last event, seconds. */
  readonly sessionDuration?: number;
}

/** Cumulative summary of one session as this instance saw it. */
export interface SummaryEvent extends Recorded<'sightline.session'> {}

/** Something was dropped, cut or evicted since the last such event. */
export interface LossEvent extends Recorded<'sightline.loss'> {}

/** One HTTP exchange on the MCP endpoint is over, or bytes went through pipes. For metrics only: it leaves no record. */
export interface TrafficEvent {
  readonly kind: 'traffic';
  readonly attributes: Attributes;
  readonly receivedBytes: number;
  readonly sentBytes: number;
}

export type RecordedEvent = RequestEvent | PlainEvent | SummaryEvent | LossEvent;
export type Event = RecordedEvent | TrafficEvent;

/** Accepts events. Never throws; what it cannot take, it counts. */
export interface Sink {
  /**
   * `firstSequence` is the place in the archive of the first recorded event among them, the others follow without a
   * gap; 0 or absent when they are in none.
   */
  take(events: readonly Event[], firstSequence?: number): void;
}

/** Levels at one moment, for gauges. */
export interface Census {
  /** By server name. */
  readonly requestsActive: ReadonlyMap<string, number>;
  readonly sessionsActive: ReadonlyMap<string, number>;
  /** Requests open for longer than `unanswered-after`, by server name and bounded tool label. */
  readonly requestsWaiting: readonly {
    readonly server: string;
    /** Absent where no tool was called. */
    readonly tool?: string;
    readonly count: number;
  }[];
}
