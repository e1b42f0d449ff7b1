/**
 * What each message of an exchange means: a request opens, an answer finds its request, a notification is written and
 * may cancel or end something. Both directions; which exchange brought it is all it knows of HTTP.
 */
import type { Attributes, Direction } from '../contract/index.ts';
import { readEnvelope } from '../mcp/envelope.ts';
import {
  type Json,
  type Message,
  type NotificationMessage,
  type RequestId,
  type ResponseMessage,
  requestIdKey,
} from '../mcp/jsonrpc.ts';
import { cutText, methodRow, targetOf, textOf } from '../mcp/methods.ts';
import { isToolError, taskOf, toolErrorText } from '../mcp/result.ts';
import { parseTraceparent } from '../mcp/traceContext.ts';
import { rankEvidence } from '../session/evidence.ts';
import type { Joined } from '../session/registry.ts';
import { callerAttributes } from './attributes.ts';
import { BOUNDS } from './bounds.ts';
import { concludeCall, finish } from './ending.ts';
import type { Fold } from './fold.ts';
import type { UnixMicros } from './frame.ts';
import { placeOf } from './journal.ts';
import {
  claimsOf,
  learn,
  openFromClient,
  openFromServer,
  openKey,
  openRequestsOf,
  shortId,
} from './opening.ts';
import { decideAnswer, endWithout, OK } from './outcome.ts';
import type { Exchange, OpenRequest, SessionState } from './state.ts';
import { endBySighting } from './taskEnding.ts';

/** When a message crossed: received from one side, handed on to the other. */
export interface Crossing {
  readonly receivedUs: UnixMicros;
  readonly passedUs: UnixMicros;
}

/** Takes what the client sent in one body. */
export function takeFromClient(fold: Fold, exchange: Exchange, messages: readonly Message[]): void {
  const { atUs, sentUs } = exchange.request;
  for (const message of within(fold, messages)) {
    if (message.shape === 'request') openFromClient(fold, exchange, message);
    // The proxy answered by itself: what nobody was told means nothing, cancels nothing, answers nothing.
    else if (sentUs === undefined) continue;
    else if (message.shape === 'notification') {
      notifyFromClient(fold, exchange, message);
    } else {
      answerFromClient(fold, exchange, message, { receivedUs: atUs, passedUs: sentUs });
    }
  }
}

/** Takes what the upstream sent in one body or one SSE event. */
export function takeFromUpstream(
  fold: Fold,
  exchange: Exchange,
  messages: readonly Message[],
  crossing: Crossing,
): void {
  for (const message of within(fold, messages)) {
    if (message.shape === 'response') answerFromUpstream(fold, exchange, message, crossing);
    else if (message.shape === 'notification') notifyFromServer(fold, exchange, message, crossing);
    else {
      const joined = sessionOf(fold, exchange);
      openFromServer(fold, exchange, message, joined, crossing.receivedUs, crossing.passedUs);
    }
  }
}

function within(fold: Fold, messages: readonly Message[]): readonly Message[] {
  const over = messages.length - BOUNDS.batchMessagesMax;
  if (over <= 0) return messages;
  fold.losses.add('observation', 'batch', over, fold.nowUs);
  return messages.slice(0, BOUNDS.batchMessagesMax);
}

/** The session of what in an exchange is no request of the client. Begins none. */
export function sessionOf(fold: Fold, exchange: Exchange): Joined<SessionState> | undefined {
  const known = exchange.joined ?? exchange.requests.find((request) => request.joined)?.joined;
  if (known) return known;
  const http = parseTraceparent(exchange.request.headers.traceparent);
  return fold.registry.find(exchange.server, rankEvidence(claimsOf(exchange, {}, http)));
}

/** An answer of the upstream: for a request of this exchange, else for one of its session (another stream, a resumed one). */
function answerFromUpstream(
  fold: Fold,
  exchange: Exchange,
  response: ResponseMessage,
  { receivedUs, passedUs }: Crossing,
): void {
  const request = findRequest(fold, exchange, response);
  // An answer nobody waits for: the second copy of a resumed stream, or one that comes after its cancellation.
  if (!request) return;
  const status = request.exchange === exchange ? exchange.response?.status : undefined;
  finishAnswered(fold, request, response, {
    ...(status !== undefined && { status }),
    receivedUs,
    passedUs,
    // A process has one pipe for all its answers: no exchange of its own carried this one.
    ...(request.exchange !== exchange && !exchange.pipe && { answeredOn: exchange }),
  });
}

