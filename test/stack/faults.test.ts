/**
 * Faults on the proxy's side, each during traffic: killed, upgraded between two deliveries of one event, its clock set,
 * an outage of three hours behind it. At the end nothing is missing and nothing is there twice.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventDetail } from '../../proxy/src/contract/index.ts';
import { recordsOf, spansOf } from './compare.ts';
import { wrongClock } from './faultsClock.ts';
import { expectNothingElse, expectOnce } from './faultsCompare.ts';
import { type Gate, openGate } from './faultsGate.ts';
import { killProxies, startProxy, stopDelivered } from './faultsProxy.ts';
import { callTool, startTraffic, startUpstream, type Upstream } from './faultsTraffic.ts';
import { proxyOfVersion } from './faultsUpgrade.ts';
import { queryRecords } from './loki.ts';
import { type Rig, readArchive, startRig, whyNoStack } from './rig.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Long enough for several batches of each signal. */
const TRAFFIC_MS = 2_500;

const missing = whyNoStack();
let rig: Rig;
let upstream: Upstream;
let env: Readonly<Record<string, string>>;
/** Holds every time that a clock of these tests shows. */
let range: { readonly from: number; readonly to: number };
const everything: EventDetail[] = [];

beforeAll(async () => {
  if (missing !== undefined) return;
  [rig, upstream] = await Promise.all([startRig(), startUpstream()]);
  env = { OTEL_EXPORTER_OTLP_ENDPOINT: rig.stack.addresses.otlpHttp };
  range = { from: Date.now() - 4 * HOUR_MS, to: Date.now() + 2 * HOUR_MS };
}, 240_000);

afterAll(async () => {
  await killProxies();
  await upstream?.close();
  await rig?.close();
}, 60_000);

/** What an archive has is in the stores once; it counts as recorded from then on. */
async function expectArchiveOnce(stateDir: string): Promise<readonly EventDetail[]> {
  const events = await readArchive(stateDir);
  everything.push(...events);
  await expectOnce(rig.stack.addresses, events, range);
  return events;
}

/** The collector has records and spans of which the proxy does not know that it has them. */
async function expectKept(gate: Gate): Promise<void> {
  const isKept = (path: string): boolean => (gate.keptBack.get(path) ?? 0) > 0;
  await expect.poll(() => isKept('/v1/logs') && isKept('/v1/traces'), { timeout: 30_000 }).toBe(true);
}

