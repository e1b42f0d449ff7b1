/** What the list of the event log is made of: events, the details under some of them, and the way to older ones. */
import type { Column } from '../model/columns.ts';
import { ROWS_MAX } from '../model/eventLog.ts';
import { eventName } from '../model/eventText.ts';
import { formatCount } from '../model/format.ts';
import type { EventItem } from '../model/source.ts';
import { outcomeSentence, standingOf } from '../model/words.ts';
import { Button } from './Button.tsx';
import { EventCells } from './EventCells.tsx';
import { EventDetails } from './EventDetails.tsx';
import { usePorts } from './ViewContext.tsx';
import type { RowProps } from './VirtualRows.tsx';

export type LogRow =
  | { readonly kind: 'event'; readonly key: string; readonly event: EventItem; readonly open: boolean }
  | { readonly kind: 'detail'; readonly key: string; readonly event: EventItem }
  /** Stands at the old end: a way on, or why there is none. */
  | { readonly kind: 'older'; readonly key: 'older'; readonly trimmed: boolean };

interface Given {
  /** Oldest first. */
  readonly events: readonly EventItem[];
  readonly newestFirst: boolean;
  readonly selected: string | undefined;
  readonly pinned: ReadonlySet<string>;
  readonly older: string | null;
  readonly trimmed: boolean;
}

export function rowsOf({ events, newestFirst, selected, pinned, older, trimmed }: Given): readonly LogRow[] {
  const rows: LogRow[] = [];
  const oldEnd: LogRow[] = older !== null || trimmed ? [{ kind: 'older', key: 'older', trimmed }] : [];
  for (const event of newestFirst ? events.toReversed() : events) {
    const id = event.eventId ?? String(event.sequence);
    const open = id === selected || pinned.has(id);
    rows.push({ kind: 'event', key: id, event, open });
    if (open) rows.push({ kind: 'detail', key: `${id}/detail`, event });
  }
  if (events.length === 0) return rows;
  return newestFirst ? [...rows, ...oldEnd] : [...oldEnd, ...rows];
}

export function eventRowProps(row: LogRow): RowProps {
  if (row.kind === 'detail') return { className: 'sl-log__detail', 'aria-level': 2 };
  if (row.kind === 'older') return {};
  const tone = standingOf(row.event)?.tone;
  return {
    className: 'sl-log__row',
    'aria-level': 1,
    'aria-expanded': row.open,
    'aria-label': [eventName(row.event), outcomeSentence(row.event)].filter(Boolean).join(', '),
    ...(tone === undefined ? {} : { 'data-tone': tone }),
  };
}

export interface LogRowCellsProps {
  readonly row: LogRow;
  readonly active: boolean;
  readonly columns: readonly Column[];
  readonly stacked: boolean;
  readonly withDate: boolean;
  readonly loadingOlder: boolean;
  readonly mayLoadOlder: boolean;
  readonly pinned: boolean;
  onLoadOlder(): void;
  onReload(): void;
  onClose(row: LogRow): void;
  onPin(eventId: string): void;
}

export function LogRowCells(props: LogRowCellsProps) {
  const { view, setView, zone } = usePorts();
  const { row } = props;
  if (row.kind === 'older') return <OlderCell {...props} trimmed={row.trimmed} />;
  if (row.kind === 'detail') {
    return (
      <div role="gridcell">
        <EventDetails
          event={row.event}
          pinned={props.pinned}
          onPin={() => props.onPin(row.event.eventId ?? '')}
          onClose={() => props.onClose(row)}
        />
      </div>
    );
  }
  return (
    <EventCells
      event={row.event}
      columns={props.columns}
      stacked={props.stacked}
      query={view.q.trim()}
      zone={zone}
      withDate={props.withDate}
      open={row.open}
      active={props.active}
      onSession={(sessionId) => setView({ tab: 'sessions', openSession: sessionId, selected: undefined })}
    />
  );
}

function OlderCell({
  trimmed,
  mayLoadOlder,
  loadingOlder,
  onLoadOlder,
  onReload,
}: LogRowCellsProps & { readonly trimmed: boolean }) {
  return (
    <div role="gridcell" className="sl-log__plain">
      {mayLoadOlder ? (
        <Button look="framed" small disabled={loadingOlder} onClick={onLoadOlder}>
          {loadingOlder ? 'Loading older events…' : 'Load more'}
        </Button>
      ) : (
        <>
          <span>
            {trimmed
              ? `The newest ${formatCount(ROWS_MAX)} events are shown; older ones were let go to keep this page light.`
              : `${formatCount(ROWS_MAX)} events are shown, the most this page holds. A shorter range or a filter shows others.`}
          </span>
          <Button look="framed" small onClick={onReload}>
            Load anew
          </Button>
        </>
      )}
    </div>
  );
}

export function LogHead({ columns }: { readonly columns: readonly Column[] }) {
  return (
    <div role="row" className="sl-log__head" aria-rowindex={1}>
      {columns.map((column) => (
        <div
          key={column.id}
          role="columnheader"
          className={`sl-cell sl-cut ${column.numeric ? 'sl-cell--number' : ''}`}
        >
          {column.title}
        </div>
      ))}
    </div>
  );
}
