/** What every panel has: a title, what it means and what to do about it, its query, its words when it is empty. */
import type { Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import type {
  DataSourceRef,
  DataTransformerConfig,
  DynamicConfigValue,
  MatcherConfig,
  Panel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder as LokiQuery } from '@grafana/grafana-foundation-sdk/loki';
import {
  DataqueryBuilder as PrometheusQuery,
  PromQueryFormat,
} from '@grafana/grafana-foundation-sdk/prometheus';
import { LOKI, PROMETHEUS } from '../dataSources.ts';

export interface Face {
  readonly title: string;
  /** What it shows. */
  readonly means: string;
  /** What to do when it looks wrong. */
  readonly act: string;
  /** A unit by Grafana's id; shares from 0 to 1 are `percentunit`. */
  readonly unit?: string;
  readonly decimals?: number;
  /** Shown where there is nothing. */
  readonly empty?: string;
}

export interface Override {
  matcher: MatcherConfig;
  properties: DynamicConfigValue[];
}

/** What all builders of panels have in common. */
export interface PanelBuilder {
  title(title: string): this;
  description(description: string): this;
  datasource(ref: DataSourceRef): this;
  unit(unit: string): this;
  decimals(decimals: number): this;
  noValue(text: string): this;
  withTarget(target: { build(): Dataquery }): this;
  withTransformation(transformation: DataTransformerConfig): this;
  withOverride(override: Override): this;
  interval(interval: string): this;
  build(): Panel;
}

/** A query, with what its answer is called. */
export interface Query {
  readonly from: 'prometheus' | 'loki';
  readonly expr: string;
  readonly refId?: string;
  /** `{{label}}` of the answer. */
  readonly legend?: string;
}

export const prom = (expr: string, legend?: string, refId?: string): Query => ({
  from: 'prometheus',
  expr,
  ...(legend !== undefined && { legend }),
  ...(refId !== undefined && { refId }),
});
export const loki = (expr: string, legend?: string, refId?: string): Query => ({
  ...prom(expr, legend, refId),
  from: 'loki',
});

/** How a query is asked: at the end of the range, over it, or as a table at the end. */
export type Asked = 'instant' | 'range' | 'table';

/** Puts face and queries on a panel. Every query of a panel asks the same data source. */
export function dress<Builder extends PanelBuilder>(
  builder: Builder,
  face: Face,
  queries: readonly Query[],
  asked: Asked,
): Builder {
  const [first] = queries;
  builder
    .title(face.title)
    .description(`${face.means}\n\n${face.act}`)
    .noValue(face.empty ?? 'nothing in this range');
  if (first !== undefined) builder.datasource(first.from === 'loki' ? LOKI : PROMETHEUS);
  if (face.unit !== undefined) builder.unit(face.unit);
  if (face.decimals !== undefined) builder.decimals(face.decimals);
  for (const [at, query] of queries.entries()) {
    const refId = query.refId ?? String.fromCharCode('A'.charCodeAt(0) + at);
    builder.withTarget(query.from === 'loki' ? lokiTarget(query, refId, asked) : target(query, refId, asked));
  }
  return builder;
}

function target(query: Query, refId: string, asked: Asked): PrometheusQuery {
  const made = new PrometheusQuery().datasource(PROMETHEUS).refId(refId).expr(query.expr);
  if (query.legend !== undefined) made.legendFormat(query.legend);
  if (asked === 'range') return made.range();
  return asked === 'table' ? made.instant().format(PromQueryFormat.Table) : made.instant();
}

function lokiTarget(query: Query, refId: string, asked: Asked): LokiQuery {
  const made = new LokiQuery()
    .datasource(LOKI)
    .refId(refId)
    .expr(query.expr)
    .queryType(asked === 'range' ? 'range' : 'instant');
  return query.legend === undefined ? made : made.legendFormat(query.legend);
}

/** Properties for the fields of one name. */
export function named(name: string, properties: Readonly<Record<string, unknown>>): Override {
  return { matcher: { id: 'byName', options: name }, properties: listed(properties) };
}

/** Properties for what one query gave. */
export function ofQuery(refId: string, properties: Readonly<Record<string, unknown>>): Override {
  return { matcher: { id: 'byFrameRefID', options: refId }, properties: listed(properties) };
}

function listed(properties: Readonly<Record<string, unknown>>): DynamicConfigValue[] {
  return Object.entries(properties).map(([id, value]) => ({ id, value }) as DynamicConfigValue);
}
