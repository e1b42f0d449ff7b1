/** E4 and E8: the log follows what happens, stands still when asked to, and says what it does. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SightlinePage } from './pageObject.ts';
import { panel, QUESTIONS } from './panelShell.ts';
import type { ScriptedClient } from './scriptedClient.ts';
import { type ShopStage, startShopStage } from './shopStage.ts';
import { describeInBrowser } from './watchedPage.ts';

const withoutTab = (query: string) => query.replace(/^tab=events&?/, '');

/** Low enough that the shop's day does not fit. */
const LOW = { width: 1440, height: 560 };
/** High enough that all of a timeline is drawn, also below a Grafana's controls. */
const HIGH = { width: 1440, height: 1_600 };

describeInBrowser('live and pause', () => {
  let stage: ShopStage;
  let late: ScriptedClient;
  beforeAll(async () => {
    stage = await startShopStage();
    late = await stage.connect('late-comer');
  });
  afterAll(() => stage.stop());
  const open = async (query = 'tab=events') => {
    const { pageUrl } = stage.sightline;
    const page = await SightlinePage.open(pageUrl, { query, viewport: LOW });
    // What the test before made happen may still be on its way through a collector.
    const told = await (await fetch(`${pageUrl}/api/v1/export?format=ndjson&${withoutTab(query)}`)).text();
    await expect.poll(() => page.eventCount()).toBe(told.trimEnd().split('\n').length);
    return page;
  };

  it('E4: what happens appears by itself, newest last and in sight; the foot says live and how often', async () => {
    const page = await open();
    expect(await page.footerText()).toMatch(/live, every 2 s/i);
    await late.call('search_products', { query: 'followed' });
    await expect.poll(() => page.lastEventInSight()).toContain('search_products');
    await late.call('lookup_customer');
    await expect.poll(() => page.lastEventInSight()).toContain('lookup_customer');
  });

  it('E4: a reader who has scrolled away stays where he is, and is told how many came', async () => {
    const page = await open();
    await page.scrollEventsTo('start');
    await expect.poll(() => page.firstEventInSight()).toContain('session started');
    const before = await page.firstEventInSight();
    await late.call('search_products');
    await late.call('search_products');
    const news = page.page.getByRole('button', { name: /^2 new$/ });
    await news.waitFor();
    expect(await page.firstEventInSight()).toBe(before);
    await news.click();
    await expect.poll(() => page.lastEventInSight()).toContain('search_products');
    await expect.poll(() => news.count()).toBe(0);
  });

  it('E4: under a mouse that moves the list stands still, and also one single event is told', async () => {
    const page = await open();
    const before = await page.lastEventInSight();
    const rest = await page.keepMouseMoving(page.events.getByRole('rowgroup').last());
    const news = page.page.getByRole('button', { name: /^1 new$/ });
    await late.call('get_invoice', { invoice: 'INV-1' });
    await news.waitFor();
    expect(await page.lastEventInSight()).toBe(before);
    await rest();
    // At rest it goes on by itself.
    await expect.poll(() => page.lastEventInSight()).toContain('get_invoice');
    await expect.poll(() => news.count()).toBe(0);
  });

  it('E4: paused, the view freezes and counts; live again, it shows what it held', async () => {
    const page = await open();
    const before = await page.eventCount();
    await page.pause();
    await late.call('search_products');
    await late.call('search_products');
    await late.call('search_products');
    await expect.poll(() => page.text()).toMatch(/3 new/);
    expect(await page.eventCount()).toBe(before);
    page.expectInAddress('live', 'off');
    await page.goLive();
    await expect.poll(() => page.eventCount()).toBe(before + 3);
  });

  it('E4: filters stay while live', async () => {
    const page = await open('tab=events&tool=lookup_customer&client=late-comer');
    const before = await page.eventCount();
    await late.call('search_products');
    await late.call('lookup_customer');
    await expect.poll(() => page.eventCount()).toBe(before + 1);
  });

  it('E4: the interval can be 2, 5 or 15 seconds', async () => {
    const page = await open();
    for (const seconds of [5, 15, 2]) {
      await page.chooseInterval(seconds);
      await expect.poll(() => page.footerText()).toContain(`every ${seconds} s`);
    }
  });

  it('E4: a page that nobody sees asks for nothing and says so; seen again, it goes on', async () => {
    const page = await open();
    await page.hide();
    await expect.poll(() => page.footerText()).toMatch(/hidden|not visible|in the background/i);
    let asked = 0;
    page.page.on('request', (request) => {
      if (panel === undefined || QUESTIONS.test(request.url())) asked += 1;
    });
    await late.call('search_products', { query: 'unseen' });
    // Questions of the opening may go on in turn until all are answered; after that there are none.
    const inFiveSeconds = async () => {
      asked = 0;
      await page.page.waitForTimeout(5_000);
      return asked;
    };
    await expect.poll(inFiveSeconds, { timeout: 30_000 }).toBe(0);
    await page.hide(false);
    await expect.poll(() => page.lastEventInSight()).toContain('search_products');
  });

  it('E8: newest first is a choice', async () => {
    const page = await open();
    await page.toggleNewestFirst();
    await late.call('get_invoice', { invoice: 'INV-9' });
    await expect.poll(() => page.firstEventInSight()).toContain('get_invoice');
    page.expectInAddress('order', 'newest-first');
  });

  it('S1: a session’s row follows what its client does', async () => {
    const page = await SightlinePage.open(stage.sightline.pageUrl);
    await page.session('late-comer').waitFor();
    const calls = async () => Number.parseInt(await page.sessionCell('late-comer', 'Calls'), 10);
    const before = await calls();
    await late.call('search_products');
    await expect.poll(calls, { timeout: 15_000 }).toBeGreaterThan(before);
  });

  it('S3: an expanded session grows while its client goes on', async () => {
    const options = { query: 'q=late-comer', viewport: HIGH };
    const page = await SightlinePage.open(stage.sightline.pageUrl, options);
    await page.expand('late-comer');
    await late.request('resources/templates/list');
    await expect.poll(async () => (await page.timeline()).join()).toContain('resources/templates/list');
  });
});
