/** The event log, row by row of what it promises (E1, E2, E3, E5, E6), over a day of which every number is known. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { flat, SightlinePage } from './pageObject.ts';
import { itOnPage } from './panelShell.ts';
import { type ShopStage, startShopStage } from './shopStage.ts';
import { describeInBrowser } from './watchedPage.ts';

/** Requests, notifications, server logs, session starts and ends, and the give-up, as the shop's day has them. */
const EVENTS = 31;

describeInBrowser('event log', () => {
  let stage: ShopStage;
  beforeAll(async () => {
    stage = await startShopStage();
  });
  afterAll(() => stage.stop());
  const open = async (query = '') => {
    const page = await SightlinePage.open(stage.sightline.pageUrl, { query: `tab=events&${query}` });
    await page.eventRows.first().waitFor();
    return page;
  };

  it('E1: every event is one row, with all its columns', async () => {
    const page = await open();
    await expect.poll(() => page.eventCount()).toBe(EVENTS);
    const row = flat(await page.event('search_products').innerText());
    // In the first hour of a day the range begins the day before, and times tell their day.
    expect(row).toMatch(/^(\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d\.\d{3} shop tools\/call search_products/);
    expect(row).toMatch(/\d+ ms/);
    expect(row).toContain('ok');
    expect(row).toContain('200');
    expect(row).toContain('desk-agent');
    expect(row).toContain('193.0.6.139');
    const flag = page.event('search_products').getByRole('img');
    await expect(flag.filter({ hasText: '🇳🇱' }).count(), 'a flag').resolves.toBe(1);
    expect(await flag.first().getAttribute('aria-label'), 'and its name').toBe('Netherlands');
    await expect(page.event('charge_card').getByText('127.0.0.1').count()).resolves.toBe(1);
    await expect(
      page.event('charge_card').getByRole('img', { name: /./ }).count(),
      'of no country',
    ).resolves.toBe(0);
  });

  it('E1: the newest are in sight from the first frame, and nothing jumps', async () => {
    const page = await SightlinePage.open(stage.sightline.pageUrl, {
      query: 'tab=events',
      viewport: { width: 1_440, height: 600 },
      prepare: (own) => own.addInitScript(watchListFrames),
    });
    await expect.poll(() => page.eventCount()).toBe(EVENTS);
    await expect
      .poll(() => page.page.evaluate(() => Reflect.get(window, 'listFrames').length))
      .toBeGreaterThan(20);
    const below: readonly number[] = await page.page.evaluate(() => Reflect.get(window, 'listFrames'));
    expect(below.filter((pixels) => pixels > 1)).toEqual([]);
  });

  it('E1: upstream and proxy time add up to the total', async () => {
    const page = await open('q=get_invoice');
    const toMs = (text: string) => (text.endsWith(' ms') ? 1 : 1_000) * Number.parseFloat(text);
    const [upstream, proxy, total] = await Promise.all(
      ['Upstream', 'Proxy', 'Total'].map(async (title) => toMs((await page.column(title))[0] ?? '')),
    );
    expect(Math.abs((upstream ?? 0) + (proxy ?? 0) - (total ?? 0))).toBeLessThanOrEqual(1);
    expect(upstream).toBeGreaterThanOrEqual(400);
  });

  it('E1: an HTTP status is green from 200 and red from 400', async () => {
    const page = await open('method=tools%2Fcall');
    const colour = (status: string) =>
      page.colourOf(page.eventRows.getByText(status, { exact: true }).first());
    expect(await colour('401')).toBe(await colour('503'));
    expect(await colour('200')).not.toBe(await colour('503'));
  });

  itOnPage('E1: columns can be taken away, added, and stay so in the address', async () => {
    const page = await open();
    const titles = () => page.events.getByRole('columnheader').allInnerTexts();
    await page.chooseColumns('Server');
    await expect.poll(titles).not.toContain('Server');
    await page.chooseColumns('Proxy', 'Address', 'Session');
    await expect.poll(titles).toContain('Session');
    const before = await titles();
    await page.page.reload();
    await page.eventRows.first().waitFor();
    expect(await titles()).toEqual(before);
  });

  it('E2: a failed row differs from one that did not by its ground, a sign and a word', async () => {
    const page = await open();
    const failed = page.event('create_payment', 'upstream timeout');
    const ground = (row: typeof failed) => row.evaluate((node) => getComputedStyle(node).backgroundColor);
    expect(await ground(failed)).not.toBe(await ground(page.event('search_products')));
    expect(await failed.innerText()).toContain('tool error');
    expect(await failed.locator('svg').count()).toBeGreaterThan(1);
  });

  it('E3: details tell error, client, session, server, timing, sizes and credential, and both bodies', async () => {
    const page = await open();
    const details = await page.openDetails(page.event('charge_card'));
    const text = flat(await details.innerText());
    for (const part of ['denied', 'expired token', 'night-job', '0.4.2', 'shop', 'bearer token']) {
      expect(text).toContain(part);
    }
    expect(text, 'never more than a quarter of a credential').toContain('Bearer s…');
    expect(text).not.toContain('expired-4711');
    const session = details.getByTitle(`Show the session ${stage.sessions.night}`);
    expect(await session.count(), 'the whole id on hover').toBe(1);
    expect(text).toMatch(/\d+ B/);
    expect(text).toMatch(/upstream/i);
    expect(text).toContain('ord-7');
    expect(text, 'the trace is named').toMatch(/[0-9a-f]{32}|[0-9a-f]{4}…[0-9a-f]{3}/);
  });

  it('E3: a hidden value is said to be hidden, and is nowhere on the page', async () => {
    const page = await open();
    const details = await page.openDetails(page.event('search_products'));
    await details.getByText('api_key').first().waitFor();
    expect(await page.page.content()).not.toContain('sk-live-0123456789abcdef');
    expect(flat(await details.innerText())).toMatch(/redacted/i);
  });

  it('E3: request and response can be read raw, copied, and say how much of them was cut', async () => {
    const page = await open();
    const details = await page.openDetails(page.event('read_file'));
    expect(flat(await details.innerText())).toMatch(/shown \d+ kB of 200 kB/i);
    await details.getByRole('button', { name: 'Raw' }).first().click();
    await details.getByRole('button', { name: 'Copy the request' }).click();
    const copied = await page.page.evaluate(() => navigator.clipboard.readText());
    expect(JSON.parse(copied)).toMatchObject({ method: 'tools/call', params: { name: 'read_file' } });
  });

  it('E3: details that are pinned stay open beside others, and close when told to', async () => {
    const page = await open();
    const details = await page.openDetails(page.event('charge_card'));
    await details.getByRole('button', { name: /^Pin/ }).click();
    await page.openDetails(page.event('lookup_customer'));
    const both = page.page.getByRole('region', { name: /^Details of/ });
    await expect.poll(() => both.count()).toBe(2);
    // What is not pinned gives way to the next.
    await page.openDetails(page.event('sync_inventory'));
    await expect
      .poll(async () => (await both.allInnerTexts()).map((text) => flat(text)).join())
      .not.toContain('c-404');
    await expect.poll(() => both.count()).toBe(2);
    await both.filter({ hasText: 'charge_card' }).getByRole('button', { name: 'Close details' }).click();
    await expect.poll(() => both.count()).toBe(1);
    expect(await page.event('charge_card').getAttribute('aria-expanded')).toBe('false');
  });

  it('E5: a click on a session id leads to that session, expanded and in sight', async () => {
    const page = await open();
    const details = await page.openDetails(page.event('lookup_customer'));
    await details
      .getByRole('button', { name: new RegExp(stage.sessions.night.slice(0, 4)) })
      .first()
      .click();
    await expect.poll(() => page.tab('Sessions').getAttribute('aria-selected')).toBe('true');
    await expect.poll(() => page.session('night-job').getAttribute('aria-expanded')).toBe('true');
    await expect.poll(async () => (await page.timeline()).join()).toContain('lookup_customer');
    expect(await page.session('night-job').isVisible()).toBe(true);
  });

  it.each([
    { what: 'a tool', text: 'create_paym', rows: 3 },
    { what: 'another case', text: 'CREATE_PAYMENT', rows: 3 },
    { what: 'a method', text: 'tools/list', rows: 1 },
    { what: 'a client', text: 'night-job', rows: 8 },
    { what: 'a server', text: 'files', rows: 10 },
    { what: 'an error', text: 'rate limited', rows: 1 },
  ])('E6: search finds $what', async ({ text, rows }) => {
    const page = await open();
    await page.search(text);
    await expect.poll(() => page.eventCount()).toBe(rows);
    page.expectInAddress('q', text);
  });

  it('E6: search finds a session by the protocol’s id', async () => {
    const page = await open();
    await page.search(stage.sessions.night);
    await expect.poll(() => page.eventCount()).toBe(8);
  });

  it.each([
    { field: 'Server', values: ['files'], rows: 10 },
    { field: 'Tool', values: ['create_payment', 'get_invoice'], rows: 5 },
    { field: 'Method', values: ['initialize'], rows: 3 },
    { field: 'Client', values: ['report-bot'], rows: 10 },
    { field: 'Outcome', values: ['any error'], rows: 8 },
    { field: 'Outcome', values: ['denied'], rows: 1 },
    { field: 'HTTP', values: ['401', '503'], rows: 2 },
    { field: 'Type', values: ['server log'], rows: 2 },
  ])('E6: $field $values', async ({ field, values, rows }) => {
    const page = await open();
    await page.filter(field, ...values);
    await expect.poll(() => page.eventCount()).toBe(rows);
    expect(await page.chips()).toHaveLength(values.length);
  });

  it('E6: filters combine, and each chip takes its own away', async () => {
    const page = await open();
    await page.filter('Server', 'shop');
    await page.filter('Outcome', 'any error');
    await expect.poll(() => page.eventCount()).toBe(5);
    await page.search('payment');
    await expect.poll(() => page.eventCount()).toBe(2);
    await page.search('');
    await page.removeChip('server: shop');
    await expect.poll(() => page.eventCount()).toBe(8);
    await page.removeChip('outcome: any error');
    await expect.poll(() => page.eventCount()).toBe(EVENTS);
  });

  it('E6: tools offered are those of the server chosen', async () => {
    const page = await open();
    const tools = async () => {
      const menu = await page.openFilter('Tool');
      const texts = await menu.getByRole('option').allInnerTexts();
      await page.page.keyboard.press('Escape');
      return texts.join();
    };
    expect(await tools()).toContain('create_payment');
    await page.filter('Server', 'files');
    const ofFiles = await tools();
    expect(ofFiles).toContain('write_file');
    expect(ofFiles).not.toContain('create_payment');
  });

  it('E6: a range of the calendar without traffic is empty, and says how to see more', async () => {
    const page = await open();
    await page.pickRange('2026-01-01 00:00', '2026-01-02 00:00');
    await page.page
      .getByText(/no events in/i)
      .first()
      .waitFor();
    page.expectInAddress('from', String(Date.UTC(2026, 0, 1)));
    await page.pickQuickRange('Last 1 h');
    await expect.poll(() => page.eventCount()).toBe(EVENTS);
  });

  itOnPage('E6: two days of the calendar make a range, and today has the traffic', async () => {
    const page = await open();
    const dialog = await page.openRange();
    const today = dialog.getByRole('gridcell').locator('[aria-current="date"]');
    await today.click();
    await today.click();
    await dialog.getByRole('button', { name: 'Show this range' }).click();
    await expect.poll(() => page.eventCount()).toBe(EVENTS);
    expect(Number(page.address().get('to')) - Number(page.address().get('from'))).toBe(86_399_999);
  });
});

/** Runs in the page: notes at every frame with rows how many pixels of the list lie below what is in sight. */
function watchListFrames(): void {
  const below: number[] = [];
  Object.assign(window, { listFrames: below });
  const look = () => {
    const list = document.querySelector('.sl-rows__scroll:has([data-row])');
    if (list) below.push(list.scrollHeight - list.scrollTop - list.clientHeight);
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
