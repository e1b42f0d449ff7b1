/** Alerts about telemetry itself: late, lost, refused, or not coming at all. */
import { FOREIGN_METRICS as F } from '../names.ts';
import { increase, series } from '../promql.ts';
import { LOSS_WINDOW, NO_TELEMETRY, OUTBOX_AGE, percent, QUEUE_USED } from '../thresholds.ts';
import { type Alert, spell } from './alert.ts';
import { titled } from './annotations.ts';

const MINUTES = OUTBOX_AGE.bad / 60;

const outboxStuck: Alert = {
  name: 'SightlineOutboxStuck',
  severity: 'warning',
  component: 'proxy',
  expr: `max by (instance) (last_over_time(${series('sightline.outbox.age')}[2m])) > ${OUTBOX_AGE.bad}`,
  for: '1m',
  labels: ['instance'],
  summary: () => 'The collector does not accept what a proxy sends',
  description: ({ label, value }) =>
    `The oldest event of proxy ${label('instance')} that the collector has not accepted is ${value('duration')} old. Dashboards lag by as much; nothing is lost while the archive has room.`,
  panel: { dashboard: 'health', title: 'Outbox' },
  runbook: {
    means: `The oldest event in a proxy's outbox is older than ${MINUTES} minutes. Metrics do arrive, or nobody would know; so
the collector can be reached, and refuses or delays records or spans. Events wait in the proxy's archive and are
delivered later, as long as \`retention-days\` and \`archive-max\` leave them there; without an archive only memory
holds them.`,
    look: [
      "The proxy's own output: `telemetry lost` and the answer of the collector (401 and 404 are settings, 429 and 503 are load).",
      `The dashboard ${titled('health')}: outbox size, refused by the receiver, the collector's queues.`,
      "The collector's log, and free space where its queue lies: a full disk refuses.",
    ],
    act: [
      '401, 403, 404: mend `OTEL_EXPORTER_OTLP_HEADERS` or the endpoint of that signal.',
      'The collector is full: see [SightlineCollectorQueueFilling](#sightlinecollectorqueuefilling); a store behind it is down.',
      'If it will last, see that the archive has room for the time (`archive-max`), and do not delete its file.',
    ],
  },
};

const dropped: Alert = {
  name: 'SightlineEventsDropped',
  severity: 'warning',
  component: 'proxy',
  expr: `${increase(series('sightline.events.dropped'), LOSS_WINDOW, ['sightline.loss.stage', 'sightline.loss.reason'])} > 0`,
  labels: ['sightline.loss.stage', 'sightline.loss.reason'],
  summary: ({ label }) => `Sightline lost events at ${label('sightline.loss.stage')}`,
  description: ({ label, value }) =>
    `Events that were dropped, cut or evicted within ${spell(LOSS_WINDOW)}: ${value('count')} (${label('sightline.loss.stage')}, ${label('sightline.loss.reason')}). Traffic was not touched; what is shown of it is incomplete.`,
  panel: { dashboard: 'health', title: 'Drops by stage' },
  runbook: {
    means: `Within ${spell(LOSS_WINDOW)} a proxy could not record all of what passed, or could not deliver all of what it recorded.
Forwarding is never affected. The stage says where: \`tap\` and \`queue\` more came than the observing thread could take,
\`observation\` something exceeded a bound, \`archive\` it could not be written, \`export\` the collector refused it for good.`,
    look: [
      `The dashboard ${titled('events')}: records \`sightline.loss\` say stage, reason, number and time; sessions that lack something are marked incomplete.`,
      "The proxy's output: each reason is logged once, with the cause.",
      `The dashboard ${titled('health')}: event loop delay and memory at that time.`,
    ],
    act: [
      '`tap`, `queue`: give the proxy more processor or memory, or spread the load over several.',
      '`archive`: mend disk, rights or space of the state directory; the proxy tries again every few seconds.',
      '`export`: the reason names the signal and the status (`logs_http_400`). What was refused stays in the archive, and its text says what the store did not like.',
      `\`observation\`: a peer opens more sessions or requests than the bounds allow; find it on ${titled('traffic')}.`,
    ],
  },
};

const failedFor = (metric: string): string => `sum by (exporter) (increase(${metric}[${LOSS_WINDOW}])) > 0`;

