/** One dashboard in a browser: opened, scrolled through so that every panel has asked, and read. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { HEADERS, ORIGIN } from './grafana.ts';

/** What Grafana calls its parts. */
const PANEL = '[data-viz-panel-key], [data-testid^="data-testid Panel header"]';
const ERROR = '[data-testid="data-testid Panel status error"], [data-testid="data-testid Alert error"]';
const LOADING = '[aria-label="Panel loading bar"], [data-testid="panel-loading-bar"]';
const SETTLED_WITHIN_MS = 60_000;
const QUIET_MS = 1_000;

export interface Look {
  readonly width: number;
  readonly theme: 'dark' | 'light';
}

export class DashboardPage {
  readonly page: Page;
  /** Bodies of the queries that it sent. */
  readonly queries: string[] = [];
  readonly #context: BrowserContext;
  #pending = 0;
  #lastMs = performance.now();

  private constructor(context: BrowserContext, page: Page) {
    this.#context = context;
    this.page = page;
    page.on('request', (request) => {
      if (!request.url().includes('/api/ds/query')) return;
      this.queries.push(request.postData() ?? '');
      this.#pending += 1;
      this.#lastMs = performance.now();
    });
    const done = (request: { url(): string }): void => {
      if (!request.url().includes('/api/ds/query')) return;
      this.#pending -= 1;
      this.#lastMs = performance.now();
    };
    page.on('requestfinished', done);
    page.on('requestfailed', done);
  }

  static async open(browser: Browser, uid: string, query: string, look: Look): Promise<DashboardPage> {
    const context = await browser.newContext({
      viewport: { width: look.width, height: 900 },
      extraHTTPHeaders: HEADERS,
      colorScheme: look.theme,
      timezoneId: 'UTC',
    });
    const opened = new DashboardPage(context, await context.newPage());
    await opened.page.goto(`${ORIGIN}/d/${uid}?${query}&theme=${look.theme}&kiosk`);
    await opened.page.locator(PANEL).first().waitFor({ timeout: SETTLED_WITHIN_MS });
    await opened.#settle();
    await opened.#scrollThrough();
    return opened;
  }

  /** Titles of the panels that say that something went wrong, with what they say. */
  async errors(): Promise<readonly string[]> {
    const marks = this.page.locator(ERROR);
    const found: string[] = [];
    for (let at = 0; at < (await marks.count()); at += 1) {
      const panel = marks.nth(at).locator('xpath=ancestor::section[1]');
      const title =
        (await panel.count()) > 0 ? await panel.first().innerText() : await marks.nth(at).innerText();
      found.push(title.split('\n').slice(0, 3).join(' '));
    }
    return found;
  }

  text(): Promise<string> {
    return this.page.locator('body').innerText();
  }

  /** How far the page can be scrolled sideways, in pixels: nothing may stick out. */
  sideways(): Promise<number> {
    return this.page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
  }

  async shoot(file: string): Promise<void> {
    const height = await this.page.evaluate(() => document.documentElement.scrollHeight);
    const width = this.page.viewportSize()?.width ?? 1280;
    await this.page.setViewportSize({ width, height: Math.min(Math.max(height, 900), 8_000) });
    await this.#settle();
    await this.page.screenshot({ path: file });
  }

  close(): Promise<void> {
    return this.#context.close();
  }

  /** Panels ask when they come into sight. */
  async #scrollThrough(): Promise<void> {
    for (let step = 0; step < 30; step += 1) {
      const atEnd = await this.page.evaluate(() => {
        window.scrollBy(0, 700);
        return window.innerHeight + window.scrollY >= document.documentElement.scrollHeight - 2;
      });
      await this.#settle();
      if (atEnd) break;
    }
    await this.page.evaluate(() => window.scrollTo(0, 0));
    await this.#settle();
  }

  /** No question is open and none has been for a moment. */
  async #settle(): Promise<void> {
    const untilMs = performance.now() + SETTLED_WITHIN_MS;
    for (;;) {
      await this.page.waitForTimeout(100);
      const quiet = performance.now() - this.#lastMs > QUIET_MS;
      if (this.#pending <= 0 && quiet && (await this.page.locator(LOADING).count()) === 0) return;
      if (performance.now() > untilMs) return;
    }
  }
}
