/** What the stores have, in a form that can be held against the proxy's own archive. */
import type { EventDetail } from '../../proxy/src/contract/index.ts';
import { type LogRange, type LogRecord, queryRecords } from './loki.ts';
import { fetchTrace, type TraceSpan } from './tempo.ts';

/** All records of one kind (`sightline.record`). */
export function recordsOf(loki: string, kind: string, range: LogRange): Promise<readonly LogRecord[]> {
  return queryRecords(loki, `{service_name="sightline", sightline_record="${kind}"}`, range);
}

/** Until a store shows what the collector has taken. */
const VISIBLE_MS = 30_000;

/**
 * Every span of the events' traces, by span id: more than one under an id is a double. Waited for, because what one
 * store shows says nothing of another; what has not come by then is missing in what is given.
 */
export async function spansOf(
  tempo: string,
  events: readonly EventDetail[],
): Promise<ReadonlyMap<string, readonly TraceSpan[]>> {
  const wanted = new Map<string, string[]>();
  for (const { traceId, spanId, upstreamSpans } of events) {
    if (traceId === undefined) continue;
    const ids = [spanId ?? [], upstreamSpans.map((upstream) => upstream.spanId)].flat();
    wanted.set(traceId, [...(wanted.get(traceId) ?? []), ...ids]);
  }
  const found = new Map<string, TraceSpan[]>();
  const until = Date.now() + VISIBLE_MS;
  for (const [traceId, ids] of wanted) {
    let spans = await fetchTrace(tempo, traceId);
    while (!isSubset(ids, spans) && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      spans = await fetchTrace(tempo, traceId);
    }
    for (const span of spans) found.set(span.spanId, [...(found.get(span.spanId) ?? []), span]);
  }
  return found;
}

function isSubset(ids: readonly string[], spans: readonly TraceSpan[]): boolean {
  const there = new Set(spans.map(({ spanId }) => spanId));
  return ids.every((id) => there.has(id));
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
