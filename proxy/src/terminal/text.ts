/**
 * Texts of strangers on a terminal. Everything a client or server sends is hostile here: an escape sequence can
 * move the cursor, rewrite what was printed, or set the clipboard. So no control or format character passes.
 */

/** Control, format, private and broken characters, and the line breaks outside of them. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]+/gu;

/** One line that does nothing but stand there. */
export function plainText(text: string): string {
  return text.replace(UNPRINTABLE, ' ').trim();
}

/** Characters that take two columns: East Asian wide forms and emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{1fa70}-\u{1faff}\u{20000}-\u{3fffd}]/u;
/** Marks that join the character before them. */
const JOINING = /\p{M}/u;

/** Columns a text takes. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += columnsOf(character);
  return width;
}

function columnsOf(character: string): number {
  if (character <= '\u007e') return 1;
  if (JOINING.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** The text in at most `width` columns; what is missing is shown by `…`. */
export function cutText(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  if (width <= 0) return '';
  let left = width - 1;
  let kept = '';
  for (const character of text) {
    left -= columnsOf(character);
    if (left < 0) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}

/** Exactly `width` columns, cut or filled; numbers stand at the right. */
export function fitText(text: string, width: number, side: 'left' | 'right' = 'left'): string {
  const cut = cutText(text, width);
  const gap = ' '.repeat(Math.max(0, width - widthOf(cut)));
  return side === 'left' ? cut + gap : gap + cut;
}
