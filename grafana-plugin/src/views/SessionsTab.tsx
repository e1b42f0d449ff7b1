/** The sessions: figures and chart, the list, and in it the timelines of those that are expanded. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { type Flags, flagsAmong } from '../model/completeness.ts';
import { formatCounted } from '../model/format.ts';
import { resolveRange } from '../model/range.ts';
import { isAskedFor } from '../model/sessionList.ts';
import { droppables, sessionQueryOf } from '../model/sessionQuery.ts';
import { eventKey, type ListRow, listRows, sessionKey } from '../model/sessionRows.ts';
import type { SessionItem, Totals } from '../model/source.ts';
import { standingOf } from '../model/words.ts';
import { Button } from './Button.tsx';
import { useLiveReport } from './liveReport.ts';
import { Overview } from './sessions/Overview.tsx';
import { SESSION_COLUMNS, SessionHead } from './sessions/SessionHead.tsx';
import { SessionRowCells } from './sessions/SessionRowCells.tsx';
import { SessionsState } from './sessions/SessionStates.tsx';
import { SessionsToolbar } from './sessions/SessionsToolbar.tsx';
import { LANE, TRACK } from './sessions/TimelineCells.tsx';
import { useOpenSession } from './sessions/useOpenSession.ts';
import { useSessions } from './sessions/useSessions.ts';
import { type Timelines, useTimelines } from './sessions/useTimelines.ts';
import { useWidth } from './useWidth.ts';
import { usePorts } from './ViewContext.tsx';
import { DETAIL_ROOM, type RowProps, type RowsHandle, VirtualRows } from './VirtualRows.tsx';
import './sessions/sessions.css';
import './sessions/timelineMarks.css';
import './sessions/timeline.css';

/** Below so many pixels a row takes two lines; `sessions.css` says the same. */
const STACKED_BELOW = 640;

export interface SessionsTabProps {
  /** Sums over the range and the one before; undefined until known. */
  readonly totals: Totals | undefined;
}

