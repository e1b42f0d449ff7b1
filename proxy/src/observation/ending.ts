/**
 * The end of a request: exactly one `sightline.request`, written when it really ends and never corrected. Decides
 * what the answer meant for its operation (done, another round, a task), its retry chain and its session's totals.
 */
import type { Attributes, ResultType } from '../contract/index.ts';
import { METHOD_NOT_FOUND } from '../mcp/errors.ts';
import { isObject, type ResponseMessage } from '../mcp/jsonrpc.ts';
import { cutText, NAME_LENGTH_MAX, textOf } from '../mcp/methods.ts';
import { resultTypeOf, roundAskedBy, type ToolDefinition, taskOf, toolDefinitionsOf } from '../mcp/result.ts';
import type { Joined } from '../session/registry.ts';
import { requestAttributes } from './attributes.ts';
import { BOUNDS } from './bounds.ts';
import type { ClientSpan, Payload } from './event.ts';
import type { Fold } from './fold.ts';
import type { UnixMicros } from './frame.ts';
import { placeOf } from './journal.ts';
import { index, learn, upstreamAttributes } from './opening.ts';
import { awaitKey } from './operations.ts';
import { type Ending, isServerFailure } from './outcome.ts';
import type { Operation } from './rounds.ts';
import type { Exchange, OpenRequest, SessionState } from './state.ts';
import { estimateTokens } from './tally.ts';
import { endOfTask } from './taskEnding.ts';

/** What is known of a request's end. */
export interface EndFacts {
  readonly ending: Ending;
  /** When the answer had been handed on, or when it was clear that none would be. */
  readonly endUs: UnixMicros;
  /** When the answer had come from the answering side; absent when none came. */
  readonly answeredUs?: UnixMicros;
  readonly response?: ResponseMessage;
  /** Body of an answer that is no JSON-RPC. */
  readonly body?: { readonly text: string; readonly bytes: number };
  /** The stream that carried the answer, when it is not the request's own exchange. */
  readonly answeredOn?: Exchange;
  /** What went wrong, in words; redacted and cut here. */
  readonly message?: string | undefined;
}

export function finish(fold: Fold, request: OpenRequest, facts: EndFacts): void {
  if (request.done) return;
  fold.close(request);
  const { response } = facts;
  joinNow(fold, request, facts);
  const probe = isProbe(request, facts);
  const task = endOfTask(fold, request, facts);
  const resultType = response && resultTypeIn(request, response, task !== undefined);
  const ending = task?.ending ?? facts.ending;
  const error = task?.error ?? response?.error;
  const tool = task?.operation.tool;
  advance(fold, request, facts, resultType);
  const ended = task !== undefined || endsOperation(request, facts, resultType);
  const definitions = listTools(fold, request, response);
  const attributes = requestAttributes(fold, request, {
    ...facts,
    ending,
    resultType,
    error: response?.error,
    message: task?.message ?? facts.message,
    lastRound: ended && request.round > 1,
    ...(task && { roundOutcome: facts.ending.outcome }),
    ...(tool !== undefined && { tool }),
    ...(definitions && { tools: definitions.length }),
    probe,
  });
  const called = tool ?? request.target.tool;
  if (ended && called !== undefined) {
    concludeCall(request.joined, request.operation, called, ending, facts.endUs, attributes);
  }
  count(request, { ending, probe, facts, definitions, endsTask: task !== undefined });
  const place = placeOf(request.exchange, request.joined);
  fold.journal.writeRequest(facts.endUs, place, attributes, {
    server: {
      ...request.span,
      endUs: Math.max(request.startUs, facts.endUs),
      failed: !probe && isServerFailure(ending, error),
    },
    clients: clientSpans(fold, request, facts),
    payloads: payloads(fold, request, facts),
    ...(ended && { ended: endedOf(fold, request, tool) }),
    ...(definitions && { definitions }),
  });
}

/**
 * A handshake joins its session with its answer. `server/discover` begins none by inference: clients send it before
 * they say which conversation is meant, and a session of nothing else would be nobody's.
 */
function joinNow(fold: Fold, request: OpenRequest, facts: EndFacts): void {
  const { exchange } = request;
  if (request.direction === 'server_to_client') return;
  if (!request.joined) {
    const succeeded = facts.ending.outcome === 'ok';
    if (succeeded && request.method === 'initialize') beginHandshake(fold, request);
    else if (succeeded && isStated(request)) {
      request.joined = fold.registry.resolve(exchange.server, request.evidence, request.startUs);
    } else request.joined = fold.registry.find(exchange.server, request.evidence);
    if (request.joined && succeeded) learn(request.joined, exchange, request.envelope);
  }
  if (request.method === 'initialize' && request.joined) learnHandshake(fold, request, request.joined, facts);
}

/** Joins a handshake without a protocol session id: by what else it says, else a session of its own. */
function beginHandshake(fold: Fold, request: OpenRequest): void {
  const { exchange, evidence } = request;
  const inferred = evidence.at(-1);
  request.joined =
    isStated(request) || !inferred
      ? fold.registry.resolve(exchange.server, evidence, request.startUs)
      : fold.registry.begin(exchange.server, inferred, request.startUs);
}

