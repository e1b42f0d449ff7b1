/** The event log's columns: their order, what each is called, and which of them fit where there is little room. */

export interface Column {
  readonly id: ColumnId;
  readonly title: string;
  /** Pixels below which it says nothing. */
  readonly least: number;
  /** How it shares what is left: a CSS grid track. */
  readonly track: string;
  readonly numeric?: true;
  /** The higher, the sooner it goes when room is short; 0 stays. */
  readonly dispensable: number;
}

export const COLUMN_IDS = [
  'time',
  'server',
  'method',
  'target',
  'upstream',
  'proxy',
  'total',
  'outcome',
  'http',
  'client',
  'address',
  'session',
] as const;
export type ColumnId = (typeof COLUMN_IDS)[number];

const TABLE: Readonly<Record<ColumnId, Omit<Column, 'id'>>> = {
  time: { title: 'Time', least: 116, track: '116px', dispensable: 0 },
  server: { title: 'Server', least: 72, track: 'minmax(72px, 0.5fr)', dispensable: 4 },
  method: { title: 'Method', least: 130, track: 'minmax(130px, 1.1fr)', dispensable: 1 },
  target: { title: 'Tool or target', least: 220, track: 'minmax(220px, 2.2fr)', dispensable: 0 },
  upstream: { title: 'Upstream', least: 70, track: '70px', numeric: true, dispensable: 7 },
  proxy: { title: 'Proxy', least: 60, track: '60px', numeric: true, dispensable: 8 },
  total: { title: 'Total', least: 70, track: '70px', numeric: true, dispensable: 2 },
  outcome: { title: 'Outcome', least: 120, track: '120px', dispensable: 0 },
  http: { title: 'HTTP', least: 48, track: '48px', dispensable: 3 },
  client: { title: 'Client', least: 88, track: 'minmax(88px, 0.9fr)', dispensable: 5 },
  address: { title: 'Address', least: 112, track: 'minmax(112px, 0.6fr)', dispensable: 9 },
  session: { title: 'Session', least: 80, track: '80px', dispensable: 6 },
};

/** Every column, in the order in which they stand. */
export const COLUMNS: readonly Column[] = COLUMN_IDS.map((id) => ({ id, ...TABLE[id] }));

/** Shown unless the reader chose otherwise. */
export const DEFAULT_COLUMNS: readonly ColumnId[] = COLUMN_IDS.filter((id) => id !== 'session');

/** Below so many pixels a row takes two lines instead of columns. */
export const STACKED_BELOW = 560;
/** Width of the time column when the date stands there too. */
const DATED_TIME = 192;
const GAP = 12;
const EDGES = 36;

export interface FittedColumns {
  readonly shown: readonly Column[];
  /** Left out for lack of room. */
  readonly left: readonly Column[];
  /** The tracks of a CSS grid for those shown. */
  readonly tracks: string;
}

/** The chosen columns that fit into `width` pixels. */
export function fitColumns(chosen: readonly ColumnId[], width: number, withDate: boolean): FittedColumns {
  let shown = COLUMNS.filter((column) => chosen.includes(column.id)).map((column) =>
    withDate && column.id === 'time' ? { ...column, least: DATED_TIME, track: `${DATED_TIME}px` } : column,
  );
  const left: Column[] = [];
  while (widthOf(shown) > width) {
    const next = shown.reduce<Column | undefined>(
      (worst, one) => (one.dispensable > (worst?.dispensable ?? 0) ? one : worst),
      undefined,
    );
    if (next === undefined) break;
    left.push(next);
    shown = shown.filter((column) => column !== next);
  }
  return { shown, left, tracks: shown.map((column) => column.track).join(' ') };
}

function widthOf(columns: readonly Column[]): number {
  return columns.reduce((sum, one) => sum + GAP + one.least, EDGES);
}
