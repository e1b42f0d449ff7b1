/**
 * W3C Trace Context as MCP carries it: `params._meta.traceparent` (SEP-414, 2026-07-28 basic/index §_meta;
 * un-prefixed by exception) and the HTTP header of the same name. Also decides, once for the byte path and
 * the fold alike, whose trace a request continues. Makes no ids: those are handed in.
 */

export interface TraceParent {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const ZERO_TRACE = '0'.repeat(32);
const ZERO_SPAN = '0'.repeat(16);

/**
 * Reads a `traceparent` value; undefined when it is not valid (W3C Trace Context §3.2: version `ff` and all-zero
 * ids are invalid, an unknown version may carry more fields, version 00 may not).
 */
export function parseTraceparent(value: unknown): TraceParent | undefined {
  if (typeof value !== 'string' || value.length > 512) return undefined;
  const match = TRACEPARENT.exec(value.trim());
  if (!match) return undefined;
  const [, version = '', traceId = '', spanId = '', flags = '', rest] = match;
  if (version === 'ff' || (version === '00' && rest !== undefined)) return undefined;
  if (traceId === ZERO_TRACE || spanId === ZERO_SPAN) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

export function formatTraceparent(parent: TraceParent): string {
  return `00-${parent.traceId}-${parent.spanId}-${parent.sampled ? '01' : '00'}`;
}

/** Whose trace a SERVER span continues. */
export type TraceParentPolicy = 'parent' | 'link' | 'auto' | 'ignore';

/** What a request's SERVER span continues, and what it only links to. */
export interface TraceDecision {
  /** The span to continue; absent when the trace begins here. */
  readonly parent?: TraceParent;
  readonly links: readonly TraceParent[];
}

/**
 * Whose trace a request continues. `parent`: `_meta.traceparent`, else the HTTP header; `link`: none, both are
 * links; `auto`: continues where the caller's own flag says sampled, else links. With `_meta` as parent the HTTP
 * context becomes a link (MCP conventions, context propagation), unless it is the same span. `ignore`: nobody's
 * (`OTEL_PROPAGATORS` without `tracecontext`).
 */
export function decideTrace(
  policy: TraceParentPolicy,
  meta: TraceParent | undefined,
  http: TraceParent | undefined,
): TraceDecision {
  const caller = meta ?? http;
  if (!caller || policy === 'ignore') return { links: [] };
  const other = meta && http && http.spanId !== meta.spanId ? [http] : [];
  if (policy === 'parent' || (policy === 'auto' && caller.sampled)) return { parent: caller, links: other };
  return { links: [caller, ...other] };
}
