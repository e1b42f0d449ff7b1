/** The page without a mouse: from its first element to a payload, and back. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SightlinePage } from './pageObject.ts';
import { panel } from './panelShell.ts';
import { type ShopStage, startShopStage } from './shopStage.ts';
import { describeInBrowser } from './watchedPage.ts';

/** Tab stops between the top of the page and its rows, at most: more than a reader would bear. */
const STOPS_MAX = 30;

describeInBrowser('keyboard', () => {
  let stage: ShopStage;
  beforeAll(async () => {
    stage = await startShopStage();
  });
  afterAll(() => stage.stop());

  /** Presses Tab until an element with this role has the focus. */
  async function tabTo(opened: SightlinePage, role: string): Promise<void> {
    await opened.comeByTab();
    const { page } = opened;
    for (let stop = 0; stop < STOPS_MAX; stop += 1) {
      await page.keyboard.press('Tab');
      const found = await page.evaluate(() => document.activeElement?.getAttribute('role') ?? '');
      if (found === role) return;
    }
    throw new Error(`Tab does not lead to a ${role} in ${STOPS_MAX} steps`);
  }

  it('E2: from the start to a payload, in the event log', async () => {
    const page = await SightlinePage.open(stage.sightline.pageUrl, { query: 'tab=events' });
    const { keyboard } = page.page;
    await page.eventRows.first().waitFor();
    await tabTo(page, 'row');
    await keyboard.press('Home');
    await keyboard.press('ArrowDown');
    const second = page.eventRows.nth(1);
    await expect.poll(() => second.evaluate((row) => row === document.activeElement)).toBe(true);
    await keyboard.press('Enter');
    await expect.poll(() => second.getAttribute('aria-expanded')).toBe('true');
    await page.page.getByText('"initialize"').first().waitFor();
    await keyboard.press('Escape');
    await expect.poll(() => second.getAttribute('aria-expanded')).toBe('false');
    expect(await second.evaluate((row) => row === document.activeElement), 'the place is kept').toBe(true);
  });

  it('S1, S7: from the start to a payload, in the sessions view', async () => {
    const page = await SightlinePage.open(stage.sightline.pageUrl);
    const { keyboard } = page.page;
    await page.session('desk-agent').waitFor();
    await tabTo(page, 'row');
    await keyboard.press('Home');
    await keyboard.press('Enter');
    await page.timelineRows.first().waitFor();
    for (let step = 0; step < 3; step += 1) await keyboard.press('ArrowDown');
    await keyboard.press('Enter');
    await page.details.first().waitFor();
    await keyboard.press('Escape');
    await expect.poll(() => page.details.count()).toBe(0);
  });

  it('/ goes to the search field, Escape empties it, once more leaves it', async () => {
    const page = await SightlinePage.open(stage.sightline.pageUrl);
    await page.session('desk-agent').waitFor();
    // Beside other panels the keys are those of the one that has the focus.
    if (panel !== undefined) await page.tab('Sessions').focus();
    await page.page.keyboard.press('/');
    await expect
      .poll(() => page.searchField.evaluate((field) => field === document.activeElement))
      .toBe(true);
    await page.page.keyboard.type('night');
    await expect.poll(() => page.sessionRows.count()).toBe(1);
    await page.page.keyboard.press('Escape');
    await expect.poll(() => page.sessionRows.count()).toBe(3);
    await page.page.keyboard.press('Escape');
    await expect
      .poll(() => page.searchField.evaluate((field) => field === document.activeElement))
      .toBe(false);
  });

  it('? lists the keys, Escape closes the list and gives the focus back', async () => {
    const page = await SightlinePage.open(stage.sightline.pageUrl);
    await page.session('desk-agent').waitFor();
    await page.tab('Sessions').focus();
    await page.page.keyboard.press('?');
    const list = page.page.getByRole('dialog', { name: 'Keys' });
    await list.waitFor();
    for (const key of ['Enter', 'Esc', '/', '?']) expect(await list.innerText()).toContain(key);
    await page.page.keyboard.press('Escape');
    await list.waitFor({ state: 'hidden' });
    expect(await page.focused()).toContain('Sessions');
  });

  it('a menu opens, is walked and closes, and the focus comes back to its button', async () => {
    const page = await SightlinePage.open(stage.sightline.pageUrl, { query: 'tab=events' });
    await page.eventRows.first().waitFor();
    const button = page.page
      .getByRole('toolbar', { name: 'Filters' })
      .getByRole('button', { name: /^Outcome/ });
    await button.focus();
    await page.page.keyboard.press('Enter');
    await page.page.getByRole('option').first().waitFor();
    await page.page.keyboard.press('ArrowDown');
    await page.page.keyboard.press('Enter');
    await expect.poll(() => page.chips()).toHaveLength(1);
    await page.page.keyboard.press('Escape');
    await expect.poll(() => button.evaluate((own) => own === document.activeElement)).toBe(true);
  });

  it('what has the focus is seen', async () => {
    const page = await SightlinePage.open(stage.sightline.pageUrl, { query: 'tab=events' });
    await page.eventRows.first().waitFor();
    await page.comeByTab();
    for (let stop = 0; stop < 12; stop += 1) {
      await page.page.keyboard.press('Tab');
      const outline = await page.page.evaluate(() => {
        const element = document.activeElement;
        return element
          ? `${getComputedStyle(element).outlineStyle} ${element.outerHTML.slice(0, 80)}`
          : 'none';
      });
      expect(outline).not.toMatch(/^none/);
    }
  });
});
