/** Rows of figures, one for each tool, client or server. */
import {
  TableCellHeight,
  TableFooterOptionsBuilder,
  TableSortByFieldStateBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/table';
import type { AttributeKey } from '../../../proxy/src/contract/index.ts';
import { label } from '../names.ts';
import { calmly } from './colours.ts';
import { dress, type Face, named, prom, type Query } from './face.ts';

export interface Column {
  readonly title: string;
  /** An expression with exactly the labels that name a row. */
  readonly expr: string;
  /** Unit, decimals, colours and links of the column, by Grafana's property ids. */
  readonly looks?: Readonly<Record<string, unknown>>;
}

export interface TableOf {
  /** Labels that name a row, with the title of each. */
  readonly keys: readonly (readonly [AttributeKey, string])[];
  readonly columns: readonly Column[];
  readonly sortBy: string;
  readonly thenBy?: readonly string[];
  readonly descending?: boolean;
  readonly keyLooks?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Names of tools stay readable on a phone, where a table scrolls sideways; servers' are short. */
function widthOf(title: string, alone: boolean): Readonly<Record<string, number>> {
  if (title === 'Server' && !alone) return { 'custom.width': 100 };
  return { 'custom.minWidth': title === 'Tool' ? 140 : 100 };
}

/** A table whose columns are queries of one store, joined by the labels that name a row. */
export function table(
  face: Face,
  { keys, columns, sortBy, thenBy = [], descending = true, keyLooks = {} }: TableOf,
  ask: (expr: string, legend: undefined, refId: string) => Query = prom,
): PanelBuilder {
  const queries = columns.map(({ expr }, at) => ask(expr, undefined, refIdOf(at)));
  const renamed = [
    ...keys.map(([key, title]) => [label(key), title] as const),
    ...columns.map(({ title }, at) => [`Value #${refIdOf(at)}`, title] as const),
    // What Prometheus' data source calls it when there is only one.
    ...(columns.slice(1).length === 0 ? columns.map(({ title }) => ['Value', title] as const) : []),
  ];
  const panel = dress(new PanelBuilder(), face, queries, 'table')
    .showHeader(true)
    .cellHeight(TableCellHeight.Sm)
    .footer(new TableFooterOptionsBuilder().show(false))
    .sortBy(
      [sortBy, ...thenBy].map((title) =>
        new TableSortByFieldStateBuilder().displayName(title).desc(descending),
      ),
    )
    .thresholds(calmly())
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: { Time: true },
        indexByName: Object.fromEntries(renamed.map(([name], at) => [name, at])),
        renameByName: Object.fromEntries(renamed),
      },
    });
  for (const [, title] of keys) {
    panel.withOverride(named(title, { ...widthOf(title, keys.length === 1), ...keyLooks[title] }));
  }
  for (const { title, looks } of columns) if (looks !== undefined) panel.withOverride(named(title, looks));
  return panel;
}

const refIdOf = (at: number): string => String.fromCharCode('A'.charCodeAt(0) + at);
