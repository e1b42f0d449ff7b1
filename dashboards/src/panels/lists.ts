/** Lists that a store answers by itself: records of Loki, traces of Tempo. */
import { TableCellHeight, TableSortByFieldStateBuilder } from '@grafana/grafana-foundation-sdk/common';
import { DataqueryBuilder as LokiQuery } from '@grafana/grafana-foundation-sdk/loki';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { SearchTableType, DataqueryBuilder as TempoQuery } from '@grafana/grafana-foundation-sdk/tempo';
import { PanelBuilder as TextBuilder, TextMode } from '@grafana/grafana-foundation-sdk/text';
import type { AttributeKey } from '../../../proxy/src/contract/index.ts';
import { LOKI, TEMPO } from '../dataSources.ts';
import { label } from '../names.ts';
import { dress, type Face, named } from './face.ts';

/** What a column of attributes of records is of, its title, and its width in pixels where it is not what is left. */
export type RecordColumn = readonly [key: AttributeKey, title: string, width?: number];

/**
 * Records as rows, newest first: when, and what of each is named. A table, because Grafana's list of logs says "No data"
 * in its own words whatever a dashboard wants said. All of its columns come out of labels, also the time: of nothing
 * there is then no column, and only a table without columns says what a dashboard wants said.
 */
export function records(
  face: Face,
  expr: string,
  columns: readonly RecordColumn[],
  maxLines = 500,
): TableBuilder {
  const fields = [
    [AT, 'Time', 190] as const,
    ...columns.map(([key, ...looks]) => [label(key), ...looks] as const),
  ];
  const panel = dress(new TableBuilder(), face, [], 'range')
    .datasource(LOKI)
    .withTarget(
      new LokiQuery()
        .datasource(LOKI)
        .refId('A')
        .expr(`${expr} | label_format ${AT}=\`{{__timestamp__ | date "2006-01-02T15:04:05.000Z07:00"}}\``)
        .queryType('range')
        .maxLines(maxLines),
    )
    .withTransformation({ id: 'extractFields', options: { source: 'labels', format: 'json', replace: true } })
    .withTransformation({
      id: 'convertFieldType',
      options: { conversions: [{ targetField: AT, destinationType: 'time' }] },
    })
    .withTransformation({
      id: 'organize',
      options: {
        includeByName: Object.fromEntries(fields.map(([name]) => [name, true])),
        indexByName: Object.fromEntries(fields.map(([name], at) => [name, at])),
        renameByName: Object.fromEntries(fields.map(([name, title]) => [name, title])),
      },
    })
    .cellHeight(TableCellHeight.Sm)
    .sortBy([new TableSortByFieldStateBuilder().displayName('Time').desc(true)]);
  for (const [name, title, width] of fields) {
    panel.withOverride(
      named(title, {
        ...(name === AT && { unit: 'time:YYYY-MM-DD HH:mm:ss.SSS' }),
        ...(width === undefined ? { 'custom.wrapText': true } : { 'custom.width': width }),
      }),
    );
  }
  return panel;
}

/** The label that a record's time is put into. */
const AT = 'at';

/** What a search answers besides the attributes that were asked for; its trace is behind the link of a span. */
const UNASKED = ['traceIdHidden', 'traceService', 'traceName', 'name', 'kind', 'sightline.session.id'];

/** Spans that a TraceQL query finds, with titles for the attributes that it selects; each leads to its trace. */
export function traces(
  face: Face,
  traceql: string,
  titles: Readonly<Record<string, string>>,
  limit = 100,
): TableBuilder {
  const panel = dress(new TableBuilder(), face, [], 'range')
    .datasource(TEMPO)
    .withTarget(
      new TempoQuery()
        .datasource(TEMPO)
        .refId('A')
        .queryType('traceql')
        .query(traceql)
        .limit(limit)
        .spss(1)
        .tableType(SearchTableType.Spans)
        .filters([]),
    );
  // While it streams, Tempo's data source adds a frame about how far it is.
  panel.withTransformation({ id: 'filterByRefId', options: { exclude: 'streaming-progress' } });
  for (const name of UNASKED) {
    panel.withOverride(named(name, { 'custom.hideFrom.viz': true }));
  }
  for (const [name, displayName] of Object.entries(titles)) panel.withOverride(named(name, { displayName }));
  return panel;
}

/** Words of ours, as Markdown. */
export function note(title: string, says: string, markdown: string): TextBuilder {
  return new TextBuilder()
    .title(title)
    .description(says)
    .mode(TextMode.Markdown)
    .content(markdown)
    .transparent(true);
}
