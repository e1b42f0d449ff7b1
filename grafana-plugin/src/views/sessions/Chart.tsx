/**
 * Sessions and calls over time, errors in red. A pointer or the arrow keys read it column by column; dragging, or Shift
 * with the arrow keys and then Enter, chooses a range. The same numbers stand in a table behind a button.
 */
import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react';
import { type ChartColumn, type Chart as ChartShape, columnAt, rangeOfColumns } from '../../model/chart.ts';
import { crossesMidnight, formatCount, formatCounted, formatTime, type Zone } from '../../model/format.ts';
import { absoluteRange } from '../../model/range.ts';
import { Popover } from '../Popover.tsx';
import { usePorts } from '../ViewContext.tsx';

/** Pixels of the two bands and between them. */
const SESSIONS = 14;
const BETWEEN = 3;
const CALLS = 31;
const HEIGHT = SESSIONS + BETWEEN + CALLS;

export function Chart({ chart }: { readonly chart: ChartShape }) {
  const { setView, zone } = usePorts();
  const picture = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<number>();
  const [from, setFrom] = useState<number>();
  const { columns } = chart;
  const column = at === undefined ? undefined : columns[at];

  const choose = (a: number, b: number) => {
    const range = rangeOfColumns(chart, a, b);
    const choice = range && absoluteRange(range.from, range.to);
    setFrom(undefined);
    if (choice) setView({ range: choice });
  };
  const columnUnder = (event: PointerEvent) => {
    const box = picture.current?.getBoundingClientRect();
    if (!box || box.width === 0) return undefined;
    return columnAt(chart, Math.min(0.99999, Math.max(0, (event.clientX - box.left) / box.width)));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const now = at ?? columns.length - 1;
    const to = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: columns.length - 1 }[event.key];
    if (to !== undefined) {
      if (event.shiftKey) setFrom(from ?? now);
      else setFrom(undefined);
      setAt(Math.min(columns.length - 1, Math.max(0, at === undefined && to !== 0 ? now : to)));
    } else if (event.key === 'Enter' && at !== undefined) choose(from ?? at, at);
    else if (event.key === 'Escape' && at !== undefined) {
      setFrom(undefined);
      setAt(undefined);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const picked = from !== undefined && at !== undefined ? rangeOfColumns(chart, from, at) : undefined;
  return (
    <div className="sl-chart">
      <div className="sl-chart__picture" data-from={chart.range.from} data-to={chart.range.to}>
        <svg width="100%" height={HEIGHT} aria-hidden="true" focusable="false">
          {columns.map((one, index) => (
            <Column key={one.time} column={one} lit={isLit(index, at, from)} />
          ))}
          <line className="sl-chart__base" x1="0" x2="100%" y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
        </svg>
        <div
          ref={picture}
          className="sl-chart__hold"
          role="slider"
          tabIndex={0}
          aria-label="Calls, errors and sessions over time; arrow keys read, Shift and arrow keys mark, Enter chooses"
          aria-valuemin={0}
          aria-valuemax={Math.max(0, columns.length - 1)}
          aria-valuenow={at ?? Math.max(0, columns.length - 1)}
          aria-valuetext={column ? columnWords(column, zone) : summaryWords(chart)}
          onKeyDown={onKeyDown}
          onBlur={() => {
            setAt(undefined);
            setFrom(undefined);
          }}
          onPointerDown={(event) => {
            if (event.button !== 0) return;
            event.currentTarget.setPointerCapture(event.pointerId);
            setFrom(columnUnder(event));
          }}
          onPointerMove={(event) => setAt(columnUnder(event))}
          onPointerLeave={() => from === undefined && setAt(undefined)}
          onPointerUp={(event) => {
            const to = columnUnder(event);
            // A mere press chooses nothing: only what was dragged over is meant.
            if (from !== undefined && to !== undefined && to !== from) choose(from, to);
            else setFrom(undefined);
          }}
        />
      </div>
      <div className="sl-chart__line sl-muted">
        <span aria-hidden="true">
          {picked ? (
            pickWords(picked, zone)
          ) : column ? (
            columnWords(column, zone)
          ) : chart.callsMax + chart.sessionsMax === 0 ? (
            NO_CALLS
          ) : (
            <>
              <i className="sl-chart__key sl-chart__sessions" /> sessions, up to{' '}
              {formatCount(chart.sessionsMax)}
              <i className="sl-chart__key sl-chart__calls" /> calls, up to {formatCount(chart.callsMax)}
              <i className="sl-chart__key sl-chart__errors" /> errors
            </>
          )}
        </span>
        <ChartTable chart={chart} zone={zone} />
      </div>
    </div>
  );
}

function isLit(index: number, at: number | undefined, from: number | undefined): boolean {
  if (at === undefined) return false;
  const other = from ?? at;
  return index >= Math.min(at, other) && index <= Math.max(at, other);
}

const share = (value: number) => `${(value * 100).toFixed(3)}%`;
/** Of a column's width; the rest parts it from the next. */
const FILLED = 0.82;

function Column({ column, lit }: { readonly column: ChartColumn; readonly lit: boolean }) {
  const x = share(column.left);
  const width = share(column.width * FILLED);
  const sessions = tall(column.sessionHeight, SESSIONS);
  const calls = tall(column.callHeight, CALLS);
  const errors = tall(column.errorHeight, CALLS);
  return (
    <g>
      {lit && <rect className="sl-chart__lit" x={x} width={share(column.width)} y={0} height={HEIGHT} />}
      {sessions > 0 && (
        <rect className="sl-chart__sessions" x={x} width={width} y={SESSIONS - sessions} height={sessions} />
      )}
      {calls > 0 && (
        <rect className="sl-chart__calls" x={x} width={width} y={HEIGHT - calls} height={calls} />
      )}
      {errors > 0 && (
        <rect className="sl-chart__errors" x={x} width={width} y={HEIGHT - errors} height={errors} />
      )}
    </g>
  );
}

/** What happened at all is seen, however small beside the rest. */
function tall(height: number, of: number): number {
  return height === 0 ? 0 : Math.max(1.5, height * of);
}

const NO_CALLS = 'No calls in this range';

function summaryWords({ sessionsMax, callsMax }: ChartShape): string {
  if (callsMax === 0 && sessionsMax === 0) return NO_CALLS;
  return `Up to ${formatCounted(sessionsMax, 'session')} and ${formatCounted(callsMax, 'call')} in a column`;
}

function columnWords({ time, until, calls, errors, sessions }: ChartColumn, zone: Zone): string {
  const counts = [
    formatCounted(calls, 'call'),
    formatCounted(errors, 'error'),
    formatCounted(sessions, 'session'),
  ];
  return `${spanWords(time, until, zone)}: ${counts.join(', ')}`;
}

function pickWords({ from, to }: { readonly from: number; readonly to: number }, zone: Zone): string {
  return `choose ${spanWords(from, to, zone)}`;
}

function spanWords(from: number, to: number, zone: Zone): string {
  const date = crossesMidnight(from, to, zone) ? 'withDate' : 'timeOnly';
  return `${minuteWords(from, zone, date)} to ${minuteWords(to, zone, date)}`;
}

function minuteWords(time: number, zone: Zone, date: 'withDate' | 'timeOnly'): string {
  const text = formatTime(time, zone, date);
  return text.endsWith(':00.000') ? text.slice(0, -':00.000'.length) : text.slice(0, -'.000'.length);
}

function ChartTable({ chart, zone }: { readonly chart: ChartShape; readonly zone: Zone }) {
  const busy = chart.columns.filter(({ calls, sessions }) => calls > 0 || sessions > 0);
  return (
    <Popover label="The chart as a table" side="right" button={{ small: true, children: 'Table' }}>
      {() => (
        <table className="sl-cost">
          <caption>Sessions, calls and errors over time; what is left out had none</caption>
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Sessions</th>
              <th scope="col">Calls</th>
              <th scope="col">Errors</th>
            </tr>
          </thead>
          <tbody>
            {busy.map(({ time, until, sessions, calls, errors }) => (
              <tr key={time}>
                <th scope="row">{spanWords(time, until, zone)}</th>
                <td>{formatCount(sessions)}</td>
                <td>{formatCount(calls)}</td>
                <td>{formatCount(errors)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Popover>
  );
}