/** The client itself says which session a request belongs to. */
function isStated({ evidence }: OpenRequest): boolean {
  return evidence.some(({ source }) => source === 'conversation' || source === 'client_hint');
}

/** Joins a handshake to the session whose id its answer carries (2025-03-26 transports §Session Management). */
export function joinHandshake(fold: Fold, request: OpenRequest, protocolId: string): void {
  const evidence = [{ source: 'protocol' as const, value: protocolId }, ...request.evidence];
  const joined = fold.registry.resolve(request.exchange.server, evidence, request.startUs);
  joined.session.protocolId ??= cutText(protocolId, NAME_LENGTH_MAX);
  fold.unindex(request);
  request.joined = joined;
  request.exchange.joined = joined;
  learnClient(joined, request);
  index(fold, request, joined);
}

function learnHandshake(
  fold: Fold,
  request: OpenRequest,
  joined: Joined<SessionState>,
  { response }: EndFacts,
): void {
  learnClient(joined, request);
  const { session } = joined;
  const negotiated = isObject(response?.result) ? textOf(response.result.protocolVersion) : undefined;
  if (negotiated !== undefined) session.protocolVersion = negotiated.slice(0, 32);
  fold.registry.remember(request.exchange.server, request.evidence, {
    ...(session.clientName !== undefined && { clientName: session.clientName }),
    ...(session.clientVersion !== undefined && { clientVersion: session.clientVersion }),
    ...(session.protocolVersion !== undefined && { protocolVersion: session.protocolVersion }),
  });
}

function learnClient({ session }: Joined<SessionState>, { handshake }: OpenRequest): void {
  if (handshake?.name !== undefined) session.clientName = handshake.name;
  if (handshake?.version !== undefined) session.clientVersion = handshake.version;
}

/** A refused `server/discover`: a client finding out which era the server speaks. */
function isProbe(request: OpenRequest, { response, ending }: EndFacts): boolean {
  if (request.method !== 'server/discover' || ending.outcome === 'ok') return false;
  const status = request.exchange.response?.status ?? 200;
  return response?.error?.code === METHOD_NOT_FOUND || (status >= 400 && status < 500);
}

/** Whether an answer leaves nothing to come. A failure ends an operation too. */
function endsOperation(
  request: OpenRequest,
  { ending }: EndFacts,
  resultType: ResultType | undefined,
): boolean {
  // A poll's own end is not the task's: that is `endOfTask`.
  if (request.taskId !== undefined) return false;
  return ending.outcome !== 'ok' || resultType === undefined || resultType === 'complete';
}

/** Leaves the operation where its next round, or its task, will find it. */
function advance(
  fold: Fold,
  request: OpenRequest,
  facts: EndFacts,
  resultType: ResultType | undefined,
): void {
  const { operation, exchange } = request;
  const { server } = exchange;
  operation.lastEndUs = facts.endUs;
  operation.bytes += request.bytes + (facts.response?.bytes ?? 0);
  if (facts.ending.outcome !== 'ok' || !facts.response) return;
  if (resultType === 'input_required' && request.taskId === undefined) {
    operation.waitsForClient = true;
    const asked = roundAskedBy(facts.response.result);
    const { target } = request;
    const key = awaitKey(server, {
      sessionId: request.joined?.session.id,
      method: request.method,
      target: target.tool ?? target.prompt ?? target.resource,
      argumentsKey: request.argumentsKey,
      round: facts.response.error ? undefined : asked,
    });
    fold.rounds.await(key, operation);
    return;
  }
  const sighting =
    resultType === 'task' || request.taskId !== undefined ? taskOf(facts.response.result) : undefined;
  if (resultType === 'task' && sighting) fold.rounds.beginTask(server, sighting.taskId, operation);
  if (sighting) operation.waitsForClient = sighting.status === 'input_required';
}

/** What the answer was. A poll's answer is complete as such, but only the one that ends its task is so here. */
function resultTypeIn(
  request: OpenRequest,
  response: ResponseMessage,
  endsTask: boolean,
): ResultType | undefined {
  const resultType = resultTypeOf(response);
  if (response.error) return resultType === 'input_required' ? resultType : undefined;
  if (request.taskId === undefined || endsTask || request.operation.over) return resultType;
  return taskOf(response.result)?.status === 'input_required' ? 'input_required' : 'task';
}

export function endedOf(fold: Fold, request: OpenRequest, taskTool: string | undefined) {
  const tool = taskTool ?? request.target.tool;
  const toolCall = taskTool !== undefined || request.method === 'tools/call';
  return {
    toolCall,
    ...(tool !== undefined && { tool: fold.labels.tool(request.exchange.server, tool) }),
  };
}

/**
 * Ends an operation that is a tool call, wherever its end showed: tells its retry chain how it went, and the event
 * what the chain cost when it recovered.
 */