export function finishAnswered(
  fold: Fold,
  request: OpenRequest,
  response: ResponseMessage,
  at: Crossing & { readonly status?: number; readonly answeredOn?: Exchange },
): void {
  const toolError = request.method === 'tools/call' && isToolError(response.result);
  const ending = decideAnswer({
    direction: request.direction,
    ...(at.status !== undefined && { status: at.status }),
    ...(response.error && { error: response.error }),
    toolError,
  });
  finish(fold, request, {
    ending,
    endUs: at.passedUs,
    answeredUs: at.receivedUs,
    response,
    ...(at.answeredOn && { answeredOn: at.answeredOn }),
    message: response.error?.message ?? (toolError ? toolErrorText(response.result) : undefined),
  });
}

function findRequest(fold: Fold, exchange: Exchange, response: ResponseMessage): OpenRequest | undefined {
  const waiting = exchange.requests.filter((request) => !request.done);
  const { id } = response;
  if (id === undefined) {
    // An error with id null answers the only request of its exchange, if there is exactly one.
    return exchange.requests.length === 1 ? waiting[0] : undefined;
  }
  const key = requestIdKey(shortId(id));
  const own = waiting.find((request) => requestIdKey(request.id) === key);
  return own ?? findOpen(fold, exchange, 'client_to_server', id);
}

function findOpen(
  fold: Fold,
  exchange: Exchange,
  direction: Direction,
  id: RequestId,
): OpenRequest | undefined {
  const { pipe } = exchange;
  const open = pipe ? pipe.open : sessionOf(fold, exchange)?.session.own.open;
  return open?.find(openKey(direction, id));
}

/** A client's answer to a request of the server: it was handed on, and that is the end of the request. */
function answerFromClient(fold: Fold, exchange: Exchange, response: ResponseMessage, at: Crossing): void {
  if (response.id === undefined) return;
  exchange.joined ??= sessionOf(fold, exchange);
  const request = findOpen(fold, exchange, 'server_to_client', response.id);
  if (request) finishAnswered(fold, request, response, at);
}

function notifyFromClient(fold: Fold, exchange: Exchange, message: NotificationMessage): void {
  const { atUs } = exchange.request;
  const envelope = readEnvelope(message.params);
  const http = parseTraceparent(exchange.request.headers.traceparent);
  const evidence = rankEvidence(claimsOf(exchange, envelope, http));
  const joined = fold.registry.resolve(exchange.server, evidence, atUs);
  learn(joined, exchange, envelope);
  exchange.joined ??= joined;
  const cancelled = message.method === 'notifications/cancelled' ? idOf(message.params.requestId) : undefined;
  writeNotification(fold, exchange, message, 'client_to_server', joined, atUs);
  if (cancelled === undefined) return;
  const open = openRequestsOf(exchange, joined);
  const request = open?.find(openKey('client_to_server', cancelled));
  if (request) endByWord(fold, request, 'client', message, atUs);
}

function notifyFromServer(
  fold: Fold,
  exchange: Exchange,
  message: NotificationMessage,
  { passedUs }: Crossing,
): void {
  const joined = sessionOf(fold, exchange);
  if (message.method === 'notifications/message') {
    writeServerLog(fold, exchange, message, joined, passedUs);
    return;
  }
  writeNotification(fold, exchange, message, 'server_to_client', joined, passedUs);
  if (message.method !== 'notifications/cancelled') return;
  const id = idOf(message.params.requestId);
  if (id === undefined) return;
  const open = openRequestsOf(exchange, joined);
  const request = open?.find(openKey('server_to_client', id));
  if (request) {
    endByWord(fold, request, 'upstream', message, passedUs);
    return;
  }
  // The one request of a client that a server may end so (2026-07-28 basic/patterns/subscriptions, stdio).
  const listening = open?.find(openKey('client_to_server', id));
  if (listening && isLongLived(listening)) endByWord(fold, listening, 'upstream', message, passedUs);
}

