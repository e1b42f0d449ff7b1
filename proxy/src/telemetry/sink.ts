/**
 * The sink of telemetry: each event becomes spans and log records, and goes to the outbox of each signal that is
 * exported. Never throws and never waits; a fault of ours costs one event and is reported.
 */
import type { Event, RecordedEvent, RequestEvent } from '../observation/event.ts';
import { RECORD_BYTES } from './bounds.ts';
import { EncodedEvent } from './encodedEvent.ts';
import type { TelemetrySettings } from './environment.ts';
import { type LogRecord, translateLogs } from './log.ts';
import { millisOf, Outbox, type OutboxArchive } from './outbox.ts';
import type { Outlet } from './outgoing.ts';
import { createSampler, type Sampler } from './sampling.ts';
import { type Limits, NO_LIMITS } from './selection.ts';
import { type SpanRecord, translateSpans } from './span.ts';

/** Who takes what; absent where a signal is not exported. */
export interface Takers {
  readonly traces: Outlet<SpanRecord> | undefined;
  readonly logs: Outlet<LogRecord> | undefined;
}

export interface SinkPorts {
  /** Absent: what is not delivered is in memory alone. */
  readonly archive: OutboxArchive | undefined;
  /** Hears of events that could not be translated. */
  readonly onFault: (error: unknown) => void;
  /** Hears when the archive could not be asked. */
  readonly onArchiveFault: (error: unknown) => void;
  /** How long spans that an earlier run may have sent wait at the start, milliseconds; absent: not at all. */
  readonly resumeSpansMs?: number;
}

/** The outboxes, and the way into them. */
export interface TelemetrySink {
  /** As `Sink`: events once they are committed, the first recorded one with this sequence. */
  take(events: readonly Event[], firstSequence?: number): void;
  /** An archive that could not be had before: what comes from now on is kept there until it is delivered. */
  keepIn(archive: OutboxArchive): void;
  readonly traces: Outbox | undefined;
  readonly logs: Outbox | undefined;
}

export function createSink(
  settings: Pick<TelemetrySettings, 'sampler' | 'spanLimits' | 'logLimits'>,
  takers: Takers,
  { archive, onFault, onArchiveFault, resumeSpansMs = 0 }: SinkPorts,
): TelemetrySink {
  const keeps = createSampler(settings.sampler);
  // Shared by both signals, so that what spans and records have in common is encoded once.
  const encoded = new EncodedEvent();
  const open = <T>(
    signal: 'traces' | 'logs',
    outlet: Outlet<T>,
    translate: (event: RecordedEvent, sequence: number) => void,
  ): Outbox => {
    const offer = (event: RecordedEvent, sequence: number): void => {
      try {
        translate(event, sequence);
      } catch (error) {
        onFault(error);
      }
    };
    const { delivery } = outlet;
    const resumeMs = signal === 'traces' ? resumeSpansMs : 0;
    return new Outbox({ signal, delivery, offer, archive, onFault: onArchiveFault, resumeMs });
  };
  const { traces, logs } = takers;
  const offerSpans = traces && spanTaker(traces, encoded, settings.spanLimits);
  const offerLogs = logs && logTaker(logs, encoded, settings.logLimits);
  const spanBox =
    traces &&
    open('traces', traces, (event, sequence) => {
      if (event.kind !== 'sightline.request' || !isKept(event, keeps)) return;
      const weight = RECORD_BYTES * (1 + event.clients.length);
      traces.delivery.begin({ sequence, timeMs: millisOf(event), weight });
      offerSpans?.(event);
    });
  const logBox =
    logs &&
    open('logs', logs, (event, sequence) => {
      logs.delivery.begin({ sequence, timeMs: millisOf(event), weight: weightOf(event) });
      offerLogs?.(event, traces !== undefined && isKept(event, keeps));
    });
  return {
    traces: spanBox,
    logs: logBox,
    keepIn(late) {
      spanBox?.keepIn(late);
      logBox?.keepIn(late);
    },
    take(events, firstSequence = 0) {
      let sequence = firstSequence;
      for (const event of events) {
        if (event.kind === 'traffic') continue;
        spanBox?.take(event, sequence);
        logBox?.take(event, sequence);
        if (sequence > 0) sequence += 1;
      }
      spanBox?.settle();
      logBox?.settle();
    },
  };
}

/** Rough size of an event's records. */
function weightOf(event: RecordedEvent): number {
  const payloads = 'payloads' in event ? event.payloads : [];
  return payloads.reduce((sum, { text }) => sum + RECORD_BYTES + text.length, RECORD_BYTES);
}

/** Attribute limits cut and count single attributes, which are found in records only. */
function spanTaker(outlet: Outlet<SpanRecord>, encoded: EncodedEvent, limits: Limits) {
  if (outlet.form === 'bytes' && limits === NO_LIMITS) {
    return (event: RequestEvent): void => encoded.offerSpans(event, outlet.delivery);
  }
  return (event: RequestEvent): void => {
    for (const span of translateSpans(event, limits)) outlet.delivery.offer(span, RECORD_BYTES);
  };
}

function logTaker(outlet: Outlet<LogRecord>, encoded: EncodedEvent, limits: Limits) {
  return (event: RecordedEvent, kept: boolean): void => {
    if (outlet.form === 'bytes' && limits === NO_LIMITS && encoded.offerLogs(event, kept, outlet.delivery)) {
      return;
    }
    for (const record of translateLogs(event, kept, limits)) {
      outlet.delivery.offer(record, RECORD_BYTES + record.body.length);
    }
  };
}

/** Whether the span that an event belongs to is kept; true where there is none. */
function isKept(event: RecordedEvent, keeps: Sampler): boolean {
  if (event.kind === 'sightline.request') {
    const { traceId, parentSpanId, parentSampled } = event.server;
    return keeps(traceId, parentSpanId === undefined ? undefined : parentSampled);
  }
  const span = 'span' in event ? event.span : undefined;
  return span === undefined || keeps(span.traceId, undefined);
}
