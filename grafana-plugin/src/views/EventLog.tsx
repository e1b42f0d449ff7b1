/** The event log: filters, rows with their details, and a sentence wherever rows are not. */
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { fitColumns, STACKED_BELOW } from '../model/columns.ts';
import { flagsAmong } from '../model/completeness.ts';
import { hasFilters } from '../model/filters.ts';
import { crossesMidnight, formatCount, formatCounted } from '../model/format.ts';
import { resolveRange } from '../model/range.ts';
import { Button } from './Button.tsx';
import { EventLogState as LogStateWords } from './EventLogStates.tsx';
import { eventRowProps, LogHead, type LogRow, LogRowCells, rowsOf } from './EventRows.tsx';
import { FilterBar } from './FilterBar.tsx';
import { LinkedEvent } from './LinkedEvent.tsx';
import { useLiveReport } from './liveReport.ts';
import { useEventLog } from './useEventLog.ts';
import { useWidth } from './useWidth.ts';
import { usePorts } from './ViewContext.tsx';
import { DETAIL_ROOM, type RowsHandle, VirtualRows } from './VirtualRows.tsx';
import './eventLog.css';

export interface EventLogProps {
  /** Events in the range, whatever the filters; undefined until known. */
  readonly eventsInRange: number | undefined;
}

