/**
 * The view between two drawings: where it started, what the dashboard's variables said last, and what this panel told
 * them that has not come back yet. A variable's change leads the view unless it is the echo of the panel's own word.
 */
import { bucketOf } from '../data/bucket.ts';
import type { ViewState } from '../model/viewState.ts';
import type { PanelOptions } from './options.ts';
import { type Carried, changeView, startView, withCarried } from './panelView.ts';

export interface Given {
  readonly options: PanelOptions;
  /** The filter option with its variables replaced. */
  readonly filter: string;
  readonly carried: Carried & {
    /** Links of Sightline's dashboards carry in which of sixteen parts of Loki's index a session is found. */
    readonly bucket: string | undefined;
  };
}

export interface Kept {
  readonly start: string;
  readonly carried: Carried;
  /** Values told and not yet heard back, oldest first. */
  readonly told: Readonly<Record<keyof Carried, readonly string[]>>;
  readonly view: ViewState;
}

/** A pattern that is any bucket's name. */
export const ANY_BUCKET = '.';
const BUCKET = /^[0-9a-f]$/;

/** A dashboard may have a variable of the same name that means something else. */
const isOurs = (bucket: string): boolean => bucket === '' || bucket === ANY_BUCKET || BUCKET.test(bucket);

const SILENT: Kept['told'] = { session: [], event: [] };

export function startKept(given: Given): Kept {
  const { options, filter, carried } = given;
  return { start: startOf(given), carried, told: SILENT, view: startView(options, filter, carried) };
}

/** The same value while nothing has changed. */
export function follow(kept: Kept, given: Given): Kept {
  // Other options, or other variables in the filter: a new start, as when the panel is opened.
  if (kept.start !== startOf(given)) return startKept(given);
  const session = heard(kept, given, 'session');
  const event = heard(kept, given, 'event');
  if (session === undefined && event === undefined) return kept;
  const { options, carried } = given;
  return {
    start: kept.start,
    carried,
    told: { session: session?.told ?? kept.told.session, event: event?.told ?? kept.told.event },
    view: withCarried(kept.view, options, {
      session: session?.leads ? carried.session : undefined,
      event: event?.leads ? carried.event : undefined,
    }),
  };
}

/** What a variable's value means; undefined when it is what it was. */
function heard(
  kept: Kept,
  { carried }: Given,
  what: keyof Carried,
): { readonly leads: boolean; readonly told: readonly string[] } | undefined {
  const value = carried[what];
  if (value === kept.carried[what]) return undefined;
  const echo = value === undefined ? -1 : kept.told[what].indexOf(value);
  return echo < 0 ? { leads: true, told: [] } : { leads: false, told: kept.told[what].slice(echo + 1) };
}

/** After a change that the reader made: the view, and the query parameters that carry it to the dashboard. */
export function change(
  kept: Kept,
  { options, carried }: Given,
  changed: Partial<ViewState>,
): { readonly next: Kept; readonly query: Readonly<Record<string, string>> } {
  const { view, told } = changeView(options, kept.view, changed);
  const query: Record<string, string> = {};
  const left = { ...kept.told };
  for (const [what, name] of [
    ['session', options.sessionVariable],
    ['event', options.eventVariable],
  ] as const) {
    const value = told[what];
    if (value === undefined || carried[what] === undefined) continue;
    query[`var-${name}`] = value;
    left[what] = [...left[what], value];
    if (what === 'session' && carried.bucket !== undefined && isOurs(carried.bucket)) {
      query['var-bucket'] = value === '' ? ANY_BUCKET : bucketOf(value);
    }
  }
  return { next: { ...kept, told: left, view }, query };
}

/**
 * Whether the bucket is another session's: a reader typed an id beside the one that a link had brought. What was typed
 * may be the protocol's own id, of which no bucket is known.
 */
export function isStaleBucket({ session, bucket = '' }: Given['carried']): boolean {
  if (session === undefined || !BUCKET.test(bucket)) return false;
  return session === '' || bucket !== bucketOf(session);
}

function startOf({ options, filter }: Given): string {
  return JSON.stringify([options, filter]);
}
