/**
 * Every limit that a dashboard draws and an alert fires on, once. A panel that colours by a limit says it in its
 * description from here, so what is written and what is drawn are the same number.
 */
import type { Outcome } from '../../proxy/src/contract/index.ts';

/** Share of a tool's calls (0 to 1) that failed by the server's or the proxy's doing. */
export const HEALTH = { degraded: 0.05, down: 0.5 } as const;

/** A tool call that takes longer is slow, in seconds. One of the bounds of the histogram, so it is counted exactly. */
export const SLOW_SECONDS = 2;

/** Latency of tool calls at the 95th percentile, in seconds. */
export const LATENCY = { warn: 1, bad: 5 } as const;

/** Share of requests that fail, 0 to 1. */
export const ERROR_RATE = { warn: 0.01, bad: 0.05 } as const;

/** The proxy's own share of a request at the 99th percentile, in seconds. */
export const OVERHEAD = { warn: 0.01, bad: 0.05 } as const;

/** Age of the oldest event that the collector has not accepted, in seconds. */
export const OUTBOX_AGE = { warn: 60, bad: 600 } as const;

/** Share of the collector's queue that is used, 0 to 1. */
export const QUEUE_USED = { warn: 0.5, bad: 0.8 } as const;

/** Delay of the proxy's event loop at the 99th percentile, in seconds. */
export const LOOP_DELAY = { warn: 0.05, bad: 0.2 } as const;

/**
 * The objective: share of valid calls that succeed. `budgetWindow` is the time over which the budget counts. Burn is
 * how many times faster than evenly the budget goes: at 1 it lasts exactly the window. The pairs of windows and
 * factors are those of the Google SRE Workbook, chapter 5, for a window of 30 days.
 */
export const OBJECTIVE = {
  target: 0.99,
  choices: [0.9, 0.95, 0.99, 0.995, 0.999],
  budgetWindow: '30d',
  burn: [
    { long: '1h', short: '5m', factor: 14.4, speed: 'fast' },
    { long: '6h', short: '30m', factor: 6, speed: 'fast' },
    { long: '3d', short: '6h', factor: 1, speed: 'slow' },
  ],
} as const;

/** The windows in which the SLO dashboard shows the burn rate. */
export const BURN_WINDOWS = ['5m', '1h', '6h', '3d'] as const;

/** Whose doing burns the budget: never the caller's own. */
export const BUDGET_ORIGINS = ['upstream', 'proxy'] as const;
/** A refusal (401, 403) is the server working as it should. */
export const NO_FAULT: readonly Outcome[] = ['denied'];
/** Outcomes that nobody counts as an error. */
export const NO_ERROR: readonly Outcome[] = ['ok', 'cancelled'];

/** A share in words: `5 %`. */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(3))} %`;
}
