/**
 * The read API's shapes: what the archive answers, what the page and the panel draw. Field names are made from
 * the attribute keys by one rule (`ApiName`), so that nothing is named twice. Times of the API's own are Unix
 * milliseconds, with a fraction where more is known; durations in attributes stay seconds, sizes bytes.
 */
import type { ATTRIBUTES, Place } from './attributes.ts';
import type { Outcome, PayloadPart } from './words.ts';

type Row = (typeof ATTRIBUTES)[number];
type RowOn<P extends Place, R = Row> = R extends { on: readonly (infer Q)[] }
  ? P extends Q
    ? R
    : never
  : never;
type ValueOf<R> = R extends { words: readonly (infer W)[] }
  ? W
  : R extends { type: 'string' }
    ? string
    : R extends { type: 'boolean' }
      ? boolean
      : number;
type Dotted<S extends string> = S extends `${infer H}_${infer T}` ? `${H}.${Dotted<T>}` : S;
type Camel<S extends string> = S extends `${infer H}.${infer T}` ? `${H}${Capitalize<Camel<T>>}` : S;
/** `sightline.` goes, and what dots and underscores part is joined in camel case. */
export type ApiName<K extends string> = K extends `sightline.${infer Rest}`
  ? Camel<Dotted<Rest>>
  : Camel<Dotted<K>>;
/** Every attribute that travels on `P`, absent where the record lacks it. */
type ItemOn<P extends Place> = {
  readonly [R in RowOn<P> as ApiName<R extends { key: infer K extends string } ? K : never>]?: ValueOf<R>;
};

