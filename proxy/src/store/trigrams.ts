/** What SQLite's FTS5 is asked, so that few texts must be compared as a whole. */

/** At most so many trigrams of a search are looked up; what they let through is compared as a whole anyway. */
const TRIGRAMS_MAX = 24;

/**
 * An FTS5 query for every text that may hold a folded one: all its trigrams, in any order. Undefined when it is
 * shorter than a trigram.
 */
export function trigramQuery(folded: string): string | undefined {
  const points = [...folded];
  const trigrams = new Set<string>();
  for (let i = 0; i + 3 <= points.length && trigrams.size < TRIGRAMS_MAX; i++) {
    trigrams.add(points.slice(i, i + 3).join(''));
  }
  if (trigrams.size === 0) return undefined;
  return [...trigrams].map((trigram) => `"${trigram.replaceAll('"', '""')}"`).join(' AND ');
}