describe.skipIf(missing !== undefined)('a proxy', () => {
  it('that is killed goes on: what its archive had is there once, and no open request has a record', async () => {
    const stateDir = rig.folder('killed');
    let proxy = await startProxy(upstream.url, { stateDir, env });
    const traffic = startTraffic(() => proxy.url, 'killed');
    await callTool(proxy.url, { tool: 'before', session: 'open' });
    const broken = callTool(proxy.url, { tool: 'hangs', session: 'open', wish: { hang: true } }).then(
      () => 'answered',
      () => 'broken off',
    );
    for (let kills = 0; kills < 3; kills++) {
      await sleep(TRAFFIC_MS);
      await proxy.kill();
      proxy = await startProxy(upstream.url, { stateDir, env });
    }
    expect(await broken).toBe('broken off');
    await sleep(TRAFFIC_MS);
    expect(await traffic.stop()).toBeGreaterThan(30);
    await stopDelivered(proxy, { stateDir, env });
    const events = await expectArchiveOnce(stateDir);
    const before = events.find(({ genAiToolName }) => genAiToolName === 'before');
    const session = events.filter(({ sessionId }) => sessionId === before?.sessionId);
    expect(session.map(({ eventName, genAiToolName }) => genAiToolName ?? eventName)).toEqual([
      'sightline.session.started',
      'before',
      'sightline.session.ended',
    ]);
    expect(session.at(-1)?.sessionEndReason).toBe('crashed');
    const summaries = await queryRecords(
      rig.stack.addresses.loki,
      `{sightline_record="session", sightline_bucket="${before?.bucket}"} | sightline_session_id="${before?.sessionId}"`,
      range,
    );
    expect(summaries.at(-1)?.labels).toMatchObject({
      sightline_session_status: 'ended',
      sightline_session_incomplete: 'true',
    });
  }, 300_000);

  it('that is cut off from the answer to a delivery repeats it, and leaves it once', async () => {
    const stateDir = rig.folder('cut off');
    const gate = await openGate(rig.stack.addresses.otlpHttp);
    const toGate = { OTEL_EXPORTER_OTLP_ENDPOINT: gate.origin };
    const proxy = await startProxy(upstream.url, { stateDir, env: toGate });
    const traffic = startTraffic(() => proxy.url, 'cut off');
    gate.breakOnce();
    await expectKept(gate);
    await sleep(TRAFFIC_MS);
    await traffic.stop();
    await stopDelivered(proxy, { stateDir, env: toGate });
    await gate.close();
    await expectArchiveOnce(stateDir);
  }, 300_000);

  it('that is upgraded between two deliveries of one event leaves it once', async () => {
    const { addresses } = rig.stack;
    const stateDir = rig.folder('upgraded');
    const gate = await openGate(addresses.otlpHttp);
    let proxy = await startProxy(upstream.url, {
      stateDir,
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: gate.origin },
    });
    const traffic = startTraffic(() => proxy.url, 'upgraded');
    await sleep(TRAFFIC_MS);
    gate.shut();
    await expectKept(gate);
    await proxy.kill();
    await gate.close();
    const main = proxyOfVersion('99.0.0', rig.folder('upgrade'));
    proxy = await startProxy(upstream.url, { stateDir, env, main });
    await sleep(TRAFFIC_MS);
    await traffic.stop();
    await stopDelivered(proxy, { stateDir, env });
    const events = await expectArchiveOnce(stateDir);
    const spans = [...(await spansOf(addresses.tempo, events)).values()].flat();
    expect(new Set(spans.map(({ resource }) => resource['service.version'])).size).toBe(2);
  }, 300_000);

  it('whose clock is set, forwards and back, leaves each event once under the time it had then', async () => {
    const stateDir = rig.folder('clock');
    const clock = wrongClock(rig.folder('clock set'), 0);
    const start = () => startProxy(upstream.url, { stateDir, env: { ...env, ...clock.env } });
    let proxy = await start();
    const traffic = startTraffic(() => proxy.url, 'clock');
    await sleep(TRAFFIC_MS);
    clock.set(30 * MINUTE_MS);
    await sleep(TRAFFIC_MS);
    // Within one run time does not go back; in the next it does.
    clock.set(-30 * MINUTE_MS);
    await sleep(TRAFFIC_MS);
    await proxy.stop();
    proxy = await start();
    await proxy.says(/clock_went_back/);
    await sleep(TRAFFIC_MS);
    await traffic.stop();
    await stopDelivered(proxy, { stateDir, env });
    const events = await expectArchiveOnce(stateDir);
    const ahead = events.map(({ time }) => Math.round((time - Date.now()) / (30 * MINUTE_MS)));
    expect(new Set(ahead)).toEqual(new Set([0, 1, -1]));
  }, 300_000);

  it('dates what it sees by its own clock, whatever the clock of the client', async () => {
    const stateDir = rig.folder('client clock');
    const proxy = await startProxy(upstream.url, { stateDir, env });
    const from = Date.now();
    const days = ['Thu, 01 Jan 1970 00:00:00 GMT', 'Fri, 31 Dec 2199 23:59:59 GMT'];
    for (const [i, date] of days.entries()) {
      const tracestate = `vendor=t:${Date.parse(date)}`;
      const traceparent = `00-${'0af7651916cd43dd8448eb211c80319'}${i}-b7ad6b7169203331-01`;
      await callTool(proxy.url, {
        tool: `at_${i}`,
        session: 'client clock',
        headers: { date, 'if-modified-since': date, traceparent, tracestate },
        meta: { traceparent, tracestate, timestamp: date, baggage: `session.id=client clock,time=${date}` },
      });
    }
    const to = Date.now();
    await stopDelivered(proxy, { stateDir, env });
    const events = await expectArchiveOnce(stateDir);
    const calls = events.filter(({ genAiToolName }) => genAiToolName !== undefined);
    expect(calls).toHaveLength(days.length);
    for (const { time, startTime } of calls) {
      expect([startTime >= from - 1, startTime <= time, time <= to + 1]).toEqual([true, true, true]);
    }
    for (const { traceId, spanId } of calls) {
      const span = (await spansOf(rig.stack.addresses.tempo, calls)).get(spanId ?? '')?.[0];
      expect(span?.traceId).toBe(traceId);
      expect(Number(span?.startNano ?? 0n) / 1e6).toBeGreaterThanOrEqual(from - 1);
    }
  }, 300_000);

  it('that could export nothing for three hours is complete soon, though another wrote into the same streams', async () => {
    const { loki } = rig.stack.addresses;
    const stateDir = rig.folder('three hours');
    const clock = wrongClock(rig.folder('three hours ago'), -3 * HOUR_MS);
    const nobody = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };
    let late = await startProxy(upstream.url, { stateDir, env: { ...nobody, ...clock.env } });
    const lateTraffic = startTraffic(() => late.url, 'late');
    await sleep(TRAFFIC_MS);
    await late.stop();
    const otherDir = rig.folder('meanwhile');
    const other = await startProxy(upstream.url, { stateDir: otherDir, env });
    const otherTraffic = startTraffic(() => other.url, 'meanwhile');
    await sleep(TRAFFIC_MS);
    late = await startProxy(upstream.url, { stateDir, env });
    await sleep(TRAFFIC_MS);
    await Promise.all([lateTraffic.stop(), otherTraffic.stop()]);
    await stopDelivered(late, { stateDir, env });
    await stopDelivered(other, { stateDir: otherDir, env });
    await expectArchiveOnce(otherDir);
    const events = await expectArchiveOnce(stateDir);
    const long = events.filter(({ time }) => time < Date.now() - 2 * HOUR_MS);
    expect(long.length).toBeGreaterThan(20);
    // The streams are the same: every bucket has old and new.
    const buckets = new Set(long.map(({ bucket }) => bucket));
    const recent = await recordsOf(loki, 'event', { ...range, from: Date.now() - 10 * MINUTE_MS });
    expect(buckets.difference(new Set(recent.map(({ labels }) => labels['sightline_bucket'])))).toEqual(
      new Set(),
    );
    // What is written to disk later is no second copy.
    const flushed = await fetch(`${loki}/flush`, { method: 'POST' });
    expect(flushed.status).toBe(204);
    await expectOnce(rig.stack.addresses, events, range);
  }, 300_000);
});

describe.skipIf(missing !== undefined)('the stores', () => {
  it('have no event that no archive has, and still each once: a repeat may come late', async () => {
    await expectNothingElse(rig.stack.addresses, everything, range);
    await expectOnce(rig.stack.addresses, everything, range);
  });
});
