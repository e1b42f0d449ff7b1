/** An address carries the view: who opens a link sees what its sender saw. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SightlinePage } from './pageObject.ts';
import { type ShopStage, startShopStage } from './shopStage.ts';
import { describeInBrowser } from './watchedPage.ts';

describeInBrowser('the address', () => {
  let stage: ShopStage;
  beforeAll(async () => {
    stage = await startShopStage();
  });
  afterAll(() => stage.stop());
  const open = (query: string) => SightlinePage.open(stage.sightline.pageUrl, { query });

  it('reopens filters, search, order and the selected event', async () => {
    const first = await open('tab=events');
    await first.eventRows.first().waitFor();
    await first.filter('Server', 'shop');
    await first.filter('Outcome', 'any error');
    await first.search('payment');
    await expect.poll(() => first.eventCount()).toBe(2);
    await first.openDetails(first.event('rate limited'));
    await expect.poll(() => first.address().has('event')).toBe(true);

    const second = await open(String(first.address()));
    await expect.poll(() => second.details.count()).toBe(1);
    expect(await second.details.first().innerText()).toContain('rate limited');
    expect(await second.chips()).toEqual(await first.chips());
    expect(await second.searchField.inputValue()).toBe('payment');
  });

  it('with a range that ends in 275760 shows all there is, in chart and list', async () => {
    const page = await open('from=0&to=8640000000000000');
    await expect.poll(() => page.sessionRows.count()).toBe(3);
    const chart = page.page.getByRole('slider', { name: /over time/ });
    await expect.poll(() => chart.getAttribute('aria-valuetext')).toMatch(/[1-9]\d* calls/);
    await page.show('Event log');
    await expect.poll(() => page.eventCount()).toBe(31);
  });

  it('reopens the expanded session', async () => {
    const first = await open('');
    await first.expand('report-bot');
    await expect.poll(() => first.address().has('open')).toBe(true);
    const second = await open(String(first.address()));
    await expect.poll(async () => (await second.timeline()).join()).toContain('write_file');
    expect(await second.session('report-bot').getAttribute('aria-expanded')).toBe('true');
  });

  it('reopens a session that the filters hide', async () => {
    const first = await open('');
    await first.expand('report-bot');
    await expect.poll(() => first.address().has('open')).toBe(true);
    const query = new URLSearchParams(first.address());
    query.set('status', 'active');
    const second = await open(String(query));
    await expect.poll(async () => (await second.timeline()).join()).toContain('write_file');
  });

  it('back and forward go through the views', async () => {
    const page = await open('');
    await page.session('desk-agent').waitFor();
    await page.show('Event log');
    await page.filter('Server', 'files');
    await expect.poll(() => page.eventCount()).toBe(10);
    await page.page.goBack();
    await expect.poll(() => page.chips()).toEqual([]);
    await page.page.goBack();
    await expect.poll(() => page.tab('Sessions').getAttribute('aria-selected')).toBe('true');
    await page.page.goForward();
    await page.page.goForward();
    await expect.poll(() => page.eventCount()).toBe(10);
  });

  it('an event that is not among the rows shown is shown by itself', async () => {
    const first = await open('tab=events');
    await first.openDetails(first.event('disk full'));
    await expect.poll(() => first.address().has('event')).toBe(true);
    const query = new URLSearchParams(first.address());
    query.set('server', 'shop');
    const second = await open(String(query));
    await second.page.getByRole('region', { name: 'The event of this link' }).waitFor();
    await expect.poll(() => second.details.first().innerText()).toContain('disk full');
  });

  it('an event that is no longer there is said to be gone', async () => {
    const page = await SightlinePage.open(stage.sightline.pageUrl, {
      query: 'tab=events&event=019aa000-0000-7000-8000-000000000000',
      outage: true,
    });
    await page.eventRows.first().waitFor();
    await expect.poll(() => page.text()).toMatch(/could not be loaded|no event/i);
  });
});
