/** The few statistics the benchmark reports. Pure; an empty sample has no statistic and gives undefined. */

/** The middle value, or the mean of the two middle ones. */
export function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  return upper === undefined || lower === undefined ? undefined : (lower + upper) / 2;
}

/**
 * The smallest value that at least `share` of the sample does not exceed (nearest rank): always a value that was
 * measured, never one between two. `sorted` ascends; `share` is in (0, 1].
 */
export function percentile(sorted: ArrayLike<number>, share: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}

/**
 * The median of `part / whole` of each round. Rounds differ by more than variants do on a shared machine, so a
 * ratio is taken inside its round first; a round in which either is missing or `whole` is 0 does not count.
 */
export function medianRatio(parts: Measured, wholes: Measured): number | undefined {
  return median(pairs(parts, wholes).flatMap(([part, whole]) => (whole === 0 ? [] : [part / whole])));
}

/** The median of `part - rest` of each round, for the same reason. */
export function medianDifference(parts: Measured, rests: Measured): number | undefined {
  return median(pairs(parts, rests).map(([part, rest]) => part - rest));
}

/** One value a round; undefined where it was not measured. */
type Measured = readonly (number | undefined)[];

function pairs(first: Measured, second: Measured): readonly (readonly [number, number])[] {
  return first.flatMap((one, round) => {
    const other = second[round];
    return one === undefined || other === undefined ? [] : [[one, other] as const];
  });
}

/** Least and greatest value. */
export function spread(values: readonly number[]): readonly [number, number] | undefined {
  return values.length === 0 ? undefined : [Math.min(...values), Math.max(...values)];
}
