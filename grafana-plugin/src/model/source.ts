/**
 * Where the views get their data: one port, two roads. The local page implements it over the read API, the Grafana
 * panel over Loki and Tempo. Everything answers in the contract's shapes and rejects with an `Error` whose message
 * is a sentence for a reader; `signal` ends what nobody waits for any more.
 */
import type {
  EventDetail,
  EventFilter,
  EventItem,
  EventPage,
  EventQuery,
  Facets,
  Page,
  Series,
  SessionItem,
  SessionQuery,
  Totals,
} from 'sightline/contract';

import type { FilterField } from './viewState.ts';

export interface Range {
  /** Unix milliseconds, inclusive. */
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

export interface Source {
  /** @param onPartial What there is so far, while a source that searches in parts goes on with older ones. */
  events(query: EventQuery, signal: AbortSignal, onPartial?: (page: EventPage) => void): Promise<EventPage>;
  event(eventId: string, signal: AbortSignal): Promise<EventDetail>;
  sessions(query: SessionQuery, signal: AbortSignal): Promise<Page<SessionItem>>;
  session(sessionId: string, signal: AbortSignal): Promise<SessionItem>;
  sessionEvents(
    sessionId: string,
    page: { readonly limit?: number; readonly cursor?: string },
    signal: AbortSignal,
  ): Promise<Page<EventItem>>;
  facets(filter: Pick<EventFilter, 'from' | 'to' | 'server'>, signal: AbortSignal): Promise<Facets>;
  /** Values of a menu that are known before anything is counted, as shown until then; absent where counting is at once. */
  knownValues?(filter: Pick<EventFilter, 'from' | 'to' | 'server'>, field: FilterField): readonly string[];
  totals(range: Range, signal: AbortSignal): Promise<Totals>;
  series(range: Range & { readonly step: number }, signal: AbortSignal): Promise<Series>;
}

export type {
  About,
  Completeness,
  EventDetail,
  EventFilter,
  EventItem,
  EventPage,
  EventQuery,
  Facets,
  PayloadItem,
  Series,
  SessionItem,
  SessionQuery,
  SessionSort,
  Totals,
} from 'sightline/contract';
