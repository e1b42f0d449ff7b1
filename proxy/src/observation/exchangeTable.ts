/**
 * The exchanges in flight, by their number. Numbers grow, so the lowest is the oldest. An object with whole numbers
 * as keys and not a `Map`: entries come and go with every request (see `session/linkedList.ts`).
 */
import type { ExchangeId } from './frame.ts';
import type { Exchange } from './state.ts';

export class ExchangeTable {
  readonly #entries: Record<ExchangeId, Exchange | undefined> = Object.create(null);
  readonly #max: number;
  readonly #onEvict: (exchange: Exchange) => void;
  #size = 0;
  /** No exchange has a lower number. */
  #lowest = 0;
  #highest = 0;

  /** @param onEvict Told when `max` pushes out the exchange that is open longest. */
  constructor(max: number, onEvict: (exchange: Exchange) => void) {
    this.#max = max;
    this.#onEvict = onEvict;
  }

  get size(): number {
    return this.#size;
  }

  get(id: ExchangeId): Exchange | undefined {
    return this.#entries[id];
  }

  set(id: ExchangeId, exchange: Exchange): void {
    if (this.#entries[id] === undefined) this.#size += 1;
    if (this.#size === 1 || id < this.#lowest) this.#lowest = id;
    if (id > this.#highest) this.#highest = id;
    this.#entries[id] = exchange;
    if (this.#size > this.#max) this.#evict();
  }

  delete(id: ExchangeId): void {
    if (this.#entries[id] === undefined) return;
    delete this.#entries[id];
    this.#size -= 1;
  }

  #evict(): void {
    while (this.#entries[this.#lowest] === undefined && this.#lowest < this.#highest) this.#lowest += 1;
    const oldest = this.#entries[this.#lowest];
    if (!oldest) return;
    this.delete(this.#lowest);
    this.#onEvict(oldest);
  }
}
