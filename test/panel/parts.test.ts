/** An answer that comes in parts: what is shown meanwhile, what stays where it is, and what is said when the rest fails. */
import { rmSync } from 'node:fs';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SightlinePage } from '../browser/pageObject.ts';
import { QUESTIONS } from '../browser/panelShell.ts';
import { makeStateDir, Sightline } from '../browser/sightline.ts';
import { describeInBrowser } from '../browser/watchedPage.ts';
import { fillArchive } from '../support/archiveOfHistory.ts';

/** Twelve a minute: fewer than a hundred in the newest eight minutes, and in the part before those more than fill a page. */
const RARE = 'tab=events&live=off&method=initialize';

describeInBrowser('an answer in parts', () => {
  const stateDir = makeStateDir();
  let sightline: Sightline;
  beforeAll(async () => {
    const now = Date.now();
    fillArchive(stateDir, {
      calls: 3_000,
      sessions: 600,
      fromMs: now - 50 * 60_000,
      toMs: now - 60_000,
    });
    sightline = await Sightline.start({ args: ['http://127.0.0.1:9/mcp', '--show', 'none'], stateDir });
    await sightline.deliverHistory();
  });
  afterAll(async () => {
    await sightline.stop();
    rmSync(stateDir, { recursive: true, force: true });
  });

  const open = async (query = RARE) => {
    const older = new OlderParts();
    const prepare = (page: Page) => older.hold(page);
    const page = await SightlinePage.open(sightline.pageUrl, { query, prepare, outage: true });
    await older.asked();
    await page.eventRows.first().waitFor();
    return { page, older };
  };
  const arriving = (page: SightlinePage) => page.page.getByRole('button', { name: 'Loading older events…' });
  const topOf = async (row: Locator) => Math.round((await row.boundingBox())?.y ?? Number.NaN);
  /** The same row, however many come above it. */
  const same = async (page: SightlinePage, row: Locator) =>
    page.page.locator(`[data-row="${await row.getAttribute('data-row')}"]`);

  it('shows the newest rows plainly, and says that older ones are coming', async () => {
    const { page, older } = await open();
    expect(await page.page.locator('.sl-dimmed').count()).toBe(0);
    await page.scrollEventsTo('start');
    expect(await arriving(page).isDisabled()).toBe(true);
    older.goOn();
    await expect.poll(() => page.eventCount()).toBeGreaterThan(200);
    expect(await arriving(page).count()).toBe(0);
  });

  it('keeps what has come where the rest fails, and says so', async () => {
    const { page, older } = await open();
    const before = await page.eventCount();
    older.fail();
    await page.page.getByRole('alert').getByText('What is shown is the part that came.').waitFor();
    expect(await page.eventCount()).toBe(before);
    older.goOn();
    await page.page.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => page.eventCount()).toBeGreaterThan(200);
    expect(await page.page.getByRole('alert').count()).toBe(0);
  });

  it.each(['newest-last', 'newest-first'])('leaves what is read where it is, ordered %s', async (order) => {
    const { page, older } = await open(`${RARE}&order=${order}`);
    const before = await page.eventCount();
    const row = await same(page, page.eventRows.nth(12));
    await page.openDetails(row);
    const top = await topOf(row);
    older.goOn();
    await expect.poll(() => page.eventCount()).toBeGreaterThan(before);
    await expect.poll(() => topOf(row)).toBe(top);
  });

  it('leaves who waits at its old end there, at the first of the older', async () => {
    const { page, older } = await open();
    await page.scrollEventsTo('start');
    const row = await same(page, page.eventRows.first());
    const top = await topOf(row);
    older.goOn();
    await expect.poll(() => page.eventCount()).toBeGreaterThan(200);
    await expect.poll(() => topOf(row)).toBe(top);
  });
});

/** Holds a page's questions for all but the newest part. */
class OlderParts {
  #held: ((fails: boolean) => void)[] = [];
  #holds = true;

  async hold(page: Page): Promise<void> {
    await page.route(QUESTIONS, async (route) => {
      const { target, to } = route.request().postDataJSON();
      const isOlder = /initialize/.test(target.expr) && to < Date.now() - 60_000;
      const fails = isOlder && this.#holds && (await new Promise((resolve) => this.#held.push(resolve)));
      // The page may be gone by now.
      await (fails ? route.abort() : route.continue()).catch(() => undefined);
    });
  }

  async asked(): Promise<void> {
    await expect.poll(() => this.#held.length).toBeGreaterThan(0);
  }

  fail(): void {
    for (const release of this.#held.splice(0)) release(true);
  }

  goOn(): void {
    this.#holds = false;
    for (const release of this.#held.splice(0)) release(false);
  }
}
