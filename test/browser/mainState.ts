/**
 * Looks at one main state of the page in every way it is seen: both themes, a wide window and a phone's. Each is
 * photographed, must please axe, and must not scroll sideways.
 */
import path from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { findViolations } from './accessibility.ts';
import { RESULTS } from './results.ts';

const THEMES = ['light', 'dark'] as const;
const WIDTHS = [1440, 360] as const;
/** Colours may fade for up to 150 ms after a change of theme. */
const SETTLED_MS = 250;

/** Photographs are called `<state>-<theme>-<width>.png`. */
export async function inspectState(page: Page, state: string): Promise<void> {
  const faults: string[] = [];
  const before = page.viewportSize() ?? { width: 1440, height: 900 };
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    for (const colorScheme of THEMES) {
      await page.emulateMedia({ colorScheme });
      await page.waitForTimeout(SETTLED_MS);
      const name = `${state}-${colorScheme}-${width}`;
      await page.screenshot({ path: path.join(RESULTS.screenshots, `${name}.png`) });
      const sideways = await readSidewaysPx(page);
      if (sideways > 0) faults.push(`${name}: the page scrolls sideways by ${sideways} px`);
      faults.push(...(await findViolations(page)).map((violation) => `${name}: ${violation}`));
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(before);
  expect(faults).toEqual([]);
}

/** By how much the page, not a part of it, can be scrolled sideways. */
export function readSidewaysPx(page: Page): Promise<number> {
  return page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}
