/** 5. Each tool by itself: how often, how well, how fast, at what cost, and every single call. */
import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { slimStages } from '../../grafana-plugin/src/data/slim.ts';
import {
  average,
  calls,
  failedCalls,
  faultShare,
  successRate,
  TOOL_CHOSEN,
  TOOL_KEYS,
  TOOL_LABELS,
  toolRequests,
} from './figures.ts';
import { dashboard, evenly, line } from './layout.ts';
import { logs } from './logql.ts';
import { FOREIGN_METRICS } from './names.ts';
import { bars, durations, lines, withExemplars } from './panels/chart.ts';
import { floors, limits } from './panels/colours.ts';
import { prom } from './panels/face.ts';
import * as looks from './panels/looks.ts';
import { SESSION_LINK, sightline } from './panels/sightline.ts';
import { compared } from './panels/stat.ts';
import { table } from './panels/table.ts';
import { BAR, chosen, foreign, increase, is, orZero, quantile, RANGE, RATE, series } from './promql.ts';
import { ERROR_RATE, LATENCY, percent, SLOW_SECONDS } from './thresholds.ts';
import { TOOL_LINK, toolTable } from './toolTables.ts';
import { server, tool } from './variables.ts';

const attempts = (result: 'retried' | 'recovered' | 'gave_up'): string =>
  series('sightline.attempts', { ...TOOL_CHOSEN, 'sightline.attempt.result': is(result) });
const wasted = series('sightline.attempt.wasted', TOOL_CHOSEN);
const tokens = (kind: 'definition' | 'result'): string =>
  series('sightline.tokens_estimated', { ...TOOL_CHOSEN, 'sightline.tokens.kind': is(kind) });
const bytes = (direction: 'receive' | 'transmit'): string =>
  series('sightline.payload.io', { ...TOOL_CHOSEN, 'network.io.direction': is(direction) });

/** How many took longer than the limit: all, less those in the bucket that ends there. */
const slow = (window: string, keep: typeof TOOL_LABELS | [] = []): string => {
  const quick = toolRequests({}, 'bucket').replace(/\}$/, `, le="${SLOW_SECONDS}"}`);
  return `${increase(toolRequests(), window, keep)} - ${increase(quick, window, keep)}`;
};

const all = increase(calls());
const mean = average((part) => toolRequests({}, part));
const p95 = quantile(0.95, toolRequests({}, 'bucket'), RANGE);

const indicators = [
  compared(
    {
      title: 'Calls',
      means: 'Calls of the chosen tools that ended.',
      act: 'None where there were some: the clients have gone, or telemetry is lost.',
      unit: 'locale',
      decimals: 0,
    },
    { now: all },
  ),
  compared(
    {
      title: 'Success',
      means: `Share of calls that did not fail. Amber below ${percent(1 - ERROR_RATE.warn)}, red below ${percent(1 - ERROR_RATE.bad)}.`,
      act: 'The history below, filtered by outcome, says what went wrong.',
      unit: 'percentunit',
      decimals: 1,
    },
    { now: successRate(), words: { to: 0.1, times: 100, unit: ' %' } },
    floors(1 - ERROR_RATE.bad, 1 - ERROR_RATE.warn),
  ),
  compared(
    {
      title: 'Average',
      means: 'Mean time of a call as the client sees it.',
      act: 'Compare it with p95: far apart means that a few calls are very slow.',
      unit: 's',
    },
    { now: mean, words: { to: 0.001, unit: ' s' } },
    limits(LATENCY),
  ),
  compared(
    {
      title: 'p95',
      means: `One call in twenty took longer. Amber from ${LATENCY.warn} s, red from ${LATENCY.bad} s on.`,
      act: 'The points in the latency chart lead to single slow calls.',
      unit: 's',
    },
    { now: p95, words: { to: 0.001, unit: ' s' } },
    limits(LATENCY),
  ),
  compared(
    {
      title: 'Slow',
      means: `Calls that took longer than ${SLOW_SECONDS} s.`,
      act: 'Sort the table by "Slow" to find the tool.',
      unit: 'locale',
      decimals: 0,
    },
    { now: slow(RANGE) },
    limits({ warn: 0.5, bad: Number.MAX_SAFE_INTEGER }),
  ),
  compared(
    {
      title: 'Tokens',
      means:
        'Estimated tokens that results of tools put into the context of models: a quarter of their bytes.',
      act: 'The cost table names the tools whose results are largest.',
      unit: 'short',
    },
    { now: increase(tokens('result')) },
  ),
];

const latencyTable = table(
  {
    title: `Latency by tool; slow is over ${SLOW_SECONDS} s`,
    means: 'Percentiles of the time of a call as the client sees it, over the whole range.',
    act: `A p99 far above p50 is a tool that is mostly quick and sometimes hangs. Amber from ${LATENCY.warn} s, red from ${LATENCY.bad} s on.`,
  },
  {
    keys: TOOL_KEYS,
    columns: [
      ...([0.5, 0.95, 0.99] as const).map((q) => ({
        title: `p${q * 100}`,
        expr: quantile(q, toolRequests({}, 'bucket'), RANGE, TOOL_LABELS),
        looks: looks.limited(looks.seconds, LATENCY),
      })),
      { title: 'Slow', expr: slow(RANGE, TOOL_LABELS), looks: looks.failures },
    ],
    sortBy: 'p95',
    keyLooks: { Tool: TOOL_LINK },
  },
);

