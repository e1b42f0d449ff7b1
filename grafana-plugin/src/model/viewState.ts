/**
 * What the page shows, as data: everything that a link must carry so that it opens the same view again. Read from and
 * written to a query string; whatever stands in an address is a stranger's text, so unknown words fall back to the
 * default and nothing throws.
 */
import { ERROR_GROUP, OUTCOMES, SESSION_SORTS, type SessionSort } from 'sightline/contract';
import { COLUMN_IDS, type ColumnId, DEFAULT_COLUMNS } from './columns.ts';
import { absoluteRange, DEFAULT_RANGE, type RangeChoice, readLength, spellLength } from './range.ts';
import { isEventType } from './words.ts';

export const FILTER_FIELDS = [
  'server',
  'tool',
  'method',
  'client',
  'outcome',
  'httpStatus',
  'type',
  'session',
] as const;
export type FilterField = (typeof FILTER_FIELDS)[number];
/** Alternatives by field; an empty list asks nothing. */
export type Filters = Readonly<Record<FilterField, readonly string[]>>;

export const INTERVALS = [2, 5, 15] as const;
/** Seconds between two looks for news. */
export type Interval = (typeof INTERVALS)[number];

export interface ViewState {
  readonly tab: 'sessions' | 'events';
  readonly range: RangeChoice;
  readonly q: string;
  readonly filters: Filters;
  readonly sort: { readonly by: SessionSort; readonly descending: boolean };
  readonly status: 'all' | 'active' | 'ended';
  /** `sightline.session.id` of the session that is expanded (and scrolled to when it was just asked for). */
  readonly openSession: string | undefined;
  /** `sightline.event.id` of the event whose details are open. */
  readonly selected: string | undefined;
  readonly columns: readonly ColumnId[];
  readonly order: 'newestLast' | 'newestFirst';
  readonly compact: boolean;
  readonly live: boolean;
  readonly interval: Interval;
}

export const NO_FILTERS: Filters = {
  server: [],
  tool: [],
  method: [],
  client: [],
  outcome: [],
  httpStatus: [],
  type: [],
  session: [],
};

export const DEFAULT_VIEW: ViewState = {
  tab: 'sessions',
  range: DEFAULT_RANGE,
  q: '',
  filters: NO_FILTERS,
  sort: { by: 'lastActivity', descending: true },
  status: 'all',
  openSession: undefined,
  selected: undefined,
  columns: DEFAULT_COLUMNS,
  order: 'newestLast',
  compact: false,
  live: true,
  interval: 2,
};

/** Longest text taken from an address, and most alternatives of one filter. */
const TEXT_MAX = 512;
const VALUES_MAX = 50;

/** The view that a query string asks for; with or without its `?`. */
export function readView(query: string): ViewState {
  const given = new URLSearchParams(query);
  const text = (name: string) => {
    const value = given.get(name);
    return value === null || clean(value) === '' ? undefined : clean(value);
  };
  return {
    tab: given.get('tab') === 'events' ? 'events' : 'sessions',
    range: readRange(given),
    q: text('q') ?? '',
    filters: readFilters(given),
    sort: readSort(text('sort')),
    status: oneOf(['active', 'ended'] as const, text('status')) ?? 'all',
    openSession: text('open'),
    selected: text('event'),
    columns: readColumns(text('columns')),
    order: given.get('order') === 'newest-first' ? 'newestFirst' : 'newestLast',
    compact: given.get('rows') === 'compact',
    live: given.get('live') !== 'off',
    interval: INTERVALS.find((one) => String(one) === given.get('every')) ?? DEFAULT_VIEW.interval,
  };
}

/** The query string of a view, without `?`; empty for the default view, and in one order always. */
export function spellView(view: ViewState): string {
  const said = new URLSearchParams();
  if (view.tab !== DEFAULT_VIEW.tab) said.set('tab', view.tab);
  if (view.range.kind === 'absolute') {
    said.set('from', String(view.range.from));
    said.set('to', String(view.range.to));
  } else if (view.range.kind === 'relative' && spellLength(view.range.ms) !== spellRange(DEFAULT_RANGE)) {
    said.set('range', spellLength(view.range.ms));
  }
  if (view.q !== '') said.set('q', view.q);
  for (const field of FILTER_FIELDS) for (const value of view.filters[field]) said.append(field, value);
  const sort = spellSort(view.sort);
  if (sort !== spellSort(DEFAULT_VIEW.sort)) said.set('sort', sort);
  if (view.status !== 'all') said.set('status', view.status);
  if (view.openSession !== undefined) said.set('open', view.openSession);
  if (view.selected !== undefined) said.set('event', view.selected);
  if (view.columns.join() !== DEFAULT_COLUMNS.join()) said.set('columns', view.columns.join());
  if (view.order === 'newestFirst') said.set('order', 'newest-first');
  if (view.compact) said.set('rows', 'compact');
  if (!view.live) said.set('live', 'off');
  if (view.interval !== DEFAULT_VIEW.interval) said.set('every', String(view.interval));
  return said.toString();
}

function readRange(given: URLSearchParams): RangeChoice {
  const from = given.get('from');
  const to = given.get('to');
  if (from !== null && to !== null && /^\d{1,16}$/.test(from) && /^\d{1,16}$/.test(to)) {
    return absoluteRange(Number(from), Number(to)) ?? DEFAULT_RANGE;
  }
  const ms = readLength(given.get('range') ?? '');
  return ms === undefined ? DEFAULT_RANGE : { kind: 'relative', ms };
}

function spellRange(range: RangeChoice): string {
  return range.kind === 'relative' ? spellLength(range.ms) : '';
}

/** Values of a closed vocabulary; a word that is none of it would only be refused. */
const SOUND: Readonly<Partial<Record<FilterField, (value: string) => boolean>>> = {
  httpStatus: (value) => /^[1-5]\d\d$/.test(value),
  outcome: (value) => value === ERROR_GROUP || OUTCOMES.some((outcome) => outcome === value),
  type: (value) => isEventType(value),
};

/** No longer than anything sensible, and without NUL, which no text of ours can hold. */
function clean(text: string): string {
  return text.replaceAll('\0', '').slice(0, TEXT_MAX);
}

function readFilters(given: URLSearchParams): Filters {
  const values = (field: FilterField) => {
    const all = given.getAll(field);
    const sound = all
      .map((value) => clean(value))
      .filter((value) => value !== '' && SOUND[field]?.(value) !== false);
    return [...new Set(sound)].slice(0, VALUES_MAX);
  };
  return {
    server: values('server'),
    tool: values('tool'),
    method: values('method'),
    client: values('client'),
    outcome: values('outcome'),
    httpStatus: values('httpStatus'),
    type: values('type'),
    session: values('session'),
  };
}

function readSort(text: string | undefined): ViewState['sort'] {
  const by = oneOf(SESSION_SORTS, text?.replace(/^-/, ''));
  return by === undefined ? DEFAULT_VIEW.sort : { by, descending: text?.startsWith('-') ?? false };
}

function spellSort(sort: ViewState['sort']): string {
  return `${sort.descending ? '-' : ''}${sort.by}`;
}

function readColumns(text: string | undefined): readonly ColumnId[] {
  const asked = new Set(text?.split(','));
  const known = COLUMN_IDS.filter((id) => asked.has(id));
  return known.length === 0 ? DEFAULT_COLUMNS : known;
}

function oneOf<Word extends string>(words: readonly Word[], text: string | undefined): Word | undefined {
  return words.find((word) => word === text);
}
