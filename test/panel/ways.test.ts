/** What leads out of a panel and what it shares with its neighbours: links with the right times, and the crosshair. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ShopStage, startShopStage } from '../browser/shopStage.ts';
import { describeInBrowser } from '../browser/watchedPage.ts';
import { control } from './control.ts';
import { openDashboard, panelsOf, targetsOf } from './dashboard.ts';

describeInBrowser('ways out of a panel', () => {
  let stage: ShopStage;
  let pageUrl: string;
  beforeAll(async () => {
    stage = await startShopStage();
    pageUrl = stage.sightline.pageUrl;
  });
  afterAll(() => stage.stop());

  const sessionsIn = (page: Page) => page.locator('[role="row"][aria-level="1"]');
  const eventsIn = (page: Page) =>
    page.getByRole('treegrid', { name: 'Events' }).locator('[role="row"][aria-expanded]');
  const detailsIn = (page: Page) => page.getByRole('region', { name: /^Details of/ });
  const hrefOf = async (page: Page, name: RegExp) =>
    (await page.getByRole('link', { name }).first().getAttribute('href')) ?? '';
  const rangeOf = async (page: Page, name: RegExp) => {
    const { searchParams } = new URL(await hrefOf(page, name), page.url());
    const { from, to } = JSON.parse(searchParams.get('panes') ?? '{}').sightline.range;
    return { from: Number(from), to: to === 'now' ? 'now' : Number(to) };
  };

  it('logs are those of the whole session, a trace is looked for around its event', async () => {
    const session = sessionsIn(await openDashboard(pageUrl, { panels: panelsOf(pageUrl, {}) }));
    const page = session.page();
    await session.filter({ hasText: 'night-job' }).click();
    const event = page
      .locator('[role="row"][aria-level="2"]')
      .filter({ hasText: 'unknown customer' })
      .first();
    const at = Date.parse((await event.locator('time').getAttribute('datetime')) ?? '');
    // It has ended: from before its first event to after its last.
    const logs = await rangeOf(page, /^Open logs/);
    expect(logs.from).toBeLessThan(at);
    expect(logs.to).toBeGreaterThan(at);
    expect(Number(logs.to) - logs.from).toBeLessThan(600_000);
    await event.click();
    await detailsIn(page).waitFor();
    await expect.poll(() => rangeOf(page, /open its logs/)).toEqual(logs);
    const trace = await rangeOf(page, /open the trace/);
    expect(at - trace.from).toBeGreaterThan(600_000);
    expect(Number(trace.to) - at).toBeGreaterThan(600_000);
  });

  it('logs of a session that goes on are those up to now', async () => {
    const page = await openDashboard(pageUrl, { panels: panelsOf(pageUrl, {}) });
    await sessionsIn(page).filter({ hasText: 'desk-agent' }).click();
    await expect.poll(async () => (await rangeOf(page, /^Open logs/)).to).toBe('now');
  });

  it('a session leads to its own page, where the option names one', async () => {
    const options = { sessionLink: '/d/one?from=now-1h&var-session=${__session}&var-bucket=${__bucket}' };
    const page = await openDashboard(pageUrl, { panels: panelsOf(pageUrl, { options }), variables: [] });
    await sessionsIn(page).filter({ hasText: 'night-job' }).click();
    const wanted = /^\/d\/one\?from=now-1h&var-session=[0-9a-f]{24}&var-bucket=[0-9a-f]$/;
    expect(await hrefOf(page, /^Open its dashboard/)).toMatch(wanted);
    await page
      .locator('[role="row"][aria-level="2"]')
      .filter({ hasText: 'unknown customer' })
      .first()
      .click();
    expect(await hrefOf(page, /^open its dashboard/)).toMatch(wanted);
  });

  it('an event has the data links of the line that it came from', async () => {
    const links = [{ title: 'Ticket', url: '/tickets/1' }];
    const options = { view: 'events' };
    const panels = panelsOf(pageUrl, { options, targets: targetsOf(pageUrl), links });
    const page = await openDashboard(pageUrl, { panels });
    await eventsIn(page).filter({ hasText: 'charge_card' }).click();
    await detailsIn(page).waitFor();
    await expect.poll(() => hrefOf(page, /^Ticket/)).toBe('/tickets/1');
  });

  it('what another panel points at is marked: a line in the chart, sessions under way, the event before', async () => {
    const page = await openDashboard(pageUrl, { panels: panelsOf(pageUrl, { options: { live: false } }) });
    await sessionsIn(page).filter({ hasText: 'desk-agent' }).click();
    const timeline = page.locator('[role="row"][aria-level="2"]:has(time)');
    await timeline.nth(3).waitFor();
    const times = await timeline
      .locator('time')
      .evaluateAll((found) => found.map((one) => (one as HTMLTimeElement).dateTime));
    const [second = 0, third = 0] = times.slice(1, 3).map((time) => Date.parse(time));
    expect(third).toBeGreaterThan(second);
    await control(page, 'point', third - 1);
    const marked = page.locator('[role="row"][data-pointed]');
    await expect.poll(() => marked.count()).toBeGreaterThan(1);
    expect(await marked.first().getAttribute('aria-level'), 'the session').toBe('1');
    expect(await timeline.nth(1).getAttribute('data-pointed'), 'its event').toBe('');
    expect(await page.locator('.sl-chart__picture[data-pointed]').count()).toBe(1);
    await control(page, 'point');
    await expect.poll(() => marked.count()).toBe(0);
    expect(await page.locator('.sl-chart__picture[data-pointed]').count()).toBe(0);
  });

  it('what the mouse points at is told to the neighbour, and marked there alone', async () => {
    const panels = panelsOf(
      pageUrl,
      { options: { view: 'events', live: false }, height: 440 },
      { options: { view: 'events', live: false }, height: 440 },
    );
    const page = await openDashboard(pageUrl, { panels });
    const rowsIn = (id: number) =>
      page.getByRole('region', { name: `Panel ${id}` }).locator('[role="row"][aria-expanded]');
    const lastIn = (id: number) => rowsIn(id).last().locator('time').getAttribute('datetime');
    await expect.poll(() => rowsIn(2).count()).toBeGreaterThan(5);
    const time = await lastIn(2);
    // A list still on its way to its end would move away from under the mouse.
    await expect.poll(() => lastIn(1)).toBe(time);
    await rowsIn(1).last().hover();
    const marked = rowsIn(2).and(page.locator('[data-pointed]'));
    await expect.poll(() => marked.count()).toBeGreaterThan(0);
    // Several events may be of one millisecond.
    for (const row of await marked.all())
      expect(await row.locator('time').getAttribute('datetime')).toBe(time);
    expect(await rowsIn(1).and(page.locator('[data-pointed]')).count(), 'no echo').toBe(0);
  });
});
