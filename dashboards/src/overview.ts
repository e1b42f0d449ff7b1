/** 1. What a team opens in the morning: is anything wrong, where, and for whom. */
import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import {
  average,
  calls,
  failedCalls,
  SERVER_CHOSEN,
  successRate,
  TOOL_CHOSEN,
  toolRequests,
} from './figures.ts';
import { dashboard, evenly, line } from './layout.ts';
import { field, to } from './links.ts';
import { FOREIGN_METRICS } from './names.ts';
import { bars, coloured, durations, withExemplars } from './panels/chart.ts';
import { floors, limits, ORIGIN_COLOURS, OUTCOME_COLOURS } from './panels/colours.ts';
import { prom } from './panels/face.ts';
import * as looks from './panels/looks.ts';
import { compared } from './panels/stat.ts';
import { table } from './panels/table.ts';
import {
  BAR,
  chosen,
  foreign,
  increase,
  is,
  isNot,
  oneOf,
  orZero,
  quantile,
  RANGE,
  RATE,
  series,
} from './promql.ts';
import { BUDGET_ORIGINS, ERROR_RATE, HEALTH, LATENCY, OVERHEAD, percent } from './thresholds.ts';
import { toolTable } from './toolTables.ts';
import { client, server, tool } from './variables.ts';

const BY_CLIENT = { 'sightline.client.name': chosen('client') } as const;
const mine = calls(BY_CLIENT);
const failed = failedCalls(BY_CLIENT);
const rate = successRate([], BY_CLIENT);
const mean = average((part) => toolRequests({}, part));
const open = `sum(${series('sightline.sessions.active', SERVER_CHOSEN)})`;
const clients = `count(${increase(mine, RANGE, ['sightline.client.name'])} > 0)`;

const indicators = [
  compared(
    {
      title: 'Tool calls',
      means:
        'Calls of tools that ended in the range, each counted once; beneath it, in the period of the same length before.',
      act: 'A fall to nothing means that no client calls or that nothing is measured: see Proxy health.',
      unit: 'locale',
      decimals: 0,
    },
    { now: increase(mine) },
  ),
  compared(
    {
      title: 'Success',
      means: `Share of tool calls that did not fail; a cancelled call is no failure. Amber below ${percent(1 - ERROR_RATE.warn)}, red below ${percent(1 - ERROR_RATE.bad)}.`,
      act: 'The table of tools says which tool it is, the chart of origins whose doing.',
      unit: 'percentunit',
      decimals: 1,
    },
    { now: rate, words: { to: 0.1, times: 100, unit: ' %' } },
    floors(1 - ERROR_RATE.bad, 1 - ERROR_RATE.warn),
  ),
  compared(
    {
      title: 'Failed',
      means: 'Tool calls that ended in anything but ok or cancelled, whoever caused it.',
      act: 'Open the event log and filter by outcome to read what went wrong.',
      unit: 'locale',
      decimals: 0,
    },
    {
      now: orZero(increase(failed), increase(mine)),
    },
    limits({ warn: 0.5, bad: 0.5 }),
  ),
  compared(
    {
      title: 'Latency',
      means: 'Average time of a tool call as the client sees it, proxy included.',
      act: 'A mean hides the slow ones: the latency chart below has percentiles, and points that lead to one trace each.',
      unit: 's',
    },
    { now: mean, words: { to: 0.001, unit: ' s' } },
    limits(LATENCY),
  ),
  compared(
    {
      title: 'Sessions',
      means:
        'Sessions open at the end of the range. One stays open until the client ends it or half an hour passes without an event.',
      act: 'The Sessions dashboard lists them.',
      unit: 'locale',
      decimals: 0,
    },
    { now: open, before: `sum(${series('sightline.sessions.active', SERVER_CHOSEN)} offset ${RANGE})` },
  ),
  compared(
    {
      title: 'Clients',
      means: 'Different clients, by the name they give themselves, that called a tool in the range.',
      act: 'A name that is new here may be a new agent: the table of clients says what it calls.',
      unit: 'locale',
      decimals: 0,
    },
    { now: clients },
  ),
];

const outcomes = coloured(
  bars(
    {
      title: 'Tool calls by outcome',
      means:
        'How calls ended, in each interval. Green is ok; red and purple are failures, amber refusals, grey what the client itself gave up.',
      act: 'Drag over a rise to look closer; every panel follows.',
      unit: 'locale',
      decimals: 0,
    },
    // Two queries, so that what is well stands at the bottom and what is not on top of it.
    [
      prom(
        increase(calls({ ...BY_CLIENT, 'sightline.outcome': is('ok') }), BAR, ['sightline.outcome']),
        'ok',
      ),
      prom(
        increase(calls({ ...BY_CLIENT, 'sightline.outcome': isNot('ok') }), BAR, ['sightline.outcome']),
        '{{sightline_outcome}}',
      ),
    ],
  ),
  OUTCOME_COLOURS,
);

