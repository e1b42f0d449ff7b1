/**
 * What Prometheus computes beforehand: the error budget of each tool, and the traffic of each server. Alerts and the SLO
 * dashboard read the same series, so that what is shown is what alerts. Names say what the labels are, what is
 * measured, and over which time.
 */
import type { AttributeKey } from '../../../proxy/src/contract/index.ts';
import { OBJECTIVE } from '../thresholds.ts';

/** Labels of what is recorded for a tool. */
export const OF_TOOL = [
  'sightline.server.name',
  'gen_ai.tool.name',
] as const satisfies readonly AttributeKey[];
/** Labels of what is recorded for a server. */
export const OF_SERVER = ['sightline.server.name'] as const satisfies readonly AttributeKey[];

/** Windows over which raw counters are read at each evaluation. */
export const NEAR_WINDOWS = ['5m', '30m', '1h'] as const;
/** Windows that are added up from what was recorded for five minutes each: cheap, however many calls there were. */
export const FAR_WINDOWS = ['6h', '3d'] as const;
export type BurnWindow = (typeof NEAR_WINDOWS | typeof FAR_WINDOWS)[number];
export const BURN_WINDOWS: readonly BurnWindow[] = [...NEAR_WINDOWS, ...FAR_WINDOWS];

/** Calls that count: neither the caller's own mistakes nor refusals. */
export const valid = (window: BurnWindow): string => `server_tool:sightline_valid:increase${window}`;
/** Those of them that failed by the server's doing, or because the proxy could not reach it. */
export const faults = (window: BurnWindow): string => `server_tool:sightline_faults:increase${window}`;
/** The share of calls that shall succeed. */
export const OBJECTIVE_RATIO = 'server_tool:sightline_objective:ratio';
/** How many times faster than evenly a tool uses its budget up. */
export const burn = (window: BurnWindow): string => `server_tool:sightline_burn:ratio${window}`;
/** Share of the budget that is left; negative when more failed than may. */
export const BUDGET_LEFT = `server_tool:sightline_budget_left:ratio${OBJECTIVE.budgetWindow}`;

/** Requests of each server, zero as long as a proxy reports that has seen none. */
export const REQUESTS = 'server:sightline_requests:increase15m';
/** Present while a server has been busy without a break. */
export const BUSY = 'server:sightline_busy:increase15m';

/** Every recorded name. */
export const RECORDED: readonly string[] = [
  ...BURN_WINDOWS.flatMap((window) => [valid(window), faults(window), burn(window)]),
  OBJECTIVE_RATIO,
  BUDGET_LEFT,
  REQUESTS,
  BUSY,
];