/** What is open for as long as somebody likes ends well when they like it no more. */
function endByWord(
  fold: Fold,
  request: OpenRequest,
  by: 'client' | 'upstream',
  message: NotificationMessage,
  endUs: UnixMicros,
): void {
  const ending = isLongLived(request) ? OK : endWithout('cancelled', by);
  finish(fold, request, { ending, endUs, message: textOf(message.params.reason) });
}

function isLongLived({ method }: OpenRequest): boolean {
  return methodRow(method)?.longLived === true;
}

function idOf(value: Json | undefined): RequestId | undefined {
  return typeof value === 'string' || typeof value === 'number' ? value : undefined;
}

function writeNotification(
  fold: Fold,
  exchange: Exchange,
  message: NotificationMessage,
  direction: Direction,
  joined: Joined<SessionState> | undefined,
  atUs: UnixMicros,
): void {
  const target = targetOf(message.method, message.params);
  const attributes: Attributes = {
    'mcp.method.name': cutText(message.method, BOUNDS.messageBytesMax),
    'sightline.direction': direction,
    'sightline.request.size': message.bytes,
    ...(target.resource !== undefined && {
      'mcp.resource.uri': fold.line(target.resource, exchange),
    }),
    ...callerAttributes(exchange),
  };
  const ended = endTaskByNotification(fold, exchange, message, { joined, attributes, atUs });
  fold.journal.write('sightline.notification', atUs, placeOf(exchange, joined), attributes, {
    payloads: [fold.payload('request', message.text, message.bytes, exchange)],
    ...(ended && { ended }),
  });
}

/** A task may end by notification: then this is where its tool, its times and its outcome stand. */
function endTaskByNotification(
  fold: Fold,
  exchange: Exchange,
  message: NotificationMessage,
  {
    joined,
    attributes,
    atUs,
  }: { joined: Joined<SessionState> | undefined; attributes: Attributes; atUs: UnixMicros },
) {
  if (message.method !== 'notifications/tasks' && message.method !== 'notifications/tasks/status')
    return undefined;
  const sighting = taskOf(message.params);
  const modern = message.method === 'notifications/tasks';
  const end = sighting && endBySighting(fold, exchange.server, sighting, modern);
  if (!end) return undefined;
  const { operation, ending } = end;
  attributes['sightline.operation.id'] = operation.id;
  attributes['sightline.operation.duration'] = (atUs - operation.startUs) / 1e6;
  attributes['sightline.operation.waiting'] = operation.waitingUs / 1e6;
  attributes['sightline.outcome'] = ending.outcome;
  attributes['sightline.outcome.origin'] = ending.origin;
  attributes['error.type'] = ending.errorType;
  attributes['gen_ai.tool.name'] = operation.tool;
  if (end.message !== undefined) {
    attributes['sightline.error.message'] = fold.line(end.message, exchange);
  }
  const { tool } = operation;
  if (tool !== undefined) concludeCall(joined, operation, tool, ending, atUs, attributes);
  return {
    toolCall: tool !== undefined,
    ...(tool !== undefined && { tool: fold.labels.tool(exchange.server, tool) }),
  };
}

function writeServerLog(
  fold: Fold,
  exchange: Exchange,
  message: NotificationMessage,
  joined: Joined<SessionState> | undefined,
  atUs: UnixMicros,
): void {
  const { level, logger, data } = message.params;
  const text = typeof data === 'string' ? data : JSON.stringify(data ?? '');
  const levelName = textOf(level)?.slice(0, 32);
  const attributes: Attributes = {
    'mcp.method.name': message.method,
    'sightline.direction': 'server_to_client',
    'sightline.request.size': message.bytes,
    'sightline.log.level': levelName,
    'sightline.log.logger':
      textOf(logger) === undefined ? undefined : fold.line(textOf(logger) ?? '', exchange),
    'sightline.log.message': fold.line(text, exchange),
    ...callerAttributes(exchange),
  };
  fold.journal.write('sightline.server_log', atUs, placeOf(exchange, joined), attributes, {
    payloads: [fold.payload('request', message.text, message.bytes, exchange)],
    ...(levelName !== undefined && { level: levelName }),
  });
}
