/**
 * Every part down once during traffic: killed where a kill loses nothing that was acknowledged, stopped where it
 * would (Tempo keeps the last second in memory). At the end nothing is missing and nothing is there twice.
 */
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { EventDetail } from '../../proxy/src/contract/index.ts';
import type { ProgramName } from '../../scripts/stack/programs.ts';
import { type RunningProxy, startDemoProxy, startProxy } from '../support/peersProxy.ts';
import { countsOfEvents, recordsOf, spansOf } from './compare.ts';
import { queryFigure, queryFigures } from './prometheus.ts';
import { type Rig, readArchive, startRig, whyNoStack } from './rig.ts';

/** Long enough for several batches to meet a closed door. */
const DOWN_MS = 3_000;
const CAUGHT_UP_MS = 60_000;

const missing = whyNoStack();
let rig: Rig;
let events: readonly EventDetail[];
let range: { from: number; to: number };
let next: RunningProxy | undefined;

const OUTAGES: readonly { readonly name: ProgramName; readonly signal: 'SIGTERM' | 'SIGKILL' }[] = [
  { name: 'collector', signal: 'SIGKILL' },
  { name: 'loki', signal: 'SIGKILL' },
  { name: 'tempo', signal: 'SIGTERM' },
  { name: 'prometheus', signal: 'SIGKILL' },
  { name: 'collector', signal: 'SIGTERM' },
];

beforeAll(async () => {
  if (missing !== undefined) return;
  rig = await startRig();
  const stateDir = rig.folder('demo');
  const from = Date.now();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: rig.stack.addresses.otlpHttp };
  const proxy = await startDemoProxy({ stateDir, env });
  for (const { name, signal } of OUTAGES) {
    await sleep(DOWN_MS);
    await rig.stack.stop(name, signal);
    await sleep(DOWN_MS);
    await rig.stack.start(name);
  }
  // Stopped while a store is down: what the collector has then is on its disk, or in the proxy's archive.
  await rig.stack.stop('loki', 'SIGKILL');
  await sleep(1_000);
  expect(await proxy.stop(), proxy.output()).toBe(0);
  await rig.stack.start('loki');
  const archive = path.join(stateDir, 'demo');
  events = await readArchive(archive);
  // What the proxy could not deliver before its end, the next one of the same archive does.
  next = await startProxy('http://127.0.0.1:9/mcp', { stateDir: archive, env });
  range = { from: from - 1_000, to: Date.now() + 1_000 };
}, 240_000);

afterAll(async () => {
  await next?.stop();
  await rig?.close();
});

describe.skipIf(missing !== undefined)('after an outage of every part', () => {
  it('every event is in Loki once', async () => {
    expect(events.length).toBeGreaterThan(100);
    const look = async () =>
      countsOfEvents(events, await recordsOf(rig.stack.addresses.loki, 'event', range));
    await vi.waitFor(
      async () => {
        const { wanted, found } = await look();
        expect(Object.keys(wanted).filter((id) => found[id] === undefined)).toEqual([]);
      },
      { timeout: CAUGHT_UP_MS, interval: 1_000 },
    );
    const { wanted, found } = await look();
    expect(found).toEqual(wanted);
  }, 120_000);

  it('every SERVER span and its CLIENT spans are in Tempo once', async () => {
    const wanted = events.flatMap(({ eventName, spanId, upstreamSpans }) =>
      eventName === 'sightline.request' ? [spanId ?? '', ...upstreamSpans.map((span) => span.spanId)] : [],
    );
    const look = () => spansOf(rig.stack.addresses.tempo, events);
    await vi.waitFor(
      async () => {
        const found = await look();
        expect(wanted.filter((spanId) => !found.has(spanId))).toEqual([]);
      },
      { timeout: CAUGHT_UP_MS, interval: 1_000 },
    );
    const found = await look();
    for (const spanId of wanted) expect(found.get(spanId)).toHaveLength(1);
  }, 120_000);

  it('the collector has sent, and given up nothing', async () => {
    const { prometheus } = rig.stack.addresses;
    const sent = await queryFigure(prometheus, 'sum(otelcol_exporter_sent_log_records_total)');
    expect(sent).toBeGreaterThan(0);
    const failed = '{__name__=~"otelcol_exporter_(send|enqueue)_failed_(spans|log_records)_total"} > 0';
    expect(await queryFigures(prometheus, failed)).toEqual([]);
  });
});
