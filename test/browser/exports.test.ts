/** E7: what is filtered can be taken away, in four formats, and means the same in each. */
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { readCsv, readDownload } from './downloads.ts';
import { HOSTILE, HOSTILE_SCRIPT } from './hostilePeers.ts';
import { SightlinePage } from './pageObject.ts';
import { ScriptedClient } from './scriptedClient.ts';
import { startScriptedServer } from './scriptedServer.ts';
import { type ShopStage, startShopStage } from './shopStage.ts';
import { Sightline } from './sightline.ts';
import { describeInBrowser } from './watchedPage.ts';

/** Tool calls of the desk agent, which is what the tests filter by. */
const QUERY = 'tab=events&client=desk-agent&method=tools%2Fcall';
const CALLS = 7;

describeInBrowser('export', () => {
  let stage: ShopStage;
  beforeAll(async () => {
    stage = await startShopStage();
  });
  afterAll(() => stage.stop());
  const take = async (format: string) => {
    const page = await SightlinePage.open(stage.sightline.pageUrl, { query: QUERY });
    await expect.poll(() => page.eventCount()).toBe(CALLS);
    return readDownload(await page.exportAs(format));
  };

  it('E7: JSON is one list of the filtered events with their payloads', async () => {
    const { name, text } = await take('JSON');
    expect(name).toMatch(/\.json$/);
    const events: readonly Record<string, unknown>[] = itemsOf(JSON.parse(text));
    expect(events).toHaveLength(CALLS);
    expect(new Set(events.map((event) => event['clientName']))).toEqual(new Set(['desk-agent']));
    expect(text).toContain('INV-2041');
    expect(text, 'what was redacted stays so').not.toContain('sk-live-0123456789abcdef');
  });

  it('E7: NDJSON is one event a line', async () => {
    const { name, text } = await take('NDJSON');
    expect(name).toMatch(/\.ndjson$/);
    const events: readonly Record<string, unknown>[] = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events).toHaveLength(CALLS);
    expect(events.filter((event) => event['outcome'] === 'tool_error')).toHaveLength(2);
  });

  it('E7: CSV has a head and one row an event', async () => {
    const { name, text } = await take('CSV');
    expect(name).toMatch(/\.csv$/);
    const [head = [], ...rows] = readCsv(text.replace(/^\uFEFF/, ''));
    expect(rows).toHaveLength(CALLS);
    const tool = head.findIndex((title) => /tool/i.test(title));
    expect(rows.map((row) => row[tool]).sort()).toContain('refresh_catalog');
  });

  it('E7: HAR opens in the browser’s own tools', async () => {
    const { name, text } = await take('HAR');
    expect(name).toMatch(/\.har$/);
    const { log } = JSON.parse(text);
    expect(log.version).toBe('1.2');
    expect(log.entries).toHaveLength(CALLS);
    for (const entry of log.entries) {
      expect(entry.request.method).toBe('POST');
      expect(entry.response.status).toBe(200);
      expect(Date.parse(entry.startedDateTime)).not.toBeNaN();
      expect(JSON.parse(entry.request.postData.text)).toMatchObject({ method: 'tools/call' });
    }
  });
});

describeInBrowser('export of hostile text', () => {
  it('a formula in a tool’s name is text in the spreadsheet', async () => {
    const server = await startScriptedServer(HOSTILE_SCRIPT);
    const sightline = await Sightline.start({ args: [`${server.origin}/mcp`, '--show', 'none'] });
    onTestFinished(async () => {
      await sightline.stop();
      await server.close();
    });
    const client = await ScriptedClient.connect(`${sightline.proxyUrl}/mcp`, {
      name: '=1+1',
      version: '@2',
    });
    await client.call(HOSTILE.tools.formula);
    const page = await SightlinePage.open(sightline.pageUrl, { query: 'tab=events&method=tools%2Fcall' });
    await expect.poll(() => page.eventCount()).toBe(1);
    const { text } = await readDownload(await page.exportAs('CSV'));
    const cells = readCsv(text.replace(/^\uFEFF/, '')).flat();
    expect(cells.filter((cell) => cell.includes('HYPERLINK'))).not.toHaveLength(0);
    expect(cells.filter((cell) => /^[=+@\t\r]/.test(cell))).toEqual([]);
  });
});

function itemsOf(parsed: unknown): readonly Record<string, unknown>[] {
  if (Array.isArray(parsed)) return parsed;
  if (typeof parsed !== 'object' || parsed === null) return [];
  const [list] = Object.values(parsed).filter(Array.isArray);
  return list ?? [];
}
