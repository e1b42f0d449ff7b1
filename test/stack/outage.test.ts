/**
 * Every part down once during traffic: killed where a kill loses nothing that was acknowledged, stopped where it
 * would (Tempo keeps the last second in memory). Then all three stores at once, and the collector killed while it alone
 * has what they lack. At the end nothing is missing and nothing is there twice.
 */
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventDetail } from '../../proxy/src/contract/index.ts';
import type { ProgramName } from '../../scripts/stack/programs.ts';
import { type RunningProxy, startDemoProxy } from '../support/peersProxy.ts';
import { recordsOf } from './compare.ts';
import { expectNothingElse, expectOnce } from './faultsCompare.ts';
import { killProxies, stopDelivered } from './faultsProxy.ts';
import { queryFigure, queryFigures } from './prometheus.ts';
import { type Rig, readArchive, startRig, whyNoStack } from './rig.ts';

/** Long enough for several batches to meet a closed door. */
const DOWN_MS = 3_000;

const missing = whyNoStack();
let rig: Rig;
let proxy: RunningProxy | undefined;
let events: readonly EventDetail[];
let range: { from: number; to: number };
/** Events that Loki lacked when the last exporting proxy had ended. */
let queued: number;

const STORES: readonly { readonly name: ProgramName; readonly signal: 'SIGTERM' | 'SIGKILL' }[] = [
  { name: 'loki', signal: 'SIGKILL' },
  { name: 'tempo', signal: 'SIGTERM' },
  { name: 'prometheus', signal: 'SIGKILL' },
];
const OUTAGES: typeof STORES = [
  { name: 'collector', signal: 'SIGKILL' },
  ...STORES,
  { name: 'collector', signal: 'SIGTERM' },
];

beforeAll(async () => {
  if (missing !== undefined) return;
  rig = await startRig();
  const stateDir = rig.folder('demo');
  const from = Date.now();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: rig.stack.addresses.otlpHttp };
  proxy = await startDemoProxy({ stateDir, env });
  for (const { name, signal } of OUTAGES) {
    await sleep(DOWN_MS);
    await rig.stack.stop(name, signal);
    await sleep(DOWN_MS);
    await rig.stack.start(name);
  }
  for (const { name, signal } of STORES) await rig.stack.stop(name, signal);
  const downAt = Date.now();
  await sleep(DOWN_MS);
  const archive = { stateDir: path.join(stateDir, 'demo'), env };
  await stopDelivered(proxy, archive);
  // From here on nobody exports.
  await rig.stack.stop('collector', 'SIGKILL');
  await rig.stack.start('collector');
  events = await readArchive(archive.stateDir);
  queued = events.filter(({ time }) => time > downAt).length;
  await Promise.all(STORES.map(({ name }) => rig.stack.start(name)));
  range = { from: from - 1_000, to: Date.now() + 1_000 };
}, 240_000);

afterAll(async () => {
  await Promise.all([proxy?.kill(), killProxies()]);
  await rig?.close();
}, 60_000);

describe.skipIf(missing !== undefined)('after an outage of every part', () => {
  it('every event is in Loki once, every span in Tempo, also what only the queue of a killed collector had', async () => {
    expect(events.length).toBeGreaterThan(100);
    expect(queued).toBeGreaterThan(10);
    await expectOnce(rig.stack.addresses, events, range);
    await expectNothingElse(rig.stack.addresses, events, range);
  }, 300_000);

  it('nothing is told to be lost', async () => {
    expect(await recordsOf(rig.stack.addresses.loki, 'loss', range)).toEqual([]);
  });

  it('the collector has sent, and given up nothing', async () => {
    const { prometheus } = rig.stack.addresses;
    const sent = () => queryFigure(prometheus, 'sum(otelcol_exporter_sent_log_records_total)');
    // Its own figures come every ten seconds.
    await expect.poll(sent, { timeout: 30_000 }).toBeGreaterThan(0);
    const failed = '{__name__=~"otelcol_exporter_(send|enqueue)_failed_(spans|log_records)_total"} > 0';
    expect(await queryFigures(prometheus, failed)).toEqual([]);
  });
});
