/** The alerts about telemetry and servers, and what all say; those about tools are in `alertBudget.test.ts`. */
import { describe, expect, it } from 'vitest';
import { findStack } from '../../scripts/stack/build.ts';
import { checkRules, collected, ended, living, measured, type Scenario, tryRules } from './alertRules.ts';
import { whyNoStack } from './rig.ts';

const missing = whyNoStack();
const binaries = findStack();
const promtool = typeof binaries === 'string' ? '' : (binaries['promtool'] ?? '');

const down = { alertname: 'SightlineUpstreamDown', sightline_server_name: 'shop' };
const noTraffic = { alertname: 'SightlineNoTraffic', sightline_server_name: 'shop' };
const noTelemetry = { alertname: 'SightlineNoTelemetry' };
const stuck = { alertname: 'SightlineOutboxStuck', instance: 'proxy-1' };
const dropped = { alertname: 'SightlineEventsDropped', sightline_loss_stage: 'queue' };
const refuses = { alertname: 'SightlineStoreRefuses', exporter: 'otlp_http/loki' };
const filling = { alertname: 'SightlineCollectorQueueFilling', exporter: 'otlp_http/loki' };

const unreachable = { outcome: 'http_error', origin: 'proxy', error: '502' };
const loki = { exporter: 'otlp_http/loki', data_type: 'logs' };
const QUEUE = 2_147_483_648;

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'are silent where nothing was ever measured': { series: [], every: '5m', firing: { '5m': [], '10h': [] } },
  'are silent while metrics begin one after the other': {
    series: [
      ...living('_x5 0x30'),
      ended({ outcome: 'ok' }, '_x10 1+1x25'),
      measured('sightline_events_total', { event_name: 'sightline.request' }, '_x20 1+1x15'),
    ],
    firing: { '4m': [], '6m': [], '11m': [], '12m': [], '30m': [] },
  },

  'say that a server cannot be reached, and that it can again': {
    series: [
      ...living('0x60'),
      ended({ outcome: 'ok' }, '0+2x20 40x10 41+2x30'),
      ended(unreachable, '0x20 1+2x10 21x30'),
    ],
    firing: { '20m': [], '26m': [down], '35m': [] },
    says: {
      at: '26m',
      alert: down,
      labels: { severity: 'critical', component: 'server' },
      annotations: {
        summary: 'Server shop does not answer',
        description: '10 requests to shop got no answer within 5 minutes, and none got one within 2 minutes.',
        runbook_url: 'docs/runbook.md#sightlineupstreamdown',
        dashboard_url: '/d/sightline-overview?var-server=shop',
      },
    },
  },
  'say that a server breaks off whatever it is asked': {
    series: [
      ...living('0x20'),
      ended({ outcome: 'interrupted', origin: 'upstream', error: 'interrupted' }, '0+1x20'),
    ],
    firing: { '2m': [], '10m': [down] },
  },
  'take refusals and errors of the protocol for answers': {
    series: [
      ...living('0x20'),
      ended({ outcome: 'http_error', origin: 'upstream', error: '500' }, '0+3x20'),
      ended({ outcome: 'rpc_error', origin: 'client' }, '0+1x20'),
      ended({ outcome: 'denied', origin: 'upstream', error: '401' }, '0+1x20'),
    ],
    firing: { '10m': [], '20m': [] },
  },
  'take neither what a stopping proxy turned away nor what callers got wrong for an outage': {
    series: [
      ...living('0x20'),
      ended({ outcome: 'http_error', origin: 'proxy', error: '503' }, '0+5x20'),
      ended({ outcome: 'http_error', origin: 'client', error: '404' }, '0+5x20'),
      ended({ outcome: 'cancelled', origin: 'client', error: 'cancelled' }, '0+5x20'),
    ],
    firing: { '10m': [], '20m': [] },
  },

  'say that nobody calls a server that was in constant use, for six hours': {
    series: [...living('0x660'), ended({ outcome: 'ok' }, '0+2x180 360x480')],
    every: '5m',
    firing: { '180m': [], '190m': [], '205m': [noTraffic], '500m': [noTraffic], '600m': [] },
    says: {
      at: '205m',
      alert: noTraffic,
      labels: { severity: 'warning', component: 'server' },
      annotations: {
        summary: 'No requests to server shop any more',
        description:
          'shop was in constant use, and for 15 minutes no request has come. The proxy itself reports.',
        runbook_url: 'docs/runbook.md#sightlinenotraffic',
        dashboard_url: '/d/sightline-overview?var-server=shop',
      },
    },
  },
  'say so too when the proxy was restarted and has seen no request since': {
    series: [...living('0x300'), ended({ outcome: 'ok' }, '0+2x180')],
    firing: { '190m': [], '205m': [noTraffic] },
  },
  'do not miss sparse traffic, nor traffic that had just begun': {
    series: [
      ...living('0x600'),
      ended({ outcome: 'ok' }, '0x300 1x100 2x100'),
      ended({ outcome: 'ok', tool: 'a' }, '0+9x60 540x540'),
    ],
    every: '2m',
    firing: { '80m': [], '120m': [], '420m': [], '600m': [] },
  },
  'do not miss traffic at the end of a day like the one before': {
    // Eight hours of work, sixteen of rest, eight of work; the second day ends half an hour earlier.
    series: [...living('0x2400'), ended({ outcome: 'ok' }, '0+2x480 960x960 961+2x450 1861x490')],
    every: '5m',
    firing: { '500m': [noTraffic], '1400m': [], '1860m': [], '1910m': [], '2000m': [], '2400m': [] },
  },
  'ask for no traffic of a proxy that does not report': {
    series: [...living('0x180'), ended({ outcome: 'ok' }, '0+2x180')],
    firing: { '210m': [noTelemetry], '240m': [noTelemetry] },
  },

  'say that no proxy reports, and remember for six hours that one did': {
    series: living('0x30'),
    every: '5m',
    firing: { '30m': [], '35m': [], '45m': [noTelemetry], '380m': [noTelemetry], '400m': [] },
    says: {
      at: '45m',
      alert: noTelemetry,
      labels: { severity: 'critical', component: 'proxy' },
      annotations: {
        summary: 'No proxy reports any more',
        description:
          'Proxies that reported within 6 hours: 1; within the last 5 minutes: none. No other alert can fire while this lasts.',
        runbook_url: 'docs/runbook.md#sightlinenotelemetry',
        dashboard_url: '/d/sightline-proxy',
      },
    },
  },
  'do not miss one proxy of two': {
    series: [...living('0x30'), ...living('0x120', 'proxy-2')],
    firing: { '45m': [], '120m': [] },
  },

  'say that the collector accepts nothing of one proxy': {
    series: [
      ...living('0x30'),
      measured('sightline_outbox_age_seconds', {}, '0+60x30'),
      measured('sightline_outbox_age_seconds', { instance: 'proxy-2' }, '30x30'),
    ],
    firing: { '10m': [], '15m': [stuck] },
    says: {
      at: '15m',
      alert: stuck,
      labels: { severity: 'warning', component: 'proxy' },
      annotations: {
        summary: 'The collector does not accept what a proxy sends',
        description:
          'The oldest event of proxy proxy-1 that the collector has not accepted is 15m 0s old. Dashboards lag by as much; nothing is lost while the archive has room.',
        runbook_url: 'docs/runbook.md#sightlineoutboxstuck',
        dashboard_url: '/d/sightline-proxy',
      },
    },
  },
  'say that events were lost, for a quarter of an hour, and say nothing of a counter that began anew': {
    series: [
      ...living('0x60'),
      measured(
        'sightline_events_dropped_total',
        { sightline_loss_stage: 'queue', sightline_loss_reason: 'full' },
        '0x10 40x50',
      ),
      measured(
        'sightline_events_dropped_total',
        { sightline_loss_stage: 'tap', sightline_loss_reason: 'memory' },
        '7x30 0x30',
      ),
    ],
    firing: { '10m': [], '11m': [dropped], '24m': [dropped], '27m': [], '31m': [], '60m': [] },
    says: {
      at: '12m',
      alert: dropped,
      labels: { severity: 'warning', component: 'proxy', sightline_loss_reason: 'full' },
      annotations: {
        summary: 'Sightline lost events at queue',
        description:
          'Events that were dropped, cut or evicted within 15 minutes: 40 (queue, full). Traffic was not touched; what is shown of it is incomplete.',
        runbook_url: 'docs/runbook.md#sightlineeventsdropped',
        dashboard_url: '/d/sightline-proxy',
      },
    },
  },
  'say which store refuses for good': {
    series: [
      ...living('0x40'),
      collected('otelcol_exporter_send_failed_log_records_total', loki, '0x10 60x30'),
      collected(
        'otelcol_exporter_send_failed_spans_total',
        { exporter: 'otlp_grpc/tempo', data_type: 'traces' },
        '0x40',
      ),
    ],
    firing: { '10m': [], '12m': [refuses], '30m': [] },
    says: {
      at: '20m',
      alert: refuses,
      labels: { severity: 'warning', component: 'collector' },
      annotations: {
        summary: 'The collector gave up delivering to otlp_http/loki',
        description:
          'Records, spans or points for otlp_http/loki that were refused for good within 15 minutes, so that the collector dropped them: 60.',
        runbook_url: 'docs/runbook.md#sightlinestorerefuses',
        dashboard_url: '/d/sightline-proxy',
      },
    },
  },
  'say which queue fills up, once it has for ten minutes': {
    series: [
      ...living('0x60'),
      collected('otelcol_exporter_queue_size', loki, `0x10 ${QUEUE * 0.6}x30 0x20`),
      collected('otelcol_exporter_queue_capacity', loki, `${QUEUE}x60`),
      collected('otelcol_exporter_queue_size', { exporter: 'otlp_grpc/tempo' }, `${QUEUE * 0.4}x60`),
      collected('otelcol_exporter_queue_capacity', { exporter: 'otlp_grpc/tempo' }, `${QUEUE}x60`),
    ],
    firing: { '15m': [], '25m': [filling], '45m': [] },
    says: {
      at: '25m',
      alert: filling,
      labels: { severity: 'warning', component: 'collector' },
      annotations: {
        summary: "The collector's queue for otlp_http/loki fills up",
        description:
          "60% of the collector's queue for otlp_http/loki is used. When it is full the collector refuses, and proxies keep what it refused.",
        runbook_url: 'docs/runbook.md#sightlinecollectorqueuefilling',
        dashboard_url: '/d/sightline-proxy',
      },
    },
  },
};

describe.skipIf(missing !== undefined)('alerts', () => {
  it('are rules that Prometheus takes without a remark', () => expect(checkRules(promtool)).toBe(''));

  it.each(Object.entries(SCENARIOS))('%s', (_, scenario) => expect(tryRules(promtool, scenario)).toBe(''));
});