export function SessionsTab({ totals }: SessionsTabProps) {
  const { view, setView, now, capabilities } = usePorts();
  const [look, setLook] = useState({ clock: false, showsQuiet: true });
  const handle = useRef<RowsHandle>(null);
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const stacked = width > 0 && width < STACKED_BELOW;
  const [atStart, setAtStart] = useState(true);
  const expandedCount = useRef(0);
  // New sessions wait also while a mouse is on its way to one that is there.
  const pointing = useRef(false);
  const mayInsert = useCallback(() => atStart && expandedCount.current === 0 && !pointing.current, [atStart]);
  const sessions = useSessions(mayInsert);
  const timelines = useTimelines(look.showsQuiet, sessions.list.items);
  expandedCount.current = timelines.expanded.size;
  const link = useOpenSession(sessions, timelines, handle);

  const rows = useMemo(
    () =>
      listRows({
        sessions: sessions.list.items,
        expanded: timelines.expanded,
        seeking: link.seeking,
        hasMore: sessions.hasMore,
      }),
    [sessions.list.items, timelines.expanded, link.seeking, sessions.hasMore],
  );

  // What was just opened must be seen without a search for it.
  const opened = useRef<string>(undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the details are there once the rows have changed
  useEffect(() => {
    if (opened.current !== undefined) handle.current?.makeRoomBelow(opened.current, DETAIL_ROOM);
    opened.current = undefined;
  }, [rows]);

  const narrowed = droppables(view).length > 0;
  const flags = useMemo(
    () => (narrowed && !sessions.hasMore ? flagsOfOpen(sessions.list.items, timelines) : undefined),
    [narrowed, sessions.hasMore, sessions.list.items, timelines],
  );
  useLiveReport({
    pending: 0,
    failure: sessions.disconnected,
    answeredAt: sessions.answeredAt,
    completeness: sessions.completeness,
    shown: flags,
    count: sessions.loaded ? countWords(sessions.list.items.length, sessions.hasMore) : undefined,
    stuck: !sessions.loaded && sessions.failure !== undefined,
  });

  const open = useCallback(
    (row: ListRow) => {
      if (row.kind === 'session') {
        if (row.expanded) link.close(row.session.sessionId);
        else link.open(row.session.sessionId);
      } else if (row.kind === 'event') {
        timelines.toggleEvent(row.session.sessionId, row.row.key);
        if (!row.open) opened.current = row.key;
        setView(
          { openSession: row.session.sessionId, selected: row.open ? undefined : row.row.event.eventId },
          'replace',
        );
      }
    },
    [link, timelines, setView],
  );
  const close = useCallback(
    (row: ListRow) => {
      if (row.kind === 'more' || row.kind === 'seeking') return;
      const { sessionId } = row.session;
      const shut = closes(row, timelines);
      if (shut !== undefined) {
        timelines.toggleEvent(sessionId, shut);
        setView({ selected: undefined }, 'replace');
        handle.current?.focusKey(eventKey(sessionId, shut));
      } else if (timelines.expanded.has(sessionId)) {
        link.close(sessionId);
        handle.current?.focusKey(sessionKey(sessionId));
      }
    },
    [link, timelines, setView],
  );

  // Rows are measured when drawn; this is what the scroll bar knows before.
  const base = view.compact ? 24 : 28;
  const heightOf = (row: ListRow) => estimateOf(row, stacked, base);
  const dimmed = sessions.loading && sessions.loaded;
  const waiting = sessions.list.waiting.length;
  const nowShown = sessions.answeredAt ?? now();
  return (
    <div ref={frame} className="sl-sessions" data-stacked={stacked ? '' : undefined}>
      {!capabilities.narrowed && (
        <Overview totals={totals} refresh={Math.floor((sessions.answeredAt ?? 0) / OVERVIEW_EVERY_MS)} />
      )}
      <SessionsToolbar look={look} onLook={setLook} />
      {sessions.loaded && sessions.failure !== undefined && (
        <div role="alert" className="sl-notice" data-tone="error">
          {sessions.failure} What is shown is what was there before.
          <Button look="framed" small onClick={sessions.retry}>
            Try again
          </Button>
        </div>
      )}
      {link.failure !== undefined && (
        <div role="alert" className="sl-notice" data-tone="error">
          The session of this link could not be loaded. {link.failure}
          <Button small icon="close" name="Close" onClick={link.forget} />
        </div>
      )}
      <OutsideNotice link={link.found} />
      {waiting > 0 && (
        <Button
          look="accent"
          icon="arrowUp"
          className="sl-sessions__new"
          onClick={() => {
            sessions.admit();
            handle.current?.scrollToStart();
          }}
        >
          {formatCounted(waiting, 'new session')}
        </Button>
      )}
      {rows.length === 0 ? (
        <SessionsState sessions={sessions} />
      ) : (
        <VirtualRows<ListRow>
          handle={handle}
          className={dimmed ? 'sl-dimmed' : ''}
          rows={rows}
          keyOf={keyOf}
          heightOf={heightOf}
          isStop={isStop}
          label="Sessions and their timelines"
          role="treegrid"
          columnCount={stacked ? 1 : SESSION_COLUMNS.length}
          header={<SessionHead />}
          anchor={atStart ? 'start' : 'held'}
          onOpen={open}
          onExpand={(row) =>
            (row.kind === 'session' ? !row.expanded : row.kind === 'event' && !row.open) && open(row)
          }
          onClose={close}
          onEdges={(edges) => setAtStart(edges.atStart)}
          onPointing={(on) => {
            pointing.current = on;
          }}
          rowProps={(row) => rowProps(row, timelines)}
          renderRow={(row) => (
            <SessionRowCells row={row} sessions={sessions} timelines={timelines} look={look} now={nowShown} />
          )}
        />
      )}
    </div>
  );
}

/** What is missing of all sessions that are shown; undefined unless each of them is open, with all of its events. */
function flagsOfOpen(sessions: readonly SessionItem[], { expanded }: Timelines): Flags | undefined {
  const open = sessions.map(({ sessionId }) => expanded.get(sessionId));
  if (open.length === 0 || open.some((own) => own?.loading.state !== 'done')) return undefined;
  return flagsAmong(open.flatMap((own) => own?.timeline.entries.list.map(({ event }) => event) ?? []));
}

/** Figures and chart follow at this pace, however often the list is looked at. */
const OVERVIEW_EVERY_MS = 10_000;

/** A session that a link asked for is shown although the filters leave it out: said, so that nobody wonders. */
function OutsideNotice({ link }: { readonly link: ReturnType<typeof useOpenSession>['found'] }) {
  const { view, now } = usePorts();
  if (link === undefined || isAskedFor(link, sessionQueryOf(view, resolveRange(view.range, now()))))
    return null;
  return (
    <p role="status" className="sl-notice">
      The session of this link lies outside of the range or the filters; it is shown all the same.
    </p>
  );
}

function keyOf(row: ListRow): string {
  return row.key;
}

function isStop(row: ListRow): boolean {
  return row.kind === 'session' || row.kind === 'event';
}

/** The event whose details a closing key on this row closes; undefined when it closes the session. */
function closes(row: ListRow, { expanded }: Timelines): string | undefined {
  if (row.kind !== 'event' && row.kind !== 'details') return undefined;
  return expanded.get(row.session.sessionId)?.open.has(row.row.key) ? row.row.key : undefined;
}

function estimateOf(row: ListRow, stacked: boolean, base: number): number {
  switch (row.kind) {
    case 'session':
    case 'seeking':
      return stacked ? 52 : base + 1;
    case 'event':
      return stacked && !row.row.quiet ? 44 : base;
    case 'gap':
      return 20;
    case 'details':
      return 420;
    case 'foot':
      return 64;
    case 'loading':
      return row.first ? 84 : 36;
    default:
      return 40;
  }
}

function rowProps(row: ListRow, { expanded }: Timelines): RowProps {
  if (row.kind === 'session') {
    return {
      className: 'sl-session',
      'aria-level': 1,
      'aria-expanded': row.expanded,
    };
  }
  if (row.kind !== 'event' && row.kind !== 'gap') {
    return { className: `sl-part sl-part--${row.kind}`, 'aria-level': row.kind === 'details' ? 3 : 2 };
  }
  const timeline = expanded.get(row.session.sessionId)?.timeline;
  const style = {
    '--sl-lanes': `${(timeline?.rows.lanes ?? 1) < 2 ? 0 : (timeline?.rows.lanes ?? 1) * LANE}px`,
    '--sl-rail': `${(timeline?.links.tracks ?? 0) * TRACK}px`,
    // Where nothing is to be noted, errors have the room.
    ...(timeline !== undefined && timeline.links.places.size > 0 && { '--sl-note': '1.8fr' }),
  } as object;
  if (row.kind === 'gap') return { className: 'sl-event sl-event--gap', 'aria-level': 2, style };
  const tone = standingOf(row.row.event)?.tone;
  return {
    className: row.row.quiet ? 'sl-event sl-event--quiet' : 'sl-event',
    ...(tone !== undefined && { 'data-tone': tone }),
    'aria-level': 2,
    'aria-expanded': row.open,
    style,
  };
}

function countWords(shown: number, more: boolean): string {
  return more ? `the first ${formatCounted(shown, 'session')}` : formatCounted(shown, 'session');
}
