/** How the page looks and to whom: every main state in both themes, wide and narrow, photographed and asked of axe. */
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { inspectState } from './mainState.ts';
import { SightlinePage } from './pageObject.ts';
import { type ShopStage, startShopStage } from './shopStage.ts';
import { Sightline } from './sightline.ts';
import { describeInBrowser } from './watchedPage.ts';

describeInBrowser('looks', () => {
  let stage: ShopStage;
  beforeAll(async () => {
    stage = await startShopStage();
  });
  afterAll(() => stage.stop());
  const open = (query = '') => SightlinePage.open(stage.sightline.pageUrl, { query });

  it('sessions', async () => {
    const page = await open();
    await page.session('desk-agent').waitFor();
    await inspectState(page.page, 'sessions');
  });

  it('an expanded session', async () => {
    const page = await open();
    await page.expand('desk-agent');
    await page.page
      .getByText(/in tools/)
      .first()
      .waitFor();
    await inspectState(page.page, 'session-expanded');
  });

  it('an event of a session with its details', async () => {
    const page = await open();
    await page.expand('desk-agent');
    await page.timelineRow('rate limited').click();
    await page.details.first().getByRole('region', { name: 'Request' }).waitFor();
    await inspectState(page.page, 'session-event-details');
  });

  it('event log', async () => {
    const page = await open('tab=events');
    await page.event('refresh_catalog').waitFor();
    await inspectState(page.page, 'event-log');
  });

  it('event log with chips', async () => {
    const page = await open('tab=events&server=shop&outcome=error&q=payment');
    await page.event('rate limited').waitFor();
    await inspectState(page.page, 'event-log-filtered');
  });

  it('details of an event', async () => {
    const page = await open('tab=events&method=tools%2Fcall');
    await page.openDetails(page.event('search_products'));
    await inspectState(page.page, 'event-details');
  });

  it.each(['Server', 'Outcome', 'Tool'])('the filter menu %s', async (field) => {
    const page = await open('tab=events');
    await page.event('refresh_catalog').waitFor();
    await page.openFilter(field);
    await inspectState(page.page, `menu-${field.toLowerCase()}`);
  });

  it('the range', async () => {
    const page = await open();
    await page.session('desk-agent').waitFor();
    await page.openRange();
    await inspectState(page.page, 'menu-range');
  });

  it('the export menu', async () => {
    const page = await open('tab=events');
    await page.event('refresh_catalog').waitFor();
    await page.openExport();
    await inspectState(page.page, 'menu-export');
  });

  it('the list of keys', async () => {
    const page = await open();
    await page.session('desk-agent').waitFor();
    await page.page.keyboard.press('?');
    await page.page.getByRole('dialog').waitFor();
    await inspectState(page.page, 'keys');
  });

  it('nothing matches', async () => {
    const page = await open('tab=events&q=nothing-is-called-so');
    await page.page.getByText(/nothing matches/i).waitFor();
    await inspectState(page.page, 'nothing-matches');
  });

  it('first visit', async () => {
    const fresh = await Sightline.start({ args: ['http://127.0.0.1:9/mcp', '--show', 'none'] });
    onTestFinished(async () => {
      await fresh.stop();
    });
    const page = await SightlinePage.open(fresh.pageUrl);
    await page.page.getByText(/nothing has passed yet/i).waitFor();
    await inspectState(page.page, 'first-visit');
  });

  it('the theme follows the system, and can be chosen for good', async () => {
    const page = await open();
    await page.session('desk-agent').waitFor();
    const ground = () => page.colourOf(page.page.getByRole('heading', { name: 'Sightline' }));
    const light = await ground();
    await page.page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(ground).not.toBe(light);
    await page.chooseTheme('light');
    await expect.poll(ground).toBe(light);
    await page.page.reload();
    await page.session('desk-agent').waitFor();
    expect(await ground(), 'the choice is remembered').toBe(light);
    await page.chooseTheme('as the system has it');
    await expect.poll(ground).not.toBe(light);
  });

  it('nothing moves for who asked for less motion', async () => {
    const page = await SightlinePage.open(stage.sightline.pageUrl, {
      query: 'tab=events',
      reducedMotion: 'reduce',
    });
    await page.event('refresh_catalog').waitFor();
    const moving = () =>
      page.page.evaluate(
        () =>
          document
            .getAnimations()
            .filter(
              ({ playState, effect }) =>
                playState === 'running' && (effect?.getComputedTiming().activeDuration ?? 0) !== 0,
            ).length,
      );
    expect(await moving()).toBe(0);
    await page.page.emulateMedia({ reducedMotion: 'no-preference' });
    await expect.poll(moving, { message: 'the live dot pulses otherwise' }).toBe(1);
  });

  it('at 360 px everything can still be done', async () => {
    const page = await SightlinePage.open(stage.sightline.pageUrl, {
      query: 'tab=events',
      viewport: { width: 360, height: 740 },
      hasTouch: true,
    });
    await page.event('refresh_catalog').waitFor();
    await page.filter('Outcome', 'denied');
    await expect.poll(() => page.eventCount()).toBe(1);
    const details = await page.openDetails(page.event('charge_card'));
    expect(await details.innerText()).toContain('expired token');
    await page.show('Sessions');
    await page.expand('desk-agent');
    expect((await page.timeline()).join()).toContain('initialize');
  });
});
