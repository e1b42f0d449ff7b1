/**
 * The page in a user's words. Everything is found as a reader with a screen reader finds it, by role and name; when
 * the page calls a thing otherwise, this is the one place to say so.
 */
import type { Download, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { openWatched, type PageOptions } from './watchedPage.ts';

export interface Visit extends PageOptions {
  /** What follows the `?` of the address. */
  readonly query?: string | undefined;
}

export class SightlinePage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Opens the page and waits until it shows something. */
  static async open(pageUrl: string, { query, ...options }: Visit = {}): Promise<SightlinePage> {
    const opened = new SightlinePage(await openWatched(`${pageUrl}/${query ? `?${query}` : ''}`, options));
    await opened.tab('Sessions').waitFor();
    return opened;
  }

  // ── the frame ──────────────────────────────────────────────────────────────────────────────────────────

  tab(name: 'Sessions' | 'Event log'): Locator {
    return this.page.getByRole('tab', { name, exact: true });
  }

  async show(name: 'Sessions' | 'Event log'): Promise<void> {
    await this.tab(name).click();
    await expect.poll(() => this.tab(name).getAttribute('aria-selected')).toBe('true');
  }

  get searchField(): Locator {
    return this.page.getByRole('searchbox');
  }

  async search(text: string): Promise<void> {
    await this.searchField.fill(text);
  }

  get footer(): Locator {
    return this.page.getByRole('contentinfo');
  }

  footerText(): Promise<string> {
    return this.footer.innerText();
  }

  /** What the whole page says. */
  text(): Promise<string> {
    return this.page.locator('body').innerText();
  }

  address(): URLSearchParams {
    return new URL(this.page.url()).searchParams;
  }

  // ── the event log ──────────────────────────────────────────────────────────────────────────────────────

  get events(): Locator {
    return this.page.getByRole('treegrid', { name: 'Events' });
  }

  /** Rows of events as far as they are drawn, not their details. */
  get eventRows(): Locator {
    return this.events.locator('[role="row"][aria-expanded]');
  }

  /** The row of an event that says all of these. */
  event(...texts: readonly string[]): Locator {
    return texts.reduce((rows, text) => rows.filter({ hasText: text }), this.eventRows).first();
  }

  /** How many events the list holds, drawn or not; the header is no event. */
  async eventCount(): Promise<number> {
    if ((await this.events.count()) === 0) return 0;
    return Number(await this.events.getAttribute('aria-rowcount')) - 1;
  }

  /** Texts of one column of the rows that are drawn, top to bottom. */
  async column(title: string): Promise<readonly string[]> {
    const titles = await this.events.getByRole('columnheader').allInnerTexts();
    const index = titles.indexOf(title);
    if (index < 0) return [];
    const rows = await this.eventRows.all();
    return Promise.all(rows.map((row) => row.getByRole('gridcell').nth(index).innerText()));
  }

  /** What is open of events, in either view. */
  get details(): Locator {
    return this.page.getByRole('region', { name: /^Details of/ });
  }

  /** Opens the details of an event and gives them once request and response are there. */
  async openDetails(row: Locator): Promise<Locator> {
    if ((await row.getAttribute('aria-expanded')) !== 'true') await row.click();
    const details = this.details.first();
    await details.getByRole('region', { name: 'Request' }).waitFor();
    return details;
  }

  async filter(field: string, ...values: readonly string[]): Promise<void> {
    const menu = await this.openFilter(field);
    for (const value of values) {
      const option = menu.getByRole('option').filter({ hasText: value }).first();
      const before = await option.getAttribute('aria-selected');
      await option.click();
      await expect.poll(() => option.getAttribute('aria-selected')).not.toBe(before);
    }
    await this.page.keyboard.press('Escape');
    await menu.waitFor({ state: 'hidden' });
  }

  /** Opens the menu of a filter, and waits until it says what there is. */
  async openFilter(field: string): Promise<Locator> {
    const toolbar = this.page.getByRole('toolbar', { name: 'Filters' });
    await toolbar.getByRole('button', { name: new RegExp(`^${field}`, 'i') }).click();
    const menu = this.page.getByRole('dialog', { name: new RegExp(`^Filter by ${field}`, 'i') });
    await menu.getByRole('option').first().waitFor();
    return menu;
  }

  /** What is filtered by, as chips say it. */
  async chips(): Promise<readonly string[]> {
    const names = await this.page
      .getByRole('button', { name: /^Remove / })
      .evaluateAll((buttons) => buttons.map((button) => button.getAttribute('aria-label') ?? ''));
    return names.map((name) => name.replace(/^Remove /, ''));
  }

  removeChip(label: string): Promise<void> {
    return this.page.getByRole('button', { name: `Remove ${label}` }).click();
  }

  async chooseColumns(...titles: readonly string[]): Promise<void> {
    await this.page.getByRole('button', { name: 'Columns', exact: true }).click();
    const menu = this.page.getByRole('dialog', { name: 'Columns and rows' });
    for (const title of titles) await menu.getByRole('option', { name: title }).first().click();
    await this.page.keyboard.press('Escape');
  }

  // ── sessions ───────────────────────────────────────────────────────────────────────────────────────────

  get sessions(): Locator {
    return this.page.getByRole('treegrid', { name: /^Sessions/ });
  }

  get sessionRows(): Locator {
    return this.sessions.locator('[role="row"][aria-level="1"]');
  }

  /** The row of the (newest) session of a client. */
  session(client: string): Locator {
    return this.sessionRows.filter({ hasText: client }).first();
  }

  async sessionCellOf(client: string, title: string): Promise<Locator> {
    return this.session(client)
      .getByRole('gridcell')
      .nth(await this.#sessionIndex(title));
  }

  /** What a session's row says in one column. */
  async sessionCell(client: string, title: string): Promise<string> {
    return flat(await (await this.sessionCellOf(client, title)).innerText());
  }

  /** What all rows say in one column, top to bottom. */
  async sessionColumn(title: string): Promise<readonly string[]> {
    const index = await this.#sessionIndex(title);
    const rows = await this.sessionRows.all();
    return Promise.all(rows.map(async (row) => flat(await row.getByRole('gridcell').nth(index).innerText())));
  }

  async #sessionIndex(title: string): Promise<number> {
    const titles = (await this.sessions.getByRole('columnheader').allInnerTexts()).map(flat);
    const index = titles.indexOf(title);
    if (index < 0) throw new Error(`there is no column '${title}' among ${titles.join(', ')}`);
    return index;
  }

  async sortBy(title: string): Promise<void> {
    await this.sessions.getByRole('columnheader', { name: title }).getByRole('button').click();
  }

  async showOnly(status: 'All' | 'Active' | 'Ended'): Promise<void> {
    await this.page.getByRole('radio', { name: status }).click();
  }

  /** Expands the session of a client and waits for its timeline's first row. */
  async expand(client: string): Promise<void> {
    const row = this.session(client);
    if ((await row.getAttribute('aria-expanded')) !== 'true') await row.click();
    await this.timelineRows.first().waitFor();
  }

  async expandFirst(): Promise<void> {
    await this.sessionRows.first().click();
    await this.timelineRows.first().waitFor();
  }

  async collapse(client: string): Promise<void> {
    await this.session(client).click();
    await expect.poll(() => this.session(client).getAttribute('aria-expanded')).toBe('false');
  }

  /** Shows or hides what is no request: notifications and the server's logs. */
  async toggleQuiet(): Promise<void> {
    await this.page.getByRole('button', { name: /logs/i }).click();
  }

  /** The first line of a timeline that says this. */
  timelineRow(text: string): Locator {
    return this.timelineRows.filter({ hasText: text }).first();
  }

  /** Rows of expanded timelines as far as they are drawn, details left out. */
  get timelineRows(): Locator {
    return this.sessions.locator('[role="row"][aria-level="2"]');
  }

  async timeline(): Promise<readonly string[]> {
    return (await this.timelineRows.allInnerTexts()).map(flat);
  }

  // ── live, range, export ────────────────────────────────────────────────────────────────────────────────

  async openRange(): Promise<Locator> {
    await this.page.getByRole('button', { name: /^(last|\d{4}-)/i }).click();
    const dialog = this.page.getByRole('dialog', { name: /range/i });
    await dialog.waitFor();
    return dialog;
  }

  async pickQuickRange(words: string): Promise<void> {
    const dialog = await this.openRange();
    await dialog.getByRole('option', { name: words }).click();
  }

  /** Both days in full, as `2026-01-31`, typed into the fields. */
  async pickDays(from: string, to: string): Promise<void> {
    const dialog = await this.openRange();
    await dialog.getByLabel(/from/i).fill(`${from} 00:00`);
    await dialog.getByLabel(/^to/i).fill(`${to} 00:00`);
    await dialog.getByRole('button', { name: /apply|show/i }).click();
  }

  get pauseButton(): Locator {
    return this.page.getByRole('button', { name: /^Pause/ });
  }

  get liveButton(): Locator {
    return this.page.getByRole('button', { name: /^(Live|Go live|Resume)/ });
  }

  async exportAs(format: string): Promise<Download> {
    await this.page.getByRole('button', { name: /^Export/ }).click();
    const [download] = await Promise.all([
      this.page.waitForEvent('download'),
      this.page.getByRole('link', { name: new RegExp(`^${format}\\b`, 'i') }).click(),
    ]);
    return download;
  }

  // ── looks ──────────────────────────────────────────────────────────────────────────────────────────────

  /** The colour in which an element's text is drawn. */
  colourOf(element: Locator): Promise<string> {
    return element.evaluate((node) => getComputedStyle(node).color);
  }

  /** Name of what has the focus: its accessible label, or its text. */
  focused(): Promise<string> {
    return this.page.evaluate(() => {
      const element = document.activeElement;
      return element?.getAttribute('aria-label') ?? element?.textContent ?? '';
    });
  }
}

/** One line, however it is laid out. */
export function flat(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
