/**
 * The sessions and, under those that are expanded, their timelines as one flat list: what the virtual list draws.
 * Levels are told by `kind`; nothing is drawn or put into words here.
 */
import type { SessionItem } from 'sightline/contract';
import type { Timeline } from './timeline.ts';
import type { EventRow, GapRow } from './timelineRows.ts';

/** How far the events of one session are loaded. */
export type Loading =
  /** Nothing there yet. */
  | { readonly state: 'first' }
  /** Some there, more coming. */
  | { readonly state: 'more' }
  | { readonly state: 'done' }
  /** There are more than a timeline holds; the first are there. */
  | { readonly state: 'cut' }
  | { readonly state: 'failed'; readonly message: string };

/** An expanded session. */
export interface Expanded {
  readonly timeline: Timeline;
  readonly loading: Loading;
  /** Keys of the events whose details are open. */
  readonly open: ReadonlySet<string>;
}

export type ListRow =
  | {
      readonly kind: 'session';
      readonly key: string;
      readonly session: SessionItem;
      readonly expanded: boolean;
    }
  /** A session that was asked for by its id and has not come. */
  | { readonly kind: 'seeking'; readonly key: string; readonly sessionId: string }
  | {
      readonly kind: 'event';
      readonly key: string;
      readonly session: SessionItem;
      readonly row: EventRow;
      /** Among the rows of its timeline. */
      readonly index: number;
      readonly open: boolean;
    }
  | {
      readonly kind: 'gap';
      readonly key: string;
      readonly session: SessionItem;
      readonly row: GapRow;
      readonly index: number;
    }
  | { readonly kind: 'details'; readonly key: string; readonly session: SessionItem; readonly row: EventRow }
  | { readonly kind: 'loading'; readonly key: string; readonly session: SessionItem; readonly first: boolean }
  | { readonly kind: 'failed'; readonly key: string; readonly session: SessionItem; readonly message: string }
  | { readonly kind: 'empty'; readonly key: string; readonly session: SessionItem }
  | { readonly kind: 'foot'; readonly key: string; readonly session: SessionItem; readonly complete: boolean }
  /** More sessions can be loaded. */
  | { readonly kind: 'more'; readonly key: string };

export const sessionKey = (sessionId: string): string => `s ${sessionId}`;
export const eventKey = (sessionId: string, key: string): string => `e ${sessionId} ${key}`;

export interface ListContents {
  readonly sessions: readonly SessionItem[];
  readonly expanded: ReadonlyMap<string, Expanded>;
  readonly seeking?: string | undefined;
  readonly hasMore: boolean;
}

export function listRows({ sessions, expanded, seeking, hasMore }: ListContents): readonly ListRow[] {
  const rows: ListRow[] = [];
  if (seeking !== undefined) {
    rows.push({ kind: 'seeking', key: sessionKey(seeking), sessionId: seeking });
  }
  for (const session of sessions) {
    const own = expanded.get(session.sessionId);
    rows.push({ kind: 'session', key: sessionKey(session.sessionId), session, expanded: own !== undefined });
    if (own) pushTimeline(rows, session, own);
  }
  if (hasMore) rows.push({ kind: 'more', key: 'more' });
  return rows;
}

function pushTimeline(rows: ListRow[], session: SessionItem, { timeline, loading, open }: Expanded): void {
  const id = session.sessionId;
  const { list } = timeline.rows;
  for (let index = 0; index < list.length; index++) {
    const row = list[index];
    if (row === undefined) continue;
    const key = eventKey(id, row.key);
    if (row.kind === 'gap') {
      rows.push({ kind: 'gap', key, session, row, index });
      continue;
    }
    const isOpen = open.has(row.key);
    rows.push({ kind: 'event', key, session, row, index, open: isOpen });
    if (isOpen) rows.push({ kind: 'details', key: `d ${id} ${row.key}`, session, row });
  }
  if (loading.state === 'failed') {
    rows.push({ kind: 'failed', key: `f ${id}`, session, message: loading.message });
  } else if (loading.state === 'first' || loading.state === 'more') {
    rows.push({ kind: 'loading', key: `l ${id}`, session, first: loading.state === 'first' });
  } else if (timeline.entries.list.length === 0) {
    rows.push({ kind: 'empty', key: `n ${id}`, session });
  }
  if (loading.state !== 'first') {
    rows.push({ kind: 'foot', key: `t ${id}`, session, complete: loading.state === 'done' });
  }
}
