/**
 * What the proxy saw is what the stores have: traffic of which the proxy's own archive tells, compared with Loki,
 * Tempo and Prometheus event by event. The native stack and docker-compose.yml are held to the same.
 */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { EventDetail } from '../../proxy/src/contract/index.ts';
import type { Addresses } from '../../scripts/stack/specs.ts';
import { countBy, countsOfEvents, recordsOf, spansOf } from './compare.ts';
import { describeDocumented } from './documentedTests.ts';
import { attributesAt, endsCall, requestsOf } from './expected.ts';
import { indexLabels, type LogRecord } from './loki.ts';
import { queryExemplars, queryFigure, queryFigures } from './prometheus.ts';
import { searchTraces, type TraceSpan } from './tempo.ts';

/** Until a store shows what it has accepted. */
const VISIBLE_MS = 60_000;

/** Traffic that has ended, and the stores that should have it. Nothing else may be in them. */
export interface Traffic {
  readonly addresses: Pick<Addresses, 'loki' | 'tempo' | 'prometheus'>;
  /** What happened, as the proxy's own archive tells it. */
  readonly events: readonly EventDetail[];
  /** Unix milliseconds around all of it. */
  readonly range: { readonly from: number; readonly to: number };
}

/** Declares the comparison. @param make Runs once, before it. @param skipped Why is the caller's to say. */
export function describeDelivery(make: () => Promise<Traffic>, skipped: boolean): void {
  let traffic: Traffic;
  let events: Traffic['events'];
  let range: Traffic['range'];
  let records: readonly LogRecord[];
  let spans: ReadonlyMap<string, readonly TraceSpan[]>;

  beforeAll(async () => {
    if (skipped) return;
    traffic = await make();
    ({ events, range } = traffic);
    await vi.waitFor(
      async () => expect((await ofRecord('event')).length).toBeGreaterThanOrEqual(events.length),
      { timeout: VISIBLE_MS, interval: 500 },
    );
    records = await ofRecord('event');
    spans = await spansOf(traffic.addresses.tempo, events);
  });

  const ofRecord = (kind: string): Promise<readonly LogRecord[]> =>
    recordsOf(traffic.addresses.loki, kind, range);

  const requests = (): readonly EventDetail[] => requestsOf(events);

  describe.skipIf(skipped)('Loki', () => {
    it('has every event once', () => {
      expect(events.length).toBeGreaterThan(100);
      const { wanted, found } = countsOfEvents(events, records);
      expect(found).toEqual(wanted);
    });

    it('has each with its time, every attribute, its trace and one readable line', () => {
      const byId = new Map(records.map((record) => [record.labels['sightline_event_id'], record]));
      for (const event of events) {
        const record = byId.get(event.eventId);
        expect(record?.time).toBe(event.timeUnixNano);
        const expected = Object.entries(attributesAt(event, 'event')).map(([key, value]) => [
          key.replaceAll('.', '_'),
          String(value),
        ]);
        expect(record?.labels).toMatchObject(Object.fromEntries(expected));
        expect(record?.labels['trace_id']).toBe(event.traceId);
        expect(record?.labels['span_id']).toBe(event.spanId);
        expect(record?.line).not.toMatch(/[\r\n]/);
      }
    });

    it('indexes no label but ours (the fourth is that of a deployment with a name), and drops what an upgrade would change', async () => {
      const labels = await indexLabels(traffic.addresses.loki, range);
      expect([...labels].sort()).toEqual(['service_name', 'sightline_bucket', 'sightline_record']);
      for (const { labels: all } of records) {
        expect(all).not.toHaveProperty('service_version');
        expect(all).not.toHaveProperty('scope_version');
      }
    });

    it('has payload records that join by event id, and session summaries of their own', async () => {
      const payloads = await ofRecord('payload');
      const withPayload = new Set(payloads.map(({ labels }) => labels['sightline_event_id']));
      for (const { eventId, payloads: own } of events) {
        if (own.length > 0) expect(withPayload).toContain(eventId);
      }
      const sessions = new Set(
        (await ofRecord('session')).map(({ labels }) => labels['sightline_session_id']),
      );
      const seen = new Set(events.flatMap(({ sessionId }) => sessionId ?? []));
      expect(sessions).toEqual(seen);
    });
  });

  describe.skipIf(skipped)('Tempo', () => {
    it('has a SERVER span of every request, once, with its attributes and status', () => {
      for (const event of requests()) {
        const [span, ...more] = spans.get(event.spanId ?? '') ?? [];
        expect(more).toEqual([]);
        expect(span).toMatchObject({ traceId: event.traceId, kind: 'server' });
        expect(span?.attributes).toMatchObject(withoutCallerFault(attributesAt(event, 'server'), span));
        expect(span?.status).toBe(span?.attributes['error.type'] === undefined ? 'unset' : 'error');
      }
    });

    it('has below it a CLIENT span of every exchange with the upstream', () => {
      const exchanges = requests().flatMap((event) =>
        event.upstreamSpans.map((upstream) => ({ event, upstream })),
      );
      expect(exchanges.length).toBeGreaterThan(50);
      for (const { event, upstream } of exchanges) {
        const [span, ...more] = spans.get(upstream.spanId) ?? [];
        expect(more).toEqual([]);
        expect(span).toMatchObject({ traceId: event.traceId, parentSpanId: event.spanId, kind: 'client' });
        expect(span?.attributes['sightline.outcome']).toBe(event.outcome);
      }
    });

    it('finds a session by its id, and failures by their outcome', async () => {
      const { tempo } = traffic.addresses;
      for (const [key, attribute] of [
        ['sessionId', 'sightline.session.id'],
        ['outcome', 'sightline.outcome'],
      ] as const) {
        const values = new Set(requests().flatMap((event) => event[key] ?? []));
        expect(values.size).toBeGreaterThan(5);
        for (const value of values) {
          const own = requests().filter((event) => event[key] === value);
          const query = `{ span.${attribute} = "${value}" && kind = server }`;
          await expect
            .poll(
              async () =>
                new Set(
                  (await searchTraces(tempo, query, range)).map(({ traceID }) => traceID.padStart(32, '0')),
                ),
              {
                timeout: VISIBLE_MS,
              },
            )
            .toEqual(new Set(own.map(({ traceId }) => traceId)));
        }
      }
    });
  });

  describe.skipIf(skipped)('Prometheus', () => {
    it('has counted every event by its name', async () => {
      const counted = await queryFigures(
        traffic.addresses.prometheus,
        'sum by (event_name) (sightline_events_total)',
      );
      const byName = Object.fromEntries(counted.map(({ labels, value }) => [labels['event_name'], value]));
      expect(byName).toMatchObject(countBy(events, ({ eventName }) => eventName ?? ''));
    });

    it('has measured every request of each side', async () => {
      const { prometheus } = traffic.addresses;
      expect(await queryFigure(prometheus, 'sum(mcp_server_operation_duration_seconds_count)')).toBe(
        requests().length,
      );
      const calls = events.filter(endsCall);
      const byOutcome = await queryFigures(prometheus, 'sum by (sightline_outcome) (sightline_calls_total)');
      expect(
        Object.fromEntries(byOutcome.map(({ labels, value }) => [labels['sightline_outcome'], value])),
      ).toEqual(countBy(calls, ({ outcome }) => String(outcome)));
    });

    it('has exemplars that lead to traces which exist', async () => {
      const { prometheus } = traffic.addresses;
      const known = new Set(events.map(({ traceId }) => traceId));
      const exemplars = await queryExemplars(
        prometheus,
        'traces_span_metrics_duration_seconds_bucket',
        range.from,
        Date.now(),
      );
      expect(exemplars.length).toBeGreaterThan(0);
      for (const { labels } of exemplars) expect(known).toContain(labels['trace_id']);
    });
  });

  describeDocumented(() => ({ traffic, spans }), skipped);
}

/** On SERVER spans `error.type` is absent where the caller was at fault; the record has it always. */
function withoutCallerFault(
  attributes: Readonly<Record<string, unknown>>,
  span: TraceSpan | undefined,
): Readonly<Record<string, unknown>> {
  if (span?.attributes['error.type'] !== undefined) return attributes;
  return Object.fromEntries(Object.entries(attributes).filter(([key]) => key !== 'error.type'));
}
