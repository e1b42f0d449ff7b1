/**
 * Which operation and attempt a request belongs to: a later round is recognised by what it echoes, a retry by its
 * arguments.
 */
import { isArray, isObject, type Json, type RequestMessage } from '../mcp/jsonrpc.ts';
import { targetOf, textOf } from '../mcp/methods.ts';
import { roundEchoedBy } from '../mcp/result.ts';
import type { Joined } from '../session/registry.ts';
import type { Fold } from './fold.ts';
import type { UnixMicros } from './frame.ts';
import { beginRound, digest, type Operation, shorten } from './rounds.ts';
import type { Exchange, OpenRequest, SessionState } from './state.ts';

/** Joins a request to the operation that waits for it, or begins one. */
export function joinOperation(
  fold: Fold,
  exchange: Exchange,
  message: RequestMessage,
  joined: Joined<SessionState> | undefined,
  startUs: UnixMicros,
): Pick<OpenRequest, 'operation' | 'round' | 'taskId' | 'argumentsKey' | 'attempt'> {
  const { method, params } = message;
  const taskId = method.startsWith('tasks/') ? textOf(params.taskId) : undefined;
  const tool = method === 'tools/call' ? targetOf(method, params).tool : undefined;
  const argumentsKey = tool === undefined ? undefined : shorten(canonical(params.arguments ?? {}));
  const facts = {
    ...(taskId !== undefined && { taskId }),
    ...(argumentsKey !== undefined && { argumentsKey }),
  };
  const known =
    taskId === undefined
      ? fold.rounds.resume(roundKey(exchange.server, joined, message, argumentsKey))
      : fold.rounds.task(exchange.server, taskId);
  if (known) {
    return { operation: known, round: beginRound(known, startUs), attempt: known.attempt, ...facts };
  }
  const operation = newOperation(fold, startUs, tool);
  if (tool !== undefined && argumentsKey !== undefined && joined) {
    operation.attempt = joined.session.own.chains.begin(tool, argumentsKey, startUs, operation.id);
  }
  return { operation, round: 1, attempt: operation.attempt, ...facts };
}

export function newOperation(fold: Fold, startUs: UnixMicros, tool: string | undefined): Operation {
  return {
    id: fold.ids.traceId(),
    startUs,
    ...(tool !== undefined && { tool }),
    rounds: 1,
    lastEndUs: startUs,
    waitingUs: 0,
    waitsForClient: false,
    bytes: 0,
  };
}

/**
 * By what a later round is recognised: the echoed `requestState`; without one, the keys of the inputs it brings;
 * without those, being the very same tool call again (after a URL elicitation, -32042).
 */
function roundKey(
  server: string,
  joined: Joined<SessionState> | undefined,
  message: RequestMessage,
  argumentsKey: string | undefined,
): string {
  const echoed = roundEchoedBy(message.params);
  const target = targetOf(message.method, message.params);
  return awaitKey(server, {
    sessionId: joined?.session.id,
    method: message.method,
    target: target.tool ?? target.prompt ?? target.resource,
    argumentsKey,
    round: echoed,
  });
}

export function awaitKey(
  server: string,
  next: {
    readonly sessionId: string | undefined;
    readonly method: string;
    readonly target: string | undefined;
    readonly argumentsKey: string | undefined;
    /** Echo of the round before; absent when the next round carries none. */
    readonly round: { readonly state?: string; readonly keys: readonly string[] } | undefined;
  },
): string {
  if (next.round?.state !== undefined) return `state\0${server}\0${digest(next.round.state)}`;
  const parts = [server, next.sessionId ?? '', next.method, next.target ?? ''];
  if (next.round) return ['keys', ...parts, digest(next.round.keys.join('\0'))].join('\0');
  return ['again', ...parts, next.argumentsKey ?? ''].join('\0');
}

/** JSON with sorted keys, so that equal arguments look equal whatever their order. */
export function canonical(value: Json): string {
  if (isArray(value)) return `[${value.map((element) => canonical(element ?? null)).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key] ?? null)}`);
  return `{${members.join(',')}}`;
}
