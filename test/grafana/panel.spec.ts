/**
 * The panel where Grafana itself has the controls: its editor, its menu, its time range, its variables, Explore and its
 * roles. It needs a Grafana with our provisioning, into whose stores the demo has been exporting
 * (`test/grafana/grafana.ts`).
 */
import { expect, test } from '@grafana/plugin-e2e';
import type { Locator, Page } from '@playwright/test';
import { LOKI, PROMETHEUS } from '../../dashboards/src/dataSources.ts';
import type { Given, GivenPanel } from '../../grafana-plugin/host/given.ts';
import { TARGETS } from '../../grafana-plugin/src/data/targets.ts';
import plugin from '../../grafana-plugin/src/plugin.json' with { type: 'json' };
import { askGrafana, basic } from './grafana.ts';
import { saveInGrafana } from './panelDashboards.ts';

const NAMED = { sessionVariable: '$session', eventVariable: '$event' };
const TITLE = 'MCP traffic';

const dashboards = saveInGrafana();
test.afterAll(() => dashboards.close());

const QUERIES = [
  { refId: 'A', datasource: LOKI, expr: TARGETS.sessions, queryType: 'range', maxLines: 200 },
  { refId: 'B', datasource: LOKI, expr: TARGETS.events, queryType: 'range', maxLines: 200 },
];

/** Saves a dashboard with one panel and gives its uid; the demo's last half hour. */
async function save(panel: Partial<GivenPanel> = {}): Promise<string> {
  const given: Given = {
    panels: [{ id: 1, title: TITLE, options: {}, targets: QUERIES, height: 560, ...panel }],
    theme: 'light',
    timeZone: 'utc',
    variables: ['session', 'event'],
    mode: 'dashboard',
    lokiFrames: 'legacy',
    from: 'now-30m',
  };
  return (await dashboards.addressOf(given)).pathname.split('/').at(-1) ?? '';
}

const ours = (place: Page | Locator): Locator => place.getByRole('group', { name: 'Sightline', exact: true });
const sessionsIn = (place: Page | Locator): Locator =>
  ours(place)
    .getByRole('treegrid', { name: /^Sessions/ })
    .locator('[role="row"][aria-level="1"]');
const eventsIn = (place: Page | Locator): Locator =>
  ours(place).getByRole('treegrid', { name: 'Events' }).locator('[role="row"][aria-expanded]');
const said = (page: Page, name: string): string | null => new URL(page.url()).searchParams.get(name);

test.describe('the editor', () => {
  test('draws what its queries give, as soon as the panel is chosen', async ({ gotoPanelEditPage, page }) => {
    const uid = await save({ type: 'table' });
    const editor = await gotoPanelEditPage({ dashboard: { uid }, id: '1' });
    await expect(editor.getVisualizationName()).toHaveText('Table');
    // plugin-e2e gives the choice fifteen seconds, which a busy machine may need for the panel's code alone.
    await expect(() => editor.setVisualization(plugin.name)).toPass({ timeout: 90_000 });
    await expect(sessionsIn(page).first()).toBeVisible();
    await expect(editor.panel.getErrorIcon()).toBeHidden();
  });

  test('changes what is shown by its options, at once', async ({ gotoPanelEditPage, page }) => {
    const editor = await gotoPanelEditPage({ dashboard: { uid: await save() }, id: '1' });
    await expect(sessionsIn(page).first()).toBeVisible();
    const shows = editor.getCustomOptions('What it shows');
    await shows.getRadioGroup('View').check('Event log');
    await expect(eventsIn(page).first()).toBeVisible();
    await shows.getTextInput('Filter').fill('outcome=error');
    await shows.getTextInput('Filter').press('Enter');
    await expect(ours(page).getByRole('button', { name: 'Remove outcome: any error' })).toBeVisible();
    const heightOf = () =>
      eventsIn(page)
        .first()
        .evaluate((row) => row.getBoundingClientRect().height);
    let before = 0;
    const measure = async () => {
      before = await heightOf();
      return before;
    };
    await expect.poll(measure, 'a row that is drawn anew has none').toBeGreaterThan(0);
    await shows.getRadioGroup('Rows').check('Compact');
    await expect.poll(heightOf).toBeLessThan(before);
    const following = editor.getCustomOptions('Following');
    await expect(following.getRadioGroup('Every').locator()).toBeVisible();
    await following.getSwitch('Live').uncheck();
    await expect(ours(page).locator('footer')).toContainText(/paused|not live/);
    await expect(following.getRadioGroup('Every').locator()).toBeHidden();
  });

  test('offers the data sources and variables that there are', async ({ gotoPanelEditPage, page }) => {
    const editor = await gotoPanelEditPage({ dashboard: { uid: await save({ targets: [] }) }, id: '1' });
    await expect(
      ours(page).getByRole('heading', { name: 'This panel has no data source yet' }),
    ).toBeVisible();
    await editor.getCustomOptions('Data sources').getSelect('Loki').selectOption('Loki');
    await expect(sessionsIn(page).first()).toBeVisible();
    await editor.getCustomOptions('Dashboard variables').getSelect('Session').selectOption('session');
    await sessionsIn(page).first().click();
    await expect.poll(() => said(page, 'var-session')).toMatch(/^[0-9a-f]{24}$/);
  });

  test('is told by the panel what to ask when the records are somebody else’s', async ({
    gotoPanelEditPage,
    page,
  }) => {
    const uid = await save({ targets: [{ refId: 'A', datasource: PROMETHEUS, expr: 'up', instant: true }] });
    const editor = await gotoPanelEditPage({ dashboard: { uid }, id: '1' });
    await expect(
      ours(page).getByRole('heading', { name: "These are not Sightline's records" }),
    ).toBeVisible();
    await expect(ours(page).getByRole('textbox', { name: 'A: sessions' })).toHaveValue(TARGETS.sessions);
    await expect(editor.panel.getErrorIcon()).toBeHidden();
  });
});

