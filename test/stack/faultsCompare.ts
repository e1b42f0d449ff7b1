/** Whether the stores have what archives have: nothing missing, nothing doubled, nothing that nobody recorded. */
import { expect, vi } from 'vitest';
import type { EventDetail } from '../../proxy/src/contract/index.ts';
import type { Addresses } from '../../scripts/stack/specs.ts';
import { countBy, recordsOf } from './compare.ts';
import type { LogRange, LogRecord } from './loki.ts';
import { fetchTrace } from './tempo.ts';

/**
 * Until a store that came back, or a proxy that goes on, has caught up. After minutes without Tempo the collector's gRPC
 * looks for it only every two.
 */
const CAUGHT_UP_MS = 180_000;

const KINDS = ['events', 'payloads', 'spans'] as const;
/** Questions to Tempo at a time. */
const ASKED_AT_ONCE = 8;

type Stores = Pick<Addresses, 'loki' | 'tempo'>;

/**
 * Waits until every event, payload and span of `events` is found, and fails when one of them is found twice. The range
 * has to hold the times of the events.
 */
export async function expectOnce(
  { loki, tempo }: Stores,
  events: readonly EventDetail[],
  range: LogRange,
): Promise<void> {
  const wanted = {
    events: events.map(({ eventId }) => String(eventId)),
    payloads: events.flatMap(({ eventId, payloads }) => payloads.map(({ part }) => `${eventId} ${part}`)),
    spans: events.flatMap(spanIdsOf),
  };
  const look = async () => ({
    events: (await recordsOf(loki, 'event', range)).map(idOf),
    payloads: (await recordsOf(loki, 'payload', range)).map(payloadKeyOf),
    spans: await spanIdsIn(tempo, events),
  });
  const found = await vi.waitFor(
    async () => {
      const now = await look();
      for (const kind of KINDS) {
        expect(missingOf(wanted[kind], now[kind]), `${kind} that are missing`).toEqual([]);
      }
      return now;
    },
    { timeout: CAUGHT_UP_MS, interval: 1_000 },
  );
  for (const kind of KINDS) {
    expect(doubledOf(wanted[kind], found[kind]), `${kind} that are there more than once`).toEqual([]);
  }
}

/** Fails when Loki has an event that is in none of the archives. */
export async function expectNothingElse(
  { loki }: Stores,
  events: readonly EventDetail[],
  range: LogRange,
): Promise<void> {
  const known = new Set(events.map(({ eventId }) => eventId));
  const records = await recordsOf(loki, 'event', range);
  expect(records.filter(({ labels }) => !known.has(labels['sightline_event_id']))).toEqual([]);
}

function spanIdsOf({ eventName, spanId, upstreamSpans }: EventDetail): readonly string[] {
  if (eventName !== 'sightline.request') return [];
  return [spanId ?? '', ...upstreamSpans.map((span) => span.spanId)];
}

/** Ids of all spans in the events' traces. */
async function spanIdsIn(tempo: string, events: readonly EventDetail[]): Promise<readonly string[]> {
  const traces = [...new Set(events.flatMap(({ traceId }) => traceId ?? []))];
  const found: string[] = [];
  const ask = async (): Promise<void> => {
    for (let trace = traces.pop(); trace !== undefined; trace = traces.pop()) {
      for (const { spanId } of await fetchTrace(tempo, trace)) found.push(spanId);
    }
  };
  await Promise.all(Array.from({ length: ASKED_AT_ONCE }, ask));
  return found;
}

function idOf({ labels }: LogRecord): string {
  return labels['sightline_event_id'] ?? '';
}

function payloadKeyOf({ labels }: LogRecord): string {
  return `${labels['sightline_event_id']} ${labels['sightline_payload_part']}`;
}

function missingOf(wanted: readonly string[], found: readonly string[]): readonly string[] {
  const there = new Set(found);
  return wanted.filter((id) => !there.has(id));
}

function doubledOf(wanted: readonly string[], found: readonly string[]): readonly string[] {
  const counts = countBy(found, (id) => id);
  return wanted.filter((id) => (counts[id] ?? 0) > 1);
}
