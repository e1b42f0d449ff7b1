/**
 * Before the tests of the panel: a Chromium, the built panel, the page that hosts it on one line of React, and one
 * native stack for all of them. Where one of these cannot be had they are skipped and the reason is printed.
 */
import { mkdirSync } from 'node:fs';
import type { TestProject } from 'vitest/node';
import { ensureChromium } from '../../scripts/chromium.ts';
import { ensureHost } from '../../scripts/panel/host.ts';
import { RESULTS } from '../browser/results.ts';
import { startRig, whyNoStack } from '../stack/rig.ts';
import { buildPanel } from '../support/buildPage.ts';

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  for (const folder of Object.values(RESULTS)) mkdirSync(folder, { recursive: true });
  const { reactLine } = project.getProvidedContext();
  const chromium = ensureChromium(say);
  const missing = 'missing' in chromium ? chromium.missing : whyNoStack();
  project.provide('chromium', 'path' in chromium && missing === undefined ? chromium.path : '');
  if (missing !== undefined || reactLine === undefined) {
    say(`SKIPPED, ${missing ?? 'no line of React is named'}`);
    return async () => undefined;
  }
  buildPanel();
  const host = await ensureHost(reactLine, say);
  const rig = await startRig();
  const { loki, tempo, otlpHttp } = rig.stack.addresses;
  project.provide('panel', { kind: 'host', host, loki, tempo, otlp: otlpHttp });
  return () => rig.close();
}

function say(line: string): void {
  process.stderr.write(`panel tests: ${line}\n`);
}
