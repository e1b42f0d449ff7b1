/**
 * The page's benchmark: `npm run bench -- --page`. Fills an archive with a past made by the real fold, starts the
 * program on it and drives Chromium as a reader does. Times are the page's own clock, from the reader's act to the
 * frame in which what was asked for is drawn. Nothing else may run on the machine meanwhile.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { Sightline } from '../browser/sightline.ts';
import { fillArchive } from '../support/archiveOfHistory.ts';
import { LONG_CLIENT } from '../support/history.ts';
import { pageClock, readFrameGaps, timeAct, timeLoad } from './pageClock.ts';
import { percentile } from './statistics.ts';

export interface PageTimes {
  readonly name: string;
  readonly p50: number;
  readonly p99: number;
}

/** What one size of archive gave. */
export interface PageFigures {
  readonly calls: number;
  /** Calls of the long session: 10,000, or a tenth where there are fewer. */
  readonly longCalls: number;
  readonly times: readonly PageTimes[];
  /** Frames while the expanded long session was scrolled from end to end. */
  readonly frames: { readonly all: number; readonly late: number; readonly longestMs: number };
}

/** What expanding the long session is called among the times. */
export const LONG_SESSION = 'long session expanded, a screenful';

const LONG_CALLS = 10_000;
const RANGE_MS = 50 * 60_000;
/** What the page waits for a pause in typing before it asks; not its doing but its manners. */
export const TYPING_PAUSE_MS = 250;
/** A frame later than this is seen as a hitch. */
export const LATE_FRAME_MS = 50;

const LOG = '[role="treegrid"][aria-label="Events"]';
const ROWS = `[...document.querySelectorAll('[role="treegrid"] [data-row]')].map((row) => row.dataset.row).join()`;
/** Rows are there, and they are no old ones that wait for new ones. */
const SETTLED = `document.querySelector('[role="treegrid"] [data-row]') && !document.querySelector('.sl-dimmed')`;

const FILTERS = [
  { field: 'Server', value: 'files' },
  { field: 'Tool', value: 'get_invoice' },
  { field: 'Method', value: 'tools/call' },
  { field: 'Client', value: 'ledger-agent' },
  { field: 'Outcome', value: 'any error' },
  { field: 'Outcome', value: 'denied' },
  { field: 'HTTP', value: '503' },
  { field: 'Type', value: 'request' },
] as const;
const SEARCHES = [
  { what: 'much', text: 'payment' },
  { what: 'little', text: 'ord-4' },
  { what: 'nothing', text: 'no such words' },
] as const;

/** @param rounds How often everything is done; each round begins with a page loaded anew. */
export async function measurePages(
  executablePath: string,
  calls: number,
  rounds: number,
  say: (line: string) => void,
): Promise<PageFigures> {
  const stateDir = mkdtempSync(path.join(tmpdir(), 'sightline-page-'));
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-dev-shm-usage'],
  });
  const longCalls = Math.min(LONG_CALLS, calls / 10);
  let sightline: Sightline | undefined;
  try {
    say(`filling an archive with ${calls.toLocaleString('en')} requests`);
    fillArchive(stateDir, {
      calls,
      sessions: Math.ceil(calls / 60),
      longSessionCalls: longCalls,
      fromMs: Date.now() - RANGE_MS,
      toMs: Date.now(),
    });
    sightline = await Sightline.start({ args: ['http://127.0.0.1:9/mcp', '--show', 'none'], stateDir });
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.addInitScript(pageClock(SETTLED));
    const found = new Map<string, number[]>();
    const note = (name: string, ms: number): void => void found.set(name, [...(found.get(name) ?? []), ms]);
    const gaps: number[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      say(`round ${round} of ${rounds}`);
      await measureLog(page, sightline.pageUrl, note);
      gaps.push(...(await measureSessions(page, sightline.pageUrl, longCalls, note)));
    }
    return {
      calls,
      longCalls,
      times: [...found].map(([name, times]) => {
        const sorted = times.sort((a, b) => a - b);
        return { name, p50: percentile(sorted, 0.5) ?? 0, p99: percentile(sorted, 0.99) ?? 0 };
      }),
      frames: {
        all: gaps.length,
        late: gaps.filter((gap) => gap > LATE_FRAME_MS).length,
        longestMs: Math.max(0, ...gaps),
      },
    };
  } finally {
    await browser.close();
    await sightline?.stop();
    rmSync(stateDir, { recursive: true, force: true });
  }
}

type Note = (name: string, ms: number) => void;

async function measureLog(page: Page, url: string, note: Note): Promise<void> {
  const log = `${url}/?tab=events&live=off`;
  note('event log, first rows from an empty tab', await timeLoad(page, log));
  for (const { field, value } of FILTERS) {
    await page.goto(log);
    await page.locator(`${LOG} [data-row]`).first().waitFor();
    await page.getByRole('toolbar', { name: 'Filters' }).getByRole('button', { name: field }).click();
    const option = page.getByRole('option').filter({ hasText: value }).first();
    await option.waitFor();
    note(`filter ${field.toLowerCase()}: ${value}`, await timeChange(page, () => option.click()));
  }
  for (const { what, text } of SEARCHES) {
    await page.goto(log);
    await page.locator(`${LOG} [data-row]`).first().waitFor();
    const seen =
      what === 'nothing' ? `document.body.textContent.includes('Nothing matches')` : await changed(page);
    // The whole text at once, as a paste: the clock begins with it.
    const ms = await timeAct(page, seen, () => page.getByRole('searchbox').first().fill(text));
    note(`search that finds ${what}, less the pause in typing`, ms - TYPING_PAUSE_MS);
  }
}

/** Returns the gaps between frames while the long session was scrolled. */
async function measureSessions(
  page: Page,
  url: string,
  calls: number,
  note: Note,
): Promise<readonly number[]> {
  const sessions = `${url}/?live=off`;
  note('sessions, first rows from an empty tab', await timeLoad(page, sessions));
  const head = page.getByRole('columnheader', { name: 'Calls' }).getByRole('button');
  note('sessions sorted by calls', await timeChange(page, () => head.click()));

  await page.goto(`${url}/?live=off&q=${LONG_CLIENT}`);
  const row = page.locator('[role="row"][aria-level="1"]').first();
  await row.waitFor();
  const drawn = `document.querySelectorAll('[role="row"][aria-level="2"][aria-expanded]').length > 10`;
  note(LONG_SESSION, await timeAct(page, drawn, () => row.click()));
  await page.waitForFunction(
    (least) => Number(document.querySelector('[role="treegrid"]')?.getAttribute('aria-rowcount')) > least,
    calls,
    { timeout: 60_000 },
  );
  return readFrameGaps(page, async () => {
    await page.getByRole('rowgroup').last().hover();
    for (let step = 0; step < 60; step += 1) {
      await page.mouse.wheel(0, step < 40 ? 900 : 20_000);
      await page.waitForTimeout(16);
    }
  });
}

async function timeChange(page: Page, act: () => Promise<unknown>): Promise<number> {
  return timeAct(page, await changed(page), act);
}

/** Other rows than now. */
async function changed(page: Page): Promise<string> {
  const before = await page.evaluate<string>(ROWS);
  return `${SETTLED} && ${ROWS} !== ${JSON.stringify(before)}`;
}
