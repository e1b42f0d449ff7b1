/**
 * What is around the two views, in a user's words: tabs, search, range, live, export, themes. Where the panel is looked
 * at, part of it is the dashboard's.
 */
import type { Download, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { control } from '../panel/control.ts';
import { inGrafana, panel } from './panelShell.ts';

export class PageFrame {
  readonly page: Page;

  /** Everything of ours; in a Grafana its own controls are around it. */
  readonly root: Locator;

  constructor(page: Page) {
    this.page = page;
    this.root = inGrafana
      ? page.getByRole('group', { name: 'Sightline', exact: true })
      : page.locator(':root');
  }

  tab(name: 'Sessions' | 'Event log'): Locator {
    return this.root.getByRole('tab', { name, exact: true });
  }

  async show(name: 'Sessions' | 'Event log'): Promise<void> {
    await this.tab(name).click();
    await expect.poll(() => this.tab(name).getAttribute('aria-selected')).toBe('true');
  }

  get searchField(): Locator {
    return this.root.getByRole('searchbox');
  }

  async search(text: string): Promise<void> {
    await this.searchField.fill(text);
  }

  get footer(): Locator {
    // Inside a dashboard's main part a foot is no landmark.
    return panel === undefined ? this.root.getByRole('contentinfo') : this.root.locator('footer');
  }

  footerText(): Promise<string> {
    return this.footer.innerText();
  }

  /** All that is said. */
  text(): Promise<string> {
    return this.root.innerText();
  }

  /** What the address says of the view; a dashboard's address says nothing of it, and a Grafana's its own range. */
  expectInAddress(name: string, value: string): void {
    if (inGrafana && name === 'from') return;
    expect(this.address().get(name)).toBe(panel === undefined ? value : null);
  }

  address(): URLSearchParams {
    return new URL(this.page.url()).searchParams;
  }

  // ── live, range, export ────────────────────────────────────────────────────────────────────────────────

  async openRange(): Promise<Locator> {
    await this.root.getByRole('button', { name: /^(last \d|\d{4}-)/ }).click();
    const dialog = this.root.getByRole('dialog', { name: 'Time range' });
    await dialog.waitFor();
    return dialog;
  }

  async pickQuickRange(words: string): Promise<void> {
    if (panel !== undefined) {
      const [, length, unit] = /^Last (\d+) (h|min|days)$/.exec(words) ?? [];
      return control(this.page, 'setRange', `now-${length}${unit?.charAt(0)}`, 'now');
    }
    const dialog = await this.openRange();
    await dialog.getByRole('option', { name: words, exact: true }).click();
  }

  /** Two moments, as `2026-01-31 10:00`, typed into the fields. */
  async pickRange(from: string, to: string): Promise<void> {
    if (panel !== undefined) {
      const moment = (text: string) => String(Date.parse(`${text.replace(' ', 'T')}:00Z`));
      return control(this.page, 'setRange', moment(from), moment(to));
    }
    const dialog = await this.openRange();
    await dialog.getByLabel('From').fill(from);
    await dialog.getByLabel('To', { exact: true }).fill(to);
    await dialog.getByRole('button', { name: 'Show this range' }).click();
  }

  async pause(): Promise<void> {
    await this.root.getByRole('button', { name: /^Pause/ }).click();
    await expect.poll(() => this.footerText()).toContain('paused');
  }

  async goLive(): Promise<void> {
    await this.root.getByRole('button', { name: 'Resume live' }).click();
  }

  async chooseInterval(seconds: number): Promise<void> {
    await this.root.getByRole('button', { name: /^\d+ s between looks/ }).click();
    await this.root.getByRole('option', { name: `every ${seconds} s`, exact: true }).click();
  }

  /**
   * What the page is told when another tab comes in front. The driver keeps every page visible, so the browser's own
   * word for it is set by hand.
   */
  async hide(hidden = true): Promise<void> {
    await this.page.evaluate(
      (state) => {
        Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state });
        document.dispatchEvent(new Event('visibilitychange'));
      },
      hidden ? 'hidden' : 'visible',
    );
  }

  /**
   * A mouse that moves over a place until told to rest. By events of the page's own: a driver that is held up between two
   * moves would be a mouse at rest.
   */
  async keepMouseMoving(over: Locator): Promise<() => Promise<void>> {
    const timer = await over.evaluate((element) => {
      const move = { pointerType: 'mouse', movementX: 1, bubbles: true };
      return Number(setInterval(() => element.dispatchEvent(new PointerEvent('pointermove', move)), 100));
    });
    return () => this.page.evaluate((one) => clearInterval(one), timer);
  }

  async openExport(): Promise<Locator> {
    await this.root.getByRole('button', { name: /^Export/ }).click();
    const dialog = this.root.getByRole('dialog', { name: 'Export' });
    await dialog.waitFor();
    return dialog;
  }

  async exportAs(format: string): Promise<Download> {
    const dialog = await this.openExport();
    const link = dialog.getByRole(panel === undefined ? 'link' : 'button', {
      name: new RegExp(`^${format}\\b`),
    });
    const [download] = await Promise.all([this.page.waitForEvent('download'), link.click()]);
    return download;
  }

  // ── looks ──────────────────────────────────────────────────────────────────────────────────────────────

  async chooseTheme(word: 'light' | 'dark' | 'as the system has it'): Promise<void> {
    const button = this.root.getByRole('button', { name: /^Theme: / });
    for (let press = 0; press < 3; press += 1) {
      if ((await button.getAttribute('aria-label'))?.startsWith(`Theme: ${word}`)) return;
      await button.click();
    }
  }

  /** The colour in which an element's text is drawn. */
  colourOf(element: Locator): Promise<string> {
    return element.evaluate((node) => getComputedStyle(node).color);
  }

  /** Stands where a reader comes to us who walks by Tab: a Grafana has controls of its own before that. */
  async comeByTab(): Promise<void> {
    if (inGrafana) await this.tab('Sessions').focus();
  }

  /** Name of what has the focus: its accessible label, or its text. */
  focused(): Promise<string> {
    return this.page.evaluate(() => {
      const element = document.activeElement;
      return element?.getAttribute('aria-label') ?? element?.textContent ?? '';
    });
  }
}
