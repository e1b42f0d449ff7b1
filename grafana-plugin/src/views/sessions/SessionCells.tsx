/** The cells of one session in the list. */
import { memo } from 'react';
import {
  formatAgo,
  formatCount,
  formatCounted,
  formatSeconds,
  formatTime,
  shortenId,
  type Zone,
} from '../../model/format.ts';
import { clientWords, shownId, startWords, toolSummary } from '../../model/sessionWords.ts';
import type { SessionItem } from '../../model/source.ts';
import { Icon } from '../Icon.tsx';
import { Dash, Text } from '../Text.tsx';

export interface SessionCellsProps {
  readonly session: SessionItem;
  readonly expanded: boolean;
  /** Unix milliseconds, as of the last look for news. */
  readonly now: number;
  readonly zone: Zone;
  readonly query: string;
}

/** Names that fit beside each other in the widest list; the narrower ones cut the last. */
const TOOLS_CHARACTERS = 44;

export const SessionCells = memo(function SessionCells({
  session,
  expanded,
  now,
  zone,
  query,
}: SessionCellsProps) {
  const { id, title, source } = shownId(session);
  const client = clientWords(session);
  return (
    <>
      <div role="gridcell" data-column="id" className="sl-cell sl-session__id" title={title}>
        <span className="sl-session__fold">
          <Icon name={expanded ? 'chevronDown' : 'chevronRight'} />
        </span>
        <span className="sl-mono">
          <Text value={shortenId(id)} query={query} />
        </span>
        {source !== undefined && (
          <span className="sl-muted sl-session__source" aria-hidden="true">
            {source}
          </span>
        )}
      </div>
      <div role="gridcell" data-column="server" className="sl-cell sl-cut">
        {session.serverName === undefined ? (
          <Dash why="no server named" />
        ) : (
          <Text value={session.serverName} query={query} />
        )}
      </div>
      <div role="gridcell" data-column="client" className="sl-cell sl-cut" title={client}>
        {client === undefined ? (
          <Dash why="The client did not say its name" />
        ) : (
          <Text value={client} query={query} />
        )}
      </div>
      <div role="gridcell" data-column="protocol" className="sl-cell sl-cut sl-muted">
        {session.mcpProtocolVersion === undefined ? (
          <Dash why="No protocol version was seen" />
        ) : (
          <Text value={session.mcpProtocolVersion} />
        )}
      </div>
      <div role="gridcell" data-column="started" className="sl-cell sl-cut">
        <Moment time={session.sessionStarted} zone={zone} words={(time) => startWords(time, now, zone)} />
      </div>
      <div role="gridcell" data-column="last" className="sl-cell sl-cut sl-muted">
        <Moment time={session.sessionLastActivity} zone={zone} words={(time) => formatAgo(time, now)} />
      </div>
      <div role="gridcell" data-column="duration" className="sl-cell sl-cell--number">
        {formatSeconds(session.sessionDuration ?? 0)}
      </div>
      <div role="gridcell" data-column="calls" className="sl-cell sl-cell--number">
        {formatCount(session.sessionCalls ?? 0)}
        <span className="sl-session__unit"> {session.sessionCalls === 1 ? 'call' : 'calls'}</span>
      </div>
      <div role="gridcell" data-column="errors" className="sl-cell sl-cell--number">
        <Errors count={session.sessionErrors ?? 0} />
      </div>
      <div role="gridcell" data-column="status" className="sl-cell">
        <Status session={session} />
      </div>
      <Tools session={session} query={query} />
    </>
  );
});

function Moment({
  time,
  zone,
  words,
}: {
  readonly time: number | undefined;
  readonly zone: Zone;
  words(time: number): string;
}) {
  if (time === undefined) return <Dash why="No time was recorded" />;
  return (
    <time dateTime={new Date(time).toISOString()} title={formatTime(time, zone, 'withDate')}>
      {words(time)}
    </time>
  );
}

function Errors({ count }: { readonly count: number }) {
  if (count === 0)
    return (
      <span className="sl-muted">
        0<span className="sl-session__unit"> errors</span>
      </span>
    );
  return (
    <span className="sl-session__errors">
      {formatCount(count)}
      <span className="sl-session__unit"> {count === 1 ? 'error' : 'errors'}</span>
    </span>
  );
}

function Status({ session }: { readonly session: SessionItem }) {
  const quiet = !session.active && session.sessionStatus === 'open';
  const why = quiet ? 'It is open, but nothing came lately.' : undefined;
  return (
    <span className="sl-session__status" data-active={session.active ? '' : undefined} title={why}>
      {session.active ? 'Active' : 'Ended'}
    </span>
  );
}

function Tools({ session, query }: { readonly session: SessionItem; readonly query: string }) {
  const { shown, more, title } = toolSummary(session.tools, TOOLS_CHARACTERS);
  if (session.tools.length === 0) {
    return (
      <div role="gridcell" data-column="tools" className="sl-cell">
        <Dash why="No tool was called" />
      </div>
    );
  }
  return (
    <div role="gridcell" data-column="tools" className="sl-cell sl-session__tools" title={title}>
      <span className="sl-cut">
        {shown.map(({ name }, index) => (
          <span key={name}>
            {index > 0 && ', '}
            <Text value={name} query={query} />
          </span>
        ))}
      </span>
      {more > 0 && (
        <span className="sl-muted sl-session__more">
          +{more}
          <span className="sl-hidden"> {formatCounted(more, 'further tool')}</span>
        </span>
      )}
    </div>
  );
}
