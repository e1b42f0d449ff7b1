/**
 * `npm run test:grafana`: everything that needs a real Grafana, in the one that `GRAFANA_URL` names: dashboards and
 * alerts, the panel's own suites, and Grafana's controls around the panel. Without one it says so, and fails: nobody asks
 * for this run to be told that nothing was wrong.
 */
import { runSteps, type Step } from './steps.ts';

const vitest = (project: string): readonly string[] => [
  'node_modules/vitest/vitest.mjs',
  'run',
  '--project',
  project,
];

export const GRAFANA_STEPS: readonly Step[] = [
  { name: 'grafana', command: vitest('grafana'), counts: 'vitest' },
  {
    name: 'panel editor in Grafana',
    command: [
      'node_modules/@playwright/test/cli.js',
      'test',
      '--config',
      'test/grafana/playwright.config.ts',
    ],
    counts: 'line',
  },
  { name: 'panel in Grafana', command: vitest('panel-grafana'), counts: 'vitest' },
];

if (import.meta.main) {
  if (process.env['GRAFANA_URL'] === undefined) {
    console.error(
      'test:grafana cannot run. GRAFANA_URL names no Grafana: http://user:password@host:port of one with our provisioning and panel (docker compose up has it at http://127.0.0.1:3000). Its collector takes what the tests export at OTEL_EXPORTER_OTLP_ENDPOINT, http://127.0.0.1:4318 unless named.',
    );
    process.exitCode = 1;
  } else if (!(await runSteps(GRAFANA_STEPS))) process.exitCode = 1;
}
