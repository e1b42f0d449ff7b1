/** Every state has words that say what to do next: first visit, nothing matches, loading, error, gone and back, incomplete. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { findFreePort } from '../bench/program.ts';
import { SightlinePage } from './pageObject.ts';
import { ScriptedClient } from './scriptedClient.ts';
import { startScriptedServer } from './scriptedServer.ts';
import { type ShopStage, startShopStage } from './shopStage.ts';
import { Sightline } from './sightline.ts';
import { describeInBrowser } from './watchedPage.ts';

describeInBrowser('first visit', () => {
  it('says where to point a client, with configuration to copy, and shows what comes by itself', async () => {
    const server = await startScriptedServer({ add: [{}] });
    const sightline = await Sightline.start({ args: [`${server.origin}/mcp`, '--show', 'none'] });
    onTestFinished(async () => {
      await sightline.stop();
      await server.close();
    });
    const page = await SightlinePage.open(sightline.pageUrl);
    const address = `${sightline.proxyUrl}/mcp`;
    await page.page.getByText(address).first().waitFor();
    expect(await page.text()).toMatch(/point an mcp client/i);
    for (const client of ['Claude Code', 'Cursor', 'VS Code']) {
      await page.page.getByRole('button', { name: client, exact: true }).click();
      await page.page.getByRole('button', { name: `Copy the configuration for ${client}` }).click();
      const copied = await page.page.evaluate(() => navigator.clipboard.readText());
      expect(copied).toContain(address);
    }
    await page.show('Event log');
    await expect.poll(() => page.text()).toMatch(/no events.*point a client at/is);
    const client = await ScriptedClient.connect(address, { name: 'first-one', version: '1' });
    await client.call('add');
    await expect.poll(() => page.eventCount()).toBe(4);
    await expect.poll(() => page.footerText()).toMatch(/\bcomplete/);
  });
});

describeInBrowser('states', () => {
  let stage: ShopStage;
  beforeAll(async () => {
    stage = await startShopStage();
  });
  afterAll(() => stage.stop());

  it('nothing matches: names the filters, and dropping one brings rows back', async () => {
    const page = await SightlinePage.open(stage.sightline.pageUrl, {
      query: 'tab=events&server=files&tool=create_payment',
    });
    await page.page.getByText(/nothing matches/i).waitFor();
    await page.page.getByRole('button', { name: 'server: files', exact: true }).click();
    await expect.poll(() => page.eventCount()).toBe(3);
  });

  it('no session matches: says which filter to drop', async () => {
    const page = await SightlinePage.open(stage.sightline.pageUrl, { query: 'q=nobody-by-this-name' });
    await page.page.getByText(/no session matches/i).waitFor();
    await page.page.getByRole('button', { name: /nobody-by-this-name/ }).click();
    await expect.poll(() => page.sessionRows.count()).toBe(3);
  });

  it.each([
    { what: 'sessions', query: '', path: '**/api/v1/sessions?*', rows: 3 },
    { what: 'events', query: 'tab=events', path: '**/api/v1/events?*', rows: 31 },
  ])('loading $what: skeletons at first, and only then', async ({ what, query, path: asked, rows }) => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const page = await SightlinePage.open(stage.sightline.pageUrl, {
      query,
      prepare: (own) =>
        own.route(asked, async (route) => {
          await held;
          await route.continue();
        }),
    });
    const skeleton = page.page.getByText(`Loading ${what}`);
    await skeleton.waitFor({ state: 'attached' });
    expect(await page.page.getByRole('treegrid').count()).toBe(0);
    release();
    const shown = () => (what === 'events' ? page.eventCount() : page.sessionRows.count());
    await expect.poll(shown).toBe(rows);
    expect(await skeleton.count()).toBe(0);
  });

  it('error: says what failed in the server’s words, and tries again', async () => {
    const detail = 'The archive is being looked after; try again in a moment.';
    let broken = true;
    const page = await SightlinePage.open(stage.sightline.pageUrl, {
      query: 'tab=events',
      outage: true,
      prepare: (own) =>
        own.route('**/api/v1/events?*', async (route) => {
          if (!broken) return route.continue();
          const problem = {
            type: 'urn:sightline:problem:busy',
            title: 'Too much at once',
            status: 503,
            detail,
          };
          const contentType = 'application/problem+json';
          return route.fulfill({ status: 503, contentType, body: JSON.stringify(problem) });
        }),
    });
    await page.page.getByText(detail).waitFor();
    broken = false;
    await page.page.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => page.eventCount()).toBe(31);
  });

  it('an answer that makes no sense is a sentence, not a broken page', async () => {
    const page = await SightlinePage.open(stage.sightline.pageUrl, {
      outage: true,
      prepare: (own) =>
        own.route('**/api/v1/sessions?*', (route) =>
          route.fulfill({ status: 200, contentType: 'application/json', body: '{"items":7}' }),
        ),
    });
    await page.page.getByText(/could not be loaded/i).waitFor();
  });

  it('incomplete: the badge says what is missing, and more when asked', async () => {
    const page = await SightlinePage.open(stage.sightline.pageUrl, { query: 'tab=events' });
    await expect.poll(() => page.footerText()).toMatch(/1 payload cut/);
    await page.footer.getByRole('button', { name: /payload cut/ }).click();
    await page.page.getByText(/payload cut at the largest size kept/).waitFor();
  });

  it('incomplete: of what filters leave, the badge says what is missing of that', async () => {
    const page = await SightlinePage.open(stage.sightline.pageUrl, { query: 'tab=events&method=initialize' });
    await expect.poll(() => page.eventCount()).toBeGreaterThan(0);
    await expect.poll(() => page.footerText()).toMatch(/\bcomplete\b/);
    const whole = await SightlinePage.open(stage.sightline.pageUrl, {
      query: 'tab=events&method=tools/call',
    });
    await expect.poll(() => whole.footerText()).toMatch(/1 payload cut in what is shown/);
  });
});

