/** The same kind of table from Loki. Its answers come one frame a row, which has to be made a table first. */
import {
  TableCellHeight,
  TableFooterOptionsBuilder,
  TableSortByFieldStateBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/table';
import { label } from '../names.ts';
import { calmly } from './colours.ts';
import { dress, type Face, loki, named } from './face.ts';
import type { TableOf } from './table.ts';

export function lokiTable(
  face: Face,
  { keys, columns, sortBy, thenBy = [], descending = true, keyLooks = {} }: TableOf,
): PanelBuilder {
  const queries = columns.map(({ expr }, at) => loki(expr, undefined, refIdOf(at)));
  const order = [...keys.map(([key]) => label(key)), ...columns.map((_one, at) => `Value #${refIdOf(at)}`)];
  const titles = [...keys.map(([, title]) => title), ...columns.map(({ title }) => title)];
  const panel = dress(new PanelBuilder(), face, queries, 'instant')
    .showHeader(true)
    .cellHeight(TableCellHeight.Sm)
    .footer(new TableFooterOptionsBuilder().show(false))
    .sortBy(
      [sortBy, ...thenBy].map((title) =>
        new TableSortByFieldStateBuilder().displayName(title).desc(descending),
      ),
    )
    .thresholds(calmly())
    .withTransformation({ id: 'labelsToFields', options: { mode: 'columns' } })
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: { Time: true },
        indexByName: Object.fromEntries(order.map((name, at) => [name, at])),
        renameByName: Object.fromEntries(order.map((name, at) => [name, titles[at]])),
      },
    });
  for (const [title, looks] of Object.entries(keyLooks)) panel.withOverride(named(title, looks));
  for (const { title, looks } of columns) if (looks !== undefined) panel.withOverride(named(title, looks));
  return panel;
}

const refIdOf = (at: number): string => String.fromCharCode('A'.charCodeAt(0) + at);
