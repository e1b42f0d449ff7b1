/**
 * A map that a peer cannot grow without limit: past `max` entries the one longest unused goes, and the owner
 * is told, so that every loss is counted somewhere. Use is kept in a list of its own, so that reading never
 * touches the table (see `linkedList.ts` for what that would cost).
 */
import { LinkedList, type Node } from './linkedList.ts';

export class BoundedMap<K, V> {
  readonly #nodes = new Map<K, Node<{ readonly key: K; value: V }>>();
  /** Longest unused first. */
  readonly #use = new LinkedList<{ readonly key: K; value: V }>();
  readonly #max: number;
  readonly #onEvict: ((value: V, key: K) => void) | undefined;

  constructor(max: number, onEvict?: (value: V, key: K) => void) {
    this.#max = max;
    this.#onEvict = onEvict;
  }

  get size(): number {
    return this.#nodes.size;
  }

  /** Reads without counting as use. */
  peek(key: K): V | undefined {
    return this.#nodes.get(key)?.value.value;
  }

  /** Reads, and counts as use. */
  get(key: K): V | undefined {
    const node = this.#nodes.get(key);
    if (!node) return undefined;
    this.#use.moveToEnd(node);
    return node.value.value;
  }

  set(key: K, value: V): void {
    const node = this.#nodes.get(key);
    if (node) {
      node.value.value = value;
      this.#use.moveToEnd(node);
      return;
    }
    this.#nodes.set(key, this.#use.append({ key, value }));
    const oldest = this.#use.first;
    if (this.#nodes.size <= this.#max || !oldest) return;
    this.delete(oldest.key);
    this.#onEvict?.(oldest.value, oldest.key);
  }

  delete(key: K): boolean {
    const node = this.#nodes.get(key);
    if (!node) return false;
    this.#nodes.delete(key);
    this.#use.remove(node);
    return true;
  }

  /** Everything present now, longest unused first. */
  values(): V[] {
    return this.#use.list().map((entry) => entry.value);
  }
}
