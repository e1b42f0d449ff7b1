/** One event with its payloads from Loki, and what only spans know from Tempo. */
import type { EventDetail, EventItem, PayloadItem, UpstreamSpanItem } from 'sightline/contract';
import type { Arrivals } from './arrivals.ts';
import type { AskTempo } from './ask.ts';
import { askLines, type LokiRoad } from './askLines.ts';
import { columnsOn, typed, type Value } from './attributes.ts';
import { placeOfEvent, quote, selector } from './logql.ts';
import { type EventFacts, type PayloadRecord, readRecord } from './records.ts';
import { readSpans, type Span } from './tempoFrames.ts';

/** Records of one event: itself, and at most a payload each way; copies besides do no harm. */
const RECORDS_MAX = 20;
/** An id says the millisecond; clocks that were set meanwhile may have moved the record. */
const AROUND_MS = 2_000;
/** What Tempo takes longer for is left out: the event is there. */
const TEMPO_MS = 4_000;

export interface DetailDeps {
  readonly road: LokiRoad;
  readonly tempo: AskTempo | undefined;
  readonly arrivals: Arrivals;
  /** Where an event is looked for whose id says no time. Unix milliseconds. */
  readonly shown: () => { readonly from: number; readonly to: number };
}

/** @throws Error with a sentence when there is no such event, or Loki has nothing but an error. */
export async function readDetail(
  deps: DetailDeps,
  eventId: string,
  signal: AbortSignal,
): Promise<EventDetail> {
  const { road, arrivals } = deps;
  const place = placeOfEvent(eventId);
  const streams = selector({
    labels: road.labels,
    records: ['event', 'payload'],
    ...(place !== undefined && { buckets: [place.bucket] }),
  });
  const range =
    place === undefined ? deps.shown() : { from: place.time - AROUND_MS, to: place.time + AROUND_MS };
  const question = {
    expr: `${streams} | sightline_event_id=${quote(eventId)}`,
    ...range,
    limit: RECORDS_MAX,
    direction: 'forward',
  } as const;
  const { rows } = await askLines(road, question, signal);
  let event: EventFacts | undefined;
  const payloads = new Map<string, PayloadRecord>();
  for (const row of rows) {
    const record = readRecord(row);
    if (record?.kind === 'event') event = record.event;
    else if (record?.kind === 'payload') payloads.set(record.payload.payload.part, record.payload);
  }
  if (event === undefined) throw new Error('Loki has no such event: it may be older than what is kept.');
  const spans = await spansOf(deps, event, signal);
  return detailOf(arrivals.number(event), [...payloads.values()], spans);
}

/** Absent spans are no error: what they add is little, and Tempo keeps them for another time than Loki. */
async function spansOf(
  { tempo }: DetailDeps,
  event: EventFacts,
  signal: AbortSignal,
): Promise<readonly Span[]> {
  if (tempo === undefined || event.traceId === undefined) return [];
  const question = { kind: 'trace', query: event.traceId, from: event.startTime, to: event.time } as const;
  try {
    const ending = AbortSignal.any([signal, AbortSignal.timeout(TEMPO_MS)]);
    return readSpans((await tempo(question, ending)).frames);
  } catch (error) {
    if (signal.aborted) throw error;
    return [];
  }
}

const ON_CLIENT = columnsOn('client');

/** An event with what payload records and spans say besides. */
export function detailOf(
  event: EventItem,
  records: readonly PayloadRecord[],
  spans: readonly Span[],
): EventDetail {
  const order = (payload: PayloadItem) => (payload.part === 'request' ? 0 : 1);
  const parts = event.payloadParts?.split(',') ?? [];
  const payloads = records
    .map(({ payload }) => payload)
    // Details travel on the request's payload record, which is therefore there also when there is no payload.
    .filter(({ text, size, part }) => text !== '' || size > 0 || parts.includes(part))
    .sort((a, b) => order(a) - order(b));
  const detail = Object.assign({}, ...records.map((record) => record.detail)) as Record<string, Value>;
  const isRequest = event.eventName === 'sightline.request';
  const upstreamSpans = (isRequest ? spans : [])
    .filter(({ kind, parentSpanId }) => kind === 'client' && parentSpanId === event.spanId)
    .sort((a, b) => a.startTime - b.startTime)
    .map(upstreamSpan);
  return { ...event, ...detail, payloads, upstreamSpans };
}

function upstreamSpan({ spanId, startTime, endTime, attributes }: Span): UpstreamSpanItem {
  const said = (key: string) => {
    const column = ON_CLIENT.find((one) => one.key === key);
    return column && typed(column, attributes[key]);
  };
  const address = said('server.address');
  const port = said('server.port');
  const firstByte = said('sightline.upstream.first_byte');
  return {
    spanId,
    startTime,
    endTime,
    ...(typeof address === 'string' && { serverAddress: address }),
    ...(typeof port === 'number' && { serverPort: port }),
    ...(typeof firstByte === 'number' && { upstreamFirstByte: firstByte }),
  };
}
