/** The cells of one event in the log: one for each column, or two lines where there is no room for columns. */
import { memo } from 'react';
import type { Column, ColumnId } from '../model/columns.ts';
import { countryName, flagOf } from '../model/country.ts';
import { clientOf, methodOf, sessionIdOf, statusTone, targetOf } from '../model/eventText.ts';
import { formatSeconds, formatTime, type Zone } from '../model/format.ts';
import { visibleLine } from '../model/hostile.ts';
import type { EventItem } from '../model/source.ts';
import { attemptWords, standingOf } from '../model/words.ts';
import { Icon } from './Icon.tsx';
import { Dash, Id, Text } from './Text.tsx';

export interface EventCellsProps {
  readonly event: EventItem;
  readonly columns: readonly Column[];
  readonly stacked: boolean;
  readonly query: string;
  readonly zone: Zone;
  readonly withDate: boolean;
  readonly open: boolean;
  /** The row is the one reached by Tab, so what is in it may be too. */
  readonly active: boolean;
  onSession(sessionId: string): void;
}

export const EventCells = memo(function EventCells(props: EventCellsProps) {
  if (props.stacked) return <StackedCells {...props} />;
  return (
    <>
      {props.columns.map((column) => (
        <div
          key={column.id}
          role="gridcell"
          className={`sl-cell sl-cut ${column.numeric ? 'sl-cell--number' : ''}`}
          data-column={column.id}
          title={column.id === 'target' ? targetWords(props.event) : undefined}
        >
          {column.id === props.columns[0]?.id && <Fold open={props.open} />}
          <Cell {...props} column={column.id} />
        </div>
      ))}
    </>
  );
});

function StackedCells(props: EventCellsProps) {
  return (
    <div role="gridcell" className="sl-stack">
      <span className="sl-stack__line">
        <Fold open={props.open} />
        <Cell {...props} column="time" />
        <span className="sl-cut sl-stack__main">
          <Cell {...props} column="method" />{' '}
          {(targetOf(props.event) ?? props.event.errorMessage) !== undefined && (
            <Cell {...props} column="target" />
          )}
        </span>
        {standingOf(props.event) !== undefined && <Cell {...props} column="outcome" />}
      </span>
      <span className="sl-stack__line sl-muted">
        <span className="sl-cut sl-stack__main">
          <Cell {...props} column="server" />
          {props.event.clientName !== undefined && ' ← '}
          {props.event.clientName !== undefined && <Cell {...props} column="client" />}
        </span>
        {props.event.duration !== undefined && <Cell {...props} column="total" />}
        {props.event.httpResponseStatusCode !== undefined && <Cell {...props} column="http" />}
      </span>
    </div>
  );
}

function Fold({ open }: { readonly open: boolean }) {
  return (
    <span className="sl-fold">
      <Icon name={open ? 'chevronDown' : 'chevronRight'} />
    </span>
  );
}

function Cell({
  column,
  event,
  query,
  zone,
  withDate,
  active,
  onSession,
}: EventCellsProps & { readonly column: ColumnId }) {
  switch (column) {
    case 'time':
      return (
        <time dateTime={new Date(event.time).toISOString()} title={formatTime(event.time, zone, 'withDate')}>
          {formatTime(event.time, zone, withDate ? 'withDate' : 'timeOnly')}
        </time>
      );
    case 'server':
      return event.serverName === undefined ? (
        <Dash why="no server" />
      ) : (
        <Text value={event.serverName} query={query} />
      );
    case 'method':
      return (
        <span className={event.mcpMethodName === undefined ? 'sl-muted' : undefined}>
          {event.direction === 'server_to_client' && <span title="from the server to the client">← </span>}
          <Text value={methodOf(event)} query={query} />
        </span>
      );
    case 'target':
      return <Target event={event} query={query} />;
    case 'upstream':
      return <Seconds seconds={event.upstreamDuration} why="nothing was sent upstream" />;
    case 'proxy':
      return <Seconds seconds={event.proxyDuration} why="no time of its own" />;
    case 'total':
      return <Seconds seconds={event.duration} why="a moment, not a span of time" />;
    case 'outcome':
      return <OutcomeMark event={event} />;
    case 'http':
      return <StatusChip status={event.httpResponseStatusCode} />;
    case 'client': {
      const client = clientOf(event);
      return client === undefined ? (
        <Dash why="the client did not say its name" />
      ) : (
        <Text value={client} query={query} />
      );
    }
    case 'address':
      return <Address event={event} />;
    case 'session': {
      const { sessionId } = event;
      if (sessionId === undefined) return <Dash why="belongs to no session" />;
      return (
        <button
          type="button"
          className="sl-link"
          tabIndex={active ? 0 : -1}
          onClick={() => onSession(sessionId)}
        >
          <Id value={sessionIdOf(event) ?? sessionId} />
        </button>
      );
    }
  }
}

/** All of what the cell may have to cut. */
function targetWords(event: EventItem): string {
  return visibleLine([targetOf(event), attemptWords(event), event.errorMessage].filter(Boolean).join(' · '));
}

function Target({ event, query }: { readonly event: EventItem; readonly query: string }) {
  const target = targetOf(event);
  const attempt = attemptWords(event);
  return (
    <>
      {target === undefined ? (
        event.errorMessage === undefined && <Dash why="no tool, prompt or resource named" />
      ) : (
        <span className="sl-target">
          <Text value={target} query={query} />
        </span>
      )}
      {attempt !== undefined && (
        <span className="sl-muted sl-aside">
          <Icon name="retry" /> {attempt}
        </span>
      )}
      {event.errorMessage !== undefined && (
        <span className="sl-muted sl-aside">
          <Text value={event.errorMessage} query={query} />
        </span>
      )}
    </>
  );
}

function Seconds({ seconds, why }: { readonly seconds: number | undefined; readonly why: string }) {
  return seconds === undefined ? <Dash why={why} /> : formatSeconds(seconds);
}

function OutcomeMark({ event }: { readonly event: EventItem }) {
  const standing = standingOf(event);
  if (standing === undefined) return <Dash why="nothing that ends well or badly" />;
  return (
    <span className="sl-tone sl-outcome" data-tone={standing.tone}>
      <Icon name={standing.icon} />
      {standing.word}
    </span>
  );
}

export function StatusChip({ status }: { readonly status: number | undefined }) {
  if (status === undefined) return <Dash why="no HTTP answer" />;
  return (
    <span className="sl-status sl-tone" data-tone={statusTone(status)}>
      {status}
    </span>
  );
}

export function Address({ event }: { readonly event: EventItem }) {
  if (event.clientAddress === undefined) return <Dash why="no address: the client came over a pipe" />;
  const flag = event.clientCountry === undefined ? undefined : flagOf(event.clientCountry);
  return (
    <>
      {flag !== undefined && (
        <span
          role="img"
          aria-label={countryName(event.clientCountry ?? '')}
          title={countryName(event.clientCountry ?? '')}
        >
          {flag}{' '}
        </span>
      )}
      <Text value={event.clientAddress} />
    </>
  );
}
