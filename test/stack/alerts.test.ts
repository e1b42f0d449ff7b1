/**
 * Real faults, made by real requests through real proxies: the alert for each has a series in Prometheus, by the names
 * under which metrics really arrive there; what is well has none, and a caller who gives up is nobody's fault.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALERTS } from '../../dashboards/src/alerts/catalogue.ts';
import { type RunningProxy, startProxy } from '../support/peersProxy.ts';
import { ask } from './ask.ts';
import { callTool, startUpstream, type Upstream } from './faultsTraffic.ts';
import { queryFigures } from './prometheus.ts';
import { type Rig, startRig, whyNoStack } from './rig.ts';

/** Two evaluations of what is recorded, and a machine that does other work besides. */
const VISIBLE_MS = 100_000;
const CALLS = 8;
const CLOSED_PORT = 'http://127.0.0.1:9/mcp';

const missing = whyNoStack();
let rig: Rig;
let upstream: Upstream;
let proxies: readonly RunningProxy[] = [];
const hung = new AbortController();

beforeAll(async () => {
  if (missing !== undefined) return;
  rig = await startRig();
  upstream = await startUpstream();
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: rig.stack.addresses.otlpHttp,
    OTEL_METRIC_EXPORT_INTERVAL: '1000',
  };
  const well = await startProxy(upstream.url, { env, flags: ['--unanswered-after', '1s'] });
  const cut = await startProxy(CLOSED_PORT, { env });
  proxies = [well, cut];
  const session = 'alerts';
  await sendFromTheFuture(rig.stack.addresses.otlpHttp);
  callTool(well.url, { tool: 'stuck', session, wish: { hang: true } }, hung.signal).catch(() => undefined);
  for (let i = 0; i < CALLS; i++) {
    await callTool(well.url, { tool: 'well', session });
    await callTool(well.url, { tool: 'broken', session, wish: { error: 10 } });
    const patience = AbortSignal.timeout(50);
    await expect(
      callTool(well.url, { tool: 'impatient', session, wish: { hang: true } }, patience),
    ).rejects.toThrow();
    await callTool(cut.url, { tool: 'far', session });
  }
});

afterAll(async () => {
  hung.abort();
  await Promise.all(proxies.map((proxy) => proxy.stop()));
  await upstream?.close();
  await rig?.close();
});

/** A record that Loki refuses for good: days ahead of its clock. */
async function sendFromTheFuture(otlpHttp: string): Promise<void> {
  const timeUnixNano = `${Date.now() + 7 * 86_400_000}000000`;
  const answer = await fetch(`${otlpHttp}/v1/logs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      resourceLogs: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'future' } }] },
          scopeLogs: [{ logRecords: [{ timeUnixNano, body: { stringValue: 'too early' } }] }],
        },
      ],
    }),
  });
  expect(answer.status, await answer.text()).toBe(200);
}

/** Tools, servers or exporters for which an alert's expression has a series now. */
async function concerned(name: string): Promise<readonly string[]> {
  const alert = ALERTS.find((candidate) => candidate.name === name);
  if (alert === undefined) throw new Error(`no alert '${name}'`);
  const figures = await queryFigures(rig.stack.addresses.prometheus, alert.expr);
  return figures
    .map(
      ({ labels }) =>
        labels['gen_ai_tool_name'] ?? labels['sightline_server_name'] ?? labels['exporter'] ?? name,
    )
    .sort();
}

describe.skipIf(missing !== undefined)('a real fault', () => {
  it('of a tool, or of the way to its server, burns that tool’s budget and no other', async () => {
    await expect
      .poll(() => concerned('SightlineToolBurnsFast'), { timeout: VISIBLE_MS })
      .toEqual(['broken', 'far']);
  });

  it('is an alert that fires, with what is to be done about it', async () => {
    const firing = async () => {
      const answer = (await ask(rig.stack.addresses.prometheus, '/api/v1/alerts', {})) as {
        data: {
          alerts: { state: string; labels: Record<string, string>; annotations: Record<string, string> }[];
        };
      };
      return answer.data.alerts.find(
        ({ labels }) =>
          labels['alertname'] === 'SightlineToolBurnsFast' && labels['gen_ai_tool_name'] === 'broken',
      );
    };
    await expect.poll(firing, { timeout: VISIBLE_MS }).toMatchObject({
      state: 'firing',
      labels: { severity: 'critical', component: 'tool' },
      annotations: {
        summary: expect.stringMatching(/^Tool broken of server 127-0-0-1-\d+ fails fast$/),
        runbook_url: 'docs/runbook.md#sightlinetoolburnsfast',
      },
    });
  });

  it('of a server that cannot be reached concerns that server', async () => {
    await expect
      .poll(() => concerned('SightlineUpstreamDown'), { timeout: VISIBLE_MS })
      .toEqual(['127-0-0-1-9']);
  });

  it('of a call without an answer concerns its tool, and not one whose caller went away', async () => {
    await expect.poll(() => concerned('SightlineCallsHang'), { timeout: VISIBLE_MS }).toEqual(['stuck']);
  });

  it('of a record that a store refuses concerns the way to that store', async () => {
    await expect
      .poll(() => concerned('SightlineStoreRefuses'), { timeout: VISIBLE_MS })
      .toEqual(['otlp_http/loki']);
  });

  it('leaves all other alerts silent', async () => {
    const faulty = [
      'SightlineToolBurnsFast',
      'SightlineToolBurnsSlowly',
      'SightlineUpstreamDown',
      'SightlineCallsHang',
      'SightlineStoreRefuses',
    ];
    for (const { name } of ALERTS.filter((alert) => !faulty.includes(alert.name))) {
      expect(await concerned(name), name).toEqual([]);
    }
  });
});
