/** The controls of a real Grafana's dashboard, as a reader uses them. */
import type { Page } from 'playwright-core';
import type { HostControls } from '../../grafana-plugin/host/Dashboard.tsx';

/** Grafana's row of controls wraps when it gets narrow, so one step rarely gives the size asked for. */
const STEPS_MAX = 6;
/** Pixels: what a step may shrink a window to, when the panel was measured before it had followed. */
const WINDOW_LEAST = 200;

type Controls = {
  readonly [Name in keyof HostControls]?: (...given: Parameters<HostControls[Name]>) => Promise<void>;
};

export function grafanaControls(page: Page): Controls {
  return {
    setRange: (from, to) => setRange(page, from, to),
    refresh: () => page.getByTestId('data-testid RefreshPicker run button').click(),
    setSize: (_id, width, height) => setSize(page, width, height),
  };
}

/** @param from As Grafana spells it (`now-1h`), or milliseconds; the dashboard is in UTC. */
async function setRange(page: Page, from: string, to: string): Promise<void> {
  await page.getByTestId('data-testid TimePicker Open Button').click();
  await page.getByTestId('data-testid Time Range from field').fill(spell(from));
  await page.getByTestId('data-testid Time Range to field').fill(spell(to));
  await page.getByTestId('data-testid TimePicker submit button').click();
}

function spell(moment: string): string {
  if (!/^\d+$/.test(moment)) return moment;
  return new Date(Number(moment)).toISOString().slice(0, 19).replace('T', ' ');
}

/** Of a panel that has all of the window: the window gets the size that makes the panel so large. */
async function setSize(page: Page, width: number, height: number): Promise<void> {
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const size = await settledSize(page);
    const window = page.viewportSize();
    if (window === null) throw new Error('there is no window to size');
    const [wider, higher] = [Math.round(width - size.width), Math.round(height - size.height)];
    if (wider === 0 && higher === 0) return;
    await page.setViewportSize({
      width: Math.max(WINDOW_LEAST, window.width + wider),
      height: Math.max(WINDOW_LEAST, window.height + higher),
    });
  }
}

/** A panel is drawn anew a moment after its place has changed, and on a busy machine later than that. */
async function settledSize(page: Page): Promise<{ readonly width: number; readonly height: number }> {
  let before = '';
  for (;;) {
    await page.waitForTimeout(200);
    await page.evaluate(
      () => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))),
    );
    const box = await page.locator('.sl-panel').boundingBox();
    if (box !== null && `${box.width} ${box.height}` === before) return box;
    before = box === null ? '' : `${box.width} ${box.height}`;
  }
}
