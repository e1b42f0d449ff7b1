/**
 * What a dashboard's author chooses for one panel, and how saved choices are read: they come out of a dashboard's JSON,
 * from any version of this plugin or from a text editor, so every value is looked at and nothing throws.
 */
import { COLUMN_IDS, type ColumnId, DEFAULT_COLUMNS } from '../model/columns.ts';
import { INTERVALS, type Interval } from '../model/viewState.ts';

export interface PanelOptions {
  readonly view: 'both' | 'sessions' | 'events';
  /** Uids of data sources; empty: as the panel's own queries name them. */
  readonly loki: string;
  readonly tempo: string;
  /** LogQL matchers that say whose records these are, as `service_name="sightline"`; variables are replaced. */
  readonly streams: string;
  /** What is filtered from the start, spelt as in the address of the local page; variables are replaced. */
  readonly filter: string;
  readonly columns: readonly ColumnId[];
  readonly order: 'newestLast' | 'newestFirst';
  readonly density: 'usual' | 'compact';
  readonly live: boolean;
  /** Seconds. */
  readonly interval: Interval;
  /** Events of one page. */
  readonly pageSize: number;
  /** Minutes: an open session with an event this recent is active. */
  readonly activeWindow: number;
  /**
   * Dashboard variables that carry what is opened; empty: none. Saved as `$name`, because Grafana draws a panel anew for
   * a variable only when its options speak of it so; read as the bare name.
   */
  readonly sessionVariable: string;
  readonly eventVariable: string;
  /** Address of a page about one session; `${__session}` and `${__bucket}` are the session's. Empty: there is none. */
  readonly sessionLink: string;
}

export const DEFAULT_OPTIONS: PanelOptions = {
  view: 'both',
  loki: '',
  tempo: '',
  streams: '',
  filter: '',
  columns: DEFAULT_COLUMNS,
  order: 'newestLast',
  density: 'usual',
  live: true,
  interval: 2,
  pageSize: 200,
  activeWindow: 5,
  sessionVariable: '',
  eventVariable: '',
  sessionLink: '',
};

/** Rows of one page, as far as one question to Loki may go. */
export const PAGE_SIZES = { least: 50, most: 1_000 } as const;
/** Minutes. */
export const ACTIVE_WINDOWS = { least: 1, most: 1_440 } as const;

/** Options as saved by whatever version, with the default wherever a value is none of ours. */
export function readOptions(saved: unknown): PanelOptions {
  const given: Readonly<Record<string, unknown>> =
    typeof saved === 'object' && saved !== null ? { ...saved } : {};
  const standard = DEFAULT_OPTIONS;
  const text = (name: keyof PanelOptions) => (typeof given[name] === 'string' ? given[name].trim() : '');
  const variable = (name: keyof PanelOptions) => /^\$?\{?(\w{1,64})\}?$/.exec(text(name))?.[1] ?? '';
  return {
    view: oneOf(['both', 'sessions', 'events'] as const, given['view']) ?? standard.view,
    loki: text('loki'),
    tempo: text('tempo'),
    streams: text('streams'),
    filter: text('filter'),
    columns: readColumns(given['columns']),
    order: oneOf(['newestLast', 'newestFirst'] as const, given['order']) ?? standard.order,
    density: oneOf(['usual', 'compact'] as const, given['density']) ?? standard.density,
    live: typeof given['live'] === 'boolean' ? given['live'] : standard.live,
    interval: INTERVALS.find((one) => String(one) === String(given['interval'])) ?? standard.interval,
    pageSize: within(PAGE_SIZES, given['pageSize']) ?? standard.pageSize,
    activeWindow: within(ACTIVE_WINDOWS, given['activeWindow']) ?? standard.activeWindow,
    sessionVariable: variable('sessionVariable'),
    eventVariable: variable('eventVariable'),
    sessionLink: text('sessionLink'),
  };
}

function readColumns(given: unknown): readonly ColumnId[] {
  const known = Array.isArray(given) ? COLUMN_IDS.filter((id) => given.includes(id)) : [];
  return known.length === 0 ? DEFAULT_COLUMNS : known;
}

function within(
  bounds: { readonly least: number; readonly most: number },
  given: unknown,
): number | undefined {
  if (typeof given !== 'number' || !Number.isFinite(given)) return undefined;
  return Math.max(bounds.least, Math.min(bounds.most, Math.round(given)));
}

function oneOf<Word extends string>(words: readonly Word[], given: unknown): Word | undefined {
  return words.find((word) => word === given);
}
