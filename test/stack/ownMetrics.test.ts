/**
 * What Prometheus has of the stack itself, and what its settings promise: a counter's first increment counts, rules are
 * loaded, data is kept as long as asked for, and nothing of the stack listens beyond loopback.
 */
import { globSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { platform } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { PROGRAMS, ROOT } from '../../scripts/stack/programs.ts';
import { ask } from './ask.ts';
import { queryFigure, queryFigures } from './prometheus.ts';
import { type Rig, startRig, whyNoStack } from './rig.ts';

const VISIBLE_MS = 60_000;

const missing = whyNoStack();
let rig: Rig;
beforeAll(async () => {
  if (missing === undefined) rig = await startRig();
});
afterAll(() => rig?.close());

const nanoseconds = (milliseconds: number): string => `${milliseconds}000000`;

/** One counter at 1 that began some seconds ago, and one record and span, so that every pipeline has been used. */
async function send(): Promise<void> {
  const now = Date.now();
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'counting' } }] };
  const point = {
    asInt: '1',
    startTimeUnixNano: nanoseconds(now - 5_000),
    timeUnixNano: nanoseconds(now),
  };
  const sum = { dataPoints: [point], aggregationTemporality: 2, isMonotonic: true };
  const span = {
    traceId: '5bf7651916cd43dd8448eb211c80319c',
    spanId: 'd7ad6b7169203331',
    name: 'once',
    startTimeUnixNano: nanoseconds(now - 5),
    endTimeUnixNano: nanoseconds(now),
  };
  const bodies = {
    metrics: { resourceMetrics: [{ resource, scopeMetrics: [{ metrics: [{ name: 'first', sum }] }] }] },
    logs: {
      resourceLogs: [
        {
          resource,
          scopeLogs: [{ logRecords: [{ timeUnixNano: nanoseconds(now), body: { stringValue: 'once' } }] }],
        },
      ],
    },
    traces: { resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] },
  };
  for (const [signal, body] of Object.entries(bodies)) {
    const answer = await fetch(`${rig.stack.addresses.otlpHttp}/v1/${signal}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(answer.status, await answer.text()).toBe(200);
  }
}

/**
 * What tells whether a part takes what it is sent, by the part: the names that a dashboard of its health asks for. What
 * counts the collector's failures is there from the first failure on.
 */
const HEALTH = {
  collector: [
    'otelcol_exporter_queue_size',
    'otelcol_exporter_queue_capacity',
    'otelcol_exporter_sent_log_records_total',
    'otelcol_exporter_sent_spans_total',
    'otelcol_exporter_sent_metric_points_total',
    'otelcol_receiver_accepted_log_records_total',
    'otelcol_receiver_refused_log_records_total',
    'otelcol_receiver_refused_spans_total',
    'otelcol_process_memory_rss_bytes',
  ],
  loki: [
    'loki_distributor_lines_received_total',
    'loki_distributor_bytes_received_total',
    'loki_ingester_memory_streams',
    'process_resident_memory_bytes',
  ],
  tempo: [
    'tempo_distributor_spans_received_total',
    'tempo_distributor_bytes_received_total',
    'tempo_ingester_live_traces',
    'process_resident_memory_bytes',
  ],
  prometheus: [
    'prometheus_tsdb_head_series',
    'prometheus_tsdb_head_samples_appended_total',
    'process_resident_memory_bytes',
  ],
} as const;

describe.skipIf(missing !== undefined)('Prometheus', () => {
  it("counts a counter's first increment, which came over OTLP with the time at which it began", async () => {
    await send();
    const increase = () => queryFigure(rig.stack.addresses.prometheus, 'sum(increase(first_total[5m]))');
    await expect.poll(increase, { timeout: VISIBLE_MS }).toBeGreaterThanOrEqual(1);
  });

  it.each(Object.entries(HEALTH))('has what %s says of itself', async (job, names) => {
    const { prometheus } = rig.stack.addresses;
    const found = async () =>
      (await queryFigures(prometheus, `count by (__name__) ({job="${job}"})`)).map(
        ({ labels }) => labels['__name__'],
      );
    await expect.poll(found, { timeout: VISIBLE_MS }).toEqual(expect.arrayContaining([...names]));
  });

  it('keeps of Loki and Tempo only what somebody asks for', async () => {
    const series = await queryFigures(
      rig.stack.addresses.prometheus,
      'count by (job) ({job=~"loki|tempo|prometheus"})',
    );
    expect(series).toHaveLength(3);
    for (const { labels, value } of series) expect(value, labels['job']).toBeLessThan(200);
  });

  it('has loaded every rule under deploy/', async () => {
    const groups = globSync('deploy/prometheus/rules/*.yml', { cwd: ROOT }).flatMap((file) =>
      (parse(readFileSync(path.join(ROOT, file), 'utf8')) as { groups: { name: string }[] }).groups.map(
        ({ name }) => name,
      ),
    );
    const answer = (await ask(rig.stack.addresses.prometheus, '/api/v1/rules', {})) as {
      data: { groups: { name: string }[] };
    };
    expect(answer.data.groups.map(({ name }) => name).sort()).toEqual(groups.sort());
  });

  it('keeps data for the days that were asked for', async () => {
    const answer = await ask(rig.stack.addresses.prometheus, '/api/v1/status/runtimeinfo', {});
    expect(answer).toMatchObject({ data: { storageRetention: '30d' } });
  });
});

// Other systems than Linux do not say in a file who listens where.
describe.runIf(missing === undefined && platform() === 'linux')('every part', () => {
  it.each(PROGRAMS)('$name listens on loopback only', ({ name }) => {
    const listening = listenersOf(rig.stack.pid(name));
    expect(listening.length).toBeGreaterThan(0);
    for (const address of listening) expect(address).toMatch(/^0100007F:|^0{24}01000000:/);
  });
});

/** Addresses that a process listens on, as the kernel spells them. */
function listenersOf(pid: number): readonly string[] {
  const sockets = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        // Closed meanwhile.
        return [];
      }
    }),
  );
  return ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode = '']) => state === '0A' && sockets.has(inode))
      .map(([, address = '']) => address),
  );
}
