/** 8. How much failure is still allowed, and how fast it is being used up. */
import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import type { AttributeKey } from '../../proxy/src/contract/index.ts';
import { BUDGET_LEFT } from './alerts/recorded.ts';
import { faultShare, faults, TOOL_CHOSEN, TOOL_KEYS, TOOL_LABELS, valid } from './figures.ts';
import { dashboard, evenly, line } from './layout.ts';
import { balance, lines } from './panels/chart.ts';
import { BAD, QUIET, steps, WARN } from './panels/colours.ts';
import { prom } from './panels/face.ts';
import { note } from './panels/lists.ts';
import * as looks from './panels/looks.ts';
import { stat } from './panels/stat.ts';
import { table } from './panels/table.ts';
import { by, checkOf, foreign, increase, orZero } from './promql.ts';
import { BURN_WINDOWS, OBJECTIVE, percent } from './thresholds.ts';
import { TOOL_LINK } from './toolTables.ts';
import { objective, server, tool } from './variables.ts';

const WINDOW = OBJECTIVE.budgetWindow;
/** Never what an address says, which may be any expression: what the check found it to be (`checks.ts`). */
const OBJECTIVE_CHOSEN = `\${${checkOf('objective')}:raw}`;
/** How many calls may fail: worked out by tool, because each may have an objective of its own, and then added up. */
const allowed = (window: string, keep: readonly AttributeKey[]): string =>
  `sum ${keep.length === 0 ? '' : `${by(...keep)} `}(${increase(valid(), window, TOOL_LABELS)} * (1 - ${OBJECTIVE_CHOSEN}))`;
/** How many failed; none where there were calls and none failed. */
const failed = (window: string, keep: readonly AttributeKey[]): string =>
  orZero(increase(faults(), window, keep), increase(valid(), window, keep));
const burn = (window: string, keep: readonly AttributeKey[] = TOOL_LABELS): string =>
  `(${failed(window, keep)}) / (${allowed(window, keep)} > 0)`;
const left = (keep: readonly AttributeKey[] = []): string => `1 - ${burn(WINDOW, keep)}`;
const FAST = OBJECTIVE.burn[0].factor;
const SLOWER = OBJECTIVE.burn[1].factor;
const BURN_STEPS = [
  { value: null, color: QUIET },
  { value: 1, color: WARN },
  { value: SLOWER, color: BAD },
];
const LEFT_STEPS = [
  { value: null, color: BAD },
  { value: 0, color: WARN },
  { value: 0.25, color: QUIET },
];
/** The column of the budget that is left, of each `keep`. */
const budgetLeft = (keep: readonly AttributeKey[]) => ({
  title: 'Budget',
  expr: left(keep),
  looks: {
    ...looks.share,
    decimals: 1,
    'custom.width': 95,
    'custom.cellOptions': { type: 'color-text' },
    thresholds: { mode: 'absolute', steps: LEFT_STEPS },
  },
});
const NONE = 'no calls yet';
const burning = (looks_: Readonly<Record<string, unknown>>) => ({
  ...looks_,
  'custom.cellOptions': { type: 'color-text' },
  thresholds: { mode: 'absolute', steps: BURN_STEPS },
});

const indicators = [
  stat(
    {
      title: `Reached in ${WINDOW.replace(/(\d+)/, '$1 ')}`,
      means: `Share of valid calls that succeeded within ${WINDOW} before the end of the range. Valid is what ended in ok, or failed by the server's or the proxy's doing.`,
      act: 'Below the objective the budget is used up: reliability comes before features.',
      unit: 'percentunit',
      decimals: 2,
      empty: NONE,
    },
    prom(`1 - (${faultShare(WINDOW, [])})`),
  ),
  stat(
    {
      title: 'Error budget left',
      means: `Of the failures that the objective allows within ${WINDOW}, the share that is left. Negative: more failed than is allowed.`,
      act: 'The table says which tool used it.',
      unit: 'percentunit',
      decimals: 1,
      empty: NONE,
    },
    prom(left()),
    steps(LEFT_STEPS),
  ),
  stat(
    {
      title: 'Failures left',
      means: `How many more calls may fail within ${WINDOW}, at the traffic so far.`,
      act: 'With few calls one failure is much: look at numbers before percentages.',
      unit: 'locale',
      decimals: 0,
      empty: NONE,
    },
    prom(`${allowed(WINDOW, [])} - (${failed(WINDOW, [])})`),
    steps([
      { value: null, color: BAD },
      { value: 1, color: QUIET },
    ]),
  ),
  stat(
    {
      title: 'Fastest burn, 1 h',
      means: `The highest burn rate of a tool within an hour. At 1 the budget lasts exactly ${WINDOW}; from ${FAST} on it is gone in two days, and somebody is woken.`,
      act: 'The chart and the table say which tool.',
      unit: 'short',
      decimals: 1,
      empty: NONE,
    },
    prom(`max(${burn('1h')})`),
    steps(BURN_STEPS),
  ),
];

