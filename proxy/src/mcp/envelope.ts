/**
 * What a request says about itself in `params._meta`: revision and client (2026-07-28 basic/index §_meta), trace
 * context and baggage (SEP-414), and the hints real clients send to tell their conversations apart.
 */
import { isObject, type JsonObject } from './jsonrpc.ts';
import { implementationOf, textOf } from './methods.ts';
import { parseTraceparent, type TraceParent } from './traceContext.ts';

const PREFIX = 'io.modelcontextprotocol/';

export interface Envelope {
  /** Present only on modern requests: this is what makes a request modern. */
  readonly protocolVersion?: string;
  readonly clientName?: string;
  readonly clientVersion?: string;
  readonly traceparent?: TraceParent;
  readonly tracestate?: string;
  /** `gen_ai.conversation.id` (or `session.id`) of `_meta.baggage`. */
  readonly conversation?: string;
  /** A client's own session hint: `openai/session` (ChatGPT), `sessionID` (OpenCode). */
  readonly clientHint?: string;
}

const EMPTY: Envelope = {};

export function readEnvelope(params: JsonObject): Envelope {
  const meta = params._meta;
  if (!isObject(meta)) return EMPTY;
  const protocolVersion = textOf(meta[`${PREFIX}protocolVersion`]);
  const client = implementationOf(meta[`${PREFIX}clientInfo`]);
  const traceparent = parseTraceparent(meta.traceparent);
  const tracestate = textOf(meta.tracestate);
  const conversation = conversationOf(typeof meta.baggage === 'string' ? meta.baggage : undefined);
  const clientHint = nonEmpty(textOf(meta['openai/session'])) ?? nonEmpty(textOf(meta.sessionID));
  return {
    ...(protocolVersion !== undefined && { protocolVersion }),
    ...(client.name !== undefined && { clientName: client.name }),
    ...(client.version !== undefined && { clientVersion: client.version }),
    ...(traceparent && { traceparent }),
    ...(tracestate !== undefined && { tracestate }),
    ...(conversation !== undefined && { conversation }),
    ...(clientHint !== undefined && { clientHint }),
  };
}

/**
 * The conversation id in W3C baggage: `gen_ai.conversation.id` as the MCP transports group suggests, `session.id`
 * as OpenTelemetry names it. Undefined when neither is there.
 */
export function conversationOf(baggage: string | undefined): string | undefined {
  if (baggage === undefined) return undefined;
  let found: string | undefined;
  for (const member of baggage.split(',')) {
    const equals = member.indexOf('=');
    if (equals < 0) continue;
    const key = member.slice(0, equals).trim();
    if (key !== 'gen_ai.conversation.id' && key !== 'session.id') continue;
    const value = decodePercent((member.slice(equals + 1).split(';')[0] ?? '').trim());
    if (value === '') continue;
    if (key === 'gen_ai.conversation.id') return value;
    found ??= value;
  }
  return found;
}

function decodePercent(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
