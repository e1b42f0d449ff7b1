/**
 * What `@grafana/plugin-e2e` looks at (`*.spec.ts`): the panel where only Grafana itself has controls for it. It brings
 * fixtures for Playwright's own runner, so these files are run by that and not by vitest (decision 24).
 */

import type { PluginOptions } from '@grafana/plugin-e2e';
import { defineConfig } from '@playwright/test';
import { ensureChromium } from '../../scripts/chromium.ts';
import { HEADERS, ORIGIN, whyNoGrafana } from './grafana.ts';

if (whyNoGrafana !== undefined) throw new Error(whyNoGrafana);
const chromium = ensureChromium((line) => process.stderr.write(`grafana tests: ${line}\n`));
if ('missing' in chromium) throw new Error(chromium.missing);

export default defineConfig<PluginOptions>({
  testMatch: '*.spec.ts',
  outputDir: '../../test-results/grafana/failed',
  reporter: [['list'], ['./countsReporter.ts']],
  workers: 1,
  timeout: 300_000,
  expect: { timeout: 60_000 },
  use: {
    baseURL: ORIGIN,
    extraHTTPHeaders: { ...HEADERS },
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    // A trace would hold all of Grafana, three times over.
    screenshot: 'only-on-failure',
    actionTimeout: 60_000,
    permissions: ['clipboard-read', 'clipboard-write'],
    launchOptions: {
      executablePath: chromium.path,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-dev-shm-usage'],
    },
  },
});