export function EventLog({ eventsInRange }: EventLogProps) {
  const { view, setView, now, zone } = usePorts();
  const state = useEventLog();
  const { log } = state;
  const [pinned, setPinned] = useState<ReadonlySet<string>>(new Set());
  const [edges, setEdges] = useState({ atStart: true, atEnd: true });
  const frame = useRef<HTMLDivElement>(null);
  const rowsHandle = useRef<RowsHandle>(null);
  const width = useWidth(frame);
  const stacked = width > 0 && width < STACKED_BELOW;
  const range = resolveRange(view.range, now());
  const withDate = crossesMidnight(range.from, range.to, zone);
  const columns = useMemo(
    () => fitColumns(view.columns, width || Number.POSITIVE_INFINITY, withDate),
    [view.columns, width, withDate],
  );

  const newestFirst = view.order === 'newestFirst';
  const events = log?.rows;
  const rows = useMemo(
    () =>
      rowsOf({
        events: events ?? [],
        newestFirst,
        selected: view.selected,
        pinned,
        older: log?.older ?? null,
        trimmed: log?.trimmed ?? false,
      }),
    [events, newestFirst, view.selected, pinned, log?.older, log?.trimmed],
  );
  const reading = rows.some((row) => row.kind === 'detail');

  // What came while the reader looked elsewhere. While the list is held, whether a new row came into sight is known
  // only once it is drawn.
  const [pointing, setPointing] = useState(false);
  const held = reading || pointing;
  const newest = events?.at(-1)?.sequence ?? 0;
  const [seen, setSeen] = useState(0);
  const atNewest = newestFirst ? edges.atStart : edges.atEnd;
  useEffect(() => {
    if (atNewest && !held) setSeen(newest);
  }, [atNewest, held, newest]);
  const unseen = useMemo(() => countAfter(events ?? [], seen), [events, seen]);

  const toNewest = () =>
    newestFirst ? rowsHandle.current?.scrollToStart() : rowsHandle.current?.scrollToEnd();

  // No row moves away from under a mouse; at rest the list goes on, unless the reader did something else meanwhile.
  const goesOn = useRef(false);
  const staysHere = () => {
    goesOn.current = false;
  };
  const onPointing = (on: boolean) => {
    setPointing(on);
    if (on) goesOn.current = atNewest && !reading;
    else if (goesOn.current) toNewest();
  };

  const { generation } = state;
  const newestNow = useRef(newest);
  newestNow.current = newest;
  useLayoutEffect(() => {
    if (generation === 0) return;
    setEdges({ atStart: true, atEnd: true });
    setSeen(newestNow.current);
    if (newestFirst) rowsHandle.current?.scrollToStart();
    else rowsHandle.current?.scrollToEnd();
  }, [generation, newestFirst]);
  // A link to an event leads to its row.
  const wanted = useRef(view.selected);
  useEffect(() => {
    // Who has chosen another meanwhile is not taken away from it.
    if (wanted.current !== view.selected) wanted.current = undefined;
    if (wanted.current === undefined || generation === 0) return;
    if (state.loading && !rows.some((row) => row.key === wanted.current)) return;
    rowsHandle.current?.scrollToKey(wanted.current, 'start');
    wanted.current = undefined;
  }, [generation, rows, state.loading, view.selected]);

  // What was just opened must be seen without a search for it.
  const opened = useRef(view.selected);
  useEffect(() => {
    if (view.selected !== undefined && view.selected !== opened.current) {
      rowsHandle.current?.makeRoomBelow(view.selected, DETAIL_ROOM);
    }
    opened.current = view.selected;
  }, [view.selected]);

  // Older rows come above what is read; that stays where it is.
  const oldest = events?.[0]?.eventId;
  const oldestBefore = useRef<string>(undefined);
  const drawn = useRef({ generation, oldest, partial: state.partial });
  // With the last part of an answer it is no longer partial.
  const arriving = state.partial || drawn.current.partial;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the rows are what this waits for
  useLayoutEffect(() => {
    const before = drawn.current;
    drawn.current = { generation, oldest, partial: state.partial };
    if (before.partial && before.generation === generation && edges.atStart && !edges.atEnd)
      oldestBefore.current ??= before.oldest;
    if (oldestBefore.current === undefined || state.loadingOlder) return;
    if (!newestFirst) rowsHandle.current?.scrollToKeyAt(oldestBefore.current, OLDER_ROW);
    oldestBefore.current = undefined;
  }, [events, generation, state.loadingOlder, state.partial]);
  const loadOlder = () => {
    oldestBefore.current = oldest;
    state.loadOlder();
  };

  const open = useCallback(
    (row: LogRow) => {
      if (row.kind === 'event') setView({ selected: row.open ? undefined : row.event.eventId });
      if (row.kind === 'event' && row.open) setPinned((before) => without(before, row.event.eventId ?? ''));
    },
    [setView],
  );
  const close = useCallback(
    (row: LogRow) => {
      if (row.kind === 'older' || row.event.eventId === undefined) return;
      const id = row.event.eventId;
      setPinned((before) => without(before, id));
      if (view.selected === id) setView({ selected: undefined });
    },
    [setView, view.selected],
  );

  const anchor =
    reading && (newestFirst || !arriving)
      ? 'start'
      : reading || pointing || (newestFirst && !edges.atStart)
        ? 'held'
        : newestFirst
          ? 'start'
          : 'end';
  const shown = events?.length ?? 0;
  const all = log !== undefined && log.older === null && !log.trimmed;
  const filtered = hasFilters(view);
  const flags = useMemo(
    () => (all && filtered ? flagsAmong(events ?? []) : undefined),
    [all, filtered, events],
  );
  useLiveReport({
    pending: log?.held.length ?? 0,
    failure: state.disconnected,
    answeredAt: state.answeredAt,
    completeness: log?.completeness,
    shown: flags,
    count: log === undefined ? undefined : countWords(shown, eventsInRange),
    stuck: log === undefined && state.failure !== undefined,
  });

  const linked =
    log !== undefined &&
    view.selected !== undefined &&
    !state.loading &&
    !rows.some((row) => row.key === view.selected);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only hears that the reader does something
    <div
      ref={frame}
      className="sl-log"
      data-order={view.order}
      data-stacked={stacked ? '' : undefined}
      style={{ '--sl-columns': columns.tracks } as object}
      onWheel={staysHere}
      onPointerDown={staysHere}
      onKeyDown={staysHere}
    >
      <FilterBar left={stacked ? [] : columns.left} />
      {state.failure !== undefined && log !== undefined && (
        <div role="alert" className="sl-notice" data-tone="error">
          {state.failure} What is shown is {state.partial ? 'the part that came' : 'what was there before'}.
          <Button look="framed" small onClick={state.reload}>
            Try again
          </Button>
        </div>
      )}
      {linked && view.selected !== undefined && (
        <LinkedEvent eventId={view.selected} onClose={() => setView({ selected: undefined })} />
      )}
      {rows.length === 0 || log === undefined ? (
        <LogStateWords state={state} />
      ) : (
        <VirtualRows<LogRow>
          handle={rowsHandle}
          className={state.loading && !state.partial ? 'sl-dimmed' : ''}
          rows={rows}
          keyOf={keyOf}
          heightOf={(row) =>
            row.kind === 'detail'
              ? 520
              : row.kind === 'older'
                ? OLDER_ROW
                : stacked
                  ? 52
                  : view.compact
                    ? 24
                    : 28
          }
          isStop={isEvent}
          label="Events"
          role="treegrid"
          columnCount={stacked ? 1 : columns.shown.length}
          header={stacked ? undefined : <LogHead columns={columns.shown} />}
          anchor={anchor}
          onPointing={onPointing}
          onOpen={open}
          onExpand={(row) => row.kind === 'event' && !row.open && open(row)}
          onClose={close}
          onEdges={setEdges}
          rowProps={eventRowProps}
          renderRow={(row, active) => (
            <LogRowCells
              row={row}
              active={active}
              columns={columns.shown}
              stacked={stacked}
              withDate={withDate}
              loadingOlder={state.loadingOlder || (state.loading && state.partial)}
              mayLoadOlder={state.mayLoadOlder}
              pinned={row.kind !== 'older' && pinned.has(row.event.eventId ?? '')}
              onLoadOlder={loadOlder}
              onReload={state.reload}
              onClose={close}
              onPin={(id) =>
                setPinned((before) => (before.has(id) ? without(before, id) : new Set([...before, id])))
              }
            />
          )}
        />
      )}
      {!atNewest && unseen > 0 && (
        <Button
          look="accent"
          icon={newestFirst ? 'arrowUp' : 'arrowDown'}
          className="sl-log__new"
          onClick={toNewest}
        >
          {formatCount(unseen)} new
        </Button>
      )}
    </div>
  );
}

const OLDER_ROW = 40;

function keyOf(row: LogRow): string {
  return row.key;
}

function isEvent(row: LogRow): boolean {
  return row.kind === 'event';
}

function without(set: ReadonlySet<string>, value: string): ReadonlySet<string> {
  return new Set([...set].filter((one) => one !== value));
}

/** How many of the rows were written after `sequence`; they are at the end. */
function countAfter(events: readonly { readonly sequence: number }[], sequence: number): number {
  let count = 0;
  while (count < events.length && (events[events.length - 1 - count]?.sequence ?? 0) > sequence) count += 1;
  return count;
}

function countWords(shown: number, inRange: number | undefined): string {
  if (inRange === undefined || inRange < shown) return `${formatCounted(shown, 'event')} shown`;
  if (shown === inRange) return `${formatCounted(inRange, 'event')} in range`;
  return `${formatCount(shown)} shown of ${formatCounted(inRange, 'event')} in range`;
}
