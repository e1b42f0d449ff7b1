/**
 * The sink of telemetry: each event becomes spans, log records and measurements, and goes to whoever delivers
 * them. Never throws and never waits; a fault of ours costs one event and is reported.
 */
import type { Event, RecordedEvent, Sink } from '../observation/event.ts';
import { RECORD_BYTES } from './bounds.ts';
import type { Delivery } from './delivery.ts';
import type { TelemetrySettings } from './environment.ts';
import { type LogRecord, translateLogs } from './log.ts';
import type { Measurer } from './measure.ts';
import { createSampler, type Sampler } from './sampling.ts';
import { type SpanRecord, translateSpans } from './span.ts';

/** Who takes what; absent where a signal is not exported. */
export interface Takers {
  readonly traces: Delivery<SpanRecord> | undefined;
  readonly logs: Delivery<LogRecord> | undefined;
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
  const take = (event: Event): void => {
    measurer?.measure(event);
    if (event.kind === 'traffic') return;
    const kept = traces !== undefined && isKept(event, keeps);
    if (kept && event.kind === 'sightline.request') {
      for (const span of translateSpans(event, settings.spanLimits)) traces.offer(span, RECORD_BYTES);
    }
    if (logs === undefined) return;
    for (const record of translateLogs(event, kept, settings.logLimits)) {
      logs.offer(record, RECORD_BYTES + record.body.length);
    }
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

/** Whether the span that an event belongs to is kept; true where there is none. */
function isKept(event: RecordedEvent, keeps: Sampler): boolean {
  if (event.kind === 'sightline.request') {
    const { traceId, parentSpanId, parentSampled } = event.server;
    return keeps(traceId, parentSpanId === undefined ? undefined : parentSampled);
  }
  const span = 'span' in event ? event.span : undefined;
  return span === undefined || keeps(span.traceId, undefined);
}
