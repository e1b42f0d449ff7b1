/** What holds for every alert without a Prometheus: names, sections, ways on, and that all forms say the same. */
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ATTRIBUTES, type AttributeRow, METRICS } from '../../../proxy/src/contract/index.ts';
import { DATA_SOURCES } from '../dataSources.ts';
import { UIDS } from '../links.ts';
import { FOREIGN_METRICS, label, metric } from '../names.ts';
import { namesIn } from '../read.ts';
import { OBJECTIVE } from '../thresholds.ts';
import { spell } from './alert.ts';
import { ALERT_FILES, ALERTS } from './catalogue.ts';
import { RECORDED } from './recorded.ts';
import { objectives, RECORDING } from './recording.ts';

interface PrometheusRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}
interface GrafanaRule {
  readonly uid: string;
  readonly title: string;
  readonly condition: string;
  readonly for: string;
  readonly dashboardUid: string;
  readonly panelId: number;
  readonly noDataState: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly data: readonly {
    readonly refId: string;
    readonly datasourceUid: string;
    readonly model: { readonly refId: string; readonly expr?: string; readonly expression?: string };
  }[];
}

const textOf = (end: string): string => {
  const [, make] = Object.entries(ALERT_FILES).find(([name]) => name.endsWith(end)) ?? [];
  if (make === undefined) throw new Error(`nothing is made that ends in ${end}`);
  return make();
};
const prometheusText = textOf('rules/alerts.yml');
const grafanaText = textOf('alerting/sightline.yaml');
const runbook = textOf('runbook.md');
const prometheus = (parse(prometheusText) as { groups: { rules: PrometheusRule[] }[] }).groups.flatMap(
  ({ rules }) => rules,
);
const grafanaFile = parse(grafanaText) as { groups: { interval: string; rules: GrafanaRule[] }[] };
const grafana = grafanaFile.groups.flatMap(({ rules }) => rules);

const METRIC_NAMES = new Set<string>([
  ...METRICS.flatMap(({ name, kind }) =>
    kind === 'histogram'
      ? (['bucket', 'sum', 'count'] as const).map((part) => metric(name, part))
      : [metric(name)],
  ),
  ...Object.values(FOREIGN_METRICS),
  ...RECORDED,
]);
const rows: readonly AttributeRow[] = ATTRIBUTES;
const LABELS = new Set<string>([
  ...rows.filter(({ on }) => on.includes('metric')).map(({ key }) => label(key as never)),
  'exporter',
  'instance',
  'job',
]);
const PROMQL = new Set(
  'sum count max min by on and or unless offset increase group_left count_over_time last_over_time min_over_time sum_over_time'.split(
    ' ',
  ),
);

/** A subquery's window has a colon, which is no name. */
const withoutWindows = (expr: string): string => expr.replaceAll(/\[[^\]]*\]/g, ' ');

describe('rules', () => {
  it.each([
    ...RECORDING.flatMap(({ rules }) => rules.map(({ record, expr }) => ({ name: record, expr }))),
    ...ALERTS,
  ])(
    '$name names only metrics and labels of the contract, of the collector, and recorded ones',
    ({ expr }) => {
      const unknown = namesIn(withoutWindows(expr)).filter(
        (name) => !PROMQL.has(name) && !METRIC_NAMES.has(name) && !LABELS.has(name),
      );
      expect(unknown).toEqual([]);
    },
  );

  it('record every name that others may read, each once and before it is read', () => {
    const records = RECORDING.flatMap(({ rules }) => rules.map(({ record }) => record));
    expect([...records].sort()).toEqual([...RECORDED].sort());
    for (const { rules } of RECORDING) {
      const own = rules.map(({ record }) => record);
      for (const [at, { record, expr }] of rules.entries()) {
        const later = own.slice(at + 1).filter((name) => namesIn(withoutWindows(expr)).includes(name));
        expect(later, `${record} reads what is recorded after it`).toEqual([]);
      }
    }
  });

  it('give a tool the first objective that fits, quoted, and all others the common one', () => {
    const expr = objectives([
      { server: 'shop', tool: 'a "b" \\', target: 0.999 },
      { server: 'shop', target: 0.9 },
    ]);
    const [first = '', second = '', rest = ''] = expr.split('\nor\n');
    expect(first).toContain('{sightline_server_name="shop", gen_ai_tool_name="a \\"b\\" \\\\"}');
    expect(first).toMatch(/\+ 0\.999\)$/);
    expect(second).toContain('{sightline_server_name="shop"}');
    expect(rest).toMatch(new RegExp(`^[^{]*\\+ ${OBJECTIVE.target}\\)$`));
  });

  it.each([0, 1, -0.5, 99, Number.NaN])('refuse an objective of %d: there would be no budget', (target) => {
    expect(() => objectives([{ target }])).toThrow(/between 0 and 1/);
  });
});

