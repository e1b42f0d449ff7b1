/**
 * Delivery of one signal: a bounded queue of batches, sent a few at a time, retried while there is room, counted
 * whatever becomes of them. A batch is delivered only when the receiver says so. It never waits for the network
 * on behalf of whoever offers an item, and never throws.
 */

/** What became of one batch. */
export type Verdict =
  | { readonly kind: 'accepted' }
  /** `again`: the receiver did not judge the data (unreachable, overloaded), so the same batch is worth a retry. */
  | { readonly kind: 'refused'; readonly reason: string; readonly again: boolean };

export interface DeliverySettings {
  /** Items in one batch. */
  readonly batchMax: number;
  /** Weight in one batch; an item heavier than this travels alone. */
  readonly batchWeightMax: number;
  /** How long an item may wait for its batch to fill, milliseconds. */
  readonly delayMs: number;
  /** Items kept, in flight included. */
  readonly queueMax: number;
  /** Weight kept, in flight included. */
  readonly queueWeightMax: number;
  /** Batches under way at once. */
  readonly inFlightMax: number;
  readonly backoffMinMs: number;
  readonly backoffMaxMs: number;
}

export interface DeliveryStats {
  readonly accepted: number;
  /** Judged and refused by the receiver. */
  readonly refused: number;
  /** Given up by us: no room, or the end came first. */
  readonly dropped: number;
  /** Waiting or under way. */
  readonly queued: number;
  /** When the oldest waiting item was offered, by the clock handed in; absent when nothing waits. */
  readonly oldestMs?: number;
}

export interface Delivery<T> {
  /** Takes an item; `weight` is its rough size in bytes. */
  offer(item: T, weight: number): void;
  stats(): DeliveryStats;
  /** Sends what is there, waits at most `timeoutMs`, counts the rest as dropped. Nothing is taken afterwards. */
  close(timeoutMs: number): Promise<void>;
}

/**
 * Makes batches. Items are packed as they come, so that a batch may be bytes from the first item on: a queue of
 * objects is promoted to the old generation before it is sent, and costs twice the memory.
 */
export interface Packer<T, P> {
  add(item: T): void;
  /** Everything added since the last call. */
  pack(): P;
  /**
   * The receiver has said that it has the parcel, so its memory may be used again. Not called of a parcel that
   * was refused or has timed out: a connection may still be reading it.
   */
  recycle?(parcel: P): void;
}

export interface DeliveryPorts<T, P> {
  readonly packer: Packer<T, P>;
  /** Sends one batch and calls `done` exactly once. */
  readonly send: (parcel: P, done: (verdict: Verdict) => void) => void;
  /** Items lost for `reason`, as they are lost. */
  readonly onLost: (reason: string, count: number) => void;
  readonly now: () => number;
}

/** A batch that is still being filled. */
interface Filling {
  count: number;
  weight: number;
  readonly sinceMs: number;
}

interface Batch<P> extends Readonly<Filling> {
  readonly number: number;
  readonly parcel: P;
  /** Why its last try failed; such a batch is the first to go when room is needed. */
  failure?: string;
}

type Phase = 'open' | 'closing' | 'closed';

/** One signal's delivery. Its timers do not keep the process alive. */
export function createDelivery<T, P>(settings: DeliverySettings, ports: DeliveryPorts<T, P>): Delivery<T> {
  return new BatchDelivery(settings, ports);
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
  };
}

class BatchDelivery<T, P> implements Delivery<T> {
  readonly #settings: DeliverySettings;
  readonly #ports: DeliveryPorts<T, P>;
  #phase: Phase = 'open';
  #filling: Filling | undefined;
  /** Full batches in order of their numbers. */
  readonly #waiting: Batch<P>[] = [];
  readonly #inFlight = new Set<Batch<P>>();
  #batches = 0;
  #count = 0;
  #weight = 0;
  #accepted = 0;
  #refused = 0;
  #dropped = 0;
  /** Failures in a row. While there are any, one batch at a time is tried, each after a pause. */
  #failures = 0;
  #fillTimer: NodeJS.Timeout | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  #onIdle: (() => void) | undefined;

  constructor(settings: DeliverySettings, ports: DeliveryPorts<T, P>) {
    this.#settings = settings;
    this.#ports = ports;
  }