export function concludeCall(
  joined: Joined<SessionState> | undefined,
  operation: Operation,
  tool: string,
  ending: Ending,
  endUs: UnixMicros,
  attributes: Attributes,
): void {
  if (!joined) return;
  const { tally, chains } = joined.session.own;
  tally.countTool(tool, isFailure(ending));
  const { attempt } = operation;
  delete operation.attempt;
  if (!attempt) return;
  if (ending.outcome !== 'ok') {
    chains.fail(attempt, endUs, operation.bytes, ending.outcome === 'cancelled');
    return;
  }
  const recovered = chains.succeed(attempt);
  if (!recovered) return;
  tally.recovered += 1;
  attributes['sightline.attempt.result'] = 'recovered';
  attributes['sightline.attempt.wasted'] = recovered.wastedUs / 1e6;
  attributes['sightline.attempt.wasted_bytes'] = recovered.wastedBytes;
}

/** What counts as an error of a session: neither ok nor cancelled. */
function isFailure(ending: Ending): boolean {
  return ending.outcome !== 'ok' && ending.outcome !== 'cancelled';
}

/** The tools a list defined: they bound tool labels, and cost context. */
function listTools(fold: Fold, request: OpenRequest, response: ResponseMessage | undefined) {
  if (request.method !== 'tools/list' || response?.result === undefined) return undefined;
  const list = toolDefinitionsOf(response.result);
  if (!list) return undefined;
  const { tools, more } = list;
  const { server } = request.exchange;
  fold.labels.advertise(server, tools, { first: request.continuesList !== true, last: !more });
  return tools.map(({ name, bytes }: ToolDefinition) => ({ tool: fold.labels.tool(server, name), bytes }));
}

interface Counted {
  readonly ending: Ending;
  readonly probe: boolean;
  readonly facts: EndFacts;
  readonly definitions: readonly { readonly bytes: number }[] | undefined;
  readonly endsTask: boolean;
}

function count(request: OpenRequest, { ending, probe, facts, definitions, endsTask }: Counted): void {
  const session = request.joined?.session;
  if (!session) return;
  const { tally } = session.own;
  const responseBytes = facts.response?.bytes ?? 0;
  tally.bytes += request.bytes + responseBytes;
  // A success shows that the server still knows the session, whatever it said before.
  if (ending.outcome === 'ok' && session.ended !== undefined) session.own.reopens = true;
  if (request.direction === 'server_to_client') return;
  tally.calls += 1;
  if (isFailure(ending) && !probe) tally.errors += 1;
  if (definitions)
    tally.tokensEstimated += definitions.reduce((sum, { bytes }) => sum + estimateTokens(bytes), 0);
  // The answer that ends a task is what its call brought into the context.
  if (request.method === 'tools/call' || endsTask) tally.tokensEstimated += estimateTokens(responseBytes);
  if (request.method !== 'tools/call') return;
  tally.toolTimeUs += facts.endUs - request.startUs;
  if (request.round > 1) return;
  tally.toolCalls += 1;
  if ((request.attempt?.number ?? 1) > 1) tally.retries += 1;
}

function clientSpans(fold: Fold, request: OpenRequest, facts: EndFacts): ClientSpan[] {
  const home = request.exchange.response;
  const spans = request.carriers.map((carrier): ClientSpan => {
    const firstByte =
      home && request.direction === 'client_to_server' && !home.proxy
        ? { 'sightline.upstream.first_byte': Math.max(0, home.atUs - carrier.startUs) / 1e6 }
        : {};
    const endUs = carrier.endUs ?? facts.answeredUs ?? facts.endUs;
    return {
      spanId: carrier.spanId,
      startUs: carrier.startUs,
      endUs: Math.max(carrier.startUs, endUs),
      attributes: { ...carrier.attributes, ...firstByte },
    };
  });
  if (facts.answeredOn && facts.answeredUs !== undefined) {
    const { request: stream } = facts.answeredOn;
    const startUs = Math.max(stream.sentUs ?? stream.atUs, request.sentUs ?? request.startUs);
    spans.push({
      spanId: fold.ids.spanId(),
      startUs,
      endUs: Math.max(startUs, facts.answeredUs),
      attributes: upstreamAttributes(fold, facts.answeredOn),
    });
  }
  return spans;
}

function payloads(fold: Fold, request: OpenRequest, facts: EndFacts): Payload[] {
  const parts = [request.payload];
  if (fold.settings.payloadMode === 'off') return parts;
  const answer = facts.response ?? facts.body;
  if (answer) parts.push(fold.payload('response', answer.text, answer.bytes, request.exchange));
  return parts;
}

/** A line for an answer without JSON-RPC: the status, and the beginning of what the body says. */
export function statusLine(status: number, text: string | undefined): string {
  const body = text?.slice(0, BOUNDS.messageBytesMax).trim();
  return body ? `HTTP ${status}: ${body}` : `HTTP ${status}`;
}
