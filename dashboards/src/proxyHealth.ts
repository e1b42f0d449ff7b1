/** 7. Whether what is shown can be believed: what the proxy costs, and whether telemetry arrives. */
import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { SERVER_CHOSEN } from './figures.ts';
import { dashboard, evenly } from './layout.ts';
import { FOREIGN_METRICS as F, metric } from './names.ts';
import { bars, durations, lines } from './panels/chart.ts';
import { limits } from './panels/colours.ts';
import { prom } from './panels/face.ts';
import { compared, stat } from './panels/stat.ts';
import { BAR, increase, quantile, RANGE, RATE, series } from './promql.ts';
import { LOOP_DELAY, OUTBOX_AGE, OVERHEAD, percent, QUEUE_USED } from './thresholds.ts';
import { server } from './variables.ts';

const overhead = series('sightline.proxy.duration', SERVER_CHOSEN, 'bucket');
const dropped = series('sightline.events.dropped');
const written = series('sightline.events');
const p99 = quantile(0.99, overhead, RANGE);
const used = `max(${F.queueSize} / ${F.queueCapacity})`;
const NO_PROXY = 'no proxy reports';
const NO_COLLECTOR = 'no collector reports';

const indicators = [
  compared(
    {
      title: 'Overhead',
      means: `The proxy's own share of a request, p99: one in a hundred has more. Amber from ${OVERHEAD.warn * 1000} ms, red from ${OVERHEAD.bad * 1000} ms on.`,
      act: 'If it grows with the event loop delay, the machine is too small or shared with something greedy.',
      unit: 's',
      empty: NO_PROXY,
    },
    { now: p99, words: { to: 0.0001, unit: ' s' } },
    limits(OVERHEAD),
  ),
  compared(
    {
      title: 'Events',
      means: 'Events that the proxy wrote, of every kind.',
      act: 'None while clients work: the proxy observes nothing. Its own page says why.',
      unit: 'locale',
      decimals: 0,
      empty: NO_PROXY,
    },
    { now: increase(written) },
  ),
  stat(
    {
      title: 'Dropped',
      means: 'Events that were dropped, cut or evicted anywhere in the proxy, in the range.',
      act: 'Anything but zero means that what you see is incomplete: the chart of drops says where and why.',
      unit: 'locale',
      decimals: 0,
      empty: NO_PROXY,
    },
    prom(`(${increase(dropped)}) or (0 * ${increase(written)})`),
    limits({ warn: 0.5, bad: 0.5 }),
  ),
  stat(
    {
      title: 'Backlog',
      means: `Age of the oldest event that the collector has not accepted. Amber from ${OUTBOX_AGE.warn} s, red from ${OUTBOX_AGE.bad} s on.`,
      act: 'The collector is down, full, or refuses. Nothing is lost while the archive has room; it is delivered later.',
      unit: 's',
      empty: NO_PROXY,
    },
    prom(`max(${metric('sightline.outbox.age')})`),
    limits(OUTBOX_AGE),
  ),
  stat(
    {
      title: 'Queue',
      means: `Share of the collector's queue that is used, of the fullest. Amber from ${percent(QUEUE_USED.warn)}, red from ${percent(QUEUE_USED.bad)} on.`,
      act: 'A store does not take what it is sent: see failed deliveries. When the queue is full the collector refuses, and the proxies keep what it refused.',
      unit: 'percentunit',
      decimals: 1,
      empty: NO_COLLECTOR,
    },
    prom(used),
    limits(QUEUE_USED),
  ),
  stat(
    {
      title: 'Loop delay',
      means: `How long the thread that owns the sockets was held up (event loop delay, p99). Amber from ${LOOP_DELAY.warn * 1000} ms, red from ${LOOP_DELAY.bad * 1000} ms on.`,
      act: 'Every request waits as long. Look for something else that uses the processor.',
      unit: 's',
      empty: NO_PROXY,
    },
    prom(`max(${metric('nodejs.eventloop.delay.p99')})`),
    limits(LOOP_DELAY),
  ),
];

/** Where a chart of the proxy's own share begins, in seconds. */
const FINEST = 0.00001;
const overheads = durations(
  {
    title: 'Overhead',
    means: "Percentiles of the proxy's own share of each request.",
    act: 'Compare with the event loop delay at the same time.',
    unit: 's',
    empty: NO_PROXY,
  },
  [0.5, 0.95, 0.99].map((q) => prom(quantile(q, overhead, RATE), `p${q * 100}`)),
  FINEST,
);

const flight = lines(
  {
    title: 'In flight, and waiting',
    means:
      'Requests that are open, and of these the ones that nobody answered for longer than `unanswered-after` (hung calls).',
    act: 'Waiting ones are hung calls: the event log has them as "sightline.request.waiting".',
    unit: 'locale',
    decimals: 0,
    empty: NO_PROXY,
  },
  [
    prom(
      `sum by (sightline_server_name) (${series('sightline.requests.active', SERVER_CHOSEN)})`,
      '{{sightline_server_name}}',
    ),
    prom(
      `sum by (sightline_server_name) (${series('sightline.requests.waiting', SERVER_CHOSEN)}) > 0`,
      '{{sightline_server_name}}, waiting',
    ),
  ],
);

