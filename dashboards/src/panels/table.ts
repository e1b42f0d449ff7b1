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
import { dress, type Face, named, prom } from './face.ts';

export interface Column {
  readonly title: string;
  /** A PromQL expression with exactly the labels of the table. */
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

/** A table whose columns are queries, joined by the labels that name a row. */
export function table(
  face: Face,
  { keys, columns, sortBy, thenBy = [], descending = true, keyLooks = {} }: TableOf,
): PanelBuilder {
  const queries = columns.map(({ expr }, at) => prom(expr, undefined, refIdOf(at)));
  const order = [
    ...keys.map(([key]) => label(key)),
    ...columns.map((_column, at) => `Value #${refIdOf(at)}`),
  ];
  const renamed = [
    ...keys.map(([key, title]) => [label(key), title]),
    ...columns.map(({ title }, at) => [`Value #${refIdOf(at)}`, title]),
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
        indexByName: Object.fromEntries(order.map((name, at) => [name, at])),
        renameByName: Object.fromEntries(renamed),
      },
    });
  for (const [title, looks] of Object.entries(keyLooks)) panel.withOverride(named(title, looks));
  for (const { title, looks } of columns) if (looks !== undefined) panel.withOverride(named(title, looks));
  return panel;
}

const refIdOf = (at: number): string => String.fromCharCode('A'.charCodeAt(0) + at);
