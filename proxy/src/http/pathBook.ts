/**
 * Paths that an upstream has named, to be known again when a client asks for them. Bounded in number and in
 * length, because some servers name a path per session and nothing says how long one may be; the path used least
 * recently makes room.
 *
 * Refuses: to know what a path is for. Who keeps a book knows that.
 */

/** A longer path is not remembered: calls to it pass, and are not known again. */
const CHARS_MAX = 2_048;
const PATHS_MAX = 1_024;

export class PathBook {
  /** Path to the turn in which it was last used. */
  readonly #paths = new Map<string, number>();
  readonly #max: number;
  #turn = 0;
  #chars = 0;

  constructor(max = PATHS_MAX) {
    this.#max = max;
  }

  /** Characters of all paths held. */
  get chars(): number {
    return this.#chars;
  }

  has(path: string): boolean {
    if (!this.#paths.has(path)) return false;
    this.#use(path);
    return true;
  }

  add(path: string): void {
    if (path.length > CHARS_MAX) return;
    if (!this.#paths.has(path)) {
      if (this.#paths.size >= this.#max) this.#dropOldest();
      this.#chars += path.length;
    }
    this.#use(path);
  }

  #use(path: string): void {
    this.#turn += 1;
    this.#paths.set(path, this.#turn);
  }

  #dropOldest(): void {
    let oldest: string | undefined;
    let turn = Number.POSITIVE_INFINITY;
    for (const [path, used] of this.#paths) {
      if (used < turn) {
        oldest = path;
        turn = used;
      }
    }
    if (oldest === undefined) return;
    this.#paths.delete(oldest);
    this.#chars -= oldest.length;
  }
}
