/**
 * A bounded copy of a body: keeps what comes until a limit, then only counts. All bodies under observation share
 * one budget, so that many large ones at the same time stay bounded too.
 */
import { GrowingBytes } from '../mcp/growingBytes.ts';

/** Memory that all bodies under observation share. */
export class ByteBudget {
  held = 0;
  readonly max: number;

  constructor(max: number) {
    this.max = max;
  }
}

export class ByteCollector {
  /** Everything that passed, kept or not. */
  total = 0;
  /** Why nothing is kept any more. */
  given: 'limit' | 'budget' | undefined = undefined;
  readonly #bytes = new GrowingBytes();
  #reserved = 0;
  readonly #max: number;
  readonly #budget: ByteBudget;

  constructor(max: number, budget: ByteBudget) {
    this.#max = max;
    this.#budget = budget;
  }

  take(chunk: Buffer): void {
    this.total += chunk.length;
    if (this.given !== undefined || chunk.length === 0) return;
    const more = this.#bytes.capacityWith(chunk.length) - this.#reserved;
    if (this.total > this.#max) this.#giveUp('limit');
    else if (this.#budget.held + more > this.#budget.max) this.#giveUp('budget');
    else {
      this.#budget.held += more;
      this.#reserved += more;
      this.#bytes.append(chunk);
    }
  }

  /** What was kept, whole; undefined when a limit was passed. The collector lets go of it. */
  release(): Buffer | undefined {
    const all = this.given === undefined ? this.#bytes.take() : undefined;
    this.#drop();
    return all;
  }

  #giveUp(reason: 'limit' | 'budget'): void {
    this.given = reason;
    this.#drop();
  }

  #drop(): void {
    this.#budget.held -= this.#reserved;
    this.#reserved = 0;
    this.#bytes.clear();
  }
}
