/** S8, E8, E9: a long past stays usable. How fast, is measured by `npm run bench -- --page`; here it only has to work. */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fillArchive } from '../support/archiveOfHistory.ts';
import { LONG_CLIENT } from '../support/history.ts';
import { SightlinePage } from './pageObject.ts';
import { makeStateDir, Sightline } from './sightline.ts';
import { describeInBrowser } from './watchedPage.ts';

const CALLS = 100_000;
const LONG_CALLS = 10_000;

describeInBrowser('a hundred thousand events', () => {
  const stateDir = makeStateDir();
  let sightline: Sightline;
  beforeAll(async () => {
    const now = Date.now();
    fillArchive(stateDir, {
      calls: CALLS,
      sessions: 2_000,
      longSessionCalls: LONG_CALLS,
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
  const open = (query = '') => SightlinePage.open(sightline.pageUrl, { query });

  it('E9: the first rows are there, and the foot counts all of them', async () => {
    const page = await open('tab=events');
    await page.eventRows.first().waitFor();
    await expect.poll(() => page.footerText()).toMatch(/of 10\d,\d{3} events in range/);
  });

  it('E8: older events come in pages, and what is read stays where it is', async () => {
    const page = await open('tab=events&live=off');
    await page.eventRows.first().waitFor();
    const before = await page.eventCount();
    await page.scrollEventsTo('start');
    await page.page.getByRole('button', { name: 'Load more' }).click();
    await expect.poll(() => page.eventCount()).toBeGreaterThan(before);
    await page.scrollEventsTo('start');
    await page.page.getByRole('button', { name: 'Load more' }).click();
    await expect.poll(() => page.eventCount()).toBeGreaterThan(before + 300);
  });

  it('E6, E9: a filter reaches events far beyond those that were loaded', async () => {
    const page = await open('tab=events&live=off');
    await page.eventRows.first().waitFor();
    await page.filter('Outcome', 'denied');
    await expect.poll(async () => new Set(await page.column('Outcome'))).toEqual(new Set(['denied']));
    await page.search('no such thing anywhere');
    await page.page.getByText(/nothing matches/i).waitFor();
  });

  it('S8: a session of ten thousand calls opens and can be read to its end', async () => {
    const page = await open(`q=${LONG_CLIENT}`);
    await page.expand(LONG_CLIENT);
    await expect
      .poll(async () => Number(await page.sessions.getAttribute('aria-rowcount')), { timeout: 30_000 })
      .toBeGreaterThan(LONG_CALLS);
    await page.scrollSessionsTo('end');
    await expect.poll(() => page.text()).toMatch(/10,001 calls/);
    const drawn = await page.timelineRows.count();
    expect(drawn, 'only rows in sight are drawn').toBeLessThan(200);
  });

  it('S2: further sessions come in pages, each once, and what is read stays where it is', async () => {
    const page = await open('range=6h&live=off');
    await page.sessionRows.first().waitFor();
    const count = async () => Number(await page.sessions.getAttribute('aria-rowcount'));
    const more = page.page.getByRole('button', { name: 'Load more sessions' });
    const ids = new Set<string | null>();
    for (const rows of [100, 200, 300]) {
      // The head and the way to more are rows too.
      await expect.poll(count).toBe(rows + 2);
      await page.scrollSessionsTo('end');
      await more.waitFor();
      for (const row of await page.sessionRows.all()) ids.add(await row.getAttribute('data-row'));
      const last = page.sessionRows.last();
      const before = await last.boundingBox();
      const key = await last.getAttribute('data-row');
      await more.click();
      await expect.poll(count).toBe(rows + 102);
      const after = await page.sessions.locator(`[data-row="${key}"]`).boundingBox();
      expect(after?.y).toBe(before?.y);
    }
    expect(ids.size).toBeGreaterThan(30);
    await expect.poll(() => page.footerText()).toContain('the first 400 sessions');
  });

  it('S2: sessions sort over the whole range, not over those that were loaded', async () => {
    const page = await open();
    await page.sessionRows.first().waitFor();
    await page.sortBy('Calls');
    await expect.poll(async () => (await page.sessionColumn('Client'))[0]).toContain(LONG_CLIENT);
  });
});
