/**
 * What "case-insensitive substring" means: both texts are folded, then compared by code point. Each code point is
 * folded by itself, so that a part of a text folds to a part of the folded text (`toLowerCase` looks at neighbours).
 */

/** No text may hold them: lone surrogates, NUL and the noncharacter that parts joined texts. All become U+FFFD. */
const UNFIT = /[\0\uffff]/g;
/** Parts texts that are searched together; a folded text never holds it. */
export const PARTING = '\uffff';
/** What most texts are made of, and folds the same either way. */
const ASCII = /^[ -~]*$/;

export function fold(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  let folded = '';
  for (const point of text.toWellFormed().replace(UNFIT, '\ufffd')) {
    folded += point.toUpperCase().toLowerCase();
  }
  return folded;
}

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
