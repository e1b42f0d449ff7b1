/** Half a minute of the demo's traffic through the native stack, compared event by event. */
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect } from 'vitest';
import { startDemoProxy } from '../support/peersProxy.ts';
import { describeDelivery } from './delivered.ts';
import { type Rig, readArchive, startRig, whyNoStack } from './rig.ts';

const TRAFFIC_MS = 30_000;

let rig: Rig;

afterAll(() => rig?.close());

describeDelivery(async () => {
  rig = await startRig();
  const { addresses } = rig.stack;
  const stateDir = rig.folder('demo');
  const from = Date.now();
  const proxy = await startDemoProxy({ stateDir, env: { OTEL_EXPORTER_OTLP_ENDPOINT: addresses.otlpHttp } });
  await sleep(TRAFFIC_MS);
  expect(await proxy.stop(), proxy.output()).toBe(0);
  // The demo keeps its archive apart from that of a user's own server.
  const events = await readArchive(path.join(stateDir, 'demo'));
  return { addresses, events, range: { from: from - 1_000, to: Date.now() + 1_000 } };
}, whyNoStack() !== undefined);