/** The name of an attribute in the API: `sightline.session.id` is `sessionId`, `mcp.method.name` `mcpMethodName`. */
export function apiNameOf(key: string): string {
  return key
    .replace(/^sightline\./, '')
    .replaceAll(/[._]([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** One row of the event log: an event record without its payloads. */
export interface EventItem extends ItemOn<'event'> {
  /** Place in the archive's order of writing, from 1; what `after` and `Last-Event-ID` of the live stream mean. */
  readonly sequence: number;
  /** The record's timestamp in Unix milliseconds: of a request its end. */
  readonly time: number;
  /** When the request began; of everything else `time`. */
  readonly startTime: number;
  /** The same as `time` in nanoseconds, 19 decimal digits: what cursors and other systems know it by. */
  readonly timeUnixNano: string;
  readonly traceId?: string;
  readonly spanId?: string;
}

/** One upstream exchange of a request. */
export interface UpstreamSpanItem {
  readonly spanId: string;
  readonly startTime: number;
  readonly endTime: number;
  readonly serverAddress?: string;
  readonly serverPort?: number;
  /** Seconds. */
  readonly upstreamFirstByte?: number;
}

export interface PayloadItem {
  readonly part: PayloadPart;
  /** After redaction and cap; absent when the archive has shed it to stay within its size. */
  readonly text?: string;
  /** Bytes on the wire. */
  readonly size: number;
  readonly truncated: boolean;
  /** How many values were redacted. */
  readonly redacted: number;
}

/** One event with everything known about it. */
export interface EventDetail extends EventItem, ItemOn<'detail'> {
  readonly payloads: readonly PayloadItem[];
  readonly upstreamSpans: readonly UpstreamSpanItem[];
}

/** One row of the sessions list: the newest cumulative summary, the instances that saw it added up. */
export interface SessionItem extends ItemOn<'session'> {
  readonly sessionId: string;
  /** The protocol's own id, as events of the session carry it. */
  readonly mcpSessionId?: string;
  /** Open, and its last activity is within `active-window`. */
  readonly active: boolean;
  /** Decoded from `sightline.session.tools`, most calls first; at most 101 rows, the rest as `_more`. */
  readonly tools: readonly SessionTool[];
}

export interface SessionTool {
  readonly name: string;
  readonly calls: number;
  readonly errors: number;
}

/** What is missing from an answer, in numbers; `complete` when nothing is. */
export interface Completeness {
  readonly complete: boolean;
  /** What `sightline.loss` records of the range say, summed by stage and reason. */
  readonly lost: readonly { readonly stage: string; readonly reason: string; readonly count: number }[];
  /** Events whose payloads were cut at `payload-max`. */
  readonly truncated: number;
  /** Events without a span, because of sampling. */
  readonly unsampled: number;
  /** Events whose payloads the archive has shed. */
  readonly shed: number;
  /** The archive begins here, later than the range asked for. */
  readonly keptFrom?: number;
  /** What else is missing, a sentence each: only a source that answers in parts knows such, as Loki does. */
  readonly gaps?: readonly string[];
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Give it as `cursor` for what follows; null at the end. */
  readonly next: string | null;
  readonly completeness: Completeness;
}

export interface EventPage extends Page<EventItem> {
  /** Where this answer stood: as `after` it asks for what was written since. */
  readonly latest: number;
}

/** What a filter menu offers; most frequent first, at most 500 rows a menu. */
export interface Facet<Value = string> {
  readonly value: Value;
  readonly count: number;
  readonly errors: number;
}

export interface Facets {
  readonly servers: readonly Facet[];
  readonly tools: readonly Facet[];
  readonly methods: readonly Facet[];
  readonly clients: readonly Facet[];
  readonly outcomes: readonly Facet<Outcome>[];
  readonly httpStatuses: readonly Facet<number>[];
  readonly types: readonly Facet[];
}

/** Sums over one range. */
export interface Total {
  readonly from: number;
  readonly to: number;
  readonly sessions: number;
  /** Active at `to`. */
  readonly activeSessions: number;
  /** Seconds; absent without sessions. */
  readonly averageSessionDuration?: number;
  readonly events: number;
  /** Requests of clients. */
  readonly calls: number;
  readonly toolCalls: number;
  /** Of the calls: neither `ok`, `cancelled` nor a probe. */
  readonly errors: number;
  /** Seconds; absent without calls. */
  readonly averageDuration?: number;
}

export interface Totals {
  readonly current: Total;
  /** The period of the same length just before. */
  readonly previous: Total;
  readonly completeness: Completeness;
}

export interface SeriesPoint {
  /** Begin of the step. */
  readonly time: number;
  /** Sessions that had a request in it. */
  readonly sessions: number;
  readonly calls: number;
  readonly errors: number;
}

export interface Series {
  readonly from: number;
  readonly to: number;
  /** Milliseconds. */
  readonly step: number;
  readonly points: readonly SeriesPoint[];
}

/**
 * In a filter, every outcome of which the product says "error": neither `ok`, `cancelled` nor a probe. It is what
 * sessions, totals and series count as `errors`.
 */
export const ERROR_GROUP = 'error';

/** Which events. Lists are alternatives; different fields must all hold. */
export interface EventFilter {
  /** Inclusive, Unix milliseconds of the record's timestamp. */
  readonly from?: number;
  /** Exclusive. */
  readonly to?: number;
  /** `sightline.session.id` or `mcp.session.id`. */
  readonly session?: readonly string[];
  readonly server?: readonly string[];
  readonly tool?: readonly string[];
  readonly method?: readonly string[];
  readonly client?: readonly string[];
  readonly outcome?: readonly (Outcome | typeof ERROR_GROUP)[];
  readonly httpStatus?: readonly number[];
  /** Record names: `sightline.request` and its siblings. */
  readonly type?: readonly string[];
  /** Case-insensitive substring of tool, method, session id, error message, server or client name. */
  readonly q?: string;
}

export type EventOrder = 'newest' | 'oldest';

export interface EventQuery extends EventFilter {
  readonly order?: EventOrder;
  /** 1 to 1,000; 100 unless given. */
  readonly limit?: number;
  readonly cursor?: string;
  /** Only what was written after this sequence, oldest first: how a live view asks for news. */
  readonly after?: number;
}

export const SESSION_SORTS = [
  'started',
  'lastActivity',
  'duration',
  'calls',
  'errors',
  'events',
  'server',
  'client',
  'protocol',
  'status',
  'session',
  /** How many, then by name of the one called most. */
  'tools',
] as const;
export type SessionSort = (typeof SESSION_SORTS)[number];

export interface SessionQuery {
  readonly from?: number;
  readonly to?: number;
  readonly status?: 'active' | 'ended';
  readonly server?: readonly string[];
  readonly client?: readonly string[];
  /** Case-insensitive substring of session id (ours or the protocol’s own), server, client or tool name. */
  readonly q?: string;
  readonly sort?: SessionSort;
  readonly descending?: boolean;
  readonly limit?: number;
  readonly cursor?: string;
}

/** What the live stream's server-sent events are called, and what their data (JSON) is. */
export interface LiveEvents {
  /** New events in the order of writing; the id of the server-sent event is the sequence reached. */
  readonly events: readonly EventItem[];
  /** Sessions whose summary changed; each replaces what was known of it. */
  readonly sessions: readonly SessionItem[];
  /** The position asked for is not of this archive, or too far behind: load anew, the stream goes on from here. */
  readonly reset: { readonly latest: number };
}

/** What a page says while there is nothing to show: where it stands, and where clients are pointed. */
export interface About {
  readonly version: string;
  readonly servers: readonly { readonly name: string; readonly clientUrl: string }[];
  /** The bundled demo makes the traffic. */
  readonly demo: boolean;
  /** Milliseconds: an open session with an event this recent is active. */
  readonly activeWindow: number;
  /** `off`: traffic goes on and is exported, nothing is kept; `advice` says what to do. */
  readonly archive:
    | { readonly state: 'ok' }
    | { readonly state: 'off'; readonly reason: string; readonly advice: string };
}

/** RFC 9457. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** What was found, and what would be right or what to do. */
  readonly detail: string;
  /** The query parameter that is wrong. */
  readonly parameter?: string;
}
