/** How the panel looks and to whom: every main state in Grafana's two themes, from 300×200 to a whole screen. */
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findViolations } from '../browser/accessibility.ts';
import { inGrafana } from '../browser/panelShell.ts';
import { RESULTS } from '../browser/results.ts';
import { type ShopStage, startShopStage } from '../browser/shopStage.ts';
import { describeInBrowser } from '../browser/watchedPage.ts';
import { control } from './control.ts';
import { openDashboard, panelsOf } from './dashboard.ts';

const SIZES = [
  [1440, 900],
  [720, 480],
  [400, 300],
  [300, 200],
] as const;
type Theme = 'light' | 'dark';
/** By what one opening shows: a Grafana takes its theme when it begins. */
const OPENINGS: readonly (readonly [Theme, ...Theme[]])[] = inGrafana
  ? [['light'], ['dark']]
  : [['light', 'dark']];
/** Colours may fade for up to 150 ms after a change of theme. */
const SETTLED_MS = 250;

describeInBrowser('looks of the panel', () => {
  let stage: ShopStage;
  beforeAll(async () => {
    stage = await startShopStage();
  });
  afterAll(() => stage.stop());
  const open = (theme: Theme, options: Readonly<Record<string, unknown>> = {}) => {
    const { pageUrl } = stage.sightline;
    const panels = panelsOf(pageUrl, { options: { live: false, ...options } });
    return openDashboard(pageUrl, { panels, theme });
  };

  /** Photographs are called `panel-<state>-<theme>-<width>.png`. */
  async function inspect(page: Page, themes: readonly Theme[], state: string): Promise<void> {
    const faults: string[] = [];
    // Rows are dimmed while those of a further query are on their way.
    await page.locator('.sl-dimmed').first().waitFor({ state: 'detached' });
    for (const [width, height] of SIZES) {
      await control(page, 'setSize', 1, width, height);
      for (const theme of themes) {
        if (!inGrafana) await control(page, 'setTheme', theme);
        await page.waitForTimeout(SETTLED_MS);
        const name = `${inGrafana ? 'grafana' : 'panel'}-${state}-${theme}-${width}`;
        await page.screenshot({ path: path.join(RESULTS.screenshots, `${name}.png`) });
        const beyond = await page.evaluate(() => {
          const frame = document.querySelector('.sl-panel')?.getBoundingClientRect();
          const parts = [...document.querySelectorAll('.sl-panel .sl-page > *:not(dialog)')];
          const widest = Math.max(...parts.map((part) => part.getBoundingClientRect().right));
          return frame === undefined ? -1 : Math.round(widest - frame.right);
        });
        if (beyond > 0) faults.push(`${name}: ${beyond} px beyond the panel's edge`);
        faults.push(
          ...(await findViolations(page, inGrafana ? '.sl-panel' : undefined)).map(
            (violation) => `${name}: ${violation}`,
          ),
        );
      }
    }
    expect(faults).toEqual([]);
  }

  describe.each(OPENINGS.map((themes) => ({ themes, name: themes.join(' and ') })))('$name', ({ themes }) => {
    const [first] = themes;

    it('sessions, and one of them open', async () => {
      const page = await open(first);
      const session = page.locator('[role="row"][aria-level="1"]').filter({ hasText: 'desk-agent' });
      await session.waitFor();
      await inspect(page, themes, 'sessions');
      await control(page, 'setSize', 1, 1_440, 900);
      await session.click();
      await page
        .getByText(/in tools/)
        .first()
        .waitFor();
      await inspect(page, themes, 'session-expanded');
    });

    it('event log, its details, a menu of it', async () => {
      const page = await open(first, { view: 'events' });
      const row = page.locator('[role="row"][aria-expanded]').filter({ hasText: 'search_products' });
      await row.waitFor();
      await inspect(page, themes, 'event-log');
      await control(page, 'setSize', 1, 1_440, 900);
      await page.getByRole('button', { name: /^Outcome/ }).click();
      await page.getByRole('option').first().waitFor();
      await inspect(page, themes, 'menu');
      await page.keyboard.press('Escape');
      await control(page, 'setSize', 1, 1_440, 900);
      await row.click();
      await page.getByRole('region', { name: 'Request' }).waitFor();
      await inspect(page, themes, 'event-details');
    });

    it('nothing to show, and nothing that could be shown', async () => {
      const page = await open(first, { view: 'events', filter: 'q=nothing-is-called-so' });
      await page.getByText(/nothing matches/i).waitFor();
      await inspect(page, themes, 'nothing-matches');
      const unusable = await open(first, { streams: 'not a list' });
      await unusable.getByRole('heading', { name: 'The option Streams cannot be read' }).waitFor();
      await inspect(unusable, themes, 'unusable');
    });
  });

  it('a menu of a panel of 300×200 stands whole beside it', async () => {
    const { pageUrl } = stage.sightline;
    const options = { live: false, view: 'events' };
    const page = await openDashboard(pageUrl, {
      panels: panelsOf(pageUrl, { options, width: 300, height: 230 }),
    });
    await page.locator('[role="row"][aria-expanded]').first().waitFor();
    await page.getByRole('button', { name: /payload cut/ }).click();
    const box = await page.getByRole('dialog', { name: 'What is missing' }).boundingBox();
    expect(box?.x).toBeGreaterThanOrEqual(0);
    expect(box?.y).toBeGreaterThanOrEqual(0);
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(900);
    expect(await page.getByText(/payload cut at the largest size kept/).isVisible()).toBe(true);
  });
});
