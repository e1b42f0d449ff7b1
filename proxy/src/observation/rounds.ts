/**
 * Joins the rounds of one logical call: a modern request that echoes an earlier answer's `requestState`, a call
 * repeated after a URL elicitation, the polls of a task. Nothing but these echoes links the rounds: ids differ.
 */
import { createHash } from 'node:crypto';
import { BoundedMap } from '../session/boundedMap.ts';
import type { Attempt } from './chains.ts';
import type { UnixMicros } from './frame.ts';

/** One logical call over all its rounds. */
export interface Operation {
  readonly id: string;
  readonly startUs: UnixMicros;
  /** Tool of the `tools/call` that began it. */
  readonly tool?: string;
  /** Rounds begun so far. */
  rounds: number;
  /** End of the latest round that ended. */
  lastEndUs: UnixMicros;
  /** Time between rounds in which the server had nothing to do. */
  waitingUs: number;
  /** The last answer left the next step to the client; false while a task works. */
  waitsForClient: boolean;
  /** Bytes of requests and answers over all rounds. */
  bytes: number;
  attempt?: Attempt;
  /** It is a task that has ended; polls that come later only poll. */
  over?: true;
}

export class Rounds {
  readonly #awaited: BoundedMap<string, Operation>;
  readonly #tasks: BoundedMap<string, Operation>;

  constructor(max: number, onEvict: () => void) {
    this.#awaited = new BoundedMap(max, onEvict);
    // A task that has ended is remembered only for late polls: forgetting it loses nothing.
    this.#tasks = new BoundedMap(max, (operation) => {
      if (!operation.over) onEvict();
    });
  }

  /** The operation whose next round this is; each answer is followed up once. */
  resume(key: string): Operation | undefined {
    if (this.#awaited.size === 0) return undefined;
    const operation = this.#awaited.get(key);
    this.#awaited.delete(key);
    return operation;
  }

  /** An answer asked for another round, to be recognised by `key`. */
  await(key: string, operation: Operation): void {
    this.#awaited.set(key, operation);
  }

  task(server: string, taskId: string): Operation | undefined {
    return this.#tasks.get(`${server}\0${taskId}`);
  }

  beginTask(server: string, taskId: string, operation: Operation): void {
    this.#tasks.set(`${server}\0${taskId}`, operation);
  }

  /** The operation of a task that ends now; undefined when it is unknown or had ended before. */
  endTask(server: string, taskId: string): Operation | undefined {
    const operation = this.task(server, taskId);
    if (!operation || operation.over) return undefined;
    operation.over = true;
    return operation;
  }
}

/** Counts the start of a later round, and the time the client took until it. */
export function beginRound(operation: Operation, startUs: UnixMicros): number {
  if (operation.waitsForClient) operation.waitingUs += Math.max(0, startUs - operation.lastEndUs);
  operation.waitsForClient = false;
  operation.rounds += 1;
  return operation.rounds;
}

/** Texts up to this length are their own key, in UTF-16 units: comparing them is cheaper than hashing them. */
const KEY_LENGTH_MAX = 256;

/** A key of a text that a peer chose: the text, while it is short. */
export function shorten(text: string): string {
  return text.length <= KEY_LENGTH_MAX ? text : digest(text);
}

/** A short key of a long text that a peer chose. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 24);
}
