/** Counts what was dropped, cut or evicted, and tells of it at most every ten seconds. */
import type { Attributes } from '../contract/index.ts';
import { BOUNDS } from './bounds.ts';
import type { LossFrame, UnixMicros } from './frame.ts';

interface Loss {
  readonly stage: string;
  readonly reason: string;
  count: number;
  fromUs: UnixMicros;
  toUs: UnixMicros;
}

export class Losses {
  readonly #pending = new Map<string, Loss>();
  #toldUs = Number.NEGATIVE_INFINITY;

  add(stage: LossFrame['stage'] | 'observation', reason: string, count: number, atUs: UnixMicros): void {
    const key = `${stage}\0${reason}`;
    const loss = this.#pending.get(key);
    if (loss) {
      loss.count += count;
      loss.fromUs = Math.min(loss.fromUs, atUs);
      loss.toUs = Math.max(loss.toUs, atUs);
    } else {
      this.#pending.set(key, { stage, reason, count, fromUs: atUs, toUs: atUs });
    }
  }

  /** What to tell now: nothing while the last telling is too recent, unless `force`. */
  due(atUs: UnixMicros, force: boolean): Attributes[] {
    if (this.#pending.size === 0 || (!force && atUs - this.#toldUs < BOUNDS.lossEveryUs)) return [];
    const told = [...this.#pending.values()].map((loss) => ({
      'sightline.loss.stage': loss.stage,
      'sightline.loss.reason': loss.reason,
      'sightline.loss.count': loss.count,
      'sightline.loss.from': Math.floor(loss.fromUs / 1000),
      'sightline.loss.to': Math.floor(loss.toUs / 1000),
    }));
    this.#pending.clear();
    this.#toldUs = atUs;
    return told;
  }
}
