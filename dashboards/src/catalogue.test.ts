/** What holds for every dashboard, without a Grafana: names, links, words, and that files are what sources make. */
import { VariableHide } from '@grafana/grafana-foundation-sdk/dashboard';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { ATTRIBUTES, type AttributeRow, METRICS, RECORDS } from '../../proxy/src/contract/index.ts';
import { findStale } from '../../scripts/dashboards.ts';
import { RECORDED } from './alerts/recorded.ts';
import { DASHBOARDS, textOf } from './catalogue.ts';
import { DATA_SOURCES } from './dataSources.ts';
import { UIDS } from './links.ts';
import { FOREIGN_LABELS, FOREIGN_METRICS, label, metric } from './names.ts';
import { PLUGIN_ID } from './panels/sightline.ts';
import { namesIn, panelsOf, queriesOf, targetsOf, variablesIn } from './read.ts';
import { DASHBOARD_SCHEMA } from './testing/schema.ts';

const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(DASHBOARD_SCHEMA);

const all = Object.entries(DASHBOARDS).map(([file, make]) => ({
  file,
  dashboard: make().build(),
  text: textOf(make),
}));
const rows: readonly AttributeRow[] = ATTRIBUTES;

const METRIC_NAMES = new Set([
  ...METRICS.flatMap(({ name, kind }) =>
    kind === 'histogram'
      ? (['bucket', 'sum', 'count'] as const).map((part) => metric(name, part))
      : [metric(name)],
  ),
  ...Object.values(FOREIGN_METRICS),
  ...RECORDED,
]);
const METRIC_LABELS = new Set([
  ...rows.filter(({ on }) => on.includes('metric')).map(({ key }) => label(key as never)),
  // Dimensions of the collector's histogram over our spans (deploy/collector/collector.yaml).
  ...['sightline.method.label', 'sightline.tool.label'].map((key) => label(key as never)),
  ...FOREIGN_LABELS,
  // Made by the query itself (panels/stat.ts).
  'before',
]);
const LOG_LABELS = new Set(rows.map(({ key }) => label(key as never)).concat('service_name'));
const PROMQL = new Set(
  'sum count max min avg by on or unless group_left offset bool increase rate vector histogram_quantile round count_values label_replace label_values le'.split(
    ' ',
  ),
);
const LOGQL = new Set(
  'sum count avg max by or and unless vector offset unwrap line_format count_over_time sum_over_time last_over_time topk keep label_format at'.split(
    ' ',
  ),
);
const TRACEQL = new Set('kind server select'.split(' '));

describe('dashboards', () => {
  it('are what their sources make, and nothing else lies beside them', () => {
    expect(findStale()).toEqual([]);
  });

  it('are the eight of the product, each under a uid of its own', () => {
    expect(all.map(({ dashboard }) => dashboard.uid).sort()).toEqual(Object.values(UIDS).sort());
  });
});