describeInBrowser('what stands behind the page', () => {
  it('gone and back: what is shown stays, the page says that it is disconnected, and goes on by itself', async () => {
    const stage = await startShopStage();
    onTestFinished(async () => {
      await stage.stop();
    });
    const page = await SightlinePage.open(stage.sightline.pageUrl, { query: 'tab=events', outage: true });
    await expect.poll(() => page.eventCount()).toBe(31);
    await stage.sightline.kill();
    await expect
      .poll(() => page.text(), { timeout: 15_000 })
      .toMatch(/disconnected|does not answer|not reached/i);
    expect(await page.eventCount()).toBe(31);
    await stage.sightline.restart();
    const back = await stage.connect('back-again');
    await back.call('search_products');
    await expect.poll(() => page.text(), { timeout: 30_000 }).toContain('back-again');
    await expect.poll(() => page.footerText()).toMatch(/live, every/i);
  });

  it('L: everything that was shown is there after the program was killed without notice', async () => {
    const stage = await startShopStage();
    onTestFinished(async () => {
      await stage.stop();
    });
    const page = await SightlinePage.open(stage.sightline.pageUrl, { query: 'tab=events', outage: true });
    await expect.poll(() => page.eventCount()).toBe(31);
    const last = await stage.connect('last-words');
    await last.call('search_products', { query: 'before the end' });
    await expect.poll(() => page.eventCount()).toBe(35);
    const shown = await page.shownEventIds();
    await stage.sightline.kill();
    await stage.sightline.restart();
    await page.page.reload();
    await expect.poll(() => page.eventCount()).toBeGreaterThanOrEqual(35);
    expect(await page.shownEventIds()).toEqual(expect.arrayContaining([...shown]));
    await page.show('Sessions');
    await expect.poll(() => page.sessionRows.count()).toBe(4);
    expect(await page.sessionCell('last-words', 'Status'), 'nothing goes on after a kill').toBe('Ended');
  });

  it('T8: a collector that is down costs the page nothing', async () => {
    const port = await findFreePort();
    const stage = await startShopStage([], { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` });
    onTestFinished(async () => {
      await stage.stop();
    });
    const page = await SightlinePage.open(stage.sightline.pageUrl, { query: 'tab=events' });
    await expect.poll(() => page.eventCount()).toBe(31);
    const more = await stage.connect('during-the-outage');
    await more.call('search_products');
    await expect.poll(() => page.eventCount()).toBe(35);
  });

  it('an archive that cannot be opened is said, with what to do, while traffic goes on', async () => {
    const stateDir = mkdtempSync(path.join(tmpdir(), 'sightline-locked-'));
    const holder = await Sightline.start({ args: ['http://127.0.0.1:9/mcp', '--show', 'none'], stateDir });
    onTestFinished(async () => {
      await holder.stop();
      rmSync(stateDir, { recursive: true, force: true });
    });
    const second = await Sightline.start({
      args: ['http://127.0.0.1:9/mcp', '--show', 'none'],
      stateDir,
      archiveFails: true,
    });
    const page = await SightlinePage.open(second.pageUrl, { outage: true });
    await expect.poll(() => page.text()).toMatch(/another sightline/i);
    expect(await page.text()).toContain('--state-dir');
    // As soon as it can be opened, the page shows it by itself.
    await holder.stop();
    await expect.poll(() => page.text(), { timeout: 40_000 }).toMatch(/point an mcp client/i);
    await expect.poll(() => page.text(), { timeout: 20_000 }).not.toMatch(/another sightline/i);
    await second.stop();
  });
});
