/** A panel that stays open for half an hour holds no more at its end than at its beginning: 900 looks for news. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ShopStage, startShopStage } from '../browser/shopStage.ts';
import { describeInBrowser } from '../browser/watchedPage.ts';
import { openDashboard, panelsOf } from './dashboard.ts';

const POLLS = 900;
/** Each look waits for an answer of Loki's. */
const FOR_ALL_OF_IT = 900_000;
/** Bytes: what engines keep or drop by themselves between two collections. */
const NOISE = 3_000_000;

describeInBrowser('a panel that stays open', () => {
  let stage: ShopStage;
  beforeAll(async () => {
    stage = await startShopStage();
  });
  afterAll(() => stage.stop());

  it.each(['events', 'sessions'] as const)(
    'keeps nothing of its looks for news: %s',
    async (view) => {
      const { pageUrl } = stage.sightline;
      let asked = 0;
      const page = await openDashboard(
        pageUrl,
        { panels: panelsOf(pageUrl, { options: { view } }) },
        {
          prepare: async (own) => {
            await own.clock.install();
            own.on('request', (request) => {
              if (request.url().endsWith('/shim')) asked += 1;
            });
          },
        },
      );
      // Time goes as the test says from here on; what is asked is answered as fast as Loki can.
      const look = async (times: number) => {
        for (let turn = 0; turn < times; turn += 1) {
          const answered = page.waitForResponse('**/shim');
          await page.clock.runFor(2_000);
          await answered;
        }
      };
      await page.locator('[role="row"]').nth(3).waitFor();
      const devtools = await page.context().newCDPSession(page);
      const heap = async () => {
        await devtools.send('HeapProfiler.collectGarbage');
        const { usedSize } = await devtools.send('Runtime.getHeapUsage');
        return usedSize;
      };
      await look(POLLS / 9);
      const nodes = () => page.evaluate(() => document.querySelectorAll('*').length);
      const [before, nodesBefore] = [await heap(), await nodes()];
      await look((POLLS / 9) * 8);
      expect(asked).toBeGreaterThanOrEqual(POLLS);
      expect((await heap()) - before).toBeLessThan(NOISE);
      expect(Math.abs((await nodes()) - nodesBefore)).toBeLessThan(200);
    },
    FOR_ALL_OF_IT,
  );
});
