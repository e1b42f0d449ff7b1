/** The cells of any row of the list: a session, or a line of its timeline. */
import type { ListRow } from '../../model/sessionRows.ts';
import { originOf } from '../../model/timeline.ts';
import { Button } from '../Button.tsx';
import { EventDetails } from '../EventDetails.tsx';
import { usePorts } from '../ViewContext.tsx';
import { SessionCells } from './SessionCells.tsx';
import { SessionFoot } from './SessionFoot.tsx';
import type { TimelineLook } from './SessionsToolbar.tsx';
import { TimelineEventCells, TimelineGapCells } from './TimelineCells.tsx';
import type { Sessions } from './useSessions.ts';
import type { Timelines } from './useTimelines.ts';

export interface RowCellsProps {
  readonly row: ListRow;
  readonly sessions: Sessions;
  readonly timelines: Timelines;
  readonly look: TimelineLook;
  readonly now: number;
}

export function SessionRowCells({ row, sessions, timelines, look, now }: RowCellsProps) {
  const { zone, view } = usePorts();
  if (row.kind === 'seeking') {
    return (
      <div role="gridcell" className="sl-plain">
        <span className="sl-skeleton" style={{ width: 72 }} /> Looking for the session of this link…
      </div>
    );
  }
  if (row.kind === 'more') return <MoreCell sessions={sessions} />;
  const { session } = row;
  const own = timelines.expanded.get(session.sessionId);
  if (row.kind === 'session') {
    return (
      <SessionCells session={session} expanded={row.expanded} now={now} zone={zone} query={view.q.trim()} />
    );
  }
  if (own === undefined) return null;
  switch (row.kind) {
    case 'event':
      return (
        <TimelineEventCells
          timeline={own.timeline}
          row={row.row}
          index={row.index}
          originMs={originOf(own.timeline, session.sessionStarted)}
          clock={look.clock}
          zone={zone}
          open={row.open}
        />
      );
    case 'gap':
      return <TimelineGapCells timeline={own.timeline} row={row.row} index={row.index} />;
    case 'details':
      return (
        <div role="gridcell">
          <EventDetails
            event={row.row.event}
            onClose={() => timelines.toggleEvent(session.sessionId, row.row.key)}
          />
        </div>
      );
    case 'foot':
      return <SessionFoot session={session} own={own} />;
    case 'loading':
      return row.first ? <LoadingCells /> : <PlainCell>Loading further events…</PlainCell>;
    case 'empty':
      return <PlainCell>No event of this session is kept any more; what it added up to is below.</PlainCell>;
    case 'failed':
      return (
        <PlainCell alert>
          The events could not be loaded. {row.message}{' '}
          <Button small look="framed" icon="retry" onClick={() => timelines.retry(session.sessionId)}>
            Try again
          </Button>
        </PlainCell>
      );
  }
}

function PlainCell({ children, alert }: { readonly children: React.ReactNode; readonly alert?: true }) {
  return (
    <div role="gridcell" className="sl-plain">
      <span role={alert ? 'alert' : 'status'}>{children}</span>
    </div>
  );
}

/** As high as a few calls, so that little moves when they come. */
function LoadingCells() {
  return (
    <div role="gridcell" className="sl-plain sl-plain--loading">
      <span className="sl-hidden" role="status">
        Loading events
      </span>
      {[28, 36, 22].map((width) => (
        <span key={width} className="sl-skeleton" style={{ width: `${width}%` }} />
      ))}
    </div>
  );
}

function MoreCell({ sessions }: { readonly sessions: Sessions }) {
  return (
    <div role="gridcell" className="sl-plain sl-plain--middle">
      {sessions.moreFailure !== undefined && <span role="alert">{sessions.moreFailure}</span>}
      <Button small look="framed" disabled={sessions.loadingMore} onClick={sessions.loadMore}>
        {sessions.loadingMore ? 'Loading…' : 'Load more sessions'}
      </Button>
    </div>
  );
}
