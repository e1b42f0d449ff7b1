import { defineConfig } from 'vitest/config';

/**
 * Three suites, one configuration: `unit` beside the source, `stories` (recorded traffic through the fold)
 * and `e2e` (real clients and servers through the real proxy; one file at a time, because each starts
 * processes and the machine may have two cores).
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
    ],
  },
});
