/** The sessions view, row by row of what it promises (S1 to S7), over a day of which every number is known. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { flat, SightlinePage } from './pageObject.ts';
import { SHOP_DAY } from './shopDay.ts';
import { type ShopStage, startShopStage } from './shopStage.ts';
import { describeInBrowser } from './watchedPage.ts';

const { desk, night, report } = SHOP_DAY;

describeInBrowser('sessions', () => {
  let stage: ShopStage;
  beforeAll(async () => {
    stage = await startShopStage();
  });
  afterAll(() => stage.stop());
  const open = async (query?: string) => {
    const page = await SightlinePage.open(stage.sightline.pageUrl, { query });
    await expect.poll(() => page.sessionRows.count()).toBe(3);
    return page;
  };

  it('S1: each session is one row with id, server, client, protocol, times, numbers, status and tools', async () => {
    const page = await open();
    const cell = (title: string) => page.sessionCell(desk.client, title);
    expect(await cell('Session')).toContain(stage.sessions.desk.slice(0, 4));
    expect(await cell('Server')).toBe('shop');
    expect(await cell('Client')).toBe(`${desk.client} ${desk.version}`);
    expect(await cell('Protocol')).toBe('2025-11-25');
    expect(await cell('Started')).toMatch(/^\d\d:\d\d:\d\d/);
    expect(await cell('Last activity')).toMatch(/ago|now/);
    expect(await cell('Duration')).toMatch(/^\d[\d.]* s$/);
    expect(Number.parseInt(await cell('Calls'), 10)).toBe(desk.calls);
    expect(Number.parseInt(await cell('Errors'), 10)).toBe(desk.errors);
    expect(await cell('Status')).toBe('Active');
    expect(await cell('Tools')).toMatch(/^create_payment.*\+\d/);
    expect(await page.sessionCell(night.client, 'Status')).toBe('Ended');
  });

  it('S1: a number of errors above 0 is red', async () => {
    const page = await open();
    const colour = async (title: string, text: string) =>
      page.colourOf((await page.sessionCellOf(desk.client, title)).getByText(text).first());
    expect(await colour('Errors', '2')).not.toBe(await colour('Calls', '9'));
  });

  it('S2: active and ended are filtered, and the address says so', async () => {
    const page = await open();
    await page.showOnly('Active');
    await expect.poll(() => page.sessionColumn('Client')).toEqual([`${desk.client} ${desk.version}`]);
    page.expectInAddress('status', 'active');
    await page.showOnly('Ended');
    await expect.poll(async () => (await page.sessionColumn('Status')).join()).toBe('Ended,Ended');
    await page.showOnly('All');
    await expect.poll(() => page.sessionRows.count()).toBe(3);
  });

  it.each([
    { column: 'Errors', first: night.client, last: desk.client },
    { column: 'Calls', first: desk.client, last: night.client },
    { column: 'Started', first: desk.client, last: report.client },
    { column: 'Last activity', first: desk.client, last: report.client },
    { column: 'Duration', first: desk.client, last: night.client },
    { column: 'Client', first: desk.client, last: report.client },
    { column: 'Tools', first: desk.client, last: report.client },
  ])(
    'S2: a press on $column sorts by it, a second one turns the order round',
    async ({ column, first, last }) => {
      const page = await open(column === 'Last activity' ? 'sort=client' : undefined);
      const clients = async () => (await page.sessionColumn('Client')).map((client) => client.split(' ')[0]);
      const ends = async () => [(await clients())[0], (await clients()).at(-1)];
      await page.sortBy(column);
      if (column !== 'Errors') await expect.poll(ends).toEqual([first, last]);
      else await expect.poll(async () => (await clients()).at(-1)).toBe(last);
      const once = await clients();
      await page.sortBy(column);
      await expect.poll(async () => (await clients())[0]).toBe(once.at(-1));
    },
  );

  it('S2: the time range applies', async () => {
    const page = await open();
    await page.pickRange('2026-01-01 00:00', '2026-01-02 00:00');
    await expect.poll(() => page.sessionRows.count()).toBe(0);
    await expect.poll(() => page.text()).toMatch(/no sessions in/i);
  });

  it('S3: a row expands in place to its events in the order they began, with offset, time and outcome', async () => {
    const page = await open();
    await page.expand(desk.client);
    await expect.poll(async () => (await page.timeline()).length).toBeGreaterThanOrEqual(10);
    const lines = await page.timeline();
    const at = (text: string) => lines.findIndex((line) => line.includes(text));
    expect(at('initialize')).toBeLessThan(at('tools/list'));
    expect(at('tools/list')).toBeLessThan(at('search_products'));
    expect(at('search_products')).toBeLessThan(at('create_payment'));
    expect(at('create_payment')).toBeLessThan(at('get_invoice'));
    expect(lines[at('create_payment')]).toMatch(
      /\+1\.\d{3}.*create_payment.*\d+ ms.*tool error.*upstream timeout/,
    );
    expect(lines[at('tools/list')]).toMatch(/ok.*\d+ B.*≈ \d+ tokens/);
  });

  it('S3: bars share one scale, and the longest call has the longest', async () => {
    const page = await open();
    await page.expand(desk.client);
    const widthOf = (text: string) =>
      page
        .timelineRow(text)
        .locator('.sl-bar__upstream')
        .first()
        .evaluate((bar) => bar.getBoundingClientRect().width);
    expect(await widthOf('get_invoice')).toBeGreaterThan(3 * (await widthOf('create_payment')));
  });

  it('S3: a pause of more than a second is one line that says how long', async () => {
    const page = await open();
    await page.expand(desk.client);
    await expect.poll(async () => page.sessions.innerText()).toMatch(/1\.[34]\d? s\s+idle|1\.[34]\d? s idle/);
  });

  it('S3: two calls at once are drawn beside each other', async () => {
    const page = await open();
    await page.expand(desk.client);
    const rows = page.timelineRows.filter({ hasText: 'get_invoice' });
    await expect.poll(() => rows.count()).toBe(2);
    const lanes = await rows.evaluateAll((all) =>
      all.map((row) => row.querySelector('.sl-lane[data-own]')?.getBoundingClientRect().left),
    );
    expect(lanes[0]).toBeDefined();
    expect(lanes[0]).not.toBe(lanes[1]);
  });

  it('S3: what the server logged stands in its place, and can be hidden', async () => {
    const page = await open();
    await page.expand(desk.client);
    await expect.poll(async () => (await page.timeline()).join()).toContain('catalog has 212 products');
    await page.toggleQuiet();
    await expect.poll(async () => (await page.timeline()).join()).not.toContain('catalog has 212 products');
  });

  it('S4: attempts are numbered, and what became of them is said with the time lost', async () => {
    const page = await open();
    await page.expand(desk.client);
    const line = async (text: string) => flat(await page.timelineRow(text).innerText());
    await page.timelineRow('attempt 1').waitFor();
    expect(await line('attempt 1')).toContain('upstream timeout');
    expect(await line('attempt 3')).toMatch(/ok.*attempt 3, recovered, \d+ ms lost/);
    await page.collapse(desk.client);
    await page.expand(report.client);
    await page.timelineRow('gave up').first().waitFor();
    expect(await line('gave up')).toMatch(/gave up after 3 attempts, \d+ ms lost/);
  });

  it('S5: the foot adds up calls, errors, their rate, time in tools, bytes and tokens', async () => {
    const page = await open();
    await page.expand(desk.client);
    const foot = page.sessions.getByText(/in tools/).first();
    await foot.waitFor();
    const text = flat(await page.sessions.innerText());
    expect(text).toMatch(
      /9 calls.*2 errors \(22\.2 %\).*2 retries, 1 recovered.*s in tools.*kB ≈ [\d,]+ tokens/,
    );
    expect(text).toContain('protocol session id, certain');
  });

  it('S5, X6: what a session cost the context is told by tool', async () => {
    const page = await open();
    await page.expand(report.client);
    await page.page.getByRole('button', { name: 'Context cost' }).click();
    const table = page.page.getByRole('dialog', { name: 'Context cost' }).getByRole('table');
    await table.waitFor();
    const [first = ''] = await table.locator('tbody tr').allInnerTexts();
    expect(flat(first)).toMatch(/^read_file 1 200 kB 50,\d{3} 99/);
  });

  it('S6: indicators count sessions, the active ones and their average, beside a chart and the period before', async () => {
    const page = await open();
    await expect.poll(async () => flat(await page.text())).toMatch(/3 sessions.*1 active.*avg/i);
    const chart = page.page.getByRole('slider', { name: /sessions over time/i });
    await chart.waitFor();
    await page.page.getByRole('button', { name: 'Table', exact: true }).click();
    const table = page.page.getByRole('dialog', { name: 'The chart as a table' });
    await expect
      .poll(async () => flat(await table.innerText()))
      .toMatch(/Sessions Calls Errors \d\d:\d\d.* 3 18 8/);
  });

  it('S7: each event opens its details: request, response, error, timing and trace', async () => {
    const page = await open();
    await page.expand(desk.client);
    await page.timelineRow('rate limited').click();
    const details = page.details.first();
    await details.waitFor();
    await expect.poll(async () => flat(await details.innerText())).toContain('ord-1042');
    const text = flat(await details.innerText());
    for (const part of ['tool error, by the server', 'rate limited', 'Request', 'Response', 'Trace']) {
      expect(text).toContain(part);
    }
    expect(text).toMatch(/upstream/i);
    await page.timelineRow('upstream timeout').click();
    await expect.poll(() => page.details.count()).toBeGreaterThanOrEqual(1);
  });
});