const outbox = lines(
  {
    title: 'Outbox',
    means: 'Events that the collector has not accepted yet, by proxy.',
    act: 'A ramp is a collector that does not answer; it falls by itself once it does.',
    unit: 'locale',
    decimals: 0,
    empty: NO_PROXY,
  },
  [prom(`sum by (instance) (${metric('sightline.outbox.size')})`, '{{instance}}')],
);

const drops = bars(
  {
    title: 'Drops by stage',
    means:
      'What was dropped, cut or evicted, and where: at the tap, in the queue, in observation, the archive, or the export.',
    act: 'tap and queue: too much traffic for this machine. archive: disk. export: the collector refused for good.',
    unit: 'locale',
    decimals: 0,
    empty: 'nothing was dropped',
  },
  [
    prom(
      `${increase(dropped, BAR, ['sightline.loss.stage', 'sightline.loss.reason'])} > 0`,
      '{{sightline_loss_stage}}: {{sightline_loss_reason}}',
    ),
  ],
);

const loop = lines(
  {
    title: 'Event loop delay p99',
    means: 'How long the thread that owns the sockets was held up, by proxy.',
    act: 'Peaks with every request are a machine that is too small.',
    unit: 's',
    empty: NO_PROXY,
  },
  [prom(`max by (instance) (${metric('nodejs.eventloop.delay.p99')})`, '{{instance}}')],
);

const memory = lines(
  {
    title: 'Memory',
    means: 'Resident memory of each proxy.',
    act: 'It rises after the start and then stays; a line that rises for days is a leak to report.',
    unit: 'bytes',
    empty: NO_PROXY,
  },
  [prom(`max by (instance) (${metric('process.memory.usage')})`, '{{instance}}')],
);

const queues = lines(
  {
    title: "Collector's queues",
    means: 'What waits on the disk of the collector, by store.',
    act: 'One that rises alone names the store that does not take what it is sent.',
    unit: 'bytes',
    empty: NO_COLLECTOR,
  },
  [prom(`sum by (exporter) (${F.queueSize})`, '{{exporter}}')],
);

const failures = bars(
  {
    title: 'Refused and failed',
    means:
      'What the collector refused to take (the proxies try again), and what a store refused for good (that is lost).',
    act: "Refused: the queue is full, or memory. Failed: the store's own log says what it did not like.",
    unit: 'locale',
    decimals: 0,
    empty: 'nothing was refused',
  },
  [
    prom(`sum (increase(${F.refusedLogs}[${BAR}])) > 0`, 'records refused'),
    prom(`sum (increase(${F.refusedSpans}[${BAR}])) > 0`, 'spans refused'),
    prom(`sum (increase(${F.refusedPoints}[${BAR}])) > 0`, 'metric points refused'),
    prom(`sum by (exporter) (increase(${F.failedLogs}[${BAR}])) > 0`, '{{exporter}} records failed'),
    prom(`sum by (exporter) (increase(${F.failedSpans}[${BAR}])) > 0`, '{{exporter}} spans failed'),
    prom(`sum by (exporter) (increase(${F.failedPoints}[${BAR}])) > 0`, '{{exporter}} metric points failed'),
    prom(`sum by (reason) (increase(${F.lokiDiscarded}[${BAR}])) > 0`, 'Loki discarded: {{reason}}'),
    prom(`sum by (reason) (increase(${F.tempoDiscarded}[${BAR}])) > 0`, 'Tempo discarded: {{reason}}'),
  ],
);

const ingested = lines(
  {
    title: 'What the stores took',
    means:
      'Records into Loki, spans into Tempo, metric points into Prometheus, per second, as the collector saw them accepted.',
    act: 'A line that ends while the others go on is a store that is down.',
    unit: 'cps',
    empty: NO_COLLECTOR,
  },
  [
    prom(`sum by (exporter) (rate(${F.sentLogs}[${RATE}]))`, 'records: {{exporter}}'),
    prom(`sum by (exporter) (rate(${F.sentSpans}[${RATE}]))`, 'spans: {{exporter}}'),
    prom(`sum by (exporter) (rate(${F.sentPoints}[${RATE}]))`, 'points: {{exporter}}'),
  ],
);

export function proxyHealth(): DashboardBuilder {
  return dashboard({
    name: 'health',
    title: 'MCP proxy health',
    description:
      'What the proxy costs, and whether telemetry arrives: whether what is shown elsewhere can be believed.',
    from: 'now-1h',
    refresh: '30s',
    variables: [server()],
    lines: [
      evenly(4, ...indicators),
      evenly(8, overheads, flight),
      evenly(8, outbox, drops),
      evenly(8, loop, memory),
      evenly(8, queues, failures, ingested),
    ],
  });
}
