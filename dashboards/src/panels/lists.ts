/** Lists that a store answers by itself: records of Loki, traces of Tempo. */
import { LogsDedupStrategy, LogsSortOrder } from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder as LogsBuilder } from '@grafana/grafana-foundation-sdk/logs';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { SearchTableType, DataqueryBuilder as TempoQuery } from '@grafana/grafana-foundation-sdk/tempo';
import { PanelBuilder as TextBuilder, TextMode } from '@grafana/grafana-foundation-sdk/text';
import { TEMPO } from '../dataSources.ts';
import { dress, type Face, loki, named } from './face.ts';

/** Records as lines, newest first; each opens to all that stands beside it. */
export function records(face: Face, expr: string, maxLines = 500): LogsBuilder {
  return dress(new LogsBuilder(), face, [loki(expr)], 'range')
    .showTime(true)
    .wrapLogMessage(true)
    .prettifyLogMessage(false)
    .enableLogDetails(true)
    .dedupStrategy(LogsDedupStrategy.None)
    .sortOrder(LogsSortOrder.Descending)
    .maxDataPoints(maxLines);
}

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
