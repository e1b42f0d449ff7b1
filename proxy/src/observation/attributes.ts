/** The attributes of a request's event, from what is known when it ends. Translation only: nothing is decided here. */
import type { Attributes, Outcome, ResultType } from '../contract/index.ts';
import type { RpcError } from '../mcp/jsonrpc.ts';
import { BOUNDS } from './bounds.ts';
import type { Fold } from './fold.ts';
import type { UnixMicros } from './frame.ts';
import type { Ending } from './outcome.ts';
import type { Exchange, OpenRequest } from './state.ts';

export interface Concluded {
  readonly ending: Ending;
  readonly endUs: UnixMicros;
  readonly answeredUs?: UnixMicros;
  readonly response?: { readonly bytes: number };
  readonly resultType: ResultType | undefined;
  readonly error: RpcError | undefined;
  readonly message: string | undefined;
  /** The last of several rounds: the operation's own times are shown. */
  readonly lastRound: boolean;
  /** On the poll that ends a task: the poll's own outcome, and the tool whose task it was. */
  readonly roundOutcome?: Outcome;
  readonly tool?: string;
  /** How many tools a list defined. */
  readonly tools?: number;
  readonly probe: boolean;
}

export function requestAttributes(fold: Fold, request: OpenRequest, end: Concluded): Attributes {
  const attributes = openAttributes(request);
  const { ending, error, message } = end;
  const totalUs = Math.max(0, end.endUs - request.startUs);
  const otherUs =
    request.sentUs === undefined
      ? 0
      : Math.min(totalUs, Math.max(0, (end.answeredUs ?? end.endUs) - request.sentUs));
  attributes['sightline.duration'] = totalUs / 1e6;
  attributes['sightline.upstream.duration'] = otherUs / 1e6;
  attributes['sightline.proxy.duration'] = (totalUs - otherUs) / 1e6;
  attributes['sightline.outcome'] = ending.outcome;
  attributes['sightline.outcome.origin'] = ending.origin;
  if (!end.probe) attributes['error.type'] = ending.errorType;
  if (end.probe) attributes['sightline.probe'] = true;
  if (error) attributes['rpc.response.status_code'] = String(error.code);
  if (ending.outcome !== 'ok' && message !== undefined && message !== '') {
    attributes['sightline.error.message'] = fold.line(message, request.exchange);
  }
  if (end.response) attributes['sightline.response.size'] = end.response.bytes;
  attributes['sightline.result.type'] = end.resultType;
  attributes['sightline.tools.count'] = end.tools;
  attributes['sightline.round.outcome'] = end.roundOutcome;
  if (end.tool !== undefined) {
    attributes['gen_ai.tool.name'] = end.tool;
    attributes['gen_ai.operation.name'] = 'execute_tool';
  }
  if (end.lastRound || end.roundOutcome !== undefined) {
    attributes['sightline.operation.duration'] = (end.endUs - request.operation.startUs) / 1e6;
    attributes['sightline.operation.waiting'] = request.operation.waitingUs / 1e6;
  }
  attributes['sightline.mismatch'] = request.mismatch;
  addExchange(fold, request.exchange, attributes);
  return attributes;
}

/** What is known of a request from its beginning on; all that `sightline.request.waiting` can say. */
export function openAttributes(request: OpenRequest): Attributes {
  const { target, envelope, attempt } = request;
  const attributes: Attributes = {
    'mcp.method.name': request.method,
    'mcp.protocol.version': envelope.protocolVersion?.slice(0, 32),
    'sightline.client.name': envelope.clientName ?? request.handshake?.name,
    'sightline.client.version': envelope.clientVersion ?? request.handshake?.version,
    'jsonrpc.request.id': String(request.id),
    'jsonrpc.protocol.version': request.version,
    'sightline.direction': request.direction,
    'sightline.operation.id': request.operation.id,
    'sightline.request.size': request.bytes,
    'gen_ai.prompt.name': target.prompt,
    'mcp.resource.uri': target.resource,
  };
  if (target.tool !== undefined) {
    attributes['gen_ai.tool.name'] = target.tool;
    attributes['gen_ai.operation.name'] = 'execute_tool';
  }
  if (request.round > 1) attributes['sightline.round.number'] = request.round;
  if (attempt && request.method === 'tools/call') {
    attributes['sightline.attempt.number'] = attempt.number;
    attributes['sightline.attempt.first_operation.id'] = attempt.firstOperationId;
    if (attempt.argumentsChanged) attributes['sightline.attempt.arguments_changed'] = true;
  }
  return attributes;
}

/** What an exchange says of its caller and its HTTP side: the columns, and what only a detail view shows. */
export function exchangeAttributes(fold: Fold, exchange: Exchange): Attributes {
  const attributes: Attributes = {};
  addExchange(fold, exchange, attributes);
  return attributes;
}

/** The columns of the event log that an exchange fills, for every event it brings. */
export function callerAttributes({ request, response, pipe }: Exchange): Attributes {
  if (pipe) return {};
  return {
    'http.response.status_code': response?.status,
    'client.address': request.client.address,
    'sightline.client.country': request.client.country,
    'sightline.credential.kind': request.credential.kind,
  };
}

/** By name and one at a time: V8 keeps an object that grew by `Object.assign` in its slow form. */
function addExchange(fold: Fold, exchange: Exchange, attributes: Attributes): void {
  const { request, response } = exchange;
  if (exchange.pipe) {
    attributes['network.transport'] = 'pipe';
    return;
  }
  attributes['http.response.status_code'] = response?.status;
  attributes['client.address'] = request.client.address;
  attributes['sightline.client.country'] = request.client.country;
  attributes['sightline.credential.kind'] = request.credential.kind;
  attributes['http.request.method'] = request.method;
  attributes['url.path'] = fold.line(request.path, exchange);
  attributes['user_agent.original'] = request.headers['user-agent']?.slice(0, BOUNDS.messageBytesMax);
  attributes['network.transport'] = 'tcp';
  attributes['network.protocol.name'] = 'http';
  attributes['network.protocol.version'] = request.httpVersion;
  attributes['client.port'] = request.client.port;
  attributes['sightline.credential.prefix'] = request.credential.prefix;
}