const callsOfTool = increase(calls(), RANGE, TOOL_LABELS);
const zero = (expr: string): string => orZero(increase(expr, RANGE, TOOL_LABELS), callsOfTool);
const retryTable = table(
  {
    title: 'Retries',
    means:
      'A retry repeats a failed call of the same session. "Lost" is the time from the first attempt to the one that succeeded, or to the end of the last.',
    act: 'Many that recover: the server is flaky, or limits rates. Many that give up: agents cannot read its error messages.',
    empty: 'no retries',
  },
  {
    keys: TOOL_KEYS,
    columns: [
      { title: 'Retries', expr: zero(attempts('retried')), looks: looks.sorted },
      {
        title: 'Recovered',
        expr: zero(attempts('recovered')),
        looks: { ...looks.count, 'custom.width': 100 },
      },
      { title: 'Gave up', expr: zero(attempts('gave_up')), looks: looks.failures },
      { title: 'Lost', expr: zero(wasted), looks: looks.seconds },
    ],
    sortBy: 'Retries',
    keyLooks: { Tool: TOOL_LINK },
  },
);

const costTable = table(
  {
    title: 'Context cost',
    means:
      "What tools put into models' contexts: bytes of arguments and results, and estimated tokens of results and of the definitions that clients were given (a quarter of the bytes).",
    act: 'A tool that is rarely called and has a long definition costs in every session that lists it. A large result can be paged or cut by the server.',
  },
  {
    keys: TOOL_KEYS,
    columns: [
      { title: 'Arguments', expr: zero(bytes('receive')), looks: looks.bytes },
      { title: 'Results', expr: zero(bytes('transmit')), looks: looks.bytes },
      {
        title: 'Result tokens',
        expr: zero(tokens('result')),
        looks: { ...looks.count, 'custom.width': 140 },
      },
      {
        title: 'Per call',
        expr: `(${zero(tokens('result'))}) / (${callsOfTool} > 0)`,
        looks: looks.count,
      },
      {
        title: 'Definition tokens',
        expr: zero(tokens('definition')),
        looks: { ...looks.count, 'custom.width': 140 },
      },
    ],
    sortBy: 'Result tokens',
    keyLooks: { Tool: TOOL_LINK },
  },
);

const busiest = bars(
  {
    title: 'Calls by tool',
    means: 'How often each tool was called, in each interval.',
    act: 'Click a name in the key to see it alone.',
    unit: 'locale',
    decimals: 0,
  },
  [prom(increase(calls(), BAR, ['gen_ai.tool.name']), '{{gen_ai_tool_name}}')],
);

const failing = bars(
  {
    title: 'Failed calls by tool',
    means: 'Failures of each tool, whoever caused them, in each interval.',
    act: 'One tool that rises alone is a fault of its own; all together are the server or what is behind it.',
    unit: 'locale',
    decimals: 0,
    empty: 'nothing failed',
  },
  [prom(`${increase(failedCalls(), BAR, ['gen_ai.tool.name'])} > 0`, '{{gen_ai_tool_name}}')],
);

const latency = withExemplars(
  durations(
    {
      title: 'p95 by tool',
      means: 'Time within which 95 of 100 calls of each tool ended.',
      act: 'Each point is one call: click it to open its trace.',
      unit: 's',
    },
    [prom(quantile(0.95, toolRequests({}, 'bucket'), RATE, ['gen_ai.tool.name']), '{{gen_ai_tool_name}}')],
  ),
  foreign(FOREIGN_METRICS.spanDuration, {
    span_kind: is('SPAN_KIND_SERVER'),
    'sightline.method.label': is('tools/call'),
    'sightline.server.name': chosen('server'),
    'sightline.tool.label': chosen('tool'),
  }),
);

const faultLines = lines(
  {
    title: "Share of failures by the server's or the proxy's doing",
    means: "Of the calls that count for a tool's health, how many failed.",
    act: 'The SLO dashboard says how long the budget lasts at this rate.',
    unit: 'percentunit',
  },
  [prom(faultShare(RATE, ['gen_ai.tool.name']), '{{gen_ai_tool_name}}')],
);

const history = sightline(
  {
    title: 'History of calls',
    means: 'Every call of the chosen tools, with request, answer, timing and trace.',
    act: 'Open a row for its details; the filters above the rows narrow it further.',
  },
  {
    view: 'events',
    filter: 'method=tools/call&${server:queryparam}&${tool:queryparam}',
    live: false,
    sessionLink: SESSION_LINK,
  },
  {
    events: `${logs({
      records: ['event'],
      where: [
        ['mcp.method.name', is('tools/call')],
        ['sightline.server.name', chosen('server')],
        ['gen_ai.tool.name', chosen('tool')],
      ],
    })} ${slimStages('event')}`,
  },
);

export function tools(): DashboardBuilder {
  return dashboard({
    name: 'tools',
    title: 'MCP tools',
    description: 'Each tool by itself: how often, how well, how fast, at what cost, and every single call.',
    from: 'now-1h',
    refresh: '1m',
    variables: [server(), tool()],
    lines: [
      evenly(4, ...indicators),
      line(9, [24, toolTable()]),
      evenly(8, busiest, failing),
      evenly(8, latency, faultLines),
      line(8, [24, latencyTable]),
      line(8, [24, retryTable]),
      line(9, [24, costTable]),
      line(18, [24, history]),
    ],
  });
}
