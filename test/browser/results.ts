/** What a run of the browser tests leaves behind, to be looked at. */
export const RESULTS = {
  screenshots: 'test-results/screenshots',
  /** What each failed test saw last, and with `TRACE=1` its trace: `npx playwright-core show-trace FILE`. */
  failures: 'test-results/failures',
} as const;
