/**
 * The same alerts for Grafana's own alerting, as a file that it provisions. Each rule is what Grafana itself makes of
 * one of Prometheus when it imports it: an instant query that gives a series for everything that is wrong, turned into
 * 1, and the threshold above 0. No contact point and no policy: who is told is whoever runs Grafana to decide.
 */
import type { Rule } from '@grafana/grafana-foundation-sdk/alerting';
import type { TypeMath, TypeThreshold } from '@grafana/grafana-foundation-sdk/expr';
import type { Dataquery } from '@grafana/grafana-foundation-sdk/prometheus';
import { PROMETHEUS } from '../dataSources.ts';
import { UIDS } from '../links.ts';
import type { Alert, Words } from './alert.ts';
import { labelsOf, panelIdOf } from './annotations.ts';
import { annotate, labelInTemplate, valueInTemplate } from './prometheus.ts';
import { formatYaml, type Plain } from './yaml.ts';

/** Grafana's data source for what it computes by itself. */
const COMPUTED = { type: '__expr__', uid: '__expr__' } as const;
const QUERY = 'query';
const IS_THERE = 'is_there';
const FIRES = 'fires';

const GRAFANA_WORDS: Words = {
  label: labelInTemplate,
  // While nothing is wrong there is no value, and Grafana expands the text all the same: each form fails on none.
  value: (form) => `{{ with $values.${QUERY} }}${valueInTemplate('.Value', form)}{{ end }}`,
};

export function formatGrafanaAlerts(alerts: readonly Alert[]): string {
  const comment = [
    'The alerts of deploy/prometheus/rules/alerts.yml, evaluated by Grafana. Whoever has an Alertmanager behind Prometheus',
    "deletes this file. Made by 'npm run dashboards' from dashboards/src/alerts; change it there.",
  ].join('\n');
  return formatYaml(comment, {
    apiVersion: 1,
    groups: [
      { orgId: 1, name: 'sightline', folder: 'Sightline alerts', interval: '1m', rules: alerts.map(ruleOf) },
    ],
  });
}

/** A query as data; the foundation's types have one member that only its builders need. */
type Bare<Query> = Omit<Query, '_implementsDataqueryVariant'>;
/** What a rule's file shares with the rule of the API; panel and dashboard are the file's own. */
type Shared = Pick<
  Rule,
  'uid' | 'title' | 'condition' | 'noDataState' | 'execErrState' | 'for' | 'annotations' | 'labels'
>;

function ruleOf(alert: Alert): Plain {
  const uid = UIDS[alert.panel.dashboard];
  const panelId = panelIdOf(alert);
  const asked = {
    refId: QUERY,
    datasource: { ...PROMETHEUS },
    expr: alert.expr,
    instant: true,
    range: false,
  } satisfies Bare<Dataquery>;
  const there = {
    refId: IS_THERE,
    datasource: { ...COMPUTED },
    type: 'math',
    expression: `is_number($${QUERY}) || is_nan($${QUERY}) || is_inf($${QUERY})`,
  } satisfies Bare<TypeMath>;
  const above = {
    refId: FIRES,
    datasource: { ...COMPUTED },
    type: 'threshold',
    expression: IS_THERE,
    conditions: [{ evaluator: { type: 'gt', params: [0] } }],
  } satisfies Bare<TypeThreshold>;
  const shared = {
    uid: uidOf(alert),
    title: alert.name,
    condition: FIRES,
    // No series is how nothing being wrong looks; a Prometheus that does not answer is a thing to hear of.
    noDataState: 'OK',
    execErrState: 'Error',
    for: alert.for ?? '0s',
    annotations: { ...annotate(alert, GRAFANA_WORDS), __dashboardUid__: uid, __panelId__: String(panelId) },
    labels: labelsOf(alert),
  } satisfies Shared;
  return {
    ...shared,
    dashboardUid: uid,
    panelId,
    data: [
      {
        refId: QUERY,
        relativeTimeRange: { from: 600, to: 0 },
        datasourceUid: PROMETHEUS.uid,
        model: asked,
      },
      { refId: IS_THERE, datasourceUid: COMPUTED.uid, model: there },
      { refId: FIRES, datasourceUid: COMPUTED.uid, model: above },
    ],
  };
}

/** Fixed, so that a new version of the file changes a rule and makes no second one: at most 40 characters. */
function uidOf({ name }: Alert): string {
  return name.replace(/([a-z])([A-Z])/g, '$1-$2').toLowerCase();
}
