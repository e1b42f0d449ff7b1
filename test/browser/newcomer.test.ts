/**
 * The first minute of someone who ran `npm start` and opened the page: which call failed, in which session, what was
 * sent, what came back, and that the retry recovered. Over the bundled demo, live.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inspectState } from './mainState.ts';
import { flat, SightlinePage } from './pageObject.ts';
import { Sightline } from './sightline.ts';
import { describeInBrowser } from './watchedPage.ts';

/** Within so long the demo has shown everything once. */
const DEMO_MS = 20_000;

describeInBrowser('a newcomer with the demo', () => {
  let sightline: Sightline;
  beforeAll(async () => {
    sightline = await Sightline.start();
  });
  afterAll(() => sightline.stop());

  it('sees sessions of every era appear by themselves', async () => {
    const page = await SightlinePage.open(sightline.pageUrl);
    for (const client of [
      'claude-desktop-demo',
      'agent-runner',
      'checkout-bot',
      'old-dashboard',
      'nightly-job',
    ]) {
      await page.session(client).waitFor({ timeout: DEMO_MS });
    }
    await inspectState(page.page, 'demo-sessions');
  });

  it('understands a failed payment: in which session, what was sent, what came back, that the retry recovered', async () => {
    const page = await SightlinePage.open(sightline.pageUrl);
    await page.session('agent-runner').waitFor({ timeout: DEMO_MS });
    await page.expand('agent-runner');
    const recovered = page.timelineRow('recovered');
    await recovered.waitFor({ timeout: DEMO_MS });
    expect(flat(await recovered.innerText())).toMatch(/create_payment.*ok.*attempt 3, recovered, .+ lost/);
    await page.timelineRow('attempt 1').click();
    const details = page.details.first();
    await details.getByRole('region', { name: 'Response' }).waitFor();
    const text = flat(await details.innerText());
    expect(text).toContain('tool error, by the server');
    expect(text).toContain('create_payment');
    expect(text).toContain('3340');
    await inspectState(page.page, 'demo-failed-payment');
  });

  it('finds the one red thing in the log', async () => {
    const page = await SightlinePage.open(sightline.pageUrl, { query: 'tab=events' });
    await page.eventRows.first().waitFor();
    await page.filter('Outcome', 'any error');
    await expect.poll(() => page.eventCount()).toBeGreaterThan(5);
    await inspectState(page.page, 'demo-errors');
  });

  it('sees every kind of end that the demo shows', async () => {
    const page = await SightlinePage.open(sightline.pageUrl, { query: 'tab=events' });
    await page.eventRows.first().waitFor();
    const words = async () => {
      const menu = await page.openFilter('Outcome');
      const texts = (await menu.getByRole('option').allInnerTexts()).map(flat).join();
      await page.page.keyboard.press('Escape');
      return texts;
    };
    for (const outcome of [
      'tool error',
      'protocol error',
      'HTTP error',
      'timeout',
      'cancelled',
      'denied',
      'no answer',
    ]) {
      await expect.poll(words, { timeout: 2 * DEMO_MS, interval: 1_000 }).toContain(outcome);
    }
  });
});
