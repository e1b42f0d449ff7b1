/**
 * Before the browser tests: a Chromium to run them in, and an empty place for what they leave behind. Without a
 * browser they are skipped and the reason is printed; where `CI` is set a skipped test is a failed one
 * (`scripts/steps.ts`).
 */
import { mkdirSync, rmSync } from 'node:fs';
import type { TestProject } from 'vitest/node';
import { ensureChromium } from '../../scripts/chromium.ts';
import { buildPage } from '../support/buildPage.ts';
import { RESULTS } from './results.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Path of the browser; empty when there is none. */
    chromium: string;
  }
}

/** @throws when the page cannot be built. */
export function setup(project: TestProject): void {
  const chromium = ensureChromium(say);
  project.provide('chromium', 'path' in chromium ? chromium.path : '');
  if ('missing' in chromium) say(`SKIPPED, ${chromium.missing}`);
  else buildPage();
  for (const folder of Object.values(RESULTS)) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
  }
}

function say(line: string): void {
  process.stderr.write(`browser tests: ${line}\n`);
}
