/**
 * The ends of tasks: on 2025-11-25 by `tasks/result`, a failed or cancelled status, on 2026-07-28 by any sighting that
 * is terminal, be it a poll's answer or a notification. Each task ends once; what comes later only polls.
 */

import type { RpcError } from '../mcp/jsonrpc.ts';
import { textOf } from '../mcp/methods.ts';
import { isToolError, type TaskSighting, taskOf, toolErrorText } from '../mcp/result.ts';
import type { EndFacts } from './ending.ts';
import type { Fold } from './fold.ts';
import { decideAnswer, type Ending } from './outcome.ts';
import type { Operation } from './rounds.ts';
import type { OpenRequest } from './state.ts';

/** How a task ended, on the poll or notification that showed it. */
export interface TaskEnd {
  readonly operation: Operation;
  readonly ending: Ending;
  readonly error?: RpcError;
  readonly message?: string;
}

/** How a poll shows that its task ended; undefined when it does not. */
export function endOfTask(
  fold: Fold,
  request: OpenRequest,
  { response, ending }: EndFacts,
): TaskEnd | undefined {
  const { taskId, exchange } = request;
  if (taskId === undefined || !response) return undefined;
  if (request.method === 'tasks/result') {
    // 2025-11-25: the answer is the call's own result, or its error; a refused poll tells nothing of the task.
    if (ending.outcome !== 'ok' && ending.origin === 'client') return undefined;
    const { error, result } = response;
    const facts = { direction: 'client_to_server' as const, toolError: isToolError(result) };
    const taskEnding = decideAnswer(error ? { ...facts, error } : facts);
    return endTask(fold, exchange.server, taskId, taskEnding, error, error?.message ?? toolErrorText(result));
  }
  if (request.method !== 'tasks/get' || ending.outcome !== 'ok') return undefined;
  const sighting = taskOf(response.result);
  return sighting && endBySighting(fold, exchange.server, sighting, request.modern);
}

/**
 * Whether a sighting ends its task. On 2025-11-25 `completed` does not: only `tasks/result` shows whether the tool
 * failed. `modern` sightings carry the result themselves.
 */
export function endBySighting(
  fold: Fold,
  server: string,
  sighting: TaskSighting,
  modern: boolean,
): TaskEnd | undefined {
  const { taskId, status, result, error } = sighting;
  if (status === 'cancelled') {
    return endTask(fold, server, taskId, { outcome: 'cancelled', origin: 'client', errorType: 'cancelled' });
  }
  if (status === 'failed') {
    const code = typeof error?.code === 'number' ? error.code : -32603;
    const message = textOf(error?.message) ?? 'task failed';
    const failure = { code, message };
    const ending = decideAnswer({ direction: 'client_to_server', error: failure });
    return endTask(fold, server, taskId, ending, failure, message);
  }
  if (status !== 'completed' || (!modern && result === undefined)) return undefined;
  const ending = decideAnswer({ direction: 'client_to_server', toolError: isToolError(result) });
  return endTask(fold, server, taskId, ending, undefined, toolErrorText(result));
}

function endTask(
  fold: Fold,
  server: string,
  taskId: string,
  ending: Ending,
  error?: RpcError,
  message?: string,
): TaskEnd | undefined {
  const operation = fold.rounds.endTask(server, taskId);
  return (
    operation && { operation, ending, ...(error && { error }), ...(message !== undefined && { message }) }
  );
}
