/** A page with a token: the printed address lets in, and nothing else does. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SightlinePage } from './pageObject.ts';
import { type ShopStage, startShopStage } from './shopStage.ts';
import { describeInBrowser, openWatched } from './watchedPage.ts';

const TOKEN = 'open-sesame-0123456789';

describeInBrowser('a page with a token', () => {
  let stage: ShopStage;
  beforeAll(async () => {
    stage = await startShopStage(['--page-token', TOKEN], {}, TOKEN);
  });
  afterAll(() => stage.stop());

  it('opens with the printed address, forgets the token in it, and stays open without', async () => {
    const page = await SightlinePage.open(stage.sightline.pageUrl, {
      query: `tab=events&token=${TOKEN}&server=files`,
    });
    await expect.poll(() => page.eventCount()).toBe(10);
    expect(page.page.url()).not.toContain(TOKEN);
    expect(Object.fromEntries(page.address())).toEqual({ tab: 'events', server: 'files' });
    expect(await page.page.evaluate(() => document.cookie), 'no script can read the cookie').toBe('');
    await page.page.reload();
    await expect.poll(() => page.eventCount()).toBe(10);
    const download = await page.exportAs('NDJSON');
    expect(await download.failure()).toBeNull();
  });

  it.each([
    { what: 'none', query: '' },
    { what: 'another', query: '?token=open-sesame-0123456780' },
  ])('with $what it says where the right address is, and nothing of what passed', async ({ query }) => {
    const page = await openWatched(`${stage.sightline.pageUrl}/${query}`, { outage: true });
    const text = await page.locator('body').innerText();
    expect(text).toContain('printed');
    expect(text).not.toContain('desk-agent');
    const answer = await page.request.get(`${stage.sightline.pageUrl}/api/v1/sessions`);
    expect(answer.status()).toBe(401);
  });
});
