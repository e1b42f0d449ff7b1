/** Folding decides what a search finds, so each rule of it is pinned by the text that would break it. */
import { expect, it } from 'vitest';
import { fold, PARTING } from './fold.ts';

it.each([
  ['Refund_100%', 'refund_100%', 'ASCII'],
  ['ΟΔΟΣ', 'οδοσ', 'a final sigma is folded as any other'],
  ['οδος', 'οδοσ', 'and so is one that is small already'],
  ['Straße', 'strasse', 'what one letter is in one case and two in the other'],
  ['ÉTUDE', 'étude', 'accents are kept'],
  ['КЛЮЧ', 'ключ', 'other scripts'],
  ['😀A', '😀a', 'beyond the basic plane'],
  ['a\0b', 'a\ufffdb', 'NUL'],
  ['a\ud800b', 'a\ufffdb', 'half a character'],
  [`a${PARTING}b`, 'a\ufffdb', 'what parts texts is in none of them'],
])('%j folds to %j: %s', (text, folded) => {
  expect(fold(text)).toBe(folded);
  expect(fold(folded)).toBe(folded);
});

it('folds a part of a text to a part of the folded text', () => {
  const text = 'ΣΑΣ İstanbul ǅ ŉ ﬁn 😀 ÄẞЪ\0';
  const points = [...text];
  for (let from = 0; from < points.length; from++) {
    for (let to = from + 1; to <= points.length; to++) {
      expect(fold(text)).toContain(fold(points.slice(from, to).join('')));
    }
  }
});
