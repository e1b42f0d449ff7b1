/**
 * The sink of telemetry: each event becomes spans, log records and measurements, and goes to whoever delivers
 * them. Never throws and never waits; a fault of ours costs one event and is reported.
 */
import type { Event, RecordedEvent, RequestEvent, Sink } from '../observation/event.ts';
import { RECORD_BYTES } from './bounds.ts';
import { EncodedEvent } from './encodedEvent.ts';
import type { TelemetrySettings } from './environment.ts';
import { type LogRecord, translateLogs } from './log.ts';
import type { Measurer } from './measure.ts';
import type { Outlet } from './outgoing.ts';
import { createSampler, type Sampler } from './sampling.ts';
import { type Limits, NO_LIMITS } from './selection.ts';
import { type SpanRecord, translateSpans } from './span.ts';

/** Who takes what; absent where a signal is not exported. */
export interface Takers {
  readonly traces: Outlet<SpanRecord> | undefined;
  readonly logs: Outlet<LogRecord> | undefined;
  readonly measurer: Measurer | undefined;
}

/** `onFault` hears of events that could not be translated. */
export function createSink(
  settings: Pick<TelemetrySettings, 'sampler' | 'spanLimits' | 'logLimits'>,
  takers: Takers,
  onFault: (error: unknown) => void,
): Sink {
  const { traces, logs, measurer } = takers;
  const keeps = createSampler(settings.sampler);
  // Shared by both signals, so that what spans and records have in common is encoded once.
  const encoded = new EncodedEvent();
  const offerSpans = traces && spanTaker(traces, encoded, settings.spanLimits);
  const offerLogs = logs && logTaker(logs, encoded, settings.logLimits);
  const take = (event: Event): void => {
    measurer?.measure(event);
    if (event.kind === 'traffic') return;
    const kept = offerSpans !== undefined && isKept(event, keeps);
    if (kept && event.kind === 'sightline.request') offerSpans(event);
    offerLogs?.(event, kept);
  };
  return {
    take(events) {
      for (const event of events) {
        try {
          take(event);
        } catch (error) {
          onFault(error);
        }
      }
    },
  };
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