const rows = table(
  {
    title: 'Objective, budget and burn by tool',
    means: `Budget and reached share within ${WINDOW} before the end of the range; burn rates within the windows named. A burn of 1 uses the budget up in exactly ${WINDOW}; ${FAST} in 1 h and 5 m, or ${SLOWER} in 6 h, wakes somebody; 1 in 3 d makes a ticket.`,
    act: 'A click on a tool opens its history. High in 5 m and low in 6 h has just begun; the other way round it is over.',
    empty: NONE,
  },
  {
    keys: TOOL_KEYS,
    columns: [
      {
        title: 'Objective',
        expr: `0 * ${increase(valid(), WINDOW, TOOL_LABELS)} + ${OBJECTIVE_CHOSEN}`,
        looks: { ...looks.share, decimals: 1 },
      },
      { title: 'Valid', expr: increase(valid(), WINDOW, TOOL_LABELS), looks: looks.count },
      { title: 'Reached', expr: `1 - (${faultShare(WINDOW)})`, looks: { ...looks.share, decimals: 2 } },
      budgetLeft(TOOL_LABELS),
      ...BURN_WINDOWS.map((window) => ({
        title: `Burn ${window.replace(/(\d+)/, '$1 ')}`,
        expr: burn(window),
        looks: burning({ unit: 'short', decimals: 1, 'custom.width': 75 }),
      })),
    ],
    sortBy: 'Budget',
    descending: false,
    keyLooks: { Tool: TOOL_LINK },
  },
);

const servers = table(
  {
    title: 'By server',
    means: `The same for all tools of a server together, within ${WINDOW}.`,
    act: 'A server whose tools all burn has one cause: look there before at each tool.',
    empty: NONE,
  },
  {
    keys: [['sightline.server.name', 'Server']],
    columns: [
      {
        title: 'Valid',
        expr: increase(valid(), WINDOW, ['sightline.server.name']),
        looks: looks.count,
      },
      {
        title: 'Reached',
        expr: `1 - (${faultShare(WINDOW, ['sightline.server.name'])})`,
        looks: { ...looks.share, decimals: 2 },
      },
      budgetLeft(['sightline.server.name']),
      {
        title: 'Burn 1 h',
        expr: burn('1h', ['sightline.server.name']),
        looks: burning({ unit: 'short', decimals: 1, 'custom.width': 75 }),
      },
    ],
    sortBy: 'Budget',
    descending: false,
  },
);

const burnChart = lines(
  {
    title: 'Burn rate, 1 h',
    means: `How much faster than evenly each tool uses its budget, over the hour before each moment. Above the red line (${FAST}) somebody is woken.`,
    act: 'A plateau that falls again after an hour is one incident that is over.',
    unit: 'short',
    empty: NONE,
  },
  [
    prom(
      burn('1h', ['sightline.server.name', 'gen_ai.tool.name']),
      '{{sightline_server_name}} {{gen_ai_tool_name}}',
    ),
  ],
)
  .thresholds(
    steps([
      { value: null, color: 'transparent' },
      { value: 1, color: WARN },
      { value: FAST, color: BAD },
    ]),
  )
  .thresholdsStyle({ build: () => ({ mode: 'dashed' as never }) });

const budgetChart = balance(
  {
    title: `Budget left, ${WINDOW.replace(/(\d+)/, '$1 ')}`,
    means: `The share of the error budget that was left at each moment, of the ${WINDOW} before it, with the objective as set for each tool: what Prometheus records every five minutes. Below zero, more failed than may.`,
    act: 'A slope is a tool that fails steadily, a step is an incident. A line that rises is an old incident that the window leaves behind.',
    unit: 'percentunit',
    empty: 'nothing recorded yet: the first figures come five minutes after the first call',
  },
  [
    prom(
      `max ${by(...TOOL_LABELS)} (${foreign(BUDGET_LEFT, TOOL_CHOSEN)})`,
      '{{sightline_server_name}} {{gen_ai_tool_name}}',
    ),
  ],
)
  .thresholds(
    steps([
      { value: null, color: 'transparent' },
      { value: 0, color: BAD },
    ]),
  )
  .thresholdsStyle({ build: () => ({ mode: 'dashed' as never }) });

const words = note(
  'What counts',
  'How the figures of this page are counted.',
  `A call is **valid** when it ended in ok or failed by the server's or the proxy's doing. A caller's own mistakes
(wrong arguments, calls it cancelled or abandoned) and refusals (401, 403) are not: they neither use the budget up nor
fill it. The objective above is one for every tool, or, as set for each tool, what alerts use: ${percent(OBJECTIVE.target)}
unless a server or tool has one of its own.`,
);

export function slo(): DashboardBuilder {
  return dashboard({
    name: 'slo',
    title: 'MCP objectives (SLO)',
    description: 'How much failure is still allowed, and how fast it is being used up.',
    from: 'now-6h',
    refresh: '1m',
    variables: [objective(), server(), tool()],
    lines: [
      evenly(4, ...indicators),
      line(10, [24, rows]),
      evenly(8, burnChart, budgetChart),
      line(8, [15, servers], [9, words]),
    ],
  });
}
