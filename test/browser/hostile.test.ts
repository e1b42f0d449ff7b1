/** Peers that mean harm: whatever they send stands on the page as text, visibly, and does nothing. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Listening } from '../support/listenOn.ts';
import { HOSTILE, HOSTILE_SCRIPT } from './hostilePeers.ts';
import { readSidewaysPx } from './mainState.ts';
import { flat, SightlinePage } from './pageObject.ts';
import { itOnPage, panel } from './panelShell.ts';
import { ScriptedClient } from './scriptedClient.ts';
import { startScriptedServer } from './scriptedServer.ts';
import { Sightline } from './sightline.ts';
import { describeInBrowser } from './watchedPage.ts';

const { tools } = HOSTILE;
/** Of what they sent: characters that a reader cannot see. */
const UNSEEN = '\u0000\u0007\u0008\u202e\u200b';

describeInBrowser('hostile peers', () => {
  let server: Listening;
  let sightline: Sightline;
  beforeAll(async () => {
    server = await startScriptedServer(HOSTILE_SCRIPT);
    sightline = await Sightline.start({ args: [`${server.origin}/mcp`, '--show', 'none'] });
    const client = await ScriptedClient.connect(`${sightline.proxyUrl}/mcp`, {
      name: HOSTILE.client,
      version: tools.markup,
    });
    await client.request('tools/list');
    for (const tool of Object.values(tools))
      await client.call(tool, { body: HOSTILE.body, [tool]: HOSTILE.body });
  });
  afterAll(async () => {
    await sightline.stop();
    await server.close();
  });

  /** Nothing of theirs ran, and no element on the page came from them. */
  async function expectHarmless(page: SightlinePage): Promise<void> {
    expect(await page.page.evaluate(() => Reflect.get(window, 'struck'))).toBeUndefined();
    expect(await page.root.locator('img[src="x"], iframe, script:not([src]), [onerror]').count()).toBe(0);
    const links = await page.root
      .locator('a')
      .evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''));
    expect(links.filter((link) => /^\s*(javascript|data|vbscript):/i.test(link))).toEqual([]);
    expect(links.filter((link) => link.includes('example.invalid'))).toEqual([]);
  }

  it('the sessions view shows the client’s markup as text', async () => {
    const page = await SightlinePage.open(sightline.pageUrl);
    await page.sessionRows.first().waitFor();
    expect(flat(await page.sessionRows.first().innerText())).toContain('<script>');
    await page.expandFirst();
    expect((await page.timeline()).join()).toContain('<img src=x');
    await expectHarmless(page);
  });

  it('the event log shows names and errors as text, in one line each', async () => {
    const page = await SightlinePage.open(sightline.pageUrl, { query: 'tab=events&method=tools%2Fcall' });
    await expect.poll(() => page.eventCount()).toBe(Object.keys(tools).length);
    expect(await page.event('<img src=x').count()).toBe(1);
    expect(await page.event('javascript:').count()).toBe(1);
    const heights = await page.eventRows.evaluateAll((rows) =>
      rows.map((row) => row.getBoundingClientRect().height),
    );
    expect(new Set(heights.map(Math.round)).size, 'no row is taller than the others').toBe(1);
    expect(await readSidewaysPx(page.page)).toBe(0);
    await expectHarmless(page);
  });

  it('characters that turn or hide text are shown as what they are', async () => {
    const page = await SightlinePage.open(sightline.pageUrl, { query: 'tab=events&method=tools%2Fcall' });
    await expect.poll(() => page.eventCount()).toBe(Object.keys(tools).length);
    const text = await page.events.innerText();
    expect(text).toContain('U+202E');
    expect(text).toContain('␇');
    expect(text).toContain('U+200B');
    expect([...text].filter((character) => UNSEEN.includes(character))).toEqual([]);
  });

  it('details show bodies of markup as text, folded and raw', async () => {
    const page = await SightlinePage.open(sightline.pageUrl, { query: 'tab=events&method=tools%2Fcall' });
    const details = await page.openDetails(page.event('javascript:'));
    await expect.poll(() => details.innerText()).toContain('<iframe');
    await expectHarmless(page);
    await details.getByRole('button', { name: 'Raw' }).first().click();
    await expectHarmless(page);
  });

  it('menus, chips and the address carry such names without harm', async () => {
    const page = await SightlinePage.open(sightline.pageUrl, { query: 'tab=events' });
    await page.eventRows.first().waitFor();
    await page.filter('Tool', '<img src=x');
    await expect.poll(() => page.eventCount()).toBe(1);
    expect((await page.chips()).join()).toContain('<img src=x');
    // A dashboard's address carries only what its panels' options name.
    if (panel === undefined) await page.page.reload();
    await expect.poll(() => page.eventCount()).toBe(1);
    await expectHarmless(page);
  });

  itOnPage('an address made by a stranger opens a sound page', async () => {
    const query = new URLSearchParams({
      tab: HOSTILE.client,
      q: HOSTILE.error,
      open: HOSTILE.body,
      event: HOSTILE.client,
      columns: '__proto__,constructor',
      sort: 'constructor',
      from: '-1',
      to: 'NaN',
      every: '0',
    });
    const page = await SightlinePage.open(sightline.pageUrl, { query: String(query), outage: true });
    await page.search('');
    await page.sessionRows.first().waitFor();
    await expectHarmless(page);
  });
});
