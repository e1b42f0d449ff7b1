/** A map that forgets what was not asked for lately: between `max` and twice as many entries are kept. */
export class Recent<K, V> {
  readonly #max: number;
  #hot = new Map<K, V>();
  #cold = new Map<K, V>();

  constructor(max: number) {
    this.#max = max;
  }

  get(key: K): V | undefined {
    const hot = this.#hot.get(key);
    if (hot !== undefined) return hot;
    const cold = this.#cold.get(key);
    if (cold !== undefined) this.set(key, cold);
    return cold;
  }

  set(key: K, value: V): void {
    if (this.#hot.size >= this.#max) {
      this.#cold = this.#hot;
      this.#hot = new Map();
    }
    this.#hot.set(key, value);
  }

  clear(): void {
    this.#hot.clear();
    this.#cold.clear();
  }
}
