/**
 * Before the browser tests: a Chromium to run them in, and an empty place for what they leave behind. Without a
 * browser they are skipped and the reason is printed; where `CI` is set a skipped test is a failed one
 * (`scripts/steps.ts`).
 */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import type { TestProject } from 'vitest/node';
import { ensureChromium } from '../../scripts/chromium.ts';
import { RESULTS } from './results.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Path of the browser; empty when there is none. */
    chromium: string;
  }
}

const PAGE = 'proxy/dist/page/index.html';

/** @throws when the page has not been built: the tests would otherwise prove something about nothing. */
export function setup(project: TestProject): void {
  const chromium = ensureChromium(say);
  project.provide('chromium', 'path' in chromium ? chromium.path : '');
  if ('missing' in chromium) say(`SKIPPED, ${chromium.missing}`);
  else if (!existsSync(PAGE)) throw new Error(`${PAGE} is missing: npm run build makes it`);
  for (const folder of Object.values(RESULTS)) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
  }
}

function say(line: string): void {
  process.stderr.write(`browser tests: ${line}\n`);
}
