/** What a panel is on a dashboard: beside others, led by variables and range, and where nobody can be asked. */
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { flat } from '../browser/pageObject.ts';
import { inGrafana, itOnHostPage, QUESTIONS } from '../browser/panelShell.ts';
import { type ShopStage, startShopStage } from '../browser/shopStage.ts';
import { describeInBrowser } from '../browser/watchedPage.ts';
import { control } from './control.ts';
import { openDashboard, panelsOf, targetsOf } from './dashboard.ts';

const NAMED = { sessionVariable: '$session', eventVariable: '$event' };

describeInBrowser('a panel on a dashboard', () => {
  let stage: ShopStage;
  let pageUrl: string;
  beforeAll(async () => {
    stage = await startShopStage();
    pageUrl = stage.sightline.pageUrl;
  });
  afterAll(() => stage.stop());

  const panelOf = (page: Page, id: number) => page.getByRole('region', { name: `Panel ${id}` });
  const sessionsIn = (place: Page | Locator) => place.locator('[role="row"][aria-level="1"]');
  const eventsIn = (place: Page | Locator) =>
    place.getByRole('treegrid', { name: 'Events' }).locator('[role="row"][aria-expanded]');
  const addressOf = (page: Page) => new URL(page.url()).searchParams;

  it('opening a session in one panel filters the other, through the variable that both name', async () => {
    const panels = panelsOf(
      pageUrl,
      { options: { ...NAMED, view: 'sessions' }, height: 440 },
      { options: { ...NAMED, view: 'events' }, height: 440 },
    );
    const page = await openDashboard(pageUrl, { panels });
    const [sessions, log] = [panelOf(page, 1), panelOf(page, 2)];
    await expect.poll(() => sessionsIn(sessions).count()).toBe(3);
    await sessionsIn(sessions).filter({ hasText: 'night-job' }).click();
    await expect.poll(() => addressOf(page).get('var-session')).toMatch(/./);
    await expect.poll(() => eventsIn(log).count()).toBe(8);
    expect(flat(await log.innerText())).not.toContain('desk-agent');
    // Taken away there, it filters no more, and the address says so.
    await log.getByRole('button', { name: /^Remove session/ }).click();
    await expect.poll(() => addressOf(page).get('var-session')).toBe('');
    await expect.poll(async () => flat(await log.innerText())).toContain('desk-agent');
  });

  it('a link opens the session and the event that its variables name', async () => {
    const panels = panelsOf(pageUrl, { options: NAMED });
    const first = await openDashboard(pageUrl, { panels });
    await sessionsIn(first).filter({ hasText: 'desk-agent' }).click();
    await first.locator('[role="row"][aria-level="2"]').filter({ hasText: 'rate limited' }).first().click();
    await expect.poll(() => addressOf(first).get('var-event')).toMatch(/./);
    const carried = new URLSearchParams();
    for (const name of ['var-session', 'var-event']) carried.set(name, addressOf(first).get(name) ?? '');
    const second = await openDashboard(pageUrl, { panels }, { query: String(carried) });
    const details = second.getByRole('region', { name: /^Details of/ });
    await details.waitFor();
    await expect.poll(async () => flat(await details.innerText())).toContain('rate limited');
  });

  it('a link brings its session up, so that what happened in it is in sight', async () => {
    const panels = panelsOf(pageUrl, { options: { ...NAMED, view: 'sessions' }, height: 320 });
    const first = await openDashboard(pageUrl, { panels });
    await expect.poll(() => sessionsIn(first).count()).toBe(3);
    await sessionsIn(first).last().click();
    await expect.poll(() => addressOf(first).get('var-session')).toMatch(/./);
    const query = `var-session=${addressOf(first).get('var-session')}`;
    const page = await openDashboard(pageUrl, { panels }, { query });
    // Below it lies more than the panel has room for, so of the others at most the head stays above it.
    const row = page.locator('[role="row"][aria-level="1"][aria-expanded="true"]');
    await expect
      .poll(async () => {
        const [grid, box] = [await page.getByRole('treegrid').boundingBox(), await row.boundingBox()];
        return grid === null || box === null ? Number.NaN : Math.round(box.y - grid.y);
      })
      .toBeLessThan(40);
  });

  it('variables in the filter lead what is shown', async () => {
    const options = { view: 'events', filter: '${server:queryparam}' };
    const panels = panelsOf(pageUrl, { options });
    const page = await openDashboard(
      pageUrl,
      { panels, variables: ['server'] },
      { query: 'var-server=files' },
    );
    await expect.poll(() => eventsIn(page).count()).toBeGreaterThan(0);
    expect(flat(await page.getByRole('treegrid').innerText())).not.toContain('create_payment');
  });

  it('a list that the dashboard filters has no figures of what it leaves out', async () => {
    const panels = panelsOf(
      pageUrl,
      { options: { view: 'sessions', filter: '${server:queryparam}' }, height: 440 },
      { options: { view: 'sessions' }, height: 440 },
    );
    const query = 'var-server=files';
    const page = await openDashboard(pageUrl, { panels, variables: ['server'] }, { query });
    const figures = (id: number) => panelOf(page, id).getByRole('region', { name: /^Figures of the range/ });
    await figures(2).waitFor();
    await expect.poll(() => sessionsIn(panelOf(page, 1)).count()).toBeGreaterThan(0);
    expect(await figures(1).count()).toBe(0);
  });

  it('the dashboard’s range is the panel’s, and one that has ended follows nothing', async () => {
    const page = await openDashboard(pageUrl, { panels: panelsOf(pageUrl, {}) });
    await expect.poll(() => sessionsIn(page).count()).toBe(3);
    const day = Date.UTC(2026, 0, 1);
    await control(page, 'setRange', String(day), String(day + 86_400_000));
    await page.getByText(/no sessions in/i).waitFor();
    expect(await panelOf(page, 1).locator('footer').innerText()).toMatch(
      /not live: the range ends in the past/,
    );
    const ranges = panelOf(page, 1).getByRole('button', { name: /^last|Time range/ });
    expect(await ranges.count(), 'no range of its own').toBe(0);
    await control(page, 'setRange', 'now-1h', 'now');
    await expect.poll(() => sessionsIn(page).count()).toBe(3);
  });

  it('keys are the panel’s that has the focus', async () => {
    const page = await openDashboard(pageUrl, {
      panels: panelsOf(pageUrl, { height: 440 }, { height: 440 }),
    });
    await expect.poll(() => sessionsIn(page).count()).toBe(6);
    const fieldOf = (id: number) => panelOf(page, id).getByRole('searchbox');
    const hasFocus = (field: Locator) => field.evaluate((own) => own === document.activeElement);
    await page.keyboard.press('/');
    expect(await hasFocus(fieldOf(1))).toBe(false);
    await panelOf(page, 2).getByRole('tab', { name: 'Sessions' }).focus();
    await page.evaluate(() => {
      document.addEventListener('keydown', ({ key }) => Reflect.set(window, 'heard', key));
    });
    await page.keyboard.press('/');
    await expect.poll(() => hasFocus(fieldOf(2))).toBe(true);
    expect(
      await page.evaluate(() => Reflect.get(window, 'heard')),
      'Grafana does not hear it',
    ).toBeUndefined();
    const ids = await page.locator('.sl-panel [id]').evaluateAll((all) => all.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each(['public', 'snapshot'] as const)(
    'a %s dashboard shows what its own queries gave, and asks for nothing more',
    async (mode) => {
      const [plain] = panelsOf(pageUrl, { targets: targetsOf(pageUrl) });
      const panels = plain === undefined ? [] : [{ ...plain, options: { view: 'both' } }];
      let asked = 0;
      const page = await openDashboard(
        pageUrl,
        { panels, mode, variables: [] },
        {
          prepare: async (own) => {
            own.on('request', (request) => {
              if (QUESTIONS.test(request.url())) asked += 1;
            });
          },
        },
      );
      await expect.poll(() => sessionsIn(page).count()).toBe(3);
      await sessionsIn(page).filter({ hasText: 'desk-agent' }).click();
      await page.locator('[role="row"][aria-level="2"]').filter({ hasText: 'search_products' }).waitFor();
      await page.getByRole('tab', { name: 'Event log' }).click();
      await expect.poll(() => eventsIn(page).count()).toBeGreaterThan(10);
      // Our own page asks the panel's two queries in the same way; a Grafana has other addresses for them.
      expect(asked).toBe(inGrafana ? 0 : 2);
      expect(await panelOf(page, 1).locator('footer').innerText()).toMatch(/not live: this dashboard shows/);
    },
  );

  itOnHostPage('the other shape of Loki’s frames means the same', async () => {
    const page = await openDashboard(pageUrl, { panels: panelsOf(pageUrl, {}), lokiFrames: 'dataplane' });
    await expect.poll(() => sessionsIn(page).count()).toBe(3);
    await sessionsIn(page).filter({ hasText: 'night-job' }).click();
    await page.locator('[role="row"][aria-level="2"]').filter({ hasText: 'unknown customer' }).waitFor();
  });

  it('records of somebody else are said to be that, with the queries to use', async () => {
    const datasource = { type: 'loki', uid: 'sightline-loki' };
    const expr = 'sum(count_over_time({service_name="sightline"}[1h]))';
    const targets = [{ refId: 'A', datasource, expr, queryType: 'instant' }];
    const page = await openDashboard(pageUrl, { panels: panelsOf(pageUrl, { targets }) });
    await page.getByRole('heading', { name: "These are not Sightline's records" }).waitFor();
    await page.getByRole('button', { name: 'Copy the query A: sessions' }).click();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toContain('service_name="sightline"');
  });

  it('without a data source it says what it needs', async () => {
    const panels = [{ id: 1, title: 'Panel 1', targets: [], options: {} }];
    const page = await openDashboard(pageUrl, { panels });
    await page.getByRole('heading', { name: 'This panel has no data source yet' }).waitFor();
  });

  it('links lead to Explore, with the trace and with the session’s records', async () => {
    const page = await openDashboard(pageUrl, { panels: panelsOf(pageUrl, { options: { view: 'events' } }) });
    await eventsIn(page).filter({ hasText: 'charge_card' }).click();
    const hrefOf = async (name: RegExp) =>
      new URL((await page.getByRole('link', { name }).getAttribute('href')) ?? '', page.url());
    const panesOf = (url: URL) => JSON.parse(url.searchParams.get('panes') ?? '{}').sightline;
    const trace = await hrefOf(/open the trace/);
    expect(trace.pathname).toBe('/explore');
    expect(panesOf(trace)).toMatchObject({
      datasource: 'sightline-tempo',
      queries: [{ query: expect.stringMatching(/^[0-9a-f]{32}$/) }],
    });
    const logs = panesOf(await hrefOf(/open its logs/));
    expect(logs.datasource).toBe('sightline-loki');
    expect(logs.queries[0].expr).toMatch(/sightline_session_id *= *"[0-9a-f]+"/);
  });

  it('an export can be ended before its time', async () => {
    const page = await openDashboard(pageUrl, { panels: panelsOf(pageUrl, { options: { view: 'events' } }) });
    await eventsIn(page).first().waitFor();
    await page.route(QUESTIONS, () => undefined);
    await page.getByRole('button', { name: /^Export/ }).click();
    await page.getByRole('button', { name: /^JSON\b/ }).click();
    await page.getByRole('progressbar', { name: 'Export' }).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: /^Export/ }).waitFor();
    await page.unroute(QUESTIONS);
  });

  it('a filter’s menu has the values that sessions name at once, and the counts when they are there', async () => {
    const page = await openDashboard(pageUrl, {
      panels: panelsOf(pageUrl, { options: { view: 'events', live: false } }),
    });
    await eventsIn(page).first().waitFor();
    let count = () => {};
    const mayCount = new Promise<void>((resolve) => {
      count = resolve;
    });
    await page.route(QUESTIONS, async (route) => {
      await mayCount;
      await route.continue();
    });
    await page.getByRole('button', { name: /^Client/ }).click();
    const choices = page.getByRole('listbox', { name: 'client' }).getByRole('option');
    const shown = async () => (await choices.allInnerTexts()).map(flat).sort();
    await expect.poll(shown).toEqual(['desk-agent …', 'night-job …', 'report-bot …']);
    const order = (await choices.allInnerTexts()).map((text) => flat(text).split(' ')[0]);
    count();
    await expect.poll(async () => (await shown()).every((text) => / \d+$/.test(text))).toBe(true);
    expect((await choices.allInnerTexts()).map((text) => flat(text).split(' ')[0])).toEqual(order);
    await page.unroute(QUESTIONS);
  });

  it('a data source that fails is said where it belongs, and what is shown stays', async () => {
    const page = await openDashboard(
      pageUrl,
      { panels: panelsOf(pageUrl, { options: { view: 'events' } }) },
      { outage: true },
    );
    await eventsIn(page).first().waitFor();
    await page.route(QUESTIONS, (route) =>
      route.fulfill({ status: 403, body: 'Access denied to this data source' }),
    );
    await page.getByText(/Access denied to this data source/).waitFor();
    expect(await eventsIn(page).count()).toBeGreaterThan(0);
    await page.unroute(QUESTIONS);
    await expect.poll(() => panelOf(page, 1).locator('footer').innerText()).toMatch(/live, every/);
  });
});
