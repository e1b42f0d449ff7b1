/**
 * The page in a user's words. Everything is found as a reader with a screen reader finds it, by role and name; when
 * the page calls a thing otherwise, this is the one place to say so.
 */
import type { Locator } from 'playwright-core';
import { expect } from 'vitest';
import { PageFrame } from './pageFrame.ts';
import { dashboardUrl, panel } from './panelShell.ts';
import { openWatched, type PageOptions } from './watchedPage.ts';

export interface Visit extends PageOptions {
  /** What follows the `?` of the address. */
  readonly query?: string | undefined;
}

export class SightlinePage extends PageFrame {
  /** Opens the page and waits until it shows something. */
  static async open(pageUrl: string, { query, ...options }: Visit = {}): Promise<SightlinePage> {
    const address =
      panel === undefined ? `${pageUrl}/${query ? `?${query}` : ''}` : await dashboardUrl(pageUrl, query);
    const opened = new SightlinePage(await openWatched(address, options));
    await opened.tab('Sessions').waitFor();
    return opened;
  }

  // ── the event log ──────────────────────────────────────────────────────────────────────────────────────

  get events(): Locator {
    return this.root.getByRole('treegrid', { name: 'Events' });
  }

  /** Rows of events as far as they are drawn, not their details. */
  get eventRows(): Locator {
    return this.events.locator('[role="row"][aria-expanded]');
  }

  /** The row of an event that says all of these. */
  event(...texts: readonly string[]): Locator {
    return texts.reduce((rows, text) => rows.filter({ hasText: text }), this.eventRows).first();
  }

  /** How many events the list holds, drawn or not; a header is no event, and a narrow list has none. */
  async eventCount(): Promise<number> {
    if ((await this.events.count()) === 0) return 0;
    // Both at once: a list has no header until it knows its width.
    return this.events.evaluate((list) => {
      const heads = list.querySelector('[role="columnheader"]') === null ? 0 : 1;
      return Number(list.getAttribute('aria-rowcount')) - heads;
    });
  }

  /** Every event of the list, drawn or not: the rows are walked through from the top. */
  async shownEventIds(): Promise<readonly string[]> {
    const ids = new Set<string>();
    await this.scrollEventsTo('start');
    const count = await this.eventCount();
    while (ids.size < count) {
      const before = ids.size;
      const drawn = await this.eventRows.evaluateAll((rows) =>
        rows.map((row) => row.getAttribute('data-row') ?? ''),
      );
      for (const id of drawn) ids.add(id);
      if (ids.size === before) break;
      await this.page.mouse.wheel(0, 400);
      await this.page.waitForTimeout(100);
    }
    return [...ids];
  }

  /** Texts of one column of the rows that are drawn, top to bottom. */
  async column(title: string): Promise<readonly string[]> {
    const titles = await this.events.getByRole('columnheader').allInnerTexts();
    const index = titles.indexOf(title);
    if (index < 0) return [];
    // All at once: rows that go away while others are read would be waited for.
    return this.eventRows.evaluateAll(
      (rows, at) =>
        rows.map((row) => row.querySelectorAll<HTMLElement>('[role="gridcell"]')[at]?.innerText ?? ''),
      index,
    );
  }

  /** What is open of events, in either view. */
  get details(): Locator {
    return this.root.getByRole('region', { name: /^Details of/ });
  }

  /** What the last row says that a reader sees, however many are drawn. */
  async lastEventInSight(): Promise<string> {
    return (await this.#eventsInSight()).at(-1) ?? '';
  }

  async firstEventInSight(): Promise<string> {
    return (await this.#eventsInSight())[0] ?? '';
  }

  async #eventsInSight(): Promise<readonly string[]> {
    const texts = await this.events.evaluate((list) => {
      const frame = list.querySelector('[role="rowgroup"]:last-of-type')?.getBoundingClientRect();
      const rows = [...list.querySelectorAll<HTMLElement>('[role="row"][aria-expanded]')];
      const seen = rows.filter((row) => {
        const { top, bottom } = row.getBoundingClientRect();
        return frame !== undefined && bottom <= frame.bottom + 1 && top >= frame.top - 1;
      });
      // Drawn in any order, shown by place.
      seen.sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top);
      return seen.map((row) => row.innerText);
    });
    return texts.map(flat);
  }

  scrollEventsTo(end: 'start' | 'end'): Promise<void> {
    return scrollTo(this.events, end);
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
    const toolbar = this.root.getByRole('toolbar', { name: 'Filters' });
    await toolbar.getByRole('button', { name: new RegExp(`^${field}`, 'i') }).click();
    const menu = this.root.getByRole('dialog', { name: new RegExp(`^Filter by ${field}`, 'i') });
    await menu.getByRole('option').first().waitFor();
    return menu;
  }

  /** What is filtered by, as chips say it. */
  async chips(): Promise<readonly string[]> {
    const names = await this.root
      .getByRole('button', { name: /^Remove / })
      .evaluateAll((buttons) => buttons.map((button) => button.getAttribute('aria-label') ?? ''));
    return names.map((name) => name.replace(/^Remove /, ''));
  }

  removeChip(label: string): Promise<void> {
    return this.root.getByRole('button', { name: `Remove ${label}` }).click();
  }

  async openColumns(): Promise<Locator> {
    await this.root.getByRole('button', { name: 'Columns', exact: true }).click();
    return this.root.getByRole('dialog', { name: 'Columns and rows' });
  }

  async toggleNewestFirst(): Promise<void> {
    const menu = await this.openColumns();
    await menu.getByRole('button', { name: 'Newest first' }).click();
    await this.page.keyboard.press('Escape');
  }

  async chooseColumns(...titles: readonly string[]): Promise<void> {
    const menu = await this.openColumns();
    for (const title of titles) await menu.getByRole('option', { name: title }).first().click();
    await this.page.keyboard.press('Escape');
  }

  // ── sessions ───────────────────────────────────────────────────────────────────────────────────────────

  get sessions(): Locator {
    return this.root.getByRole('treegrid', { name: /^Sessions/ });
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
    await this.root.getByRole('group', { name: 'Status' }).getByText(status, { exact: true }).click();
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
    await this.root.getByRole('button', { name: 'Logs and notifications' }).click();
  }

  /** The first line of a timeline that says this. */
  timelineRow(text: string): Locator {
    return this.timelineRows.filter({ hasText: text }).first();
  }

  /** Events of expanded timelines as far as they are drawn; gaps, details and the foot left out. */
  get timelineRows(): Locator {
    return this.sessions.locator('[role="row"][aria-level="2"][aria-expanded]');
  }

  async timeline(): Promise<readonly string[]> {
    return (await this.timelineRows.allInnerTexts()).map(flat);
  }

  scrollSessionsTo(end: 'start' | 'end'): Promise<void> {
    return scrollTo(this.sessions, end);
  }
}

/** With the wheel, as far as it goes. */
async function scrollTo(list: Locator, end: 'start' | 'end'): Promise<void> {
  await list.getByRole('rowgroup').last().hover();
  await list.page().mouse.wheel(0, end === 'end' ? 10_000_000 : -10_000_000);
}

/** One line, however it is laid out. */
export function flat(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
