/**
 * What was recorded twenty days before anybody had a collector, sent by `sightline export` while the present goes into
 * the same streams: complete, found under its own time, and in no figure of now.
 */
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { EventDetail } from '../../proxy/src/contract/index.ts';
import { fillArchive } from '../support/archiveOfHistory.ts';
import { LONG_CLIENT } from '../support/history.ts';
import { startDemoProxy } from '../support/peersProxy.ts';
import { countsOfEvents, recordsOf, spansOf } from './compare.ts';
import { labelsAt, payloadPartsOf, requestsOf } from './expected.ts';
import { type LogRecord, queryRecords } from './loki.ts';
import { queryExemplars } from './prometheus.ts';
import { type Rig, readArchive, startRig, whyNoStack } from './rig.ts';
import { searchTraces } from './tempo.ts';

const DAY_MS = 24 * 3_600_000;
const VISIBLE_MS = 60_000;
const PRESENT_MS = 10_000;

const missing = whyNoStack();
let rig: Rig;
let events: readonly EventDetail[];
let records: readonly LogRecord[];
/** Three hours, twenty days ago. */
let range: { from: number; to: number };
let begun: number;

beforeAll(async () => {
  if (missing !== undefined) return;
  rig = await startRig();
  begun = Date.now();
  const fromMs = begun - 20 * DAY_MS;
  const toMs = fromMs + 3 * 3_600_000;
  range = { from: fromMs - 60_000, to: toMs + 60_000 };
  const stateDir = rig.folder('past');
  mkdirSync(stateDir, { recursive: true });
  fillArchive(stateDir, { calls: 1_000, sessions: 40, longSessionCalls: 200, fromMs, toMs });
  // Whoever reads it ends the sessions that were open, which is of now.
  events = (await readArchive(stateDir)).filter(({ time }) => time < range.to);
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: rig.stack.addresses.otlpHttp };
  const present = await startDemoProxy({ stateDir: rig.folder('present'), env });
  await new Promise((resolve) => setTimeout(resolve, PRESENT_MS));
  const said = await exportAll(stateDir, env);
  expect(said).toMatch(/^\d+ events: \d+ spans and \d+ log records accepted, 0 refused\n$/);
  expect(await present.stop(), present.output()).toBe(0);
  await vi.waitFor(
    async () => expect((await ofRecord('event')).length).toBeGreaterThanOrEqual(events.length),
    { timeout: VISIBLE_MS, interval: 500 },
  );
  records = await ofRecord('event');
}, 240_000);

afterAll(() => rig?.close());

/** `sightline export` of the past alone, as a user types it; what it says at the end. */
async function exportAll(stateDir: string, env: Readonly<Record<string, string>>): Promise<string> {
  const main = path.resolve('proxy/src/main.ts');
  const place = ['--from', '21d', '--to', '19d', '--state-dir', stateDir];
  const clean = Object.entries(process.env).filter(([key]) => !/^(SIGHTLINE|OTEL)_/.test(key));
  const child = spawn(process.execPath, [main, 'export', ...place], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...Object.fromEntries(clean), ...env },
  });
  return text(child.stdout);
}

const ofRecord = (kind: string): Promise<readonly LogRecord[]> =>
  recordsOf(rig.stack.addresses.loki, kind, range);

describe.skipIf(missing !== undefined)('a past of twenty days ago', () => {
  it('is in Loki: every event once, at its own time, with every attribute', () => {
    expect(events.length).toBeGreaterThan(1_000);
    const { wanted, found } = countsOfEvents(events, records);
    expect(found).toEqual(wanted);
    const byId = new Map(records.map((record) => [record.labels['sightline_event_id'], record]));
    for (const event of events) {
      const record = byId.get(event.eventId);
      expect(record?.time).toBe(event.timeUnixNano);
      expect(record?.labels).toMatchObject(labelsAt(event, 'event'));
    }
  });

  it('has its payloads and its session summaries', async () => {
    const payloads = await ofRecord('payload');
    expect(payloads).toHaveLength(events.flatMap(payloadPartsOf).length);
    const summaries = await ofRecord('session');
    const ids = new Set(summaries.map(({ labels }) => labels['sightline_session_id']));
    expect(ids).toEqual(new Set(events.flatMap(({ sessionId }) => sessionId ?? [])));
  });

  it('is not among what happens now', async () => {
    const { loki, tempo } = rig.stack.addresses;
    const now = { from: begun - 60_000, to: Date.now() + 60_000 };
    const query = `{service_name="sightline"} | sightline_client_name="${LONG_CLIENT}"`;
    expect(await queryRecords(loki, query, now)).toEqual([]);
    const search = `{ span.sightline.client.name = "${LONG_CLIENT}" }`;
    expect(await searchTraces(tempo, search, now)).toEqual([]);
  });

  it('is in Tempo: each request once with the spans of its exchanges, marked as sent later', async () => {
    const spans = await spansOf(rig.stack.addresses.tempo, events);
    for (const { spanId, upstreamSpans, startTime } of requestsOf(events)) {
      for (const id of [String(spanId), ...upstreamSpans.map((upstream) => upstream.spanId)]) {
        expect(spans.get(id), id).toMatchObject([{ attributes: { 'sightline.replayed': true } }]);
      }
      expect(Number(spans.get(String(spanId))?.[0]?.startNano) / 1e6).toBeCloseTo(startTime, 1);
    }
  });

  it('is found by search under its own time: a long session, and every failure', async () => {
    const { tempo } = rig.stack.addresses;
    const long = requestsOf(events).filter(({ clientName }) => clientName === LONG_CLIENT);
    expect(long.length).toBeGreaterThan(100);
    const failed = requestsOf(events).filter(({ outcome }) => outcome === 'tool_error');
    expect(failed.length).toBeGreaterThan(10);
    for (const [query, wanted] of [
      [`{ span.sightline.session.id = "${long[0]?.sessionId}" && kind = server }`, long],
      ['{ span.sightline.outcome = "tool_error" && kind = server }', failed],
    ] as const) {
      const look = async () =>
        (await searchTraces(tempo, query, range)).map(({ traceID }) => traceID.padStart(32, '0')).sort();
      await expect
        .poll(look, { timeout: VISIBLE_MS })
        .toEqual(wanted.map(({ traceId }) => String(traceId)).toSorted());
    }
  });

  it('makes no exemplars: those lead to what happens now', async () => {
    const exemplars = await queryExemplars(
      rig.stack.addresses.prometheus,
      'traces_span_metrics_duration_seconds_bucket',
      range.from,
      Date.now(),
    );
    expect(exemplars.length).toBeGreaterThan(0);
    const past = new Set(events.map(({ traceId }) => traceId));
    expect(exemplars.filter(({ labels }) => past.has(labels['trace_id']))).toEqual([]);
  });
});
