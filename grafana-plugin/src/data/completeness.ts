/** What is missing from an answer out of Loki: what loss records say, what flags count, what a question left out. */
import type { Completeness, EventItem } from 'sightline/contract';
import { type Flags, flagsAmong } from '../model/completeness.ts';
import { askLines, type LokiRoad } from './askLines.ts';
import { selector } from './logql.ts';
import { type LossRecord, readRecord } from './records.ts';

type Range = { readonly from: number; readonly to: number };

/** Loss records are few: at most one every ten seconds, and only while something is lost. */
const LOSSES_MAX = 1_000;
/** So long an answer about losses serves a range that goes on. */
const FRESH_MS = 10_000;

export class LokiCompleteness {
  readonly #road: LokiRoad;
  readonly #flagsOf: (range: Range) => Flags | undefined;
  #losses: { readonly range: Range; readonly askedAt: number; readonly found: Losses } | undefined;

  constructor(road: LokiRoad, flagsOf: (range: Range) => Flags | undefined) {
    this.#road = road;
    this.#flagsOf = flagsOf;
  }

  /** Never rejects, but when `signal` ends it: that losses are not known is a gap like others. */
  async of(
    range: Range,
    rows: readonly EventItem[],
    gaps: readonly string[],
    signal: AbortSignal,
  ): Promise<Completeness> {
    const losses = await this.#lossesOf(range, signal);
    return completenessOf(losses.found, this.#flagsOf(range) ?? flagsAmong(rows), [...gaps, ...losses.gaps]);
  }

  async #lossesOf(range: Range, signal: AbortSignal): Promise<Losses> {
    const known = this.#losses;
    const now = this.#road.now();
    const near =
      known !== undefined && range.from >= known.range.from && range.to <= known.range.to + FRESH_MS;
    if (known !== undefined && near && now - known.askedAt < FRESH_MS) return within(known.found, range);
    try {
      const expr = selector({ labels: this.#road.labels, records: ['loss'] });
      const question = { expr, ...range, limit: LOSSES_MAX, direction: 'backward' } as const;
      const { rows, full, gaps } = await askLines(this.#road, question, signal);
      const found = rows.flatMap((row) => {
        const record = readRecord(row);
        return record?.kind === 'loss' ? [record.loss] : [];
      });
      const more = full ? ['There are more records of losses than are read at once.'] : [];
      const losses = { found, gaps: [...gaps, ...more] };
      this.#losses = { range, askedAt: now, found: losses };
      return losses;
    } catch (error) {
      if (signal.aborted) throw error;
      return { found: [], gaps: ['Whether anything was lost could not be asked.'] };
    }
  }
}

interface Losses {
  readonly found: readonly LossRecord[];
  readonly gaps: readonly string[];
}

function within({ found, gaps }: Losses, { from, to }: Range): Losses {
  return { found: found.filter(({ time }) => time >= from && time < to), gaps };
}

/** Losses added up by stage and reason. */
export function completenessOf(
  losses: readonly LossRecord[],
  { truncated, unsampled }: Flags,
  gaps: readonly string[],
): Completeness {
  const lost = new Map<string, { stage: string; reason: string; count: number }>();
  for (const { stage, reason, count } of losses) {
    const sum = lost.get(`${stage} ${reason}`) ?? { stage, reason, count: 0 };
    sum.count += count;
    lost.set(`${stage} ${reason}`, sum);
  }
  return {
    complete: lost.size + truncated + unsampled + gaps.length === 0,
    lost: [...lost.values()].sort((a, b) => (`${a.stage} ${a.reason}` < `${b.stage} ${b.reason}` ? -1 : 1)),
    truncated,
    unsampled,
    shed: 0,
    ...(gaps.length > 0 && { gaps }),
  };
}
