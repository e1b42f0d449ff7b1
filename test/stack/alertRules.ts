/**
 * Made-up series through the rules that are shipped, in Prometheus' own rule tester: what fires at which time, and
 * what it says. Every time asks for all that fires, so what is not named must be silent.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ALERT_GROUP } from '../../dashboards/src/alerts/prometheus.ts';
import { RECORDING } from '../../dashboards/src/alerts/recording.ts';
import { ROOT } from '../../scripts/stack/programs.ts';

const RULES = ['recording.yml', 'alerts.yml'].map((name) => path.join(ROOT, 'deploy/prometheus/rules', name));
/** At random otherwise, so that alerts might see what was recorded one evaluation before. */
const ORDER = [...RECORDING.map(({ name }) => name), ALERT_GROUP];
/** Labels by which one alert is told from another. */
const TOLD = 'alertname, sightline_server_name, gen_ai_tool_name, sightline_loss_stage, instance, exporter';

export type Labels = Readonly<Record<string, string>>;

/** A series in promtool's notation: `0+1x60` begins at 0 and rises by one, sixty times; `_x5` is five times nothing. */
export interface Series {
  readonly name: string;
  readonly labels: Labels;
  readonly values: string;
}

/** An alert that fires: its name and the labels of its series. */
export type Firing = { readonly alertname: string } & Labels;

export interface Scenario {
  readonly series: readonly Series[];
  /** Between two values of a series; a minute by default, which spares six times what real ones have. */
  readonly step?: string;
  /** Between two evaluations; a minute by default. */
  readonly every?: string;
  /** Exactly what fires, by the time since the beginning. */
  readonly firing: Readonly<Record<string, readonly Firing[]>>;
  /** What one of them says at a time. */
  readonly says?: {
    readonly at: string;
    readonly alert: Firing;
    readonly annotations: Labels;
    readonly labels: Labels;
  };
}

const bracesOf = (labels: Labels): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join(', ');

/** What promtool objects to; empty when everything is as the scenario says. */
export function tryRules(
  promtool: string,
  { series, step = '1m', every = '1m', firing, says }: Scenario,
): string {
  const test = {
    interval: step,
    input_series: series.map(({ name, labels, values }) => ({
      series: `${name}{${bracesOf(labels)}}`,
      values,
    })),
    promql_expr_test: Object.entries(firing).map(([at, alerts]) => ({
      expr: `count by (${TOLD}) (ALERTS{alertstate="firing"})`,
      eval_time: at,
      exp_samples: alerts.map((labels) => ({ labels: `{${bracesOf(labels)}}`, value: 1 })),
    })),
    ...(says && {
      alert_rule_test: [
        {
          eval_time: says.at,
          alertname: says.alert.alertname,
          exp_alerts: [
            { exp_labels: { ...withoutName(says.alert), ...says.labels }, exp_annotations: says.annotations },
          ],
        },
      ],
    }),
  };
  const folder = mkdtempSync(path.join(tmpdir(), 'sightline-rules-'));
  try {
    const file = path.join(folder, 'test.yml');
    const input = { rule_files: RULES, group_eval_order: ORDER, evaluation_interval: every, tests: [test] };
    // Every JSON is YAML.
    writeFileSync(file, JSON.stringify(input));
    const done = spawnSync(promtool, ['test', 'rules', file], { encoding: 'utf8' });
    return done.status === 0 ? '' : `${done.stdout}${done.stderr}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What promtool objects to in the files themselves. */
export function checkRules(promtool: string): string {
  const done = spawnSync(promtool, ['check', 'rules', '--lint=all', '--lint-fatal', ...RULES], {
    encoding: 'utf8',
  });
  return done.status === 0 ? '' : `${done.stdout}${done.stderr}`;
}

function withoutName({ alertname: _, ...labels }: Firing): Labels {
  return labels;
}

const PROXY = { job: 'sightline', instance: 'proxy-1' } as const;

/** What every proxy that is well exports whatever happens. */
export function living(values: string, instance: string = PROXY.instance): readonly Series[] {
  const labels = { ...PROXY, instance };
  return [
    { name: 'sightline_outbox_size', labels, values },
    { name: 'sightline_requests_active', labels: { ...labels, sightline_server_name: 'shop' }, values },
  ];
}

export interface Ended {
  readonly outcome: string;
  readonly origin?: string;
  readonly error?: string;
  /** Absent: no tool was called. */
  readonly tool?: string;
  readonly method?: string;
}

/** Requests to the server `shop` that ended. */
export function ended({ outcome, origin, error, tool, method }: Ended, values: string): Series {
  return {
    name: 'mcp_server_operation_duration_seconds_count',
    labels: {
      ...PROXY,
      sightline_server_name: 'shop',
      mcp_method_name: method ?? (tool === undefined ? 'initialize' : 'tools/call'),
      ...(tool !== undefined && { gen_ai_tool_name: tool }),
      sightline_outcome: outcome,
      ...(origin !== undefined && { sightline_outcome_origin: origin }),
      ...(error !== undefined && { error_type: error }),
    },
    values,
  };
}

/** Any other series of the proxy. */
export function measured(name: string, labels: Labels, values: string): Series {
  return { name, labels: { ...PROXY, ...labels }, values };
}

/** A series of the collector. */
export function collected(name: string, labels: Labels, values: string): Series {
  return { name, labels: { job: 'collector', instance: 'collector-1', ...labels }, values };
}
