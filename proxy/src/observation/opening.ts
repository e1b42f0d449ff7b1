/**
 * The beginning of a request: whose it is, whose trace it continues, where its answer may come.
 * Everything that needs the message itself (its text, arguments, echoes) is taken from it here, redacted and capped,
 * so that an open request never holds a whole body.
 */
import type { Attributes } from '../contract/index.ts';
import { readEnvelope } from '../mcp/envelope.ts';
import { mismatchedHeaders } from '../mcp/headers.ts';
import { type RequestId, type RequestMessage, requestIdKey } from '../mcp/jsonrpc.ts';
import { cutText, implementationOf, NAME_LENGTH_MAX, targetOf } from '../mcp/methods.ts';
import { decideTrace, parseTraceparent, type TraceParent } from '../mcp/traceContext.ts';
import { ADDRESS_EVIDENCE, type Claims, rankEvidence } from '../session/evidence.ts';
import type { Joined } from '../session/registry.ts';
import { BOUNDS } from './bounds.ts';
import type { SpanContext } from './event.ts';
import type { Fold } from './fold.ts';
import type { RequestFrame, UnixMicros } from './frame.ts';
import type { OpenRequests } from './openRequests.ts';
import { joinOperation, newOperation } from './operations.ts';
import { digest } from './rounds.ts';
import type { Exchange, OpenRequest, SessionState } from './state.ts';

/** Opens a request that the client sent in this exchange. */
export function openFromClient(fold: Fold, exchange: Exchange, message: RequestMessage): OpenRequest {
  const frame = exchange.request;
  const envelope = readEnvelope(message.params);
  const http = parseTraceparent(frame.headers.traceparent);
  const evidence = rankEvidence(claimsOf(exchange, envelope, http));
  const joined = joinsLate(message.method, exchange)
    ? undefined
    : fold.registry.resolve(exchange.server, evidence, frame.atUs);
  if (joined) learn(joined, exchange, envelope);
  const modern = envelope.protocolVersion !== undefined;
  const span = spanFromClient(fold, exchange, envelope.traceparent, envelope.tracestate, http);
  const mismatch =
    modern && !exchange.pipe
      ? mismatchedHeaders(frame.headers, {
          method: message.method,
          params: message.params,
          protocolVersion: envelope.protocolVersion ?? '',
        })
      : [];
  const request: OpenRequest = {
    direction: 'client_to_server',
    ...messageFacts(fold, exchange, message),
    modern,
    envelope,
    evidence,
    joined,
    startUs: frame.atUs,
    ...(frame.sentUs !== undefined && { sentUs: frame.sentUs }),
    span: span.server,
    carriers:
      frame.sentUs === undefined
        ? []
        : [
            {
              spanId: span.clientSpanId,
              startUs: frame.sentUs,
              attributes: upstreamAttributes(fold, exchange),
            },
          ],
    ...joinOperation(fold, exchange, message, joined, frame.atUs),
    ...(message.params.cursor !== undefined && { continuesList: true as const }),
    ...(mismatch.length > 0 && { mismatch: mismatch.join(',') }),
    ...(message.method === 'initialize' && { handshake: implementationOf(message.params.clientInfo) }),
    waitingTold: false,
    done: false,
  };
  // Modern ids restart with every exchange, so only the exchange itself can answer (2026-07-28: one stream, one request).
  if (exchange.pipe || (joined && !modern)) index(fold, request, joined);
  exchange.requests.push(request);
  fold.admit(request);
  return request;
}

/** Opens a request that the server sent on a stream; the client answers it by a POST of its own. */
export function openFromServer(
  fold: Fold,
  exchange: Exchange,
  message: RequestMessage,
  joined: Joined<SessionState> | undefined,
  receivedUs: UnixMicros,
  passedUs: UnixMicros,
): void {
  const open = openRequestsOf(exchange, joined);
  const opens = open ? open.size : exchange.strays.length;
  if (opens >= BOUNDS.openRequestsPerSessionMax) {
    if (joined) joined.session.own.tally.incomplete = true;
    fold.losses.add('observation', 'requests', 1, fold.nowUs);
    return;
  }
  const envelope = readEnvelope(message.params);
  const request: OpenRequest = {
    direction: 'server_to_client',
    ...messageFacts(fold, exchange, message),
    modern: false,
    envelope,
    evidence: [],
    joined,
    startUs: receivedUs,
    sentUs: passedUs,
    span: spanFromServer(fold, exchange, envelope.traceparent, receivedUs),
    carriers: [{ spanId: fold.ids.spanId(), startUs: passedUs, attributes: {} }],
    operation: newOperation(fold, receivedUs, undefined),
    round: 1,
    waitingTold: false,
    done: false,
  };
  if (open) index(fold, request, joined);
  else exchange.strays.push(request);
  fold.admit(request);
}

/** What a whole exchange and one message's `_meta` say about whose it is. */
export function claimsOf(
  exchange: Exchange,
  envelope: Claims['envelope'],
  http: TraceParent | undefined,
): Claims {
  const { headers, client, credential } = exchange.request;
  const trace = envelope.traceparent ?? http;
  return {
    envelope,
    ...(exchange.protocolId !== undefined && { protocol: exchange.protocolId }),
    ...(exchange.pipe && { process: exchange.pipe.process }),
    ...(headers.baggage !== undefined && { baggage: headers.baggage }),
    ...(trace && { trace }),
    caller: {
      address: client.address,
      // Whoever writes to one process is one caller, and nobody else is.
      userAgent: exchange.pipe?.process ?? headers['user-agent'] ?? '',
      credential: credential.hash ?? '',
    },
  };
}

