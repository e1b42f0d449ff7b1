/** The alerts about tools: error budgets, which a caller's own mistakes never touch, hanging calls and retries. */
import { describe, expect, it } from 'vitest';
import { findStack } from '../../scripts/stack/build.ts';
import { ended, living, measured, type Scenario, tryRules } from './alertRules.ts';
import { whyNoStack } from './rig.ts';

const missing = whyNoStack();
const binaries = findStack();
const promtool = typeof binaries === 'string' ? '' : (binaries['promtool'] ?? '');

const OF_PAY = { sightline_server_name: 'shop', gen_ai_tool_name: 'pay' };
const fast = { alertname: 'SightlineToolBurnsFast', ...OF_PAY };
const slow = { alertname: 'SightlineToolBurnsSlowly', ...OF_PAY };
const hangs = { alertname: 'SightlineCallsHang', ...OF_PAY };
const storm = { alertname: 'SightlineRetryStorm', ...OF_PAY };

const ok = (values: string, tool = 'pay') => ended({ tool, outcome: 'ok' }, values);
const failed = (values: string, tool = 'pay') =>
  ended({ tool, outcome: 'tool_error', origin: 'upstream', error: 'tool_error' }, values);

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'are silent while a tool fails as rarely as its objective allows': {
    series: [...living('0x1440'), ok('0+995x1440'), failed('0+5x1440')],
    every: '5m',
    firing: { '1h': [], '10h': [], '24h': [] },
  },
  'wake somebody for a tool that has begun to fail, and let go when it has stopped': {
    series: [
      ...living('0x240'),
      ok('0+10x60 600x30 610+10x150'),
      failed('0x60 10+10x29 300x150'),
      // The tool beside it is well.
      ok('0+10x240', 'search'),
    ],
    firing: {
      '60m': [],
      '64m': [],
      '75m': [fast],
      '89m': [fast],
      '130m': [slow],
      '240m': [slow],
    },
    says: {
      at: '75m',
      alert: fast,
      labels: { severity: 'critical', component: 'tool' },
      annotations: {
        summary: 'Tool pay of server shop fails fast',
        description:
          'pay uses its error budget up 25.1 times faster than it may. At this rate the budget of 30 days is gone within days, and callers are failing now.',
        runbook_url: 'docs/runbook.md#sightlinetoolburnsfast',
        dashboard_url: '/d/sightline-slo?var-server=shop&var-tool=pay',
      },
    },
  },
  'wait until the morning for one that fails twice as often as it may, for days': {
    series: [...living('0x2160'), ok('0+98x2160'), failed('0+2x2160')],
    step: '2m',
    every: '10m',
    firing: { '10m': [], '60m': [], '1d': [slow], '3d': [slow] },
    says: {
      at: '2d',
      alert: slow,
      labels: { severity: 'warning', component: 'tool' },
      annotations: {
        summary: 'Tool pay of server shop fails more often than its objective allows',
        description:
          'pay has used its error budget up 2.0 times faster than it may for 3 days. If nothing changes, it misses its objective.',
        runbook_url: 'docs/runbook.md#sightlinetoolburnsslowly',
        dashboard_url: '/d/sightline-slo?var-server=shop&var-tool=pay',
      },
    },
  },
  "are silent whatever callers do wrong: it is not the server's budget": {
    series: [
      ...living('0x120'),
      ok('0+1x120'),
      ended({ tool: 'pay', outcome: 'rpc_error', origin: 'client' }, '0+20x120'),
      ended({ tool: 'pay', outcome: 'http_error', origin: 'client', error: '404' }, '0+20x120'),
      ended({ tool: 'pay', outcome: 'cancelled', origin: 'client', error: 'cancelled' }, '0+20x120'),
      ended({ tool: 'pay', outcome: 'cancelled', origin: 'upstream', error: 'cancelled' }, '0+20x120'),
      ended({ tool: 'pay', outcome: 'abandoned', origin: 'client', error: 'abandoned' }, '0+20x120'),
      ended({ tool: 'pay', outcome: 'denied', origin: 'upstream', error: '401' }, '0+20x120'),
      ended({ tool: 'pay', outcome: 'denied', origin: 'proxy', error: '403' }, '0+20x120'),
      ended({ tool: '_other', outcome: 'rpc_error', origin: 'client' }, '0+20x120'),
      // What a stopping proxy turned away.
      ended({ tool: 'pay', outcome: 'http_error', origin: 'proxy', error: '503' }, '0+20x120'),
    ],
    firing: { '10m': [], '60m': [], '120m': [] },
  },
  'count a server that cannot be reached, and a task that failed where it ended': {
    series: [
      ...living('0x60'),
      ok('0+10x60'),
      ended({ tool: 'pay', outcome: 'http_error', origin: 'proxy', error: '502' }, '0+10x60'),
      ok('0+10x60', 'export'),
      ended({ tool: 'export', method: 'tasks/result', outcome: 'tool_error', origin: 'upstream' }, '0+10x60'),
    ],
    firing: { '30m': [fast, { ...fast, gen_ai_tool_name: 'export' }] },
  },
  'wake nobody for one failure of three calls in a night': {
    series: [...living('0x720'), ok('0x199 1x200 2x320'), failed('0x301 1x420')],
    firing: { '301m': [], '303m': [], '310m': [], '360m': [], '720m': [] },
  },
  'wake somebody when the fifth call of a quiet tool fails like all before it': {
    series: [...living('0x1800'), failed('0x371 1x179 2x179 3x179 4x179 5x700')],
    step: '10s',
    firing: { '150m': [], '180m': [], '186m': [fast] },
  },
  'are not misled by counters that begin anew': {
    series: [...living('0x120'), ok('5000+10x60 0+10x60'), failed('40x60 0x60')],
    firing: { '59m': [], '62m': [], '75m': [], '120m': [] },
  },
  'see through a proxy that restarts every few minutes': {
    series: [...living('0x60'), ok('0+5x10 0+5x10 0+5x10 0+5x26'), failed('0+5x10 0+5x10 0+5x10 0+5x26')],
    firing: { '45m': [fast] },
  },
  'add up what several proxies saw': {
    series: [
      ...living('0x60'),
      ...living('0x60', 'proxy-2'),
      { ...ok('0+100x60'), labels: { ...ok('').labels, instance: 'proxy-2' } },
      // Alone this would burn; with all the others it does not.
      failed('0x30 1+1x29'),
    ],
    firing: { '35m': [], '59m': [] },
  },

  'say that calls hang once they have for five minutes, and not that one took long': {
    series: [
      ...living('0x40'),
      measured('sightline_requests_waiting', OF_PAY, '_x10 1x3 _x6 2x12 _x9'),
      measured('sightline_requests_waiting', { sightline_server_name: 'shop' }, '_x20 3x2 _x18'),
    ],
    firing: { '14m': [], '23m': [], '25m': [hangs], '32m': [hangs], '34m': [], '40m': [] },
    says: {
      at: '29m',
      alert: hangs,
      labels: { severity: 'warning', component: 'tool' },
      annotations: {
        summary: 'Calls of pay on server shop hang',
        description:
          'Requests that waited longer than unanswered-after for an answer, all through the last 5 minutes: 2 at least.',
        runbook_url: 'docs/runbook.md#sightlinecallshang',
        dashboard_url: '/d/sightline-proxy?var-server=shop',
      },
    },
  },
  'do not take a tool for hanging that is slow in every other minute': {
    series: [
      ...living('0x40'),
      measured('sightline_requests_waiting', OF_PAY, Array(20).fill('1 _').join(' ')),
    ],
    firing: { '10m': [], '20m': [], '39m': [] },
  },
  'name no tool where none was called': {
    series: [
      ...living('0x20'),
      measured('sightline_requests_waiting', { sightline_server_name: 'shop' }, '1x20'),
    ],
    firing: { '10m': [{ alertname: 'SightlineCallsHang', sightline_server_name: 'shop' }] },
    says: {
      at: '10m',
      alert: { alertname: 'SightlineCallsHang', sightline_server_name: 'shop' },
      labels: { severity: 'warning', component: 'tool' },
      annotations: {
        summary: 'Calls of no tool on server shop hang',
        description:
          'Requests that waited longer than unanswered-after for an answer, all through the last 5 minutes: 1 at least.',
        runbook_url: 'docs/runbook.md#sightlinecallshang',
        dashboard_url: '/d/sightline-proxy?var-server=shop',
      },
    },
  },

  'say that callers repeat themselves, and not that some do': {
    series: [
      ...living('0x40'),
      measured('sightline_calls_total', { ...OF_PAY, sightline_outcome: 'ok' }, '0+10x40'),
      measured('sightline_calls_total', { ...OF_PAY, sightline_outcome: 'tool_error' }, '0x10 0+20x30'),
      measured(
        'sightline_attempts_total',
        { ...OF_PAY, sightline_attempt_result: 'retried' },
        '0+3x10 30+18x30',
      ),
      measured('sightline_attempts_total', { ...OF_PAY, sightline_attempt_result: 'gave_up' }, '0+9x40'),
    ],
    firing: { '10m': [], '25m': [storm], '40m': [storm] },
    says: {
      at: '30m',
      alert: storm,
      labels: { severity: 'warning', component: 'tool' },
      annotations: {
        summary: 'Callers keep repeating failed calls of tool pay of server shop',
        description: '60% of the calls of pay within 10 minutes repeated one that had failed.',
        runbook_url: 'docs/runbook.md#sightlineretrystorm',
        dashboard_url: '/d/sightline-tools?var-server=shop&var-tool=pay',
      },
    },
  },
  'take a handful of retries for no storm, though nearly all calls are': {
    series: [
      ...living('0x30'),
      measured('sightline_calls_total', { ...OF_PAY, sightline_outcome: 'rpc_error' }, '0+1x30'),
      measured('sightline_attempts_total', { ...OF_PAY, sightline_attempt_result: 'retried' }, '0+1x30'),
    ],
    firing: { '12m': [], '30m': [] },
  },
  'write names of tools into addresses as addresses need them': {
    series: [...living('0x20'), failed('0+10x20', 'a&b "c" {{ . }}')],
    firing: {
      '15m': [{ ...fast, gen_ai_tool_name: 'a&b "c" {{ . }}' }],
    },
    says: {
      at: '15m',
      alert: { ...fast, gen_ai_tool_name: 'a&b "c" {{ . }}' },
      labels: { severity: 'critical', component: 'tool' },
      annotations: {
        summary: 'Tool a&b "c" {{ . }} of server shop fails fast',
        description:
          'a&b "c" {{ . }} uses its error budget up 100.0 times faster than it may. At this rate the budget of 30 days is gone within days, and callers are failing now.',
        runbook_url: 'docs/runbook.md#sightlinetoolburnsfast',
        dashboard_url: '/d/sightline-slo?var-server=shop&var-tool=a%26b+%22c%22+%7B%7B+.+%7D%7D',
      },
    },
  },
};

describe.skipIf(missing !== undefined)('alerts', () => {
  it.each(Object.entries(SCENARIOS))('%s', (_, scenario) => expect(tryRules(promtool, scenario)).toBe(''));
});
