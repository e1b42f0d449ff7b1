import path from 'node:path';
import { defineConfig } from 'vitest/config';

const PROMISES_OF_BOTH = ['sessions', 'eventLog', 'live', 'keyboard', 'exports', 'hostile'].map(
  (name) => `test/browser/${name}.test.ts`,
);
const GRAFANA_DATA = path.join(
  import.meta.dirname,
  'grafana-plugin/node_modules/@grafana/data/dist/cjs/index.cjs',
);

const LONG_OUTAGE = 'test/stack/faultsLongOutage.test.ts';

/**
 * All suites, one configuration: `unit` beside the source, `stories` (recorded traffic through the fold),
 * `e2e` (real clients and servers through the real proxy), `stack` (the real collector and stores; `outage` is the one
 * file of it that waits for minutes), `deploy` (what else is under `deploy/`, put together and held to what reads it),
 * `compose` (the same in containers) and `browser` (the page of the real program in a real browser). Each file
 * starts processes of its own, and the machine may have two cores: two files at once where they mostly wait, else one.
 */
export default defineConfig({
  test: {
    projects: [
      {
        // Its other form names things that Node does not find in the packages below it.
        resolve: { alias: { '@grafana/data': GRAFANA_DATA } },
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
          // They wait for programs more than they compute.
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          // The packed tarball, installed where nothing is, on every Node that is promised; the panel built anew.
          name: 'packed',
          include: ['test/packed/**/*.test.ts'],
          globalSetup: 'test/packed/globalSetup.ts',
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'stack',
          include: ['test/stack/**/*.test.ts'],
          exclude: [LONG_OUTAGE],
          globalSetup: 'test/stack/globalSetup.ts',
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          hookTimeout: 240_000,
        },
      },
      {
        test: {
          name: 'outage',
          include: [LONG_OUTAGE],
          globalSetup: 'test/stack/globalSetup.ts',
          fileParallelism: false,
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'deploy',
          include: ['test/deploy/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
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
      ...(['react19', 'react18'] as const).map((reactLine) => ({
        test: {
          name: reactLine === 'react19' ? 'panel' : 'panel-react18',
          // The page's own promises, kept by the panel, and those that only a panel makes.
          include: [
            ...PROMISES_OF_BOTH,
            // A hundred thousand events make no other question of another React.
            ...(reactLine === 'react19' ? ['test/browser/large.test.ts'] : []),
            'test/panel/**/*.test.ts',
          ],
          globalSetup: 'test/panel/globalSetup.ts',
          provide: { reactLine },
          expect: { poll: { timeout: 20_000 } },
          fileParallelism: false,
          // Every state is looked at in two themes and four sizes.
          testTimeout: 240_000,
          hookTimeout: 240_000,
        },
      })),
      {
        test: {
          // The same promises once more in that Grafana, but for those that need a clock or frames of our own.
          name: 'panel-grafana',
          include: [...PROMISES_OF_BOTH, 'test/panel/{dashboard,looks}.test.ts'],
          globalSetup: 'test/grafana/globalSetup.ts',
          expect: { poll: { timeout: 20_000 } },
          fileParallelism: false,
          testTimeout: 240_000,
          hookTimeout: 240_000,
        },
      },
      {
        test: {
          // Asked for by `GRAFANA_URL`: no test here can start a Grafana.
          name: 'grafana',
          include: ['test/grafana/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
