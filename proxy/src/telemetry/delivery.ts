/**
 * Delivery of one signal: a bounded queue of batches, sent a few at a time, retried for as long as they are kept,
 * counted whatever becomes of them. A batch is delivered only when the receiver says so; one that it refuses for
 * good is halved until the item at fault stands alone. It never waits for the network on behalf of whoever offers
 * an item, and never throws.
 */
import { type Batch, Batches, type BatchLimits, lowerOf, type Origin, type Packer } from './batches.ts';

/** What became of one batch. */
export type Verdict =
  | { readonly kind: 'accepted' }
  /**
   * `again`: the receiver did not judge the data (unreachable, overloaded), so the same batch is worth a retry, and
   * not before `afterMs` where the receiver said how long to wait.
   */
  | { readonly kind: 'refused'; readonly reason: string; readonly again: boolean; readonly afterMs?: number };

export interface DeliverySettings extends BatchLimits {
  /** How long an item may wait for its batch to fill, milliseconds. */
  readonly delayMs: number;
  /** Items kept, in flight included. */
  readonly queueMax: number;
  /** Weight kept, in flight included. */
  readonly queueWeightMax: number;
  /** Weight kept of what the archive has too: past it, events stay there until there is room again. */
  readonly storedWeightMax: number;
  /** Batches under way at once; none is overtaken by as many as this. */
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
  /** Time of the oldest event of which something waits, Unix milliseconds; absent when nothing waits. */
  readonly oldestMs?: number;
}

export interface DeliveryPorts<T, P> {
  readonly packer: Packer<T, P>;
  /** Sends one batch and calls `done` exactly once. */
  readonly send: (parcel: P, done: (verdict: Verdict) => void) => void;
  /** Items lost for `reason`, as they are lost. */
  readonly onLost: (reason: string, count: number) => void;
}

/** Who offers, and wants to know how it goes. */
export interface Supplier {
  /** A batch is settled: there may be room, and the lowest unsettled sequence may have changed. */
  settle(): void;
  /** An item of this archived event is refused for good. */
  setAside(sequence: number, reason: string): void;
  /** More is to be offered before an end. */
  readonly isBehind: boolean;
}

/** Final refusals in a row after which the receiver is asked slowly: it may be set up wrongly, not sent wrong data. */
const REFUSALS_MAX = 32;
const REFUSED_PAUSE_MS = 100;

type Phase = 'open' | 'closing' | 'closed';

/** One signal's delivery. Its timers do not keep the process alive. */
export interface Delivery<T> {
  /** Tells `supplier` from now on how it goes. */
  attach(supplier: Supplier): void;
  /** Says whose items are offered next. */
  begin(event: Origin): void;
  /** Takes an item; `weight` is its rough size in bytes. */
  offer(item: T, weight: number): void;
  /** Counts as lost what is never to be offered: one item of each of these archived events. */
  refuse(reason: string, sequences: readonly number[]): void;
  /** Sends what has gathered without waiting for more. */
  flush(): void;
  /** Whether an archived event may be taken into memory. */
  readonly hasRoom: boolean;
  /** Whether so little is left that more should be read from the archive. */
  readonly isLow: boolean;
  /** The lowest sequence of which something is not settled; undefined when all is. */
  readonly lowestPending: number | undefined;
  /** Items of events that are in no archive. */
  readonly unstored: number;
  stats(): DeliveryStats;
  /**
   * Sends what is there and waits at most `timeoutMs`; what the archive does not have is then counted as dropped.
   * Where the archive has everything, the first failure is reason enough to leave the rest to the next start.
   */
  close(timeoutMs: number): Promise<void>;
}

export function createDelivery<T, P>(settings: DeliverySettings, ports: DeliveryPorts<T, P>): Delivery<T> {
  return new BatchDelivery(settings, ports);
}

class BatchDelivery<T, P> implements Delivery<T> {
  readonly #settings: DeliverySettings;
  readonly #ports: DeliveryPorts<T, P>;
  readonly #batches: Batches<T, P>;
  /** Batches under way, and how many had been sent before each; longest under way first. */
  readonly #inFlight = new Map<Batch<P>, number>();
  #sends = 0;
  #phase: Phase = 'open';
  #accepted = 0;
  #refused = 0;
  #dropped = 0;
  /** Tries in a row that nobody judged. While there are any, one batch at a time is tried, each after a pause. */
  #failures = 0;
  #refusals = 0;
  #fillTimer: NodeJS.Timeout | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  #retryAtMs = 0;
  #onIdle: (() => void) | undefined;
  #supplier: Supplier | undefined;

  constructor(settings: DeliverySettings, ports: DeliveryPorts<T, P>) {
    this.#settings = settings;
    this.#ports = ports;
    this.#batches = new Batches(settings, ports.packer);
  }

  attach(supplier: Supplier): void {
    this.#supplier = supplier;
  }