test.describe('a dashboard', () => {
  test('has a menu around the panel: view alone, inspect its data, back by Escape', async ({
    gotoDashboardPage,
    page,
  }) => {
    const dashboard = await gotoDashboardPage({ uid: await save({ options: NAMED }) });
    const panel = dashboard.getPanelByTitle(TITLE);
    await expect(sessionsIn(panel.locator).first()).toBeVisible();
    await panel.clickOnMenuItem('View');
    await expect.poll(() => said(page, 'viewPanel')).toBe('panel-1');
    await expect(sessionsIn(page).first()).toBeVisible();
    // Escape is the panel's while it has something to close, and Grafana's after that.
    await sessionsIn(page).first().click();
    const event = ours(page).locator('[role="row"][aria-level="2"][aria-expanded]').first();
    await event.click();
    const details = ours(page).getByRole('region', { name: /^Details of/ });
    await expect(details).toBeVisible();
    await event.press('Escape');
    await expect(details).toBeHidden();
    expect(said(page, 'viewPanel')).toBe('panel-1');
    await panel.clickOnMenuItem('Data', { parentItem: 'Inspect' });
    await expect(page.getByRole('dialog').getByRole('button', { name: /Download CSV/ })).toBeVisible();
  });

  test('leads the panel by its range, its refresh and its variables', async ({ gotoDashboardPage, page }) => {
    const dashboard = await gotoDashboardPage({ uid: await save({ options: NAMED }) });
    await expect(sessionsIn(page).first()).toBeVisible();
    await dashboard.timeRange.set({ from: '2026-01-01 00:00:00', to: '2026-01-02 00:00:00' });
    await expect(ours(page).getByText(/no sessions in/i)).toBeVisible();
    await expect(ours(page).locator('footer')).toContainText('not live: the range ends in the past');
    await dashboard.timeRange.set({ from: 'now-30m', to: 'now' });
    await expect(sessionsIn(page).first()).toBeVisible();
    await dashboard.refreshDashboard();
    await expect(sessionsIn(page).first()).toBeVisible();
    await sessionsIn(page).first().click();
    await expect.poll(() => said(page, 'var-session')).toMatch(/^[0-9a-f]{24}$/);
    const open = ours(page).locator('[role="row"][aria-level="1"][aria-expanded="true"]');
    await expect(open).toHaveCount(1);
    // Emptied by hand in Grafana's own field, it closes what it had opened.
    const field = page
      .getByTestId('data-testid template variable')
      .filter({ hasText: 'session' })
      .getByRole('textbox');
    await field.fill('');
    await field.press('Enter');
    await expect(open).toHaveCount(0);
  });

  test('leads on to Explore, which answers with the trace and with the records', async ({
    gotoDashboardPage,
    page,
  }) => {
    const uid = await save({ options: { view: 'events', filter: 'method=tools/call' } });
    await gotoDashboardPage({ uid });
    await eventsIn(page).first().click();
    const addressOf = async (name: RegExp) =>
      (await ours(page).getByRole('link', { name }).first().getAttribute('href')) ?? '';
    const [trace, logs] = [await addressOf(/open the trace/), await addressOf(/open its logs/)];
    await page.goto(trace);
    await expect(page.getByText('Trace', { exact: true }).first()).toBeVisible();
    await expect(page.getByText(/tools\/call/).first()).toBeVisible();
    await page.goto(logs);
    await expect(
      page.getByTestId('data-testid explore content-outline').or(page.getByText('Logs volume')).first(),
    ).toBeVisible();
    await expect(page.getByText('No logs found')).toBeHidden();
  });
});

test.describe('somebody who may only look', () => {
  const viewer = { login: `sightline-viewer-${Date.now()}`, password: 'only-looks-1' };
  let id = 0;
  let uid = '';
  test.beforeAll(async () => {
    // Before the reader comes, because Grafana remembers for a while what somebody may see.
    uid = await save({ options: { view: 'events', filter: 'method=tools/call' } });
    const made = await askGrafana('/api/admin/users', { ...viewer, name: 'Viewer', OrgId: 1 });
    id = (made as { readonly id: number }).id;
    await askGrafana(`/api/org/users/${id}`, { role: 'Viewer' }, 'PATCH');
  });
  test.afterAll(() => askGrafana(`/api/admin/users/${id}`, undefined, 'DELETE'));
  test.use({ extraHTTPHeaders: basic(viewer.login, viewer.password) });

  test('sees everything, and no link that Grafana would refuse', async ({ gotoDashboardPage, page }) => {
    await gotoDashboardPage({ uid });
    await eventsIn(page).first().click();
    await expect(ours(page).getByRole('region', { name: 'Request' }).first()).toBeVisible();
    await expect(ours(page).getByRole('link', { name: /open the trace|open its logs/ })).toHaveCount(0);
  });
});