const origins = coloured(
  bars(
    {
      title: 'Failures by origin',
      means:
        "Whose doing failed requests were, over all methods: the server's (upstream), the caller's own (client), or the proxy's.",
      act: 'Red is for who runs the server, amber for who wrote the client, purple for who runs the proxy.',
      unit: 'locale',
      decimals: 0,
      empty: 'nothing failed',
    },
    [
      prom(
        increase(
          series(
            'mcp.server.operation.duration',
            { ...SERVER_CHOSEN, 'sightline.outcome.origin': isNot('') },
            'count',
          ),
          BAR,
          ['sightline.outcome.origin'],
        ),
        '{{sightline_outcome_origin}}',
      ),
    ],
  ),
  ORIGIN_COLOURS,
);

const spans = foreign(FOREIGN_METRICS.spanDuration, {
  span_kind: is('SPAN_KIND_SERVER'),
  'sightline.method.label': is('tools/call'),
  'sightline.server.name': chosen('server'),
  'sightline.tool.label': chosen('tool'),
});
const latency = withExemplars(
  durations(
    {
      title: 'Latency of tool calls',
      means:
        'Time of a tool call as the client sees it. Half of all calls take longer than p50, one in a hundred longer than p99.',
      act: 'Each point is one call: click it to open its trace.',
      unit: 's',
    },
    [0.5, 0.95, 0.99].map((q) => prom(quantile(q, toolRequests({}, 'bucket'), RATE), `p${q * 100}`)),
  ),
  spans,
);

const shares = durations(
  {
    title: 'Upstream against proxy',
    means: `Where the time of a request goes: p95 of what the servers take, and of the proxy's own share. The proxy's is too much from ${OVERHEAD.bad * 1000} ms on.`,
    act: 'If the upper line rises, the server is slow. If the lower one does, see Proxy health.',
    unit: 's',
  },
  [
    prom(
      quantile(
        0.95,
        series(
          'mcp.client.operation.duration',
          { 'mcp.method.name': is('tools/call'), ...TOOL_CHOSEN },
          'bucket',
        ),
        RATE,
      ),
      'upstream p95',
    ),
    prom(quantile(0.95, series('sightline.proxy.duration', SERVER_CHOSEN, 'bucket'), RATE), 'proxy p95'),
  ],
  0.00001,
);

const CLIENT = ['sightline.client.name'] as const;
const clientTable = table(
  {
    title: 'Clients',
    means: 'Who calls, most calls first.',
    act: 'A click on a name narrows this page to that client. A client that alone has failures is probably the one to mend.',
  },
  {
    keys: [['sightline.client.name', 'Client']],
    columns: [
      { title: 'Calls', expr: increase(mine, RANGE, CLIENT), looks: looks.count },
      {
        title: 'Failed',
        expr: orZero(increase(failed, RANGE, CLIENT), increase(mine, RANGE, CLIENT)),
        looks: looks.failures,
      },
      {
        title: 'Success',
        expr: successRate(CLIENT, BY_CLIENT),
        looks: looks.success(HEALTH),
      },
    ],
    sortBy: 'Calls',
    keyLooks: {
      Client: looks.linked(
        'Only this client',
        to('overview', { client: field('Client') }, ['server', 'tool']),
      ),
    },
  },
);

const SERVER = ['sightline.server.name'] as const;
const serverRequests = series('mcp.server.operation.duration', SERVER_CHOSEN, 'count');
const serverFailed = series(
  'mcp.server.operation.duration',
  { ...SERVER_CHOSEN, 'sightline.outcome.origin': oneOf(BUDGET_ORIGINS) },
  'count',
);
const serverTable = table(
  {
    title: 'Servers',
    means:
      "Requests of every method by server, failures by the server's or the proxy's doing, and where the time goes (p95).",
    act: 'A server whose upstream time grows while others stay is slow by itself.',
  },
  {
    keys: [['sightline.server.name', 'Server']],
    columns: [
      { title: 'Requests', expr: increase(serverRequests, RANGE, SERVER), looks: looks.sorted },
      {
        title: 'Failed',
        expr: orZero(increase(serverFailed, RANGE, SERVER), increase(serverRequests, RANGE, SERVER)),
        looks: looks.failures,
      },
      {
        title: 'Upstream p95',
        expr: quantile(0.95, series('mcp.client.operation.duration', SERVER_CHOSEN, 'bucket'), RANGE, SERVER),
        looks: { ...looks.limited(looks.seconds, LATENCY), 'custom.width': 120 },
      },
      {
        title: 'Proxy p95',
        expr: quantile(0.95, series('sightline.proxy.duration', SERVER_CHOSEN, 'bucket'), RANGE, SERVER),
        looks: looks.limited(looks.seconds, OVERHEAD),
      },
    ],
    sortBy: 'Requests',
    keyLooks: { Server: looks.linked('Traffic of this server', to('traffic', { server: field('Server') })) },
  },
);

export function overview(): DashboardBuilder {
  return dashboard({
    name: 'overview',
    title: 'MCP overview',
    description: 'Is anything wrong, where, and for whom.',
    from: 'now-1h',
    refresh: '30s',
    variables: [server(), tool(), client()],
    lines: [
      evenly(4, ...indicators),
      evenly(8, outcomes, origins),
      line(10, [24, toolTable()]),
      evenly(8, latency, shares),
      line(8, [10, clientTable], [14, serverTable]),
    ],
  });
}
