/**
 * Opens pages in the one browser of a test file and watches each of them: what it writes to the console as an
 * error, what breaks the content security policy, what leaves its origin, which dialog opens. A test that ends
 * with any of these has failed, whatever else it looked at. Of a failed test a photograph is kept, and with `TRACE=1`
 * its trace: to record one costs half as much time as the test.
 */
import path from 'node:path';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, type TestContext } from 'vitest';
import { HEADERS } from '../grafana/grafana.ts';
import { PLUGIN } from '../grafana/panelDashboards.ts';
import { inGrafana } from './panelShell.ts';
import { RESULTS } from './results.ts';

/** `describe`, skipped where there is no browser. */
export const describeInBrowser = describe.skipIf(inject('chromium') === '');

export interface PageOptions extends BrowserContextOptions {
  /** The test takes the server away: failed requests are then no fault of the page. */
  readonly outage?: true;
  /** Gets the page before it asks for anything. */
  prepare?(page: Page): Promise<unknown>;
}

interface Watched {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly faults: string[];
}

const WIDE = { width: 1440, height: 900 };
/** Chromium's own words for a request that failed; the page must live with it, so it is no fault by itself. */
const FAILED_REQUEST = /^Failed to load resource/;

/** A trace of a Grafana would hold all of Grafana. */
const traced = !inGrafana && Boolean(process.env['TRACE']);

/** Grafana's style asks for fonts that no package of it brings. */
const FOREIGN_FONT = /^(?:Failed to decode downloaded font|OTS parsing error).*/;

let browser: Browser | undefined;
/** A Grafana is thirty megabytes of code, so the pages of a file share what the browser keeps of it. */
let inCommon: BrowserContext | undefined;
const open: Watched[] = [];

beforeAll(async () => {
  const executablePath = inject('chromium');
  if (executablePath === '') return;
  browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-dev-shm-usage'],
  });
});

afterEach(async (context) => {
  const watched = open.splice(0);
  await keepLooks(watched, context);
  await Promise.all(watched.map(({ context, page }) => (inGrafana ? page.close() : context.close())));
  expect(watched.flatMap(({ faults }) => faults)).toEqual([]);
});

afterAll(async () => {
  await browser?.close();
});

/** A new page of its own, with nothing of ours remembered, at an address. Light, 1440 px wide, in UTC, unless told otherwise. */
export async function openWatched(url: string, options: PageOptions = {}): Promise<Page> {
  if (!browser) throw new Error('there is no browser');
  const { outage, prepare, ...given } = options;
  const context = inCommon ?? (await openContext(browser, given));
  if (inGrafana) inCommon = context;
  const page = await context.newPage();
  if (given.viewport) await page.setViewportSize(given.viewport);
  // Grafana's libraries are some megabytes, and every answer comes through Loki.
  page.setDefaultTimeout(inject('panel') === undefined ? 10_000 : 30_000);
  const faults: string[] = [];
  watch(page, new URL(url).origin, outage === true, faults);
  open.push({ context, page, faults });
  await prepare?.(page);
  await page.goto(url);
  return page;
}

async function openContext(own: Browser, given: BrowserContextOptions): Promise<BrowserContext> {
  const context = await own.newContext({
    viewport: WIDE,
    locale: 'en-GB',
    timezoneId: 'UTC',
    colorScheme: 'light',
    acceptDownloads: true,
    permissions: ['clipboard-read', 'clipboard-write'],
    ...(inGrafana && { extraHTTPHeaders: HEADERS }),
    ...given,
  });
  if (traced) await context.tracing.start({ screenshots: true, snapshots: true });
  return context;
}

function watch(page: Page, origin: string, outage: boolean, faults: string[]): void {
  page.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    if (outage && FAILED_REQUEST.test(message.text())) return;
    if (FOREIGN_FONT.test(message.text())) return;
    if (!isOurs(`${message.location().url} ${message.text()}`)) return;
    faults.push(`console ${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => {
    const told = error.stack ?? error.message;
    if (isOurs(told)) faults.push(`exception on the page: ${told}`);
  });
  page.on('dialog', (dialog) => {
    faults.push(`a dialog opened: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('popup', (popup) => faults.push(`a window opened: ${popup.url()}`));
  page.on('request', (request) => {
    const url = request.url();
    // A Grafana asks others for itself, and nothing says of a request whose it is.
    if (inGrafana) return;
    if (!url.startsWith(`${origin}/`) && !/^(?:data|blob|about):/.test(url))
      faults.push(`left its origin: ${url}`);
  });
}

/** Whether it comes from code of ours: a Grafana has warnings of its own, which are not for us to mend. */
function isOurs(told: string): boolean {
  return !inGrafana || told.includes(PLUGIN);
}

/** A page that is gone by now leaves no photograph. */
async function keepLooks(watched: readonly Watched[], { task }: TestContext): Promise<void> {
  const failed = task.result?.state === 'fail';
  const name = `${task.file.name}-${task.name}`.replaceAll(/[^a-z0-9]+/gi, '-').slice(0, 120);
  await Promise.all(
    watched.map(async ({ context, page }, index) => {
      const file = path.join(RESULTS.failures, `${name}-${index}`);
      if (failed) await page.screenshot({ path: `${file}.png` }).catch(() => undefined);
      if (traced) await context.tracing.stop(failed ? { path: `${file}.zip` } : {});
    }),
  );
}
