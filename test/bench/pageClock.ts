/**
 * Times an act in a page by the page's own clock: from the reader's input event to the beginning of the frame after
 * the one in which the awaited thing was drawn. What lies between the driver and the browser is not counted.
 */
import type { Page } from 'playwright-core';

/** To be put into every page before it loads. It begins by waiting for `loaded` from the navigation's start. */
export function pageClock(loaded: string): string {
  return `
(() => {
  const clock = { began: 0, drawn: undefined, seen: false, scrolling: false, gaps: [] };
  let watch = () => (${loaded}), last;
  const note = (event) => { if (watch && clock.began === undefined) clock.began = event.timeStamp; };
  for (const type of ['pointerdown', 'keydown', 'input', 'change']) addEventListener(type, note, { capture: true });
  const look = (now) => {
    if (last !== undefined && clock.scrolling) clock.gaps.push(now - last);
    last = now;
    if (watch && clock.began !== undefined && clock.drawn === undefined) {
      if (clock.seen) clock.drawn = now;
      else if (watch()) clock.seen = true;
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  window.__sightlineClock = {
    arm: (predicate) => {
      Object.assign(clock, { began: undefined, drawn: undefined, seen: false });
      watch = predicate;
    },
    read: () => (clock.drawn === undefined ? undefined : clock.drawn - clock.began),
    scroll: (on) => { clock.scrolling = on; if (on) clock.gaps = []; return clock.gaps; },
  };
})();
`;
}

const WAIT_MS = 60_000;

/**
 * Milliseconds from the first input event of `act` until `seen` (a JavaScript expression over the document) held and
 * was drawn. @throws when that does not happen within a minute.
 */
export async function timeAct(page: Page, seen: string, act: () => Promise<unknown>): Promise<number> {
  await page.evaluate(`window.__sightlineClock.arm(() => (${seen}))`);
  await act();
  return readDrawn(page);
}

/** Milliseconds from the beginning of the navigation until what the clock was made to wait for was drawn. */
export async function timeLoad(page: Page, url: string): Promise<number> {
  await page.goto(url);
  return readDrawn(page);
}

/** Milliseconds between the frames of everything that `act` scrolls. */
export async function readFrameGaps(page: Page, act: () => Promise<void>): Promise<readonly number[]> {
  await page.evaluate('window.__sightlineClock.scroll(true)');
  await act();
  return page.evaluate<readonly number[]>('window.__sightlineClock.scroll(false)');
}

async function readDrawn(page: Page): Promise<number> {
  const handle = await page.waitForFunction(
    () => Reflect.get(window, '__sightlineClock').read(),
    undefined,
    // A function, because the page's policy lets nobody evaluate text in it.
    { polling: 50, timeout: WAIT_MS },
  );
  return Number(await handle.jsonValue());
}