  offer(item: T, weight: number): void {
    if (this.#phase !== 'open') {
      this.#lose(1, 'shutdown');
      return;
    }
    if (!this.#makeRoom(weight)) {
      this.#lose(1, 'queue_full');
      return;
    }
    const { batchMax, batchWeightMax } = this.#settings;
    if (this.#filling !== undefined && this.#filling.weight + weight > batchWeightMax) this.#closeBatch();
    if (!this.#pack(item)) return;
    const filling = this.#filling ?? this.#openBatch();
    filling.count += 1;
    filling.weight += weight;
    this.#count += 1;
    this.#weight += weight;
    if (filling.count >= batchMax || filling.weight >= batchWeightMax) this.#closeBatch();
  }

  #pack(item: T): boolean {
    try {
      this.#ports.packer.add(item);
      return true;
    } catch {
      this.#lose(1, 'not_encodable');
      return false;
    }
  }

  stats(): DeliveryStats {
    let oldestMs = this.#waiting[0]?.sinceMs ?? this.#filling?.sinceMs;
    for (const batch of this.#inFlight) oldestMs = Math.min(oldestMs ?? batch.sinceMs, batch.sinceMs);
    return {
      accepted: this.#accepted,
      refused: this.#refused,
      dropped: this.#dropped,
      queued: this.#count,
      ...(oldestMs === undefined ? {} : { oldestMs }),
    };
  }

  async close(timeoutMs: number): Promise<void> {
    if (this.#phase !== 'open') return;
    this.#phase = 'closing';
    this.#closeBatch();
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    this.#pump();
    if (this.#count > 0) await this.#waitIdle(timeoutMs);
    this.#phase = 'closed';
    clearTimeout(this.#retryTimer);
    this.#lose(this.#count, 'shutdown');
    this.#count = 0;
    this.#weight = 0;
    this.#waiting.length = 0;
    this.#inFlight.clear();
  }

  #waitIdle(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#onIdle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #openBatch(): Filling {
    const filling = { count: 0, weight: 0, sinceMs: this.#ports.now() };
    this.#filling = filling;
    this.#fillTimer ??= setTimeout(() => {
      this.#fillTimer = undefined;
      this.#closeBatch();
    }, this.#settings.delayMs).unref();
    return filling;
  }

  #closeBatch(): void {
    if (this.#fillTimer !== undefined) clearTimeout(this.#fillTimer);
    this.#fillTimer = undefined;
    const filling = this.#filling;
    if (filling === undefined) return;
    this.#filling = undefined;
    this.#batches += 1;
    this.#waiting.push({ ...filling, number: this.#batches, parcel: this.#ports.packer.pack() });
    this.#pump();
  }

  /** Whether one more item fits, after giving up batches that have failed before. */
  #makeRoom(weight: number): boolean {
    const { queueMax, queueWeightMax } = this.#settings;
    while (this.#count + 1 > queueMax || this.#weight + weight > queueWeightMax) {
      // Data that could not be delivered for as long as the queue holds makes room for news.
      const index = this.#waiting.findIndex((batch) => batch.failure !== undefined);
      const [batch] = index < 0 ? [] : this.#waiting.splice(index, 1);
      if (batch === undefined) return false;
      this.#forget(batch);
      this.#lose(batch.count, batch.failure ?? 'queue_full');
    }
    return true;
  }

  #pump(): void {
    const limit = this.#failures > 0 ? 1 : this.#settings.inFlightMax;
    while (this.#retryTimer === undefined && this.#inFlight.size < limit) {
      const batch = this.#waiting.shift();
      if (batch === undefined) break;
      this.#send(batch);
    }
    if (this.#count === 0) this.#onIdle?.();
  }

  #send(batch: Batch<P>): void {
    this.#inFlight.add(batch);
    let judged = false;
    const done = (verdict: Verdict): void => {
      if (judged) return;
      judged = true;
      this.#inFlight.delete(batch);
      if (this.#phase !== 'closed') this.#judge(batch, verdict);
    };
    try {
      this.#ports.send(batch.parcel, done);
    } catch {
      done({ kind: 'refused', reason: 'not_encodable', again: false });
    }
  }

  #judge(batch: Batch<P>, verdict: Verdict): void {
    if (verdict.kind === 'refused' && verdict.again) {
      batch.failure = verdict.reason;
      this.#putBack(batch);
      this.#failures += 1;
      this.#pause();
      return;
    }
    this.#forget(batch);
    this.#failures = 0;
    if (verdict.kind === 'accepted') {
      this.#accepted += batch.count;
      this.#ports.packer.recycle?.(batch.parcel);
    } else {
      this.#refused += batch.count;
      this.#ports.onLost(verdict.reason, batch.count);
    }
    this.#pump();
  }

  /** Back to its place, so that batches leave in the order they were made. */
  #putBack(batch: Batch<P>): void {
    const index = this.#waiting.findIndex((other) => other.number > batch.number);
    if (index < 0) this.#waiting.push(batch);
    else this.#waiting.splice(index, 0, batch);
  }

  #pause(): void {
    if (this.#retryTimer !== undefined) return;
    const { backoffMinMs, backoffMaxMs } = this.#settings;
    const pauseMs = Math.min(backoffMinMs * 2 ** Math.min(this.#failures - 1, 20), backoffMaxMs);
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = undefined;
      this.#pump();
    }, pauseMs).unref();
  }

  #forget(batch: Batch<P>): void {
    this.#count -= batch.count;
    this.#weight -= batch.weight;
  }

  #lose(count: number, reason: string): void {
    if (count === 0) return;
    this.#dropped += count;
    this.#ports.onLost(reason, count);
  }
}