describe.each(all)('$file', ({ dashboard, text }) => {
  const panels = panelsOf(dashboard);
  const queries = queriesOf(dashboard);

  it("is what Grafana's schema allows", () => {
    validate(JSON.parse(text));
    expect(validate.errors ?? []).toEqual([]);
  });

  it('says of every panel what it means and what to do, and what an empty one says', () => {
    for (const panel of panels) {
      expect(panel.title, panel.type).toBeTruthy();
      if (panel.type === 'text') continue;
      const [means = '', act = ''] = (panel.description ?? '').split('\n\n');
      expect(means.length, `${panel.title}: meaning`).toBeGreaterThan(20);
      expect(act.length, `${panel.title}: what to do`).toBeGreaterThan(20);
      expect(panel.fieldConfig?.defaults?.noValue, `${panel.title}: empty state`).toBeTruthy();
    }
  });

  it('gives every figure a unit', () => {
    for (const panel of panels.filter(({ type }) => ['stat', 'timeseries'].includes(type))) {
      expect(panel.fieldConfig?.defaults?.unit, panel.title).toBeTruthy();
    }
  });

  it('fills 24 columns without a gap or an overlap', () => {
    const cells = new Map<string, string>();
    for (const { gridPos, title = '' } of panels) {
      if (!gridPos) throw new Error(`${title} has no place`);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(cells.get(`${x},${y}`), `${title} at ${x},${y}`).toBeUndefined();
          cells.set(`${x},${y}`, title);
        }
      }
    }
    const height = Math.max(...panels.map(({ gridPos }) => (gridPos?.y ?? 0) + (gridPos?.h ?? 0)));
    expect(cells.size).toBe(24 * height);
  });

  it('asks only the provisioned data sources', () => {
    const known = new Set<string>(DATA_SOURCES.map(({ uid }) => uid));
    const named = [...text.matchAll(/"uid": "([^"]*)"/g)].map(([, uid]) => uid ?? '');
    expect(named.filter((uid) => !known.has(uid) && uid !== dashboard.uid)).toEqual([]);
    for (const panel of panels) {
      for (const { datasource } of targetsOf(panel))
        expect(known.has(datasource?.uid ?? ''), panel.title).toBe(true);
    }
  });

  it('has no absolute address', () => {
    expect(text).not.toMatch(/https?:\/\/|"\/\//);
  });

  it('knows panels of Grafana and our own only', () => {
    const types = new Set(panels.map(({ type }) => type));
    expect(
      [...types].filter((type) => !['stat', 'timeseries', 'table', 'text', PLUGIN_ID].includes(type)),
    ).toEqual([]);
  });

  it('names only metrics, labels and records of the contract', () => {
    for (const { panel, language, expr } of queries) {
      const names = namesIn(expr);
      if (language === 'promql') {
        const unknown = names.filter(
          (name) => !PROMQL.has(name) && !METRIC_NAMES.has(name as never) && !METRIC_LABELS.has(name),
        );
        expect(unknown, `${panel}: ${expr}`).toEqual([]);
      } else if (language === 'logql') {
        const unknown = names.filter((name) => !LOGQL.has(name) && !LOG_LABELS.has(name));
        expect(unknown, `${panel}: ${expr}`).toEqual([]);
        const records = /sightline_record=~?"([^"]+)"/.exec(expr)?.[1]?.split('|') ?? ['none'];
        expect(
          records.filter((record) => !(RECORDS as readonly string[]).includes(record)),
          panel,
        ).toEqual([]);
      } else {
        const keys = new Set(rows.map(({ key }) => `span.${key}`));
        expect(
          names.filter((name) => !TRACEQL.has(name) && !keys.has(name)),
          `${panel}: ${expr}`,
        ).toEqual([]);
      }
    }
  });

  it('gives our own panel queries, so that a snapshot is not empty and the editor begins with ours', () => {
    for (const panel of panels.filter(({ type }) => type === PLUGIN_ID)) {
      const [first, ...others] = targetsOf(panel).map(({ refId }) => refId);
      expect([first, others.every((refId) => refId === 'B')], panel.title).toEqual(['A', true]);
    }
  });

  it('uses only variables that it has, and has none without a use', () => {
    const has = (dashboard.templating?.list ?? []).map(({ name }) => name);
    const { templating, ...rest } = JSON.parse(text) as { templating: { list: readonly object[] } };
    const used = new Set(variablesIn(JSON.stringify(rest)));
    const chained = new Set(variablesIn(JSON.stringify(templating)));
    for (const name of [...used, ...chained]) expect(has, name).toContain(name);
    for (const name of has) expect([...used, ...chained], name).toContain(name);
  });

  it('keeps range and variables on every way out', () => {
    for (const { keepTime, includeVars } of dashboard.links ?? [])
      expect([keepTime, includeVars]).toEqual([true, true]);
    const ways: string[] = [];
    JSON.parse(text, (key, value: unknown) => {
      if (['url', 'sessionLink'].includes(key) && typeof value === 'string') ways.push(value);
      return value;
    });
    const seen = (dashboard.templating?.list ?? []).filter(({ hide }) => hide !== VariableHide.HideVariable);
    for (const url of ways.filter((one) => one.startsWith('/d/'))) {
      expect(url).toContain('${__url_time_range}');
      const other = all.find(({ dashboard: { uid } }) => url.startsWith(`/d/${uid}?`))?.dashboard;
      expect(other, url).toBeDefined();
      const theirs = (other?.templating?.list ?? []).map(({ name }) => name);
      for (const { name } of seen.filter((own) => theirs.includes(own.name)))
        expect(
          url.includes(`\${${name}:queryparam}`) || url.includes(`var-${name}=`),
          `${name}: ${url}`,
        ).toBe(true);
    }
  });
});