  begin(event: Origin): void {
    if (this.#batches.begin(event)) this.#pump();
  }

  offer(item: T, weight: number): void {
    if (this.#phase === 'closed') {
      this.#lose(1, 'shutdown');
      return;
    }
    if (!this.#makeRoom(weight)) {
      this.#lose(1, 'queue_full');
      return;
    }
    try {
      this.#batches.add(item, weight);
    } catch {
      this.refuse('not_encodable', [this.#batches.sequence]);
      return;
    }
    this.#fillTimer ??= setTimeout(() => this.flush(), this.#settings.delayMs).unref();
  }

  flush(): void {
    clearTimeout(this.#fillTimer);
    this.#fillTimer = undefined;
    this.#batches.seal();
    this.#pump();
  }

  get hasRoom(): boolean {
    return this.#batches.weight < this.#settings.storedWeightMax;
  }

  get isLow(): boolean {
    return this.#batches.weight < this.#settings.storedWeightMax / 2;
  }

  get unstored(): number {
    return this.#batches.unstored;
  }

  get lowestPending(): number | undefined {
    let lowest = this.#batches.lowestSequence;
    for (const { sequences } of this.#inFlight.keys()) lowest = lowerOf(lowest, sequences);
    return lowest;
  }

  stats(): DeliveryStats {
    let oldestMs = this.#batches.oldestMs;
    for (const { sinceMs } of this.#inFlight.keys()) oldestMs = Math.min(oldestMs ?? sinceMs, sinceMs);
    return {
      accepted: this.#accepted,
      refused: this.#refused,
      dropped: this.#dropped,
      queued: this.#batches.count,
      ...(oldestMs === undefined ? {} : { oldestMs }),
    };
  }

  async close(timeoutMs: number): Promise<void> {
    if (this.#phase !== 'open') return;
    this.#phase = 'closing';
    if (this.#batches.unstored > 0) this.#endPause();
    this.flush();
    if (!this.#isDone()) await this.#waitIdle(timeoutMs);
    this.#phase = 'closed';
    clearTimeout(this.#fillTimer);
    clearTimeout(this.#retryTimer);
    this.#lose(this.#batches.unstored, 'shutdown');
    this.#batches.clear();
    this.#inFlight.clear();
  }

  /** Nothing is left that could be sent now, or that would be lost by waiting for the next start. */
  #isDone(): boolean {
    if (this.#batches.unstored > 0) return false;
    if (this.#retryTimer !== undefined) return true;
    return this.#batches.count === 0 && this.#supplier?.isBehind !== true;
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

  /** Whether one more item fits, after giving up batches that have failed before and are nowhere else. */
  #makeRoom(weight: number): boolean {
    const batches = this.#batches;
    if (batches.sequence > 0) return true;
    const { queueMax, queueWeightMax } = this.#settings;
    while (batches.count + 1 > queueMax || batches.weight + weight > queueWeightMax) {
      // Data that could not be delivered for as long as the queue holds makes room for news.
      const batch = batches.giveUp();
      if (batch === undefined) return false;
      this.#lose(batch.sequences.length, batch.failure ?? 'queue_full');
    }
    return true;
  }

  #pump(): void {
    const isSlow = this.#failures > 0 || this.#refusals > REFUSALS_MAX;
    const limit = isSlow ? 1 : this.#settings.inFlightMax;
    while (this.#retryTimer === undefined && this.#inFlight.size < limit && !this.#isFarAhead()) {
      const batch = this.#batches.next();
      if (batch === undefined) break;
      this.#send(batch);
    }
    if (this.#onIdle !== undefined && this.#isDone()) this.#onIdle();
  }

  /** A slow batch is overtaken only by those that were sent while it was one of few. */
  #isFarAhead(): boolean {
    const [oldest = this.#sends] = this.#inFlight.values();
    return this.#sends - oldest >= this.#settings.inFlightMax;
  }

  #send(batch: Batch<P>): void {
    this.#inFlight.set(batch, this.#sends);
    this.#sends += 1;
    let judged = false;
    const done = (verdict: Verdict): void => {
      if (judged || !this.#inFlight.delete(batch)) return;
      judged = true;
      this.#judge(batch, verdict);
      this.#pump();
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
      this.#batches.putBack(batch);
      this.#failures += 1;
      const { backoffMinMs, backoffMaxMs } = this.#settings;
      const backoffMs = Math.min(backoffMinMs * 2 ** Math.min(this.#failures - 1, 20), backoffMaxMs);
      // Batches that fail together share one pause; only the receiver's own word makes it longer.
      if (this.#retryTimer === undefined || verdict.afterMs !== undefined)
        this.#pause(verdict.afterMs ?? backoffMs);
      return;
    }
    this.#failures = 0;
    if (verdict.kind === 'accepted') {
      this.#refusals = 0;
      this.#accepted += batch.sequences.length;
      this.#batches.settle(batch, true);
    } else {
      this.#refusals += 1;
      if (this.#refusals > REFUSALS_MAX) this.#pause(REFUSED_PAUSE_MS);
      if (this.#batches.halve(batch)) return;
      this.#batches.settle(batch, false);
      this.refuse(verdict.reason, batch.sequences);
    }
    this.#supplier?.settle();
  }

  refuse(reason: string, sequences: readonly number[]): void {
    this.#refused += sequences.length;
    for (const sequence of sequences) if (sequence > 0) this.#supplier?.setAside(sequence, reason);
    this.#ports.onLost(reason, sequences.length);
  }

  /** Sends nothing for so long; of several pauses the longest holds. */
  #pause(ms: number): void {
    const untilMs = performance.now() + ms;
    if (this.#retryTimer !== undefined && untilMs <= this.#retryAtMs) return;
    clearTimeout(this.#retryTimer);
    this.#retryAtMs = untilMs;
    this.#retryTimer = setTimeout(() => {
      this.#endPause();
      this.#pump();
    }, ms).unref();
  }

  #endPause(): void {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
  }

  #lose(count: number, reason: string): void {
    if (count === 0) return;
    this.#dropped += count;
    this.#ports.onLost(reason, count);
  }
}
