/**
 * The provisioned Grafana as a reader has it: data sources that answer and lead to each other, dashboards that its own
 * schema accepts and that show no error in any panel, wide and on a phone, dark and light. It needs a Grafana
 * with our provisioning, into whose stores the demo has been exporting for some minutes (`test/grafana/grafana.ts`).
 */
import { mkdirSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DASHBOARDS } from '../../dashboards/src/catalogue.ts';
import { DATA_SOURCES, LOKI, PROMETHEUS, TEMPO } from '../../dashboards/src/dataSources.ts';
import { FOREIGN_METRICS } from '../../dashboards/src/names.ts';
import { panelsOf, queriesOf } from '../../dashboards/src/read.ts';
import { ensureChromium } from '../../scripts/chromium.ts';
import { interpolate } from '../stack/interpolate.ts';
import { DashboardPage } from './dashboardPage.ts';
import { askGrafana, queryGrafana, whyNoGrafana } from './grafana.ts';

const RESULTS = 'test-results/grafana';
const EVENTS = '{service_name="sightline", sightline_record="event"} | event_name="sightline.request"';

let browser: Browser;
/** Of a session whose server logged something, and of one that called tools of a server that did not. */
const CHOICES = ['with server logs', 'without server logs'] as const;
const chosen: Partial<Record<(typeof CHOICES)[number], Readonly<Record<string, string>>>> = {};

beforeAll(async () => {
  if (whyNoGrafana !== undefined) {
    process.stderr.write(`grafana tests: SKIPPED, ${whyNoGrafana}\n`);
    return;
  }
  const found = ensureChromium((line) => process.stderr.write(`grafana tests: ${line}\n`));
  if ('missing' in found) throw new Error(found.missing);
  mkdirSync(RESULTS, { recursive: true });
  browser = await chromium.launch({ executablePath: found.path, args: ['--no-sandbox'] });
  const logged = await recordsOf('event_name="sightline.server_log"');
  const ids = new Set(logged.map((record) => record['sightline_session_id']));
  const called = await recordsOf('event_name="sightline.request" | mcp_method_name="tools/call"');
  const silent = called.find((record) => !ids.has(record['sightline_session_id'] ?? ''));
  if (logged[0] !== undefined) chosen['with server logs'] = logged[0];
  if (silent !== undefined) chosen['without server logs'] = silent;
});

/** Labels of the demo's records of the last half hour that a stage of LogQL leaves, newest first. */
async function recordsOf(stage: string): Promise<readonly Readonly<Record<string, string>>[]> {
  const frames = await queryGrafana(
    LOKI.uid,
    LOKI.type,
    {
      expr: `{service_name="sightline", sightline_record="event", deployment_environment_name=""} | ${stage} | sightline_session_id != ""`,
      queryType: 'range',
      maxLines: 1_000,
    },
    { from: 'now-30m', to: 'now' },
  );
  return (frames[0]?.['labels'] ?? []) as readonly Readonly<Record<string, string>>[];
}
afterAll(() => browser?.close());

const all = Object.entries(DASHBOARDS).map(([file, make]) => ({ file, dashboard: make().build() }));

describe.skipIf(whyNoGrafana !== undefined)('data sources', () => {
  it.each(DATA_SOURCES)('$uid is healthy', async ({ uid }) => {
    // Tempo's and Prometheus' are asked in Grafana's server; each says OK in its own words.
    expect(await askGrafana(`/api/datasources/uid/${uid}/health`)).toMatchObject({ status: 'OK' });
  });

  it('have records and spans of the demo, and records lead to their trace', async () => {
    for (const choice of CHOICES)
      expect(chosen[choice]?.['sightline_session_id'], choice).toMatch(/^[0-9a-f]{24}$/);
    const [records] = await queryGrafana(LOKI.uid, LOKI.type, {
      expr: EVENTS,
      queryType: 'range',
      maxLines: 20,
    });
    const traces = (records?.['labels'] ?? []).map(
      (labels) => (labels as Readonly<Record<string, string>>)['trace_id'],
    );
    expect(traces[0]).toMatch(/^[0-9a-f]{32}$/);
    const [trace] = await queryGrafana(TEMPO.uid, TEMPO.type, { queryType: 'traceId', query: traces[0] });
    expect(trace?.['spanID']?.length).toBeGreaterThan(0);
    expect(trace?.['serviceName']).toContain('sightline');
  });

  it('have exemplars that lead to a trace', async () => {
    const frames = await queryGrafana(PROMETHEUS.uid, PROMETHEUS.type, {
      expr: `${FOREIGN_METRICS.spanDuration}{span_kind="SPAN_KIND_SERVER"}`,
      exemplar: true,
      range: true,
    });
    const ids = frames.flatMap((frame) => frame['trace_id'] ?? []);
    expect(ids.length).toBeGreaterThan(0);
    const [trace] = await queryGrafana(TEMPO.uid, TEMPO.type, { queryType: 'traceId', query: ids.at(-1) });
    expect(trace?.['spanID']?.length).toBeGreaterThan(0);
  });
});

