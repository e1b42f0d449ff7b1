/** What the stores have, in a form that can be held against the proxy's own archive. */
import type { EventDetail } from '../../proxy/src/contract/index.ts';
import { type LogRange, type LogRecord, queryRecords } from './loki.ts';
import { fetchTrace, type TraceSpan } from './tempo.ts';

/** All records of one kind (`sightline.record`). */
export function recordsOf(loki: string, kind: string, range: LogRange): Promise<readonly LogRecord[]> {
  return queryRecords(loki, `{service_name="sightline", sightline_record="${kind}"}`, range);
}

/** Every span of the events' traces, by span id: more than one under an id is a double. */
export async function spansOf(
  tempo: string,
  events: readonly EventDetail[],
): Promise<ReadonlyMap<string, readonly TraceSpan[]>> {
  const found = new Map<string, TraceSpan[]>();
  for (const traceId of new Set(events.flatMap(({ traceId }) => traceId ?? []))) {
    for (const span of await fetchTrace(tempo, traceId)) {
      found.set(span.spanId, [...(found.get(span.spanId) ?? []), span]);
    }
  }
  return found;
}

export function countBy<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const row of rows) counts[keyOf(row)] = (counts[keyOf(row)] ?? 0) + 1;
  return counts;
}

/** How often each event is in Loki, and how often it should be. */
export function countsOfEvents(
  events: readonly EventDetail[],
  records: readonly LogRecord[],
): { readonly wanted: Readonly<Record<string, number>>; readonly found: Readonly<Record<string, number>> } {
  return {
    wanted: countBy(events, ({ eventId }) => String(eventId)),
    found: countBy(records, ({ labels }) => String(labels['sightline_event_id'])),
  };
}
