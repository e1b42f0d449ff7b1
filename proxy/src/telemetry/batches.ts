/**
 * The batches of one signal that are not delivered yet, in the order their events happened: the one that is being
 * filled, those that wait, and how much all of them weigh, those under way included.
 */

export interface BatchLimits {
  /** Items in one batch; the items of one event stay together, so a batch may have a few more. */
  readonly batchMax: number;
  /** Weight in one batch; an event heavier than this travels alone. */
  readonly batchWeightMax: number;
}

/** The event that items belong to. */
export interface Origin {
  /** Its place in the archive; 0 when it is in none, and memory is all there is of it. */
  readonly sequence: number;
  /** Its timestamp, Unix milliseconds. */
  readonly timeMs: number;
  /** Rough size of all its items together, bytes. */
  readonly weight: number;
}

/**
 * Makes batches. Items are packed as they come, so that a batch may be bytes from the first item on: a queue of
 * objects is promoted to the old generation before it is sent, and costs twice the memory.
 */
export interface Packer<T, P> {
  add(item: T): void;
  /** Everything added since the last call. */
  pack(): P;
  /** Two parcels of one: its first `count` items, and the others. The parcel itself stays as it is. */
  split(parcel: P, count: number): readonly [P, P];
  /**
   * The receiver has said that it has the parcel, so its memory may be used again. Not called of a parcel that
   * was refused or has timed out: a connection may still be reading it.
   */
  recycle?(parcel: P): void;
}

/** Packs items as they are. */
export function createListPacker<T>(): Packer<T, readonly T[]> {
  let items: T[] = [];
  return {
    add(item) {
      items.push(item);
    },
    pack() {
      const packed = items;
      items = [];
      return packed;
    },
    split: (parcel, count) => [parcel.slice(0, count), parcel.slice(count)],
  };
}

export interface Batch<P> {
  /** Number of its first item; batches go out in this order. */
  readonly first: number;
  readonly parcel: P;
  /** Of each item the sequence of its event, 0 where that is in no archive. */
  readonly sequences: readonly number[];
  readonly weight: number;
  /** Time of the first event in it. */
  readonly sinceMs: number;
  /** Why its last try failed; such a batch is the first to go when room is needed. */
  failure?: string;
}

interface Filling {
  readonly sequences: number[];
  weight: number;
  readonly sinceMs: number;
}

export class Batches<T, P> {
  readonly #limits: BatchLimits;
  readonly #packer: Packer<T, P>;
  readonly #waiting: Batch<P>[] = [];
  #filling: Filling | undefined;
  #event: Origin = { sequence: 0, timeMs: 0, weight: 0 };
  /** Items in all batches so far. */
  #sealed = 0;
  /** Items kept, those under way included. */
  count = 0;
  weight = 0;
  /** Items kept whose event is in no archive. */
  unstored = 0;

  constructor(limits: BatchLimits, packer: Packer<T, P>) {
    this.#limits = limits;
    this.#packer = packer;
  }

  /** Sequence of the event whose items are added now. */
  get sequence(): number {
    return this.#event.sequence;
  }

  /** Begins an event's items; true when that closed a batch. */
  begin(event: Origin): boolean {
    this.#event = event;
    const filling = this.#filling;
    const { batchMax, batchWeightMax } = this.#limits;
    if (filling === undefined) return false;
    if (filling.sequences.length < batchMax && filling.weight + event.weight <= batchWeightMax) return false;
    this.seal();
    return true;
  }

  /** @throws when the item cannot be packed; everything is then as before. */
  add(item: T, weight: number): void {
    this.#packer.add(item);
    this.#filling ??= { sequences: [], weight: 0, sinceMs: this.#event.timeMs };
    this.#filling.sequences.push(this.#event.sequence);
    this.#filling.weight += weight;
    this.count += 1;
    this.weight += weight;
    if (this.#event.sequence === 0) this.unstored += 1;
  }

  /** Closes the batch that is being filled. */
  seal(): void {
    const filling = this.#filling;
    if (filling === undefined) return;
    this.#filling = undefined;
    this.#waiting.push({ ...filling, first: this.#sealed, parcel: this.#packer.pack() });
    this.#sealed += filling.sequences.length;
  }

  /** The batch to send next. It still counts until it is settled. */
  next(): Batch<P> | undefined {
    return this.#waiting.shift();
  }

  /** Back to its place, so that batches leave in the order they were made. */
  putBack(batch: Batch<P>): void {
    const index = this.#waiting.findIndex((other) => other.first > batch.first);
    if (index < 0) this.#waiting.push(batch);
    else this.#waiting.splice(index, 0, batch);
  }

  /** Puts a batch back as two; false when there is only one item in it. */
  halve(batch: Batch<P>): boolean {
    const { sequences, sinceMs, first } = batch;
    if (sequences.length < 2) return false;
    const half = Math.ceil(sequences.length / 2);
    const parcels = this.#packer.split(batch.parcel, half);
    const weight = Math.ceil((batch.weight * half) / sequences.length);
    this.putBack({ first, parcel: parcels[0], sequences: sequences.slice(0, half), weight, sinceMs });
    this.putBack({
      first: first + half,
      parcel: parcels[1],
      sequences: sequences.slice(half),
      weight: batch.weight - weight,
      sinceMs,
    });
    return true;
  }

  /** Forgets a batch; `accepted` frees its memory for use again. */
  settle(batch: Batch<P>, accepted: boolean): void {
    this.count -= batch.sequences.length;
    this.weight -= batch.weight;
    for (const sequence of batch.sequences) if (sequence === 0) this.unstored -= 1;
    if (accepted) this.#packer.recycle?.(batch.parcel);
  }

  /** Gives up a batch that has failed before and of which the archive has nothing. */
  giveUp(): Batch<P> | undefined {
    const index = this.#waiting.findIndex(
      ({ failure, sequences }) => failure !== undefined && sequences.every((sequence) => sequence === 0),
    );
    const [batch] = index < 0 ? [] : this.#waiting.splice(index, 1);
    if (batch !== undefined) this.settle(batch, false);
    return batch;
  }

  clear(): void {
    this.#waiting.length = 0;
    this.#filling = undefined;
    this.count = 0;
    this.weight = 0;
    this.unstored = 0;
  }

  /** Of those that are not under way. */
  get lowestSequence(): number | undefined {
    let lowest = lowerOf(undefined, this.#filling?.sequences ?? []);
    for (const { sequences } of this.#waiting) lowest = lowerOf(lowest, sequences);
    return lowest;
  }

  /** Of those that are not under way. */
  get oldestMs(): number | undefined {
    return this.#waiting[0]?.sinceMs ?? this.#filling?.sinceMs;
  }
}

/** The lower of a sequence and the first archived one of some items, which are in order. */
export function lowerOf(lowest: number | undefined, sequences: readonly number[]): number | undefined {
  const first = sequences.find((sequence) => sequence > 0);
  return first === undefined || (lowest !== undefined && lowest < first) ? lowest : first;
}