describe('alerts', () => {
  it('have a section each in the runbook, and every section has an alert', () => {
    const sections = [...runbook.matchAll(/^## (.+)$/gm)].map(([, name]) => name);
    expect(sections).toEqual(ALERTS.map(({ name }) => name));
    for (const { annotations } of [...prometheus, ...grafana]) {
      const [page, section] = (annotations['runbook_url'] ?? '').split('#');
      expect(page).toBe('docs/runbook.md');
      expect(sections.map((name) => name?.toLowerCase())).toContain(section);
    }
  });

  it('say in the runbook what to look at and what to do, and link only to sections that are there', () => {
    for (const { name, runbook: texts } of ALERTS) {
      expect(texts.means.length, name).toBeGreaterThan(100);
      expect(texts.look.length, name).toBeGreaterThan(0);
      expect(texts.act.length, name).toBeGreaterThan(0);
    }
    const anchors = new Set(ALERTS.map(({ name }) => name.toLowerCase()));
    for (const [, anchor = ''] of runbook.matchAll(/\]\(#([^)]+)\)/g)) expect(anchors).toContain(anchor);
  });

  it('carry what is routed by, and texts that name only labels which the expression keeps', () => {
    for (const [at, { name, labels, expr }] of ALERTS.entries()) {
      for (const rule of [prometheus[at], grafana[at]]) {
        expect(rule?.labels).toEqual({
          severity: expect.stringMatching(/^(?:critical|warning)$/),
          component: expect.stringMatching(/^(?:tool|server|proxy|collector)$/),
        });
        const texts = Object.values(rule?.annotations ?? {}).join('\n');
        const named = [...texts.matchAll(/\$labels\.(\w+)/g)].map(([, key]) => key ?? '');
        const kept = labels.map((key) => key.replaceAll('.', '_'));
        expect(kept, `${name}: ${texts}`).toEqual(expect.arrayContaining(named));
        expect(texts).not.toMatch(/undefined|\[object/);
      }
      // Recorded series have theirs by their name.
      for (const key of labels) if (expr.includes(' by (')) expect(expr).toContain(key.replaceAll('.', '_'));
    }
  });

  it('are the same for Prometheus and for Grafana', () => {
    const told = ({ name, expr }: { name: string; expr: string }) => ({ name, expr });
    expect(prometheus.map(({ alert, expr }) => told({ name: alert, expr }))).toEqual(ALERTS.map(told));
    expect(grafana.map(({ title, data }) => told({ name: title, expr: data[0]?.model.expr ?? '' }))).toEqual(
      ALERTS.map(told),
    );
    for (const [at, rule] of grafana.entries()) {
      expect(rule.for).toBe(prometheus[at]?.for ?? '0s');
      expect(rule.labels).toEqual(prometheus[at]?.labels);
    }
  });

  it('have no absolute address, and lead to a dashboard that is there', () => {
    expect(prometheusText + grafanaText + runbook).not.toMatch(/https?:\/\//);
    const uids: readonly string[] = Object.values(UIDS);
    for (const { annotations } of [...prometheus, ...grafana]) {
      expect(uids).toContain(/^\/d\/([\w-]+)/.exec(annotations['dashboard_url'] ?? '')?.[1]);
    }
  });
});

describe('the form of Grafana', () => {
  it('has a uid of its own for each rule, which Grafana takes', () => {
    const uids = grafana.map(({ uid }) => uid);
    expect(new Set(uids).size).toBe(uids.length);
    for (const uid of uids) expect(uid).toMatch(/^[a-z0-9-]{1,40}$/);
  });

  it('asks the provisioned Prometheus, and computes the condition from that', () => {
    const known = DATA_SOURCES.map(({ uid }): string => uid);
    for (const { condition, data } of grafana) {
      const [query, ...computed] = data;
      expect(known).toContain(query?.datasourceUid);
      let before = query?.refId ?? '';
      for (const { refId, datasourceUid, model } of computed) {
        expect([datasourceUid, model.refId]).toEqual(['__expr__', refId]);
        expect(model.expression).toContain(before);
        before = refId;
      }
      expect(condition).toBe(before);
    }
  });

  it('looks for a value before it spells one: Grafana expands texts also while there is none, and logs what fails', () => {
    for (const { title, annotations } of grafana) {
      const bare = (annotations['description'] ?? '').replaceAll(
        /\{\{ with \$values\.query \}\}\{\{ [^{}]*\.Value[^{}]* \}\}\{\{ end \}\}/g,
        '',
      );
      expect(bare, title).not.toContain('Value');
      expect(bare, title).not.toContain('$values');
    }
  });

  it('forces no contact point on anyone, and takes no series for nothing wrong', () => {
    expect(Object.keys(grafanaFile)).toEqual(['apiVersion', 'groups']);
    for (const rule of grafana) {
      expect(rule).not.toHaveProperty('notification_settings');
      expect(rule.noDataState).toBe('OK');
    }
  });
});

describe('a duration in words', () => {
  it.each([
    ['1h', '1 hour'],
    ['30d', '30 days'],
  ])('%s is %s', (duration, words) => expect(spell(duration)).toBe(words));

  it('is refused when it is none', () => expect(() => spell('soon')).toThrow());
});
