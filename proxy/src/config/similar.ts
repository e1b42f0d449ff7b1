/** "Did you mean": the nearest of the words that exist. Silent when nothing is near, because a wrong hint costs more than none. */

/** ` (did you mean 'x'?)`, or nothing. What all words begin with is `before`, so that it makes none of them nearer. */
export function suggest(word: string, known: readonly string[], before = ''): string {
  const nearest = nearestOf(word, known);
  return nearest === undefined ? '' : ` (did you mean '${before}${nearest}'?)`;
}

/** The word reachable with the fewest edits; undefined when that is more than a third of the word. */
export function nearestOf(word: string, known: readonly string[]): string | undefined {
  // Long texts are no typos, and the table below grows with the product of both lengths.
  if (word.length > 100) return undefined;
  const ranked = known
    .map((candidate) => ({ candidate, edits: countEdits(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits);
  const best = ranked[0];
  if (!best || best.edits > Math.max(1, Math.floor(Math.max(word.length, best.candidate.length) / 3))) {
    return undefined;
  }
  return best.candidate;
}

/** Levenshtein distance, one row at a time. */
function countEdits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_none, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1] ? 0 : 1;
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
