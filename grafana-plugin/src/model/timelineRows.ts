/**
 * One line of a timeline per event, and one per gap. Here it is decided what ran at the same time: calls that
 * overlap get lanes, calls that hang together are a stretch, and where nothing ran for longer than a second the
 * time is folded into one row. No words and no pixels.
 */
import type { Entry } from './timelineEntries.ts';

export interface EventRow extends Entry {
  readonly kind: 'event';
  /** From 0; undefined of what takes no time of the server. Lanes past the cap share the last one. */
  readonly lane: number | undefined;
  /** Bit n is set while lane n runs when this row begins, its own not counted. */
  readonly busy: number;
  /** Index into the stretches; undefined outside of all. */
  readonly stretch: number | undefined;
}

/** Nothing ran and nothing was said. */
export interface GapRow {
  readonly kind: 'gap';
  readonly key: string;
  readonly startMs: number;
  readonly endMs: number;
}

export type TimelineRow = EventRow | GapRow;

/** Calls without a pause between them; in it, places are true to time. */
export interface Stretch {
  readonly startMs: number;
  readonly endMs: number;
  /** The longest call that ended. */
  readonly longestMs: number;
  /** Where to begin again when something changes behind it. */
  readonly firstEntry: number;
  readonly firstRow: number;
  /** End of all before it. */
  readonly idleSinceMs: number;
}

export interface Rows {
  readonly list: readonly TimelineRow[];
  readonly stretches: readonly Stretch[];
  /** Lanes in use, at least 1. */
  readonly lanes: number;
}

/** More than fits beside a row is told in words. */
const LANES_MAX = 12;
/** Shorter pauses are not worth a row. */
const GAP_MIN_MS = 1_000;

export const NO_ROWS: Rows = { list: [], stretches: [], lanes: 1 };

/**
 * Lays out entries, keeping of `before` what lies before `changedFrom`: the same rows, as the same objects.
 *
 * @param changedFrom Index of the first entry that is new, gone or moved; 0 lays out everything.
 */
export function layOutRows(
  before: Rows,
  entries: readonly Entry[],
  changedFrom: number,
  showQuiet: boolean,
): Rows {
  const kept = before.stretches.findLastIndex((stretch) => stretch.firstEntry < changedFrom);
  const from = kept >= 0 ? before.stretches[kept] : undefined;
  const layout = new Layout(
    from ? before.list.slice(0, from.firstRow) : [],
    before.stretches.slice(0, Math.max(0, kept)),
    from?.idleSinceMs,
  );
  for (let index = from?.firstEntry ?? 0; index < entries.length; index++) {
    const entry = entries[index];
    if (entry !== undefined && (showQuiet || !entry.quiet)) layout.add(entry, index);
  }
  return layout.rows(before.lanes);
}

/** The state of the pass over the entries. At the beginning of a stretch it is all known: nothing runs. */
class Layout {
  readonly #list: TimelineRow[];
  readonly #stretches: Stretch[];
  #ends: number[] = [];
  /** End of everything so far; undefined before the first entry. */
  #idleSinceMs: number | undefined;
  #runningUntilMs = Number.NEGATIVE_INFINITY;
  #lanes = 1;

  constructor(list: TimelineRow[], stretches: Stretch[], idleSinceMs: number | undefined) {
    this.#list = list;
    this.#stretches = stretches;
    this.#idleSinceMs = idleSinceMs;
  }

  add(entry: Entry, index: number): void {
    const { startMs, endMs } = entry;
    const runs = entry.shape === 'call' || entry.shape === 'waiting';
    const idle = startMs >= this.#runningUntilMs;
    const firstRow = this.#list.length;
    const idleSinceMs = this.#idleSinceMs ?? startMs;
    if (startMs - idleSinceMs > GAP_MIN_MS) {
      this.#list.push({ kind: 'gap', key: `gap ${entry.key}`, startMs: idleSinceMs, endMs: startMs });
    }
    if (runs && idle) {
      this.#ends = [];
      const longestMs = 0;
      this.#stretches.push({ startMs, endMs, longestMs, firstEntry: index, firstRow, idleSinceMs });
    }
    const busy = this.#busyAt(startMs);
    const lane = runs ? this.#takeLane(entry) : undefined;
    if (runs) this.#lengthen(entry);
    const stretch = runs || !idle ? this.#stretches.length - 1 : undefined;
    this.#list.push({ ...entry, kind: 'event', lane, busy, stretch });
    // A stream that stays open is no work: the pauses beside it are pauses.
    this.#idleSinceMs = Math.max(idleSinceMs, entry.shape === 'exchange' ? startMs : this.#until(entry));
  }

  rows(lanesBefore: number): Rows {
    // Never fewer than before, so that the columns beside the lanes stay where they are.
    return { list: this.#list, stretches: this.#stretches, lanes: Math.max(lanesBefore, this.#lanes) };
  }

  #until(entry: Entry): number {
    return entry.shape === 'waiting' ? Number.POSITIVE_INFINITY : entry.endMs;
  }

  #busyAt(startMs: number): number {
    let busy = 0;
    for (let lane = 0; lane < this.#ends.length; lane++) {
      if ((this.#ends[lane] ?? 0) > startMs) busy |= 1 << lane;
    }
    return busy;
  }

  /** The first lane that is free: a call never moves when a later one comes. */
  #takeLane(entry: Entry): number {
    const free = this.#ends.findIndex((end) => end <= entry.startMs);
    const lane = Math.min(free >= 0 ? free : this.#ends.length, LANES_MAX - 1);
    this.#ends[lane] = Math.max(this.#ends[lane] ?? 0, this.#until(entry));
    this.#lanes = Math.max(this.#lanes, lane + 1);
    return lane;
  }

  #lengthen(entry: Entry): void {
    const at = this.#stretches.length - 1;
    const stretch = this.#stretches[at];
    if (!stretch) return;
    const lengthMs = entry.shape === 'call' ? entry.endMs - entry.startMs : 0;
    this.#stretches[at] = {
      ...stretch,
      endMs: Math.max(stretch.endMs, entry.endMs),
      longestMs: Math.max(stretch.longestMs, lengthMs),
    };
    this.#runningUntilMs = Math.max(this.#runningUntilMs, this.#until(entry));
  }
}