describe.skipIf(whyNoGrafana !== undefined)('Grafana', () => {
  it.each(all)('accepts $file by its own schema', async ({ dashboard }) => {
    const { uid, ...spec } = dashboard;
    await askGrafana(
      '/apis/dashboard.grafana.app/v1beta1/namespaces/default/dashboards?dryRun=All&fieldValidation=Strict',
      {
        apiVersion: 'dashboard.grafana.app/v1beta1',
        kind: 'Dashboard',
        metadata: { name: `${uid}-check` },
        spec,
      },
    );
  });

  it.each(all)('has provisioned $file as it is', async ({ dashboard }) => {
    const answer = (await askGrafana(`/api/dashboards/uid/${dashboard.uid}`)) as {
      readonly dashboard: { readonly title: string; readonly panels: readonly { readonly title: string }[] };
      readonly meta: { readonly provisioned: boolean };
    };
    expect(answer.meta.provisioned).toBe(true);
    expect(answer.dashboard.panels.map(({ title }) => title)).toEqual(
      panelsOf(dashboard).map(({ title }) => title),
    );
  });
});

const LOOKS = [
  { width: 1280, theme: 'dark' },
  { width: 1280, theme: 'light' },
  { width: 400, theme: 'light' },
  { width: 400, theme: 'dark' },
] as const;

describe.skipIf(whyNoGrafana !== undefined)('in the browser', () => {
  it.each(
    all.flatMap(({ file, dashboard }) =>
      (file === 'session.json' ? CHOICES : [undefined]).flatMap((choice) =>
        LOOKS.map((look) => ({
          file,
          dashboard,
          choice,
          name: `${file.replace('.json', '')}${choice === undefined ? '' : ` ${choice}`}`,
          ...look,
        })),
      ),
    ),
  )(
    '$name shows no error and nothing unexpectedly empty, $width pixels wide, $theme',
    async ({ dashboard, choice, name, width, theme }) => {
      const record = choice === undefined ? undefined : chosen[choice];
      const session = `&var-session=${record?.['sightline_session_id']}&var-bucket=${record?.['sightline_bucket']}`;
      const query = `from=now-30m&to=now${choice === undefined ? '' : session}`;
      const opened = await DashboardPage.open(browser, dashboard.uid ?? '', query, { width, theme });
      try {
        await opened.shoot(`${RESULTS}/${name.replaceAll(' ', '-')}-${width}-${theme}.png`);
        expect(await opened.errors()).toEqual([]);
        const text = await opened.text();
        expect(text).not.toMatch(
          /No data|Panel plugin not found|Failed to (?:load|fetch)|An unexpected error/,
        );
        for (const { title = '', transparent } of panelsOf(dashboard)) {
          if (transparent !== true) expect(text, title).toContain(title);
        }
        expect(await opened.sideways()).toBe(0);
      } finally {
        await opened.close();
      }
    },
  );

  it('asks what the stack tests ask: a variable is quoted the same way', async () => {
    const client = 'a"b\\c|d';
    const make = DASHBOARDS['overview.json'];
    const calls =
      make === undefined ? undefined : queriesOf(make().build()).find(({ panel }) => panel === 'Tool calls');
    const opened = await DashboardPage.open(
      browser,
      'sightline-overview',
      `from=now-30m&to=now&var-client=${encodeURIComponent(client)}`,
      LOOKS[0],
    );
    try {
      const sent = opened.queries.flatMap((body) =>
        (JSON.parse(body) as { queries: { expr?: string }[] }).queries.map(({ expr = '' }) => expr),
      );
      const wanted = interpolate(calls?.expr ?? '', {
        from: 0,
        to: 1_800_000,
        chosen: { client: [client] },
        everything: { server: '.*', tool: '.*' },
      });
      // The range itself is filled in by Grafana's server.
      expect(sent.map((expr) => expr.replaceAll('$__range', '1800s'))).toContain(wanted);
    } finally {
      await opened.close();
    }
  });

  it.each([
    ['sightline-overview', 'client', 'x` or up #', '=~`(x` or up #'],
    ['sightline-slo', 'objective', '0.99 or up #', undefined],
  ])('%s lets no address write into a query by %s', async (uid, variable, value, unclosed) => {
    const query = `from=now-30m&to=now&var-${variable}=${encodeURIComponent(value)}`;
    const opened = await DashboardPage.open(browser, uid, query, LOOKS[0]);
    try {
      const sent = opened.queries.flatMap((body) =>
        (JSON.parse(body) as { queries: { expr?: string }[] }).queries.map(({ expr = '' }) => expr),
      );
      // Whatever carries it has a pattern without an end, which the store refuses; or nothing carries it.
      const written = sent.filter((expr) => expr.includes('or up #'));
      for (const expr of written) expect(expr).toContain(unclosed);
      expect(written.length > 0).toBe(unclosed !== undefined);
      expect((await opened.errors()).length).toBeGreaterThan(0);
    } finally {
      await opened.close();
    }
  });

  it('leads from one dashboard to the others with range and variables', async () => {
    const opened = await DashboardPage.open(
      browser,
      'sightline-overview',
      'from=now-25m&to=now&var-server=demo',
      LOOKS[0],
    );
    try {
      // Outside of kiosk the menu is there.
      await opened.page.goto(opened.page.url().replace('&kiosk', ''));
      await opened.page.getByTestId('data-testid Dashboard link dropdown').click();
      // Grafana marks its entries for itself; to a reader of roles they are nameless.
      const link = opened.page.getByTestId('data-testid Dashboard link').filter({ hasText: 'MCP tools' });
      await link.waitFor();
      const href = (await link.getAttribute('href')) ?? '';
      expect(href).toContain('from=now-25m');
      expect(href).toContain('var-server=demo');
    } finally {
      await opened.close();
    }
  });
});
