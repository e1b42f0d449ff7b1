/**
 * Before the panel's suites in a real Grafana: a Chromium, the panel of this tree, and a Grafana that has it, with our
 * data sources, over a stack that takes what the suites' programs export. Without `GRAFANA_URL` they are skipped and the
 * reason is printed; with it, what is missing fails the run.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { LOKI, TEMPO } from '../../dashboards/src/dataSources.ts';
import { ensureChromium } from '../../scripts/chromium.ts';
import { RESULTS } from '../browser/results.ts';
import { buildPanel } from '../support/buildPage.ts';
import { askGrafana, HEADERS, ORIGIN, OTLP, whyNoGrafana } from './grafana.ts';
import { PLUGIN } from './panelDashboards.ts';

const MODULE = path.join(import.meta.dirname, '../../grafana-plugin/dist/module.js');

/** @throws when the Grafana that is named cannot show what the suites look at. */
export async function setup(project: TestProject): Promise<void> {
  for (const folder of Object.values(RESULTS)) mkdirSync(folder, { recursive: true });
  project.provide('chromium', '');
  if (whyNoGrafana !== undefined) {
    say(`SKIPPED, ${whyNoGrafana}`);
    return;
  }
  const chromium = ensureChromium(say);
  if ('missing' in chromium) throw new Error(chromium.missing);
  buildPanel();
  await findPanel();
  for (const { uid } of [LOKI, TEMPO]) await askGrafana(`/api/datasources/uid/${uid}/health`);
  await findCollector();
  project.provide('chromium', chromium.path);
  project.provide('panel', { kind: 'grafana', otlp: OTLP });
}

async function findPanel(): Promise<void> {
  const { info } = (await askGrafana(`/api/plugins/${PLUGIN}/settings`)) as {
    readonly info: { readonly version: string };
  };
  const served = await fetch(`${ORIGIN}/public/plugins/${PLUGIN}/module.js`, { headers: HEADERS });
  if (!served.ok) throw new Error(`the Grafana of GRAFANA_URL does not give out the panel: ${served.status}`);
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');
  if (hash(await served.text()) !== hash(readFileSync(MODULE, 'utf8'))) {
    throw new Error(
      `the Grafana of GRAFANA_URL has another build of the panel (${info.version}) than this tree`,
    );
  }
}

async function findCollector(): Promise<void> {
  const empty = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
  const answer = await fetch(`${OTLP}/v1/logs`, empty).catch((error: unknown) => String(error));
  if (typeof answer === 'string' || !answer.ok) {
    throw new Error(
      `no collector takes logs at ${OTLP} (OTEL_EXPORTER_OTLP_ENDPOINT): ${typeof answer === 'string' ? answer : answer.status}`,
    );
  }
}

function say(line: string): void {
  process.stderr.write(`panel in Grafana: ${line}\n`);
}
