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
