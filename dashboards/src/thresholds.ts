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

export interface OwnObjective {
  /** The server's configured name; absent: any. */
  readonly server?: string;
  /** A tool's name; absent: all of the server's. */
  readonly tool?: string;
  /** Between 0 and 1, neither included: nothing that may never fail has a budget. */
  readonly target: number;
}
/**
 * Servers and tools with another objective than `OBJECTIVE.target`; the first that fits a tool wins. What is written
 * here holds for alerts and for recorded burn rates alike: `{ server: 'shop', tool: 'create_payment', target: 0.999 }`.
 */
export const OBJECTIVES: readonly OwnObjective[] = [];

/**
 * Fewest failures in the long window for which a burn rate alerts. With three calls in a night, one failure is a burn
 * rate of 33 and means nothing; five failures do not come of one caller's bad luck.
 */
export const FAILURES_MIN = 5;

/** A server is down when requests found it silent within `window`, and none got an answer within `since`. */
export const SERVER_DOWN = { window: '5m', failures: 3, since: '2m' } as const;

/** How long some request has to wait beyond `unanswered-after`, without a pause, before it is an alert. */
export const HUNG_FOR = '5m';

/** Retries of a tool within `window`, and their share of its calls, 0 to 1. */
export const RETRY_STORM = { window: '10m', retries: 20, share: 0.5 } as const;

/**
 * A server is busy when every quarter of an hour in `busy` had this many requests. It is missed when `quiet` passes
 * without one, for `remembered` at most, unless it was quiet at the same hour a day or a week ago.
 */
export const NO_TRAFFIC = { quiet: '15m', requests: 5, busy: '2h', remembered: '6h' } as const;

/** No proxy reports any more: for how long, and how long it is remembered that one did. */
export const NO_TELEMETRY = { quiet: '5m', remembered: '6h' } as const;

/** In which losses are looked for. */
export const LOSS_WINDOW = '15m';

/** The windows in which the SLO dashboard shows the burn rate. */
export const BURN_WINDOWS = ['5m', '1h', '6h', '3d'] as const;

/** Whose doing burns the budget: never the caller's own. */
export const BUDGET_ORIGINS = ['upstream', 'proxy'] as const;
/** A refusal (401, 403) is the server working as it should, and what was cancelled nobody waited for. */
export const NO_FAULT: readonly Outcome[] = ['denied', 'cancelled'];
/** Outcomes that nobody counts as an error. */
export const NO_ERROR: readonly Outcome[] = ['ok', 'cancelled'];

/** A share in words: `5 %`. */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(3))} %`;
}
