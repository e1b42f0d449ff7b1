/**
 * Our records as OpenTelemetry's packages want to read them (`ReadableSpan`, `ReadableLogRecord`), by shape alone:
 * nothing is imported and nothing is copied, whoever reads a property gets it made. Spans of a trace that begins
 * here and records without a span are shapes of their own, because there the property must not exist.
 */
import type { LogRecord } from './log.ts';
import type { SpanRecord } from './span.ts';
import { type SecondsNanos, timeOfMicros, timeOfNanos } from './time.ts';

/** What all spans and records of this process have in common; `R` and `S` are the packages' own types. */
export interface Origin<R, S> {
  readonly resource: R;
  readonly instrumentationScope: { readonly name: string; readonly version: string };
  /** Reads a `tracestate` value. */
  readonly parseState: (text: string) => S;
}

/** OpenTelemetry's SpanKind. */
const SERVER = 1;
const CLIENT = 2;
/** OpenTelemetry's SpanStatusCode. */
const UNSET = 0;
const ERROR = 2;
const SAMPLED = 1;

export function viewSpan<R, S>(record: SpanRecord, origin: Origin<R, S>): SpanView<R, S> {
  return record.parentSpanId === undefined ? new SpanView(record, origin) : new ChildView(record, origin);
}

export function viewLog<R, S>(record: LogRecord, origin: Origin<R, S>): LogView<R, S> {
  return record.span === undefined ? new LogView(record, origin) : new SpannedLogView(record, origin);
}

export class SpanView<R, S> {
  readonly record: SpanRecord;
  readonly origin: Origin<R, S>;
  readonly ended = true;
  readonly events: never[] = [];
  readonly droppedEventsCount = 0;
  readonly droppedLinksCount = 0;

  constructor(record: SpanRecord, origin: Origin<R, S>) {
    this.record = record;
    this.origin = origin;
  }

  get resource() {
    return this.origin.resource;
  }
  get instrumentationScope() {
    return this.origin.instrumentationScope;
  }
  get name() {
    return this.record.name;
  }
  get kind() {
    return this.record.kind === 'server' ? SERVER : CLIENT;
  }
  spanContext() {
    return this.contextOf(this.record.traceId, this.record.spanId, this.record.state, false);
  }
  get startTime(): SecondsNanos {
    return timeOfMicros(this.record.startUs);
  }
  get endTime(): SecondsNanos {
    return timeOfMicros(this.record.endUs);
  }
  get duration(): SecondsNanos {
    return timeOfMicros(this.record.endUs - this.record.startUs);
  }
  get status() {
    const { error } = this.record;
    return error === undefined ? ({ code: UNSET } as const) : ({ code: ERROR, message: error } as const);
  }
  get attributes() {
    return this.record.attributes.toObject();
  }
  get links() {
    return this.record.links.map((link) => ({
      context: this.contextOf(link.traceId, link.spanId, link.state, true),
    }));
  }
  get droppedAttributesCount() {
    return this.record.dropped;
  }

  protected contextOf(traceId: string, spanId: string, state: string | undefined, isRemote: boolean) {
    const made = { traceId, spanId, traceFlags: SAMPLED, isRemote };
    return state === undefined ? made : { ...made, traceState: this.origin.parseState(state) };
  }
}

class ChildView<R, S> extends SpanView<R, S> {
  /** In another process for a SERVER span, in this one for its children. */
  get parentSpanContext() {
    const { traceId, parentSpanId = '', kind } = this.record;
    return this.contextOf(traceId, parentSpanId, undefined, kind === 'server');
  }
}

export class LogView<R, S> {
  readonly record: LogRecord;
  readonly origin: Origin<R, S>;

  constructor(record: LogRecord, origin: Origin<R, S>) {
    this.record = record;
    this.origin = origin;
  }

  get resource() {
    return this.origin.resource;
  }
  get instrumentationScope() {
    return this.origin.instrumentationScope;
  }
  get hrTime(): SecondsNanos {
    return timeOfNanos(this.record.timeNs);
  }
  get hrTimeObserved(): SecondsNanos {
    return timeOfNanos(this.record.timeNs);
  }
  get severityNumber() {
    return this.record.severity;
  }
  get body() {
    return this.record.body;
  }
  get eventName() {
    return this.record.eventName;
  }
  get attributes() {
    return this.record.attributes.toObject();
  }
  get droppedAttributesCount() {
    return this.record.dropped;
  }
}

class SpannedLogView<R, S> extends LogView<R, S> {
  get spanContext() {
    const { traceId = '', spanId = '' } = this.record.span ?? {};
    return { traceId, spanId, traceFlags: SAMPLED };
  }
}
