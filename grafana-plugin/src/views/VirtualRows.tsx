/**
 * A list of which only the rows in sight exist: the only importer of the virtual list library. Rows have any height and
 * are measured. One row at a time can be reached by Tab; arrow keys, Home, End, PageUp and PageDown move to others,
 * Enter opens, Escape closes (also from inside a row, which then has the focus again).
 */
import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import {
  type HTMLAttributes,
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  type Ref,
  useCallback,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { usePointing } from './usePointing.ts';
import './virtualRows.css';

export interface RowsHandle {
  scrollToKey(key: string, align?: 'auto' | 'start' | 'center' | 'end'): void;
  /** Puts the row so many pixels below the upper edge: where it was, after others came before it. */
  scrollToKeyAt(key: string, pixels: number): void;
  /**
   * Where little room is left below the row for what it opened, moves it up, and where it is half out of sight, into
   * it; else leaves everything where it is.
   */
  makeRoomBelow(key: string, pixels: number): void;
  scrollToEnd(): void;
  scrollToStart(): void;
  /** Makes the row the one reached by Tab, and focuses it. */
  focusKey(key: string, align?: 'auto' | 'start'): void;
}

/** Attributes of a row's own element. */
export type RowProps = HTMLAttributes<HTMLDivElement> & { readonly [name: `data-${string}`]: unknown };

export interface VirtualRowsProps<Row> {
  readonly rows: readonly Row[];
  keyOf(row: Row): string;
  /** Pixels, as a first guess: what is drawn is measured. */
  heightOf(row: Row): number;
  /** The cells of one row. What can be focused in it should be reachable by Tab only in the active row. */
  renderRow(row: Row, active: boolean): ReactNode;
  /** Class, ARIA and data attributes of the row's own element. */
  rowProps?(row: Row): RowProps;
  /** Whether arrow keys stop here and a click opens; every row unless given. */
  isStop?(row: Row): boolean;
  readonly label: string;
  readonly role: 'grid' | 'treegrid';
  readonly columnCount?: number;
  /** A row of column headers, outside of what scrolls. */
  readonly header?: ReactNode;
  readonly className?: string;
  /**
   * `held`: the row at the top edge stays there, whatever comes or goes above it. `end`: the same, and the list stays at
   * its end when it was there.
   */
  readonly anchor?: 'start' | 'held' | 'end';
  /** Enter, Space or a click on a row that is a stop. */
  onOpen?(row: Row): void;
  /** Escape on or inside a row, and the left arrow. */
  onClose?(row: Row): void;
  /** The right arrow; `onOpen` unless given. */
  onExpand?(row: Row): void;
  /** Tells when the reader comes to or leaves either edge. */
  onEdges?(edges: { readonly atStart: boolean; readonly atEnd: boolean }): void;
  /** Tells when a mouse begins to move over the rows, and when it has come to rest or left. */
  onPointing?(pointing: boolean): void;
  readonly handle?: Ref<RowsHandle>;
}

/** Pixels in which the row and the details of most events, request and response, can be read. */
export const DETAIL_ROOM = 560;
/** Pixels from an edge that still count as being there. */
const EDGE = 12;

export function VirtualRows<Row>(props: VirtualRowsProps<Row>) {
  const { rows, keyOf, heightOf, anchor = 'start', isStop = always } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [activeKey, setActiveKey] = useState<string>();
  const wantsFocus = useRef(false);
  const edges = useRef({ atStart: true, atEnd: true });
  const activeIndex = activeKey === undefined ? -1 : rows.findIndex((row) => keyOf(row) === activeKey);
  const tabIndex = activeIndex >= 0 ? activeIndex : rows.findIndex((row) => isStop(row));

  const virtualizer = useVirtualizer<HTMLDivElement, HTMLDivElement>({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => at(rows, index, heightOf) ?? 0,
    getItemKey: useCallback((index: number) => at(rows, index, keyOf) ?? index, [rows, keyOf]),
    overscan: 8,
    anchorTo: anchor === 'start' ? 'start' : 'end',
    followOnAppend: anchor === 'end',
    scrollEndThreshold: EDGE,
    useFlushSync: false,
    // The row that has the focus stays, however far the reader scrolls: losing it would lose the place.
    rangeExtractor: (range) => {
      const shown = defaultRangeExtractor(range);
      if (tabIndex < 0 || shown.includes(tabIndex)) return shown;
      return [...shown, tabIndex].sort((a, b) => a - b);
    },
    onChange: () => tellEdges(),
  });

  const tellEdges = () => {
    const atStart = (virtualizer.scrollOffset ?? 0) <= EDGE;
    const atEnd = virtualizer.isAtEnd(EDGE);
    if (atStart === edges.current.atStart && atEnd === edges.current.atEnd) return;
    edges.current = { atStart, atEnd };
    props.onEdges?.(edges.current);
  };
  // Rows that come while the list holds still move its end away without any scrolling.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what changes the rows does so
  useLayoutEffect(() => {
    if (anchor !== 'end') tellEdges();
  }, [rows]);

  const indexOfKey = (key: string) => rows.findIndex((row) => keyOf(row) === key);
  const moveTo = (index: number, align: 'auto' | 'start' = 'auto') => {
    const row = rows[index];
    if (row === undefined) return;
    wantsFocus.current = true;
    setActiveKey(keyOf(row));
    // What stands before the first stop, as a way to older rows, comes into sight with it.
    if (step(rows, isStop, index, -1, 1) === index) virtualizer.scrollToOffset(0);
    else virtualizer.scrollToIndex(index, { align });
  };
  useImperativeHandle(props.handle, () => ({
    scrollToKey: (key, align = 'center') => {
      const index = indexOfKey(key);
      if (index >= 0) virtualizer.scrollToIndex(index, { align });
    },
    scrollToKeyAt: (key, pixels) => {
      const found = virtualizer.getOffsetForIndex(indexOfKey(key), 'start');
      if (found !== undefined) virtualizer.scrollToOffset(found[0] - pixels);
    },
    makeRoomBelow: (key, pixels) => {
      const index = indexOfKey(key);
      const from = virtualizer.getVirtualItems().find((item) => item.index === index)?.start;
      const height = scroller.current?.clientHeight ?? 0;
      const offset = virtualizer.scrollOffset ?? 0;
      if (from === undefined) return;
      if (from < offset) virtualizer.scrollToOffset(from);
      else if (offset + height - from < Math.min(pixels, height * 0.75))
        virtualizer.scrollToOffset(from - Math.max(0, height - pixels));
    },
    scrollToEnd: () => virtualizer.scrollToIndex(rows.length - 1, { align: 'end' }),
    scrollToStart: () => virtualizer.scrollToOffset(0),
    focusKey: (key, align) => moveTo(indexOfKey(key), align),
  }));

  // After every drawing, because the row that wants the focus may only now exist.
  useLayoutEffect(() => {
    if (!wantsFocus.current || activeKey === undefined) return;
    const element = scroller.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(activeKey)}"]`);
    if (!element) return;
    wantsFocus.current = false;
    element.focus({ preventScroll: true });
  });

  const pointing = usePointing(props.onPointing);
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const element = rowElementOf(event.target);
    const index = element === undefined ? -1 : Number(element.dataset['index']);
    const row = rows[index];
    if (row === undefined || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === 'Escape') {
      if (element !== event.target) moveTo(nearestStop(rows, isStop, index));
      props.onClose?.(row);
      event.preventDefault();
      return;
    }
    // Inside a row, keys belong to what has the focus there.
    if (element !== event.target) return;
    const page = Math.max(
      1,
      Math.floor((scroller.current?.clientHeight ?? 0) / Math.max(1, heightOf(row))) - 1,
    );
    const target = targetOf(event.key, index, page, rows, isStop);
    if (target !== undefined) moveTo(target);
    else if (event.key === 'Enter' || event.key === ' ') props.onOpen?.(row);
    else if (event.key === 'ArrowRight') (props.onExpand ?? props.onOpen)?.(row);
    else if (event.key === 'ArrowLeft') props.onClose?.(row);
    else return;
    event.preventDefault();
  };

  const onClick = (event: MouseEvent<HTMLDivElement>) => {
    const element = rowElementOf(event.target);
    const row = element === undefined ? undefined : rows[Number(element.dataset['index'])];
    if (row === undefined || !isStop(row) || isControl(event.target)) return;
    // Whoever marks a text wants the text.
    if (element?.ownerDocument.getSelection()?.isCollapsed === false) return;
    wantsFocus.current = true;
    setActiveKey(keyOf(row));
    props.onOpen?.(row);
  };

  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: both roles support them; the rule cannot see which it is
    <div
      role={props.role}
      className={`sl-rows ${props.className ?? ''}`}
      aria-label={props.label}
      aria-rowcount={rows.length + (props.header === undefined ? 0 : 1)}
      aria-colcount={props.columnCount}
    >
      {props.header !== undefined && (
        <div role="rowgroup" className="sl-rows__head">
          {props.header}
        </div>
      )}
      <div
        ref={scroller}
        role="rowgroup"
        className="sl-rows__scroll"
        onKeyDown={onKeyDown}
        onClick={onClick}
        {...pointing}
      >
        <div role="presentation" className="sl-rows__space" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map((item) => {
            const row = rows[item.index];
            if (row === undefined) return null;
            const { className = '', ...own } = props.rowProps?.(row) ?? {};
            const reachable = item.index === tabIndex;
            return (
              <div
                key={item.key}
                ref={virtualizer.measureElement}
                role="row"
                aria-rowindex={item.index + (props.header === undefined ? 1 : 2)}
                tabIndex={isStop(row) ? (reachable ? 0 : -1) : undefined}
                data-index={item.index}
                data-row={keyOf(row)}
                {...own}
                className={`sl-rows__row ${className}`}
                style={{ ...own.style, transform: `translateY(${item.start}px)` }}
                onFocus={(event) => {
                  if (isStop(row) && event.target === event.currentTarget) setActiveKey(keyOf(row));
                }}
              >
                {props.renderRow(row, reachable)}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

function always(): boolean {
  return true;
}

function at<Row, Value>(rows: readonly Row[], index: number, read: (row: Row) => Value): Value | undefined {
  const row = rows[index];
  return row === undefined ? undefined : read(row);
}

function rowElementOf(target: EventTarget): HTMLElement | undefined {
  return target instanceof Element ? (target.closest<HTMLElement>('[data-row]') ?? undefined) : undefined;
}

function isControl(target: EventTarget): boolean {
  return target instanceof Element && target.closest('button, a, input, select, textarea, summary') !== null;
}

/** The row a key leads to; undefined for keys that do not move. */
function targetOf<Row>(
  key: string,
  index: number,
  page: number,
  rows: readonly Row[],
  isStop: (row: Row) => boolean,
): number | undefined {
  if (key === 'ArrowDown') return step(rows, isStop, index, 1, 1);
  if (key === 'ArrowUp') return step(rows, isStop, index, -1, 1);
  if (key === 'PageDown') return step(rows, isStop, index, 1, page);
  if (key === 'PageUp') return step(rows, isStop, index, -1, page);
  if (key === 'Home') return step(rows, isStop, -1, 1, 1);
  if (key === 'End') return step(rows, isStop, rows.length, -1, 1);
  return undefined;
}

/** The `count`th stop from `index` in a direction, or the last there is. */
function step<Row>(
  rows: readonly Row[],
  isStop: (row: Row) => boolean,
  index: number,
  direction: 1 | -1,
  count: number,
): number {
  let found = index;
  let left = count;
  for (let next = index + direction; next >= 0 && next < rows.length && left > 0; next += direction) {
    const row = rows[next];
    if (row === undefined || !isStop(row)) continue;
    found = next;
    left -= 1;
  }
  return found;
}

/** The row that a part without a stop of its own belongs to: the nearest stop above it. */
function nearestStop<Row>(rows: readonly Row[], isStop: (row: Row) => boolean, index: number): number {
  for (let above = index; above >= 0; above -= 1) {
    const row = rows[above];
    if (row !== undefined && isStop(row)) return above;
  }
  return index;
}
