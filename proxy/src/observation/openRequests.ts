/**
 * The open requests of one session that may be answered on another exchange than theirs. Few at any time, so a list
 * that is searched; a `Map` would be emptied and filled with every call (see `session/linkedList.ts`).
 */
import type { OpenRequest } from './state.ts';

export class OpenRequests {
  readonly #requests: OpenRequest[] = [];

  get size(): number {
    return this.#requests.length;
  }

  /** The request that has this key in its session; the newest, where ids were used twice. */
  find(key: string): OpenRequest | undefined {
    return this.#requests.findLast((request) => request.openKey === key);
  }

  add(request: OpenRequest): void {
    this.#requests.push(request);
  }

  /** Nothing happens when it is not here. */
  remove(request: OpenRequest): void {
    const at = this.#requests.lastIndexOf(request);
    if (at === -1) return;
    const last = this.#requests.pop();
    if (last && last !== request) this.#requests[at] = last;
  }

  list(): OpenRequest[] {
    return [...this.#requests];
  }
}
