/**
 * What an answer says beyond its payload: tool failure, a request for another round, a task. Reads all revisions:
 * `resultType` (2026-07-28), `result.task` (2025-11-25 tasks), `isError` (every one).
 */
import type { ResultType } from '../contract/index.ts';
import { URL_ELICITATION_REQUIRED } from './errors.ts';
import { isArray, isObject, type Json, type JsonObject, type ResponseMessage } from './jsonrpc.ts';
import { textOf } from './methods.ts';

/** A task's life as both revisions spell it. */
export type TaskStatus = 'working' | 'input_required' | 'completed' | 'failed' | 'cancelled';
const TASK_STATUSES: ReadonlySet<string> = new Set([
  'working',
  'input_required',
  'completed',
  'failed',
  'cancelled',
]);

export interface TaskSighting {
  readonly taskId: string;
  /** Absent when the status is not one we know. */
  readonly status?: TaskStatus;
  /** `result` (or 2026-07-28 `error`) of a terminal task, where the sighting carries it. */
  readonly result?: Json;
  readonly error?: JsonObject;
}

/** How an answer leaves its operation. An unknown `resultType` counts as complete: it ends nothing else we know. */
export function resultTypeOf(response: ResponseMessage): ResultType {
  if (response.error?.code === URL_ELICITATION_REQUIRED) return 'input_required';
  const result = response.result;
  if (!isObject(result)) return 'complete';
  if (result.resultType === 'input_required') return 'input_required';
  if (result.resultType === 'task' || (result.resultType === undefined && isCreatedTask(result)))
    return 'task';
  return 'complete';
}

/** 2025-11-25 CreateTaskResult: `{task: {taskId, status, …}}`. */
function isCreatedTask(result: JsonObject): boolean {
  return isObject(result.task) && typeof result.task.taskId === 'string';
}

/** The task that an answer creates or reports, or that a `notifications/tasks[/status]` tells of. */
export function taskOf(value: Json | undefined): TaskSighting | undefined {
  if (!isObject(value)) return undefined;
  const task = isObject(value.task) ? value.task : value;
  const taskId = textOf(task.taskId);
  if (taskId === undefined) return undefined;
  const status = textOf(task.status);
  return {
    taskId,
    ...(status !== undefined && TASK_STATUSES.has(status) && { status: status as TaskStatus }),
    ...(task.result !== undefined && { result: task.result }),
    ...(isObject(task.error) && { error: task.error }),
  };
}

/** `result.isError` of a tool call (server/tools §Error Handling): the only place that says a tool failed. */
export function isToolError(result: Json | undefined): boolean {
  return isObject(result) && result.isError === true;
}

/** The first text block of a tool result: what the tool says went wrong. */
export function toolErrorText(result: Json | undefined): string | undefined {
  if (!isObject(result) || !isArray(result.content)) return undefined;
  for (const block of result.content) {
    if (isObject(block) && block.type === 'text' && typeof block.text === 'string') return block.text;
  }
  return undefined;
}

/** What a multi-round-trip answer asks to be echoed (2026-07-28 basic/patterns/mrtr). */
export function roundAskedBy(result: Json | undefined): {
  readonly state?: string;
  readonly keys: readonly string[];
} {
  if (!isObject(result)) return { keys: [] };
  const keys = isObject(result.inputRequests) ? Object.keys(result.inputRequests).sort() : [];
  return typeof result.requestState === 'string' ? { state: result.requestState, keys } : { keys };
}

/** What a request echoes of an earlier round. Undefined when it begins an operation. */
export function roundEchoedBy(
  params: JsonObject,
): { readonly state?: string; readonly keys: readonly string[] } | undefined {
  const state = typeof params.requestState === 'string' ? params.requestState : undefined;
  const keys = isObject(params.inputResponses) ? Object.keys(params.inputResponses).sort() : undefined;
  if (state === undefined && keys === undefined) return undefined;
  return state === undefined ? { keys: keys ?? [] } : { state, keys: keys ?? [] };
}

/** One tool that a `tools/list` answer defines. */
export interface ToolDefinition {
  readonly name: string;
  /** Bytes of the definition's JSON. */
  readonly bytes: number;
}

/** The tools of a `tools/list` answer, and whether more pages follow; undefined when it holds no list. */
export function toolDefinitionsOf(
  result: Json | undefined,
): { readonly tools: readonly ToolDefinition[]; readonly more: boolean } | undefined {
  if (!isObject(result) || !isArray(result.tools)) return undefined;
  const tools: ToolDefinition[] = [];
  for (const tool of result.tools) {
    const name = isObject(tool) ? textOf(tool.name) : undefined;
    if (name !== undefined) tools.push({ name, bytes: Buffer.byteLength(JSON.stringify(tool)) });
  }
  return { tools, more: typeof result.nextCursor === 'string' };
}
