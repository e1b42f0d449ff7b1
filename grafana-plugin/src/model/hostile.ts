/**
 * Texts of strangers on a page. React writes text as text, so nothing here can become HTML; what remains are
 * characters that deceive: controls, bidirectional overrides, zero-width and private characters. They are shown, never
 * dropped, because what a peer really sent is what the reader came for.
 */

/** Control, format, private and broken characters, and the line breaks outside of them. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\u2028\u2029]/gu;
const UNSEEN_BUT_LINES = /(?![\n\t])[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\u2028\u2029]/gu;

/** One line: line breaks and tabs are shown as signs too. */
export function visibleLine(text: string): string {
  return show(text, UNSEEN);
}

/** Several lines: `\n` and tabs stay what they are. */
export function visibleText(text: string): string {
  return show(text.replaceAll('\r\n', '\n'), UNSEEN_BUT_LINES);
}

function show(text: string, pattern: RegExp): string {
  return text.replace(pattern, (character, at: number) =>
    isJoiner(character) && joins(text, at) ? character : signOf(character),
  );
}

function signOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  // Unicode has pictures of the C0 controls, a block apart.
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return '␡';
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
}

function isJoiner(character: string): boolean {
  return character === '\u200d' || character === '\u200c';
}

/** Between two characters beyond ASCII a joiner is spelling (emoji, Persian, Hindi); anywhere else it hides. */
function joins(text: string, at: number): boolean {
  return text.charCodeAt(at - 1) > 0x7f && text.charCodeAt(at + 1) > 0x7f && !isJoiner(text.charAt(at + 1));
}

/** Where `query` stands in `text`, ignoring case, as pieces that give the text again when joined. */
export function splitMatches(
  text: string,
  query: string,
): readonly { readonly text: string; readonly match: boolean }[] {
  if (query === '') return [{ text, match: false }];
  const pattern = new RegExp(query.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'giu');
  const pieces: { text: string; match: boolean }[] = [];
  let from = 0;
  for (const found of text.matchAll(pattern)) {
    if (found.index > from) pieces.push({ text: text.slice(from, found.index), match: false });
    pieces.push({ text: found[0], match: true });
    from = found.index + found[0].length;
  }
  if (from < text.length || pieces.length === 0) pieces.push({ text: text.slice(from), match: false });
  return pieces;
}
