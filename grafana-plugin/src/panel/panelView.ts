/**
 * What the panel shows, as data: the options are where it starts, the dashboard's range and variables are the
 * dashboard's, and the rest is the reader's own until the page is left.
 */
import type { RangeChoice } from '../model/range.ts';
import { DEFAULT_VIEW, readView, type ViewState } from '../model/viewState.ts';
import type { PanelOptions } from './options.ts';

/** Values of the variables that the options name; undefined: none is named, or the dashboard has none of the name. */
export interface Carried {
  readonly session: string | undefined;
  readonly event: string | undefined;
}

/** What changes of the view have to be told to the dashboard. */
export type Told = Partial<Record<keyof Carried, string>>;

/** Where a view starts: the options, then the filter text, then what a link opens. */
export function startView(options: PanelOptions, filter: string, carried: Carried): ViewState {
  const asked = readView(filter);
  const start: ViewState = {
    ...DEFAULT_VIEW,
    q: asked.q,
    filters: asked.filters,
    sort: asked.sort,
    status: asked.status,
    tab:
      options.view === 'events' || (options.view === 'both' && asked.tab === 'events')
        ? 'events'
        : 'sessions',
    columns: options.columns,
    order: options.order,
    compact: options.density === 'compact',
    live: options.live,
    interval: options.interval,
  };
  return withCarried(start, options, carried);
}

/** Whether the dashboard's own filter text leaves anything out; a sort or a tab does not. */
export function isNarrowed(filter: string): boolean {
  const { q, filters, status } = readView(filter);
  return q !== '' || status !== 'all' || Object.values(filters).some((chosen) => chosen.length > 0);
}

/** The view after the dashboard's variables have changed. */
export function withCarried(view: ViewState, options: PanelOptions, carried: Carried): ViewState {
  const { session, event } = carried;
  return {
    ...view,
    ...(session !== undefined && sessionChange(options, view, session)),
    ...(event !== undefined && { selected: event === '' ? undefined : event }),
  };
}

/** A log alone is filtered by the session that is chosen elsewhere; sessions open it. */
function sessionChange(options: PanelOptions, view: ViewState, session: string): Partial<ViewState> {
  if (options.view === 'events') {
    return { filters: { ...view.filters, session: session === '' ? [] : [session] } };
  }
  if (session === '') return { openSession: undefined };
  return { openSession: session, tab: 'sessions' };
}

/** The range is the dashboard's, whatever the view asks for. */
export function shownView(view: ViewState, range: RangeChoice): ViewState {
  return { ...view, range };
}

/** The view after a change that a reader made in it, and what of it the dashboard should carry. */
export function changeView(
  options: PanelOptions,
  view: ViewState,
  change: Partial<ViewState>,
): { readonly view: ViewState; readonly told: Told } {
  const { range: _range, tab, ...rest } = change;
  let next: ViewState = { ...view, ...rest };
  if (options.view === 'both' && tab !== undefined) next = { ...next, tab };
  // There is no list of sessions here to open it in: what is asked for is to see this session.
  if (options.view === 'events' && 'openSession' in change) {
    const session = change.openSession === undefined ? [] : [change.openSession];
    next = { ...next, openSession: undefined, filters: { ...next.filters, session } };
  }
  return {
    view: next,
    told: {
      ...toldOf('session', sessionOf(options, view), sessionOf(options, next)),
      ...toldOf('event', view.selected, next.selected),
    },
  };
}

/** The one session a view is about. */
function sessionOf(options: PanelOptions, { openSession, filters }: ViewState): string | undefined {
  if (options.view !== 'events') return openSession;
  return filters.session.length === 1 ? filters.session[0] : undefined;
}

function toldOf(what: keyof Carried, before: string | undefined, after: string | undefined): Told {
  return before === after ? {} : { [what]: after ?? '' };
}