const storeRefuses: Alert = {
  name: 'SightlineStoreRefuses',
  severity: 'warning',
  component: 'collector',
  expr: [F.failedLogs, F.failedSpans, F.failedPoints].map(failedFor).join('\nor '),
  labels: ['exporter'],
  summary: ({ label }) => `The collector gave up delivering to ${label('exporter')}`,
  description: ({ label, value }) =>
    `Records, spans or points for ${label('exporter')} that were refused for good within ${spell(LOSS_WINDOW)}, so that the collector dropped them: ${value('count')}.`,
  panel: { dashboard: 'health', title: 'Refused and failed' },
  runbook: {
    means: `A store answered with a status that is no use to repeat (400, mostly), and the collector dropped the batch. The
proxy believes it delivered; its archive still has the events.`,
    look: [
      'The collector\'s log: "Exporting failed. Dropping data." with the store\'s own words.',
      'The log of Loki, Tempo or Prometheus at that time: which limit.',
    ],
    act: [
      "Raise the limit that refused, in `deploy/loki/loki.yaml` or `deploy/tempo/tempo.yaml`; those that are shipped refuse nothing of the proxy's.",
      'Send what is missing once more: `npm start -- export --from 2d` (or since when it failed). What is there already is not doubled.',
    ],
  },
};

const reported = (window: string): string =>
  `count(last_over_time(${series('sightline.outbox.size')}[${window}]))`;

const silent: Alert = {
  name: 'SightlineNoTelemetry',
  severity: 'critical',
  component: 'proxy',
  expr: `${reported(NO_TELEMETRY.remembered)}\nunless ${reported(NO_TELEMETRY.quiet)}`,
  for: '5m',
  labels: [],
  summary: () => 'No proxy reports any more',
  description: ({ value }) =>
    `Proxies that reported within ${spell(NO_TELEMETRY.remembered)}: ${value('count')}; within the last ${spell(NO_TELEMETRY.quiet)}: none. No other alert can fire while this lasts.`,
  panel: { dashboard: 'health', title: 'Events' },
  runbook: {
    means: `Not one proxy's metrics reach Prometheus, though some did within ${spell(NO_TELEMETRY.remembered)}. Either all proxies are
stopped, or the way from them to Prometheus is cut: then they go on forwarding, keep their events, and deliver them
later, but nobody would see a failure. One proxy of several that stops is no alert: whoever scales down does the same.
After ${spell(NO_TELEMETRY.remembered)} this alert ends by itself.`,
    look: [
      "The proxies: do they run, and what do they print? `/readyz` on the page's port, and the page itself, which needs no collector.",
      'The collector: `GET :13133/` answers while it is up.',
      'Prometheus: started with `--web.enable-otlp-receiver`, and not out of space.',
    ],
    act: [
      'Start what is stopped; nothing has to be done about what waits.',
      'If everything was switched off on purpose, silence this alert.',
    ],
  },
};

const queueFilling: Alert = {
  name: 'SightlineCollectorQueueFilling',
  severity: 'warning',
  component: 'collector',
  expr: `max by (exporter) (${F.queueSize} / ${F.queueCapacity}) >= ${QUEUE_USED.warn}`,
  for: '10m',
  labels: ['exporter'],
  summary: ({ label }) => `The collector's queue for ${label('exporter')} fills up`,
  description: ({ label, value }) =>
    `${value('share')} of the collector's queue for ${label('exporter')} is used. When it is full the collector refuses, and proxies keep what it refused.`,
  panel: { dashboard: 'health', title: "Collector's queues" },
  runbook: {
    means: `For 10 minutes at least ${percent(QUEUE_USED.warn)} of the queue for one store has been used: the store is down, slow, or refuses for
now. The queue is on disk and outlives a restart. When it is full the collector refuses, and events wait in the proxies'
archives instead. Nothing is lost yet.`,
    look: [
      'The store that the exporter names: does it run, what does it log, has it space?',
      `The dashboard ${titled('health')}: how fast the queue grows, and so how long it will last.`,
    ],
    act: [
      'Bring the store back; the queue empties by itself, oldest first.',
      'If the store is only slow, give it more processor or disk, or keep fewer days.',
      'If it will last longer than the queue, raise `COLLECTOR_QUEUE_BYTES`, and see that the disk has room.',
    ],
  },
};

export const TELEMETRY_ALERTS: readonly Alert[] = [silent, outboxStuck, dropped, storeRefuses, queueFilling];
