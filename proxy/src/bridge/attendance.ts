/** Who of a run's clients is still there: the run ends when nobody has been for a while. */
import type { Answer } from './answer.ts';

export class Attendance {
  readonly #idleMs: number;
  readonly #onIdle: () => void;
  readonly #present = new Set<Answer>();
  #timer: NodeJS.Timeout | undefined = undefined;
  #isStopped = false;

  constructor(idleMs: number, onIdle: () => void) {
    this.#idleMs = idleMs;
    this.#onIdle = onIdle;
  }

  /** Somebody did something, whether they stay or not. */
  touch(): void {
    clearTimeout(this.#timer);
    if (this.#present.size === 0 && !this.#isStopped)
      this.#timer = setTimeout(this.#onIdle, this.#idleMs).unref();
  }

  enter(answer: Answer): void {
    this.#present.add(answer);
    this.touch();
  }

  leave(answer: Answer): void {
    this.#present.delete(answer);
    this.touch();
  }

  /** The run is gone: nobody is waited for any more. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#present.clear();
  }
}
