/**
 * Loki, Tempo and Prometheus down together for longer than any default keeps trying: five minutes in the collector's
 * retries, ten tries in many clients. Nearly all of it is waiting, so `npm test` runs it beside the other suites.
 */
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventDetail } from '../../proxy/src/contract/index.ts';
import { type RunningProxy, startDemoProxy } from '../support/peersProxy.ts';
import { countBy } from './compare.ts';
import { expectNothingElse, expectOnce } from './faultsCompare.ts';
import { killProxies, stopDelivered } from './faultsProxy.ts';
import { queryFigures } from './prometheus.ts';
import { type Rig, readArchive, startRig, whyNoStack } from './rig.ts';

const OUTAGE_MS = 330_000;
const BEFORE_AND_AFTER_MS = 5_000;
const EXPORT_EVERY_MS = 10_000;

const missing = whyNoStack();
let rig: Rig;
let proxy: RunningProxy | undefined;
let events: readonly EventDetail[];
let range: { from: number; to: number };
/** When the stores were down, Unix milliseconds. */
let down: { from: number; to: number };

beforeAll(async () => {
  if (missing !== undefined) return;
  rig = await startRig();
  const stateDir = rig.folder('demo');
  const stores = ['loki', 'tempo', 'prometheus'] as const;
  const from = Date.now();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: rig.stack.addresses.otlpHttp };
  proxy = await startDemoProxy({ stateDir, env });
  await sleep(BEFORE_AND_AFTER_MS);
  await Promise.all(stores.map((name) => rig.stack.stop(name)));
  const downFrom = Date.now();
  await sleep(OUTAGE_MS);
  down = { from: downFrom, to: Date.now() };
  await Promise.all(stores.map((name) => rig.stack.start(name)));
  await sleep(BEFORE_AND_AFTER_MS);
  const archive = { stateDir: path.join(stateDir, 'demo'), env };
  await stopDelivered(proxy, archive);
  events = await readArchive(archive.stateDir);
  range = { from: from - 1_000, to: Date.now() + 1_000 };
}, OUTAGE_MS + 120_000);

afterAll(async () => {
  await Promise.all([proxy?.kill(), killProxies()]);
  await rig?.close();
}, 60_000);

describe.skipIf(missing !== undefined)('after five and a half minutes without any store', () => {
  it('every event, payload and span is there once', async () => {
    expect(events.filter(({ time }) => time > down.from && time < down.to).length).toBeGreaterThan(300);
    await expectOnce(rig.stack.addresses, events, range);
    await expectNothingElse(rig.stack.addresses, events, range);
  }, 300_000);

  it('every measurement of that time is there, and the sums are right', async () => {
    const { prometheus } = rig.stack.addresses;
    const sums = async () => {
      const counted = await queryFigures(prometheus, 'sum by (event_name) (sightline_events_total)');
      return Object.fromEntries(counted.map(({ labels, value }) => [labels['event_name'], value]));
    };
    await expect
      .poll(sums, { timeout: 60_000 })
      .toMatchObject(countBy(events, ({ eventName }) => eventName ?? ''));
    const seconds = Math.floor((down.to - down.from) / 1_000);
    const [samples] = await queryFigures(
      prometheus,
      `count_over_time(sightline_outbox_size[${seconds}s])`,
      down.to,
    );
    // One may fall between the ends.
    expect(samples?.value).toBeGreaterThanOrEqual(Math.floor((down.to - down.from) / EXPORT_EVERY_MS) - 1);
  }, 120_000);
});
