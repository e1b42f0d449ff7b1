/**
 * Every event of a filter as a file, read from Loki chunk by chunk: oldest first, each chunk written before the next is
 * asked for, so that a long range costs no more memory than a short one.
 */
import type { Completeness, EventDetail, EventFilter } from 'sightline/contract';
import { createChunkWriter, type ExportFormat, FORMS, type Writer } from 'sightline/reading';
import { askLines, type LokiRoad } from './askLines.ts';
import { selector } from './logql.ts';
import { detailOf } from './lokiDetail.ts';
import { type EventsDeps, exprOf } from './lokiEvents.ts';
import type { ExportProgress } from './panelPorts.ts';
import { type Place, placeAfter, readStretch } from './readEvents.ts';
import { type EventFacts, type PayloadRecord, readRecord } from './records.ts';
import { slimStages } from './slim.ts';

/** Events of one chunk, with payloads and without. */
const CHUNK_WITH_PAYLOADS = 500;
const CHUNK = 5_000;
/** Payload records of one question: each may be as long as `payload-max`, and an answer must stay below 100 MB. */
const PAYLOADS_MAX = 1_000;

type Range = { readonly from: number; readonly to: number };

/** What is written into the file about who wrote it. HAR wants words for a status; only the proxy has them all. */
export const WRITER: Writer = { version: 'Grafana panel', statusText: () => '' };

/** @param events Details in chunks, oldest first. */
export async function* writeEvents(
  format: ExportFormat,
  events: AsyncIterable<readonly EventDetail[]> | Iterable<readonly EventDetail[]>,
  completeness: () => Promise<Completeness>,
): AsyncGenerator<string> {
  const form = FORMS[format];
  const write = createChunkWriter(form, WRITER);
  yield form.begin(WRITER);
  for await (const chunk of events) {
    const text = write(chunk);
    if (text !== '') yield text;
  }
  yield form.end(await completeness());
}

/** The events of a filter in chunks, with their payloads where the form has room for them. */
export async function* readAll(
  { road, book }: Pick<EventsDeps, 'road' | 'book'>,
  filter: EventFilter,
  range: Range,
  withPayloads: boolean,
  signal: AbortSignal,
  onProgress?: (progress: ExportProgress) => void,
): AsyncGenerator<readonly EventDetail[]> {
  const expr = `${exprOf(road, filter, book)} ${slimStages('event')}`;
  let place: Place | undefined;
  let written = 0;
  for (;;) {
    const wanted = withPayloads ? CHUNK_WITH_PAYLOADS : CHUNK;
    const stretch = { expr, ...range, direction: 'forward' } as const;
    const { events, ended } = await readStretch(road, stretch, place, wanted, signal);
    place = placeAfter(place, events);
    const payloads = withPayloads ? await readPayloads(road, events, signal) : NONE;
    // Downloads give out no numbers of arrival: they would push out those that the views need.
    yield events.map((event, at) =>
      detailOf({ sequence: written + at + 1, ...event }, payloads.get(event.eventId ?? '') ?? [], []),
    );
    written += events.length;
    const reached = events.at(-1)?.time ?? range.to;
    const share = ended ? 1 : (reached - range.from) / Math.max(1, range.to - range.from);
    onProgress?.({ events: written, share: Math.min(1, Math.max(0, share)) });
    if (ended) return;
  }
}

const NONE: ReadonlyMap<string, readonly PayloadRecord[]> = new Map();

/** The payload records of events that follow each other: each has exactly its event's timestamp. */
async function readPayloads(
  road: LokiRoad,
  events: readonly EventFacts[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly PayloadRecord[]>> {
  const wanted = new Set(events.flatMap(({ eventId }) => eventId ?? []));
  const buckets = [...new Set(events.flatMap(({ bucket }) => bucket ?? []))];
  const [first, last] = [events[0], events.at(-1)];
  const found = new Map<string, PayloadRecord[]>();
  if (first === undefined || last === undefined) return found;
  const expr = selector({ labels: road.labels, records: ['payload'], buckets });
  const to = Math.floor(last.time) + 1;
  let from = Math.floor(first.time);
  for (;;) {
    const question = { expr, from, to, limit: PAYLOADS_MAX, direction: 'forward' } as const;
    const { rows, full } = await askLines(road, question, signal);
    for (const row of rows) {
      const record = readRecord(row);
      if (record?.kind !== 'payload' || !wanted.has(record.payload.eventId)) continue;
      const own = found.get(record.payload.eventId) ?? [];
      const known = own.some(({ payload }) => payload.part === record.payload.payload.part);
      if (!known) found.set(record.payload.eventId, [...own, record.payload]);
    }
    const reached = rows.at(-1);
    if (!full || reached === undefined) return found;
    const at = Number(reached.timeNs.slice(0, -6));
    from = at > from ? at : at + 1;
    if (from >= to) return found;
  }
}
