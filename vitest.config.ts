import { defineConfig } from 'vitest/config';

/**
 * Five suites, one configuration: `unit` beside the source, `stories` (recorded traffic through the fold),
 * `e2e` (real clients and servers through the real proxy), `stack` (the real collector and stores) and `browser`
 * (the page of the real program in a real browser). `e2e` and `browser` run one file at a time, because each starts
 * processes and the machine may have two cores.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'proxy/src/**/*.test.ts',
            'grafana-plugin/src/**/*.test.{ts,tsx}',
            'scripts/**/*.test.ts',
            'dashboards/src/**/*.test.ts',
            'test/support/**/*.test.ts',
            'test/bench/**/*.test.ts',
          ],
        },
      },
      { test: { name: 'stories', include: ['test/stories/*.test.ts'] } },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'stack',
          include: ['test/stack/**/*.test.ts'],
          globalSetup: 'test/stack/globalSetup.ts',
          // Two at a time: an outage that is waited out leaves the machine to another suite.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          hookTimeout: 240_000,
        },
      },
      {
        test: {
          name: 'compose',
          include: ['test/compose/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 600_000,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: 'test/browser/globalSetup.ts',
          // What is to be seen may take its time on a busy machine; what does not come has failed.
          expect: { poll: { timeout: 10_000 } },
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
