/**
 * Asks the observing thread for its metrics and waits for the answer. Everyone who asks meanwhile shares the one
 * question; an answer that does not come is an error with a sentence.
 */
import type { FromPage } from './protocol.ts';

/** A thread that is busy for this long answers no scrape in time. */
const PATIENCE_MS = 3_000;

interface Open {
  readonly ask: number;
  readonly text: Promise<string>;
  readonly resolve: (text: string) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

export class MetricsAsker {
  readonly #post: ((message: FromPage) => void) | undefined;
  #asked = 0;
  #open: Open | undefined;
  #gone: string | undefined;

  /** @param post To the observing thread; undefined when there is none. */
  constructor(post: ((message: FromPage) => void) | undefined) {
    this.#post = post;
    if (post === undefined) this.#gone = 'Nothing is observed, so there are no metrics';
  }

  ask(): Promise<string> {
    if (this.#gone !== undefined) return Promise.reject(new Error(this.#gone));
    if (this.#open) return this.#open.text;
    this.#asked += 1;
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const timer = setTimeout(() => {
      this.#end()?.reject(new Error('The observing thread is busy and gave no metrics in time'));
    }, PATIENCE_MS);
    this.#open = { ask: this.#asked, text: promise, resolve, reject, timer };
    this.#post?.({ kind: 'metrics', ask: this.#asked });
    return promise;
  }

  /** An answer; one that comes too late is nobody's. */
  answer(ask: number, text: string): void {
    if (this.#open?.ask === ask) this.#end()?.resolve(text);
  }

  /** No answer will come any more. */
  giveUp(reason: string): void {
    this.#gone = reason;
    this.#end()?.reject(new Error(reason));
  }

  #end(): Open | undefined {
    const open = this.#open;
    this.#open = undefined;
    clearTimeout(open?.timer);
    return open;
  }
}