/** Takes what an exchange and a modern envelope say about the session itself. */
export function learn(joined: Joined<SessionState>, exchange: Exchange, envelope: Claims['envelope']): void {
  const { session } = joined;
  if (joined.source === 'protocol' && exchange.protocolId?.startsWith(ADDRESS_EVIDENCE) === false) {
    session.protocolId ??= cutText(exchange.protocolId, NAME_LENGTH_MAX);
  }
  if (envelope.clientName !== undefined) session.clientName ??= envelope.clientName;
  if (envelope.clientVersion !== undefined) session.clientVersion ??= envelope.clientVersion;
  const version = envelope.protocolVersion ?? exchange.request.headers['mcp-protocol-version'];
  if (version !== undefined && session.protocolVersion === undefined) {
    session.protocolVersion = version.slice(0, 32);
  }
}

/**
 * A handshake's session is known only with its answer (that carries the session id), and `server/discover` joins only
 * what is there already.
 */
function joinsLate(method: string, exchange: Exchange): boolean {
  // Nothing was handed on: the proxy's own refusal must not begin a session for whoever it refused.
  if (exchange.request.sentUs === undefined) return true;
  if (method === 'server/discover') return true;
  return method === 'initialize' && exchange.protocolId === undefined && !exchange.pipe;
}

/** Where requests of an exchange wait that may be answered on another one. */
export function openRequestsOf(
  exchange: Exchange,
  joined: Joined<SessionState> | undefined,
): OpenRequests | undefined {
  return exchange.pipe?.open ?? joined?.session.own.open;
}

/** Lets a request be answered on another exchange of its session, or on the pipes that carried it. */
export function index(fold: Fold, request: OpenRequest, joined: Joined<SessionState> | undefined): void {
  const open = openRequestsOf(request.exchange, joined);
  if (!open) return;
  if (open.size >= BOUNDS.openRequestsPerSessionMax) {
    fold.losses.add('observation', 'requests', 1, fold.nowUs);
    return;
  }
  request.openKey = openKey(request.direction, request.id);
  open.add(request);
}

/** Ids count per direction: client and server each number their own requests. */
export function openKey(direction: OpenRequest['direction'], id: OpenRequest['id']): string {
  return `${direction === 'client_to_server' ? 'c' : 's'}${requestIdKey(shortId(id))}`;
}

/** An id that stays told from every other, without keeping a text as long as a peer likes. */
export function shortId(id: RequestId): RequestId {
  if (typeof id === 'number' || id.length <= BOUNDS.messageBytesMax) return id;
  return `${cutText(id, BOUNDS.messageBytesMax / 2)}…${digest(id)}`;
}

function messageFacts(fold: Fold, exchange: Exchange, message: RequestMessage) {
  const target = targetOf(message.method, message.params);
  return {
    id: shortId(message.id),
    method: cutText(message.method, BOUNDS.messageBytesMax),
    target: target.resource === undefined ? target : { resource: fold.line(target.resource, exchange) },
    exchange,
    bytes: message.bytes,
    payload: fold.payload('request', message.text, message.bytes, exchange),
    ...(message.version !== undefined && { version: message.version }),
  };
}

function spanFromClient(
  fold: Fold,
  exchange: Exchange,
  meta: TraceParent | undefined,
  metaState: string | undefined,
  http: TraceParent | undefined,
): { server: OpenRequest['span']; clientSpanId: string } {
  const frame: RequestFrame = exchange.request;
  const { parent, links } = decideTrace(fold.settings.traceParent, meta, http);
  const sent = exchange.requests.length === 0 ? parseTraceparent(frame.traceparent) : undefined;
  const traceId = parent?.traceId ?? sent?.traceId ?? fold.ids.traceId();
  const state = parent && (parent === meta ? metaState : frame.headers.tracestate);
  return {
    server: {
      traceId,
      spanId: fold.ids.spanId(),
      ...(parent && { parentSpanId: parent.spanId }),
      parentSampled: parent?.sampled ?? true,
      ...(state !== undefined && { state: state.slice(0, BOUNDS.messageBytesMax) }),
      links: links.map(({ traceId, spanId }): SpanContext => ({ traceId, spanId })),
      startUs: frame.atUs,
    },
    // The header names one span; a batch's other requests, and a body too large to look into, get their own.
    clientSpanId: sent?.traceId === traceId ? sent.spanId : fold.ids.spanId(),
  };
}

/**
 * A server's own request continues the context it states; failing that, it is the work of the one client request
 * whose stream it came on.
 */
function spanFromServer(
  fold: Fold,
  exchange: Exchange,
  meta: TraceParent | undefined,
  startUs: UnixMicros,
): OpenRequest['span'] {
  const sent = exchange.pipe?.open.list().filter((request) => request.direction === 'client_to_server');
  const waiting = sent ?? exchange.requests.filter((request) => !request.done);
  const cause = waiting.length === 1 ? waiting[0] : undefined;
  const parent =
    meta ??
    (cause && { traceId: cause.span.traceId, spanId: cause.carriers[0]?.spanId ?? cause.span.spanId });
  return {
    traceId: parent?.traceId ?? fold.ids.traceId(),
    spanId: fold.ids.spanId(),
    ...(parent && { parentSpanId: parent.spanId }),
    parentSampled: meta?.sampled ?? cause?.span.parentSampled ?? true,
    links: [],
    startUs,
  };
}

export function upstreamAttributes(fold: Fold, exchange: Exchange): Attributes {
  const { address, port } = fold.servers.get(exchange.server) ?? {};
  return {
    ...(address !== undefined && { 'server.address': address }),
    ...(port !== undefined && { 'server.port': port }),
  };
}
