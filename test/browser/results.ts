/** What a run of the browser tests leaves behind, to be looked at. */
export const RESULTS = {
  screenshots: 'test-results/screenshots',
  /** One trace for each failed test: `npx playwright-core show-trace FILE`. */
  traces: 'test-results/traces',
} as const;
