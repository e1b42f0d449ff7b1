/** The table of tools, by which somebody finds the one to look at. */
import type { PanelBuilder } from '@grafana/grafana-foundation-sdk/table';
import {
  average,
  calls,
  failedCalls,
  health,
  successRate,
  TOOL_KEYS,
  TOOL_LABELS,
  toolRequests,
} from './figures.ts';
import { field, to } from './links.ts';
import { BAD, GOOD, MUTED, WARN } from './panels/colours.ts';
import * as looks from './panels/looks.ts';
import { table } from './panels/table.ts';
import { increase, orZero, quantile, RANGE } from './promql.ts';
import { HEALTH, LATENCY, percent } from './thresholds.ts';

export const HEALTH_WORDS = {
  3: { text: '● down', color: BAD },
  2: { text: '● degraded', color: WARN },
  1: { text: '● healthy', color: GOOD },
  0: { text: '○ inactive', color: MUTED },
} as const;

export const TOOL_LINK = looks.linked(
  'This tool',
  to('tools', { server: field('Server'), tool: field('Tool') }),
);

/** Every tool with its health, worst first, then busiest. */
export function toolTable(): PanelBuilder {
  const all = increase(calls(), RANGE, TOOL_LABELS);
  return table(
    {
      title: `Tools, worst first: down from ${percent(HEALTH.down)} failures on, degraded from ${percent(HEALTH.degraded)} on`,
      means: `Health counts what failed by the server's or the proxy's doing: healthy below ${percent(HEALTH.degraded)}, degraded from there on, down from ${percent(HEALTH.down)} on; inactive is a tool that nobody called in the range. Callers' own mistakes and refusals do not count. "Failed" and "Success" count every failure, whoever caused it.`,
      act: 'A click on a tool opens its own figures, with its history below.',
      empty: 'no tool was called',
    },
    {
      keys: TOOL_KEYS,
      columns: [
        { title: 'Health', expr: health(), looks: looks.worded(HEALTH_WORDS) },
        { title: 'Calls', expr: all, looks: looks.count },
        {
          title: 'Failed',
          expr: orZero(increase(failedCalls(), RANGE, TOOL_LABELS), all),
          looks: looks.failures,
        },
        { title: 'Success', expr: successRate(TOOL_LABELS), looks: looks.success(HEALTH) },
        {
          title: 'Average',
          expr: average((part) => toolRequests({}, part), TOOL_LABELS),
          looks: looks.limited(looks.seconds, LATENCY),
        },
        {
          title: 'p95',
          expr: quantile(0.95, toolRequests({}, 'bucket'), RANGE, TOOL_LABELS),
          looks: looks.limited(looks.seconds, LATENCY),
        },
      ],
      sortBy: 'Health',
      thenBy: ['Calls'],
      keyLooks: { Tool: TOOL_LINK },
    },
  );
}
