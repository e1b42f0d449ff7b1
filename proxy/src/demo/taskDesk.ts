/**
 * Tasks of revision 2025-11-25, which the SDK names but does not serve: a call that is answered by a task at
 * once, polled while it works, and whose result is fetched when it is done. It keeps tasks, bounded, and
 * nothing else.
 */
import { randomUUID } from 'node:crypto';

interface Task {
  readonly taskId: string;
  readonly createdAt: string;
  polls: number;
}

/** Polls that find the task at work before one finds it done. */
const pollsUntilDone = 2;
const tasksMax = 50;

/** Tasks of the demo server. */
export class TaskDesk {
  readonly #tasks = new Map<string, Task>();

  /** The JSON-RPC answer to a message that is about a task; undefined for every other message. */
  answer(body: unknown): object | undefined {
    if (!isRecord(body) || !isRecord(body['params'])) return undefined;
    const { method, id, params } = body;
    const respond = (result: object): object => ({ jsonrpc: '2.0', id, result });
    if (method === 'tools/call' && isRecord(params['task']))
      return respond({ task: describe(this.#begin()) });
    const task = this.#tasks.get(String(params['taskId']));
    if (task === undefined) return undefined;
    if (method === 'tasks/get') {
      task.polls += 1;
      return respond(describe(task));
    }
    if (method !== 'tasks/result') return undefined;
    const related = { 'io.modelcontextprotocol/related-task': { taskId: task.taskId } };
    return respond({ content: [{ type: 'text', text: '1,284 parcels were labelled' }], _meta: related });
  }

  #begin(): Task {
    const task: Task = { taskId: randomUUID(), createdAt: new Date().toISOString(), polls: 0 };
    this.#tasks.set(task.taskId, task);
    const oldest = this.#tasks.keys().next().value;
    if (this.#tasks.size > tasksMax && oldest !== undefined) this.#tasks.delete(oldest);
    return task;
  }
}

function describe({ taskId, createdAt, polls }: Task): object {
  const status = polls >= pollsUntilDone ? 'completed' : 'working';
  const lastUpdatedAt = new Date().toISOString();
  return { taskId, status, createdAt, lastUpdatedAt, ttl: 60_000, pollInterval: 300 };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
