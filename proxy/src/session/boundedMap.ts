/**
 * A map that a peer cannot grow without limit: past `max` entries the one longest unused goes, and the owner
 * is told, so that every loss is counted somewhere.
 */
export class BoundedMap<K, V> {
  readonly #entries = new Map<K, V>();
  readonly #max: number;
  readonly #onEvict: ((value: V, key: K) => void) | undefined;

  constructor(max: number, onEvict?: (value: V, key: K) => void) {
    this.#max = max;
    this.#onEvict = onEvict;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Reads without counting as use. */
  peek(key: K): V | undefined {
    return this.#entries.get(key);
  }

  /** Reads, and counts as use. */
  get(key: K): V | undefined {
    const value = this.#entries.get(key);
    if (value !== undefined) {
      this.#entries.delete(key);
      this.#entries.set(key, value);
    }
    return value;
  }

  set(key: K, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= this.#max) return;
    const [oldest] = this.#entries;
    if (!oldest) return;
    this.#entries.delete(oldest[0]);
    this.#onEvict?.(oldest[1], oldest[0]);
  }

  delete(key: K): boolean {
    return this.#entries.delete(key);
  }

  /** Longest unused first. Deleting while iterating is safe. */
  values(): MapIterator<V> {
    return this.#entries.values();
  }
}
