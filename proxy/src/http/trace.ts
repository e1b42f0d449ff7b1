/**
 * The `traceparent` and `tracestate` that go to the upstream (W3C Trace Context §3, MCP SEP-414). The decision
 * whose trace goes on is `mcp/traceContext.ts`'s; here it becomes two header values. Ids are handed in.
 */
import {
  decideTrace,
  formatTraceparent,
  parseTraceparent,
  type TraceParent,
  type TraceParentPolicy,
} from '../mcp/traceContext.ts';

export interface TraceRules {
  readonly policy: TraceParentPolicy;
  readonly propagateSampled: boolean;
  /** So many random bytes as lower-case hex. */
  readonly randomHex: (bytes: number) => string;
}

export interface OutgoingTrace {
  readonly traceparent: string;
  /** Absent when there is none to continue. */
  readonly tracestate?: string;
}

interface MetaTrace {
  readonly parent?: TraceParent;
  readonly state?: string;
}

const NEEDLE = Buffer.from('"traceparent"');
const NO_META: MetaTrace = {};
/** What a header value may hold; anything else in `_meta.tracestate` would break the request's head. */
const HEADER_TEXT = /^[\x20-\x7e]{1,8192}$/;

/**
 * `body` is the whole request body when it was read before forwarding; without it only the header can be
 * continued, because a head cannot wait for a body of any size.
 */
export function continueTrace(
  rules: TraceRules,
  httpParent: string | undefined,
  httpState: string | undefined,
  body: Buffer | undefined,
): OutgoingTrace {
  const meta = body === undefined || !body.includes(NEEDLE) ? NO_META : readMeta(body);
  if (meta.parent === undefined && httpParent === undefined) return beginTrace(rules, rules.propagateSampled);
  const http = parseTraceparent(httpParent);
  const caller = meta.parent ?? http;
  const { parent } = decideTrace(rules.policy, meta.parent, http);
  if (!parent) return beginTrace(rules, caller?.sampled ?? rules.propagateSampled);
  const traceparent = formatTraceparent({ ...parent, spanId: rules.randomHex(8) });
  // A state belongs to its own parent: the header's would be a stranger's beside `_meta` of another trace.
  const state =
    parent !== meta.parent || http?.traceId === parent.traceId ? (meta.state ?? httpState) : meta.state;
  return state === undefined ? { traceparent } : { traceparent, tracestate: state };
}

function beginTrace(rules: TraceRules, sampled: boolean): OutgoingTrace {
  const ids = rules.randomHex(24);
  return { traceparent: formatTraceparent({ traceId: ids.slice(0, 32), spanId: ids.slice(32), sampled }) };
}

/** `_meta` of the exchange's first request; in a batch later ones keep their own parents. */
function readMeta(body: Buffer): MetaTrace {
  let message: unknown;
  try {
    message = JSON.parse(body.toString('utf8'));
  } catch {
    // Not JSON is forwarded as it came; it simply has no parent in its body.
    return NO_META;
  }
  const first = Array.isArray(message)
    ? message.find((each) => member(each, 'method') !== undefined)
    : message;
  const meta = member(member(first, 'params'), '_meta');
  const parent = parseTraceparent(member(meta, 'traceparent'));
  if (!parent) return NO_META;
  const state = member(meta, 'tracestate');
  return typeof state === 'string' && HEADER_TEXT.test(state) ? { parent, state } : { parent };
}

function member(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return Reflect.get(value, key);
}
