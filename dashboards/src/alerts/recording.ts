/** The rules that record: error budgets by tool, traffic by server. */
import type { LabelOf } from '../names.ts';
import { by, is, isNot, type Matchers, noneOf, oneOf, orZero, series } from '../promql.ts';
import {
  BUDGET_ORIGINS,
  NO_FAULT,
  NO_TRAFFIC,
  OBJECTIVE,
  OBJECTIVES,
  type OwnObjective,
} from '../thresholds.ts';
import * as recorded from './recorded.ts';

export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
}

export interface RecordingGroup {
  readonly name: string;
  readonly interval: string;
  readonly rules: readonly RecordingRule[];
}

type Operation = Matchers<LabelOf<'mcp.server.operation.duration'>>;

/**
 * Requests that carry a tool's name: calls, and of tasks the poll that ended one, which is where a failed task shows.
 */
const ofTools = (more: Operation): string =>
  series('mcp.server.operation.duration', { 'gen_ai.tool.name': isNot(''), ...more }, 'count');

const VALID = ofTools({ 'sightline.outcome.origin': isNot('client'), 'sightline.outcome': noneOf(NO_FAULT) });
const FAULTS = ofTools({
  'sightline.outcome.origin': oneOf(BUDGET_ORIGINS),
  'sightline.outcome': noneOf(NO_FAULT),
});
/** What a stopping proxy refused: no server has done anything wrong. */
const DRAINED = ofTools({ 'sightline.outcome.origin': is('proxy'), 'error.type': is('503') });

/** How much counters rose, added up by tool, without what a stopping proxy refused. */
const rose = (of: string, window: string): string =>
  `sum ${by(...recorded.OF_TOOL)} (\n  increase(${of}[${window}])\n  unless increase(${DRAINED}[${window}])\n)`;

/** The same from what was recorded: a subquery takes one value of every five minutes, however often it is recorded. */
const addUp = (of: string, window: string): string => `sum_over_time(${of}[${window}:5m])`;

const near: readonly RecordingRule[] = recorded.NEAR_WINDOWS.flatMap((window) => [
  { record: recorded.valid(window), expr: rose(VALID, window) },
  { record: recorded.faults(window), expr: orZero(rose(FAULTS, window), recorded.valid(window)) },
]);
const far: readonly RecordingRule[] = recorded.FAR_WINDOWS.flatMap((window) => [
  { record: recorded.valid(window), expr: addUp(recorded.valid('5m'), window) },
  { record: recorded.faults(window), expr: addUp(recorded.faults('5m'), window) },
]);

/** A text as PromQL quotes it. */
const quoted = (text: string): `=${string}` => `=${JSON.stringify(text)}`;

/** The objective of every tool of which calls are known: of several that fit, `or` keeps the first. */
export function objectives(own: readonly OwnObjective[]): string {
  const ratio = ({ server, tool, target }: OwnObjective): string => {
    if (!(target > 0 && target < 1)) throw new Error(`an objective of ${target} is none: between 0 and 1`);
    const matchers = [
      ...(server === undefined ? [] : [`sightline_server_name${quoted(server)}`]),
      ...(tool === undefined ? [] : [`gen_ai_tool_name${quoted(tool)}`]),
    ].join(', ');
    const known = (['3d', '5m'] as const).map(
      (window) => recorded.valid(window) + (matchers && `{${matchers}}`),
    );
    return `(0 * (${known.join(' or ')}) + ${target})`;
  };
  return [...own, { target: OBJECTIVE.target }].map(ratio).join('\nor\n');
}

/** Share of what may fail that did: above 1, more than evenly. */
const overBudget = (failed: string, all: string): string =>
  `${failed} / (${all} > 0) / (1 - ${recorded.OBJECTIVE_RATIO})`;

const traffic = series('mcp.server.operation.duration', {}, 'count');
/** Every server that a living proxy has, also one that no request has reached since it started. */
const known = `0 * max ${by(...recorded.OF_SERVER)} (last_over_time(${series('sightline.requests.active')}[2m]))`;

export const RECORDING: readonly RecordingGroup[] = [
  {
    name: 'sightline-budget',
    interval: '30s',
    rules: [
      ...near,
      ...far,
      { record: recorded.OBJECTIVE_RATIO, expr: objectives(OBJECTIVES) },
      ...recorded.BURN_WINDOWS.map((window) => ({
        record: recorded.burn(window),
        expr: overBudget(recorded.faults(window), recorded.valid(window)),
      })),
    ],
  },
  {
    name: 'sightline-budget-left',
    interval: '5m',
    rules: [
      {
        record: recorded.BUDGET_LEFT,
        expr: `1 - ${overBudget(
          addUp(recorded.faults('5m'), OBJECTIVE.budgetWindow),
          addUp(recorded.valid('5m'), OBJECTIVE.budgetWindow),
        )}`,
      },
    ],
  },
  {
    name: 'sightline-traffic',
    interval: '30s',
    rules: [
      {
        record: recorded.REQUESTS,
        expr: `sum ${by(...recorded.OF_SERVER)} (increase(${traffic}[${NO_TRAFFIC.quiet}]))\nor\n${known}`,
      },
      {
        record: recorded.BUSY,
        expr: [
          `min_over_time(${recorded.REQUESTS}[${NO_TRAFFIC.busy}]) >= ${NO_TRAFFIC.requests}`,
          // It has to have been there all the time, not only since it was first seen.
          `and ${recorded.REQUESTS} offset ${NO_TRAFFIC.busy} >= ${NO_TRAFFIC.requests}`,
        ].join('\n'),
      },
    ],
  },
];
