/** Addresses of Grafana's Explore. Queries travel as JSON inside the address, so that no value can end its place. */
import type { RawTimeRange } from '@grafana/data';

export interface ExploreQuery {
  /** `loki`, `tempo`. */
  readonly type: string;
  readonly uid: string;
  /** The query besides `refId` and `datasource`, as the data source's own editor writes it. */
  readonly query: Readonly<Record<string, string>>;
}

/** @param base Where Grafana stands below its host: empty, or a path without its last slash. */
export function exploreLink({ type, uid, query }: ExploreQuery, range: RawTimeRange, base: string): string {
  const pane = {
    datasource: uid,
    queries: [{ refId: 'A', datasource: { type, uid }, ...query }],
    range: { from: spell(range.from), to: spell(range.to) },
  };
  const said = new URLSearchParams({ schemaVersion: '1', panes: JSON.stringify({ sightline: pane }) });
  return `${base}/explore?${said}`;
}

function spell(moment: RawTimeRange['from']): string {
  return typeof moment === 'string' ? moment : String(moment.valueOf());
}
