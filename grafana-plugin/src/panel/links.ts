/** Addresses within Grafana. Queries travel as JSON inside the address, so that no value can end its place. */
import type { ScopedVars } from '@grafana/data';
import { bucketOf } from '../data/bucket.ts';
import type { LinkWindow } from './linkWindow.ts';

export interface ExploreQuery {
  /** `loki`, `tempo`. */
  readonly type: string;
  readonly uid: string;
  /** The query besides `refId` and `datasource`, as the data source's own editor writes it. */
  readonly query: Readonly<Record<string, string>>;
}

/** @param base Where Grafana stands below its host: empty, or a path without its last slash. */
export function exploreLink(
  { type, uid, query }: ExploreQuery,
  { from, to }: LinkWindow,
  base: string,
): string {
  const pane = {
    datasource: uid,
    queries: [{ refId: 'A', datasource: { type, uid }, ...query }],
    range: { from: String(from), to: to === undefined ? 'now' : String(to) },
  };
  const said = new URLSearchParams({ schemaVersion: '1', panes: JSON.stringify({ sightline: pane }) });
  return `${base}/explore?${said}`;
}

/**
 * The address of a session's own page, as the option spells it: variables replaced, `${__session}` and `${__bucket}`
 * with what is the session's. Undefined when the option names none, or what is no address of a page.
 */
export function sessionAddress(
  option: string,
  sessionId: string,
  replace: (text: string, more: ScopedVars) => string,
  base: string,
): string | undefined {
  if (option === '') return undefined;
  const said = (text: string) => ({ text, value: text });
  const address = replace(option, {
    __session: said(encodeURIComponent(sessionId)),
    __bucket: said(bucketOf(sessionId)),
  });
  if (/^\/(?!\/)/.test(address)) return base + address;
  return /^https?:\/\//i.test(address) ? address : undefined;
}
