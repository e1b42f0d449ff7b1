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

export interface DeliveryPorts<T> {
  /** Sends one batch and calls `done` exactly once. */
  readonly send: (items: readonly T[], done: (verdict: Verdict) => void) => void;
  /** Items lost for `reason`, as they are lost. */
  readonly onLost: (reason: string, count: number) => void;
  readonly now: () => number;
}

interface Batch<T> {
  readonly number: number;
  readonly items: T[];
  weight: number;
  readonly sinceMs: number;
  /** Why its last try failed; such a batch is the first to go when room is needed. */
  failure?: string;
}

type Phase = 'open' | 'closing' | 'closed';

/** One signal's delivery. Its timers do not keep the process alive. */
export function createDelivery<T>(settings: DeliverySettings, ports: DeliveryPorts<T>): Delivery<T> {
  return new BatchDelivery(settings, ports);
}

class BatchDelivery<T> implements Delivery<T> {
  readonly #settings: DeliverySettings;
  readonly #ports: DeliveryPorts<T>;
  #phase: Phase = 'open';
  #filling: Batch<T> | undefined;
  /** Full batches in order of their numbers. */
  readonly #waiting: Batch<T>[] = [];
  readonly #inFlight = new Set<Batch<T>>();
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

  constructor(settings: DeliverySettings, ports: DeliveryPorts<T>) {
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
    const batch = this.#filling ?? this.#openBatch();
    batch.items.push(item);
    batch.weight += weight;
    this.#count += 1;
    this.#weight += weight;
    if (batch.items.length >= batchMax || batch.weight >= batchWeightMax) this.#closeBatch();
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

  #openBatch(): Batch<T> {
    this.#batches += 1;
    const batch: Batch<T> = { number: this.#batches, items: [], weight: 0, sinceMs: this.#ports.now() };
    this.#filling = batch;
    this.#fillTimer ??= setTimeout(() => {
      this.#fillTimer = undefined;
      this.#closeBatch();
    }, this.#settings.delayMs).unref();
    return batch;
  }

  #closeBatch(): void {
    if (this.#fillTimer !== undefined) clearTimeout(this.#fillTimer);
    this.#fillTimer = undefined;
    const batch = this.#filling;
    if (batch === undefined) return;
    this.#filling = undefined;
    this.#waiting.push(batch);
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
      this.#lose(batch.items.length, batch.failure ?? 'queue_full');
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

  #send(batch: Batch<T>): void {
    this.#inFlight.add(batch);
    let judged = false;
    const done = (verdict: Verdict): void => {
      if (judged) return;
      judged = true;
      this.#inFlight.delete(batch);
      if (this.#phase !== 'closed') this.#judge(batch, verdict);
    };
    try {
      this.#ports.send(batch.items, done);
    } catch {
      done({ kind: 'refused', reason: 'not_encodable', again: false });
    }
  }

  #judge(batch: Batch<T>, verdict: Verdict): void {
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
      this.#accepted += batch.items.length;
    } else {
      this.#refused += batch.items.length;
      this.#ports.onLost(verdict.reason, batch.items.length);
    }
    this.#pump();
  }

  /** Back to its place, so that batches leave in the order they were made. */
  #putBack(batch: Batch<T>): void {
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

  #forget(batch: Batch<T>): void {
    this.#count -= batch.items.length;
    this.#weight -= batch.weight;
  }

  #lose(count: number, reason: string): void {
    if (count === 0) return;
    this.#dropped += count;
    this.#ports.onLost(reason, count);
  }
}
