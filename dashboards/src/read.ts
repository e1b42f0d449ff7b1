/** Reads dashboards back as data, for whoever checks them: every panel, every query, every name in a query. */
import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard';

export interface AskedQuery {
  readonly panel: string;
  readonly refId: string;
  readonly language: 'promql' | 'logql' | 'traceql';
  readonly expr: string;
  /** At the end of the range, not over it. */
  readonly instant: boolean;
  readonly exemplar: boolean;
}

interface Target {
  readonly refId?: string;
  readonly expr?: string;
  readonly query?: string;
  readonly instant?: boolean;
  readonly queryType?: string;
  readonly exemplar?: boolean;
  readonly datasource?: { readonly type?: string; readonly uid?: string };
}

/** Panels of a dashboard; there are no rows that could hide some. */
export function panelsOf(dashboard: Dashboard): readonly Panel[] {
  return (dashboard.panels ?? []) as readonly Panel[];
}

export function targetsOf(panel: Panel): readonly Target[] {
  return (panel.targets ?? []) as readonly Target[];
}

const LANGUAGES: Readonly<Record<string, AskedQuery['language']>> = {
  prometheus: 'promql',
  loki: 'logql',
  tempo: 'traceql',
};

/** Every query of a dashboard. @throws where a query names no data source of ours. */
export function queriesOf(dashboard: Dashboard): readonly AskedQuery[] {
  return panelsOf(dashboard).flatMap((panel) =>
    targetsOf(panel).map((target) => {
      const language = LANGUAGES[target.datasource?.type ?? ''];
      const expr = target.expr ?? target.query;
      if (language === undefined || expr === undefined)
        throw new Error(`${panel.title}: a query of no language`);
      return {
        panel: panel.title ?? '',
        refId: target.refId ?? '',
        language,
        expr,
        instant: target.instant === true || target.queryType === 'instant',
        exemplar: target.exemplar === true,
      };
    }),
  );
}

/** What stands in a query besides texts, numbers, times and variables: names of metrics, labels and functions. */
export function namesIn(expr: string): readonly string[] {
  const bare = expr
    .replaceAll(/"(?:[^"\\]|\\.)*"|`[^`]*`/g, ' ')
    .replaceAll(/\$\{[^}]*\}|\$\w+/g, ' ')
    .replaceAll(/\b\d[\w.]*/g, ' ');
  return [...new Set(bare.match(/[A-Za-z_:][\w:.]*/g) ?? [])];
}

/** Variables that a text uses, without those that Grafana itself gives. */
export function variablesIn(text: string): readonly string[] {
  const found = [...text.matchAll(/\$\{(\w+)(?:[:.][^}]*)?\}|\$([A-Za-z_]\w*)/g)].map(
    ([, a, b]) => a ?? b ?? '',
  );
  return [...new Set(found.filter((name) => !name.startsWith('__')))];
}
