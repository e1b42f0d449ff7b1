/** Whatever a peer sends, a reader sees what it is. */
import { describe, expect, it } from 'vitest';
import { splitMatches, visibleLine, visibleText } from './hostile.ts';

describe('characters that deceive are shown', () => {
  it.each([
    ['a bell and a null', 'a\u0007b\0', 'a␇b␀'],
    ['an escape sequence', '\u001b[31mred', '␛[31mred'],
    ['a line break in one line', 'one\ntwo', 'one␊two'],
    ['a right-to-left override', 'gpj\u202eexe', 'gpj⟨U+202E⟩exe'],
    ['an isolate', '\u2066x\u2069', '⟨U+2066⟩x⟨U+2069⟩'],
    ['a zero-width space', 'pay\u200bment', 'pay⟨U+200B⟩ment'],
    ['a joiner between letters', 'pay\u200dment', 'pay⟨U+200D⟩ment'],
    ['tag characters', 'x\u{e0041}', 'x⟨U+E0041⟩'],
    ['half a surrogate pair', 'x\ud800y', 'x⟨U+D800⟩y'],
    ['delete', 'a\u007f', 'a␡'],
  ])('%s', (_what, text, shown) => expect(visibleLine(text)).toBe(shown));

  it('spelling is left alone: emoji of several parts, accents, other scripts', () => {
    for (const text of ['👩‍👩‍👧 naïve', 'می‌خواهم', '日本語', 'שלום', 'e\u0301'])
      expect(visibleLine(text)).toBe(text);
  });

  it('several lines keep their breaks and tabs, and nothing else', () => {
    expect(visibleText('{\r\n\t"a": "\u0000"\r}')).toBe('{\n\t"a": "␀"␍}');
  });

  it('markup stays text', () => {
    expect(visibleLine('<img src=x onerror=alert(1)>')).toBe('<img src=x onerror=alert(1)>');
  });
});

describe('what was searched for', () => {
  it('is found in any case and with signs of regular expressions in it', () => {
    expect(splitMatches('Create_Payment (x+)', 'PAYMENT (X+')).toEqual([
      { text: 'Create_', match: false },
      { text: 'Payment (x+', match: true },
      { text: ')', match: false },
    ]);
  });

  it('pieces give the text again, whatever is asked', () => {
    for (const query of ['', 'a', '\\', '[', 'İ', '(?:', 'zz']) {
      const text = 'aİ\\[ab] (?: x';
      expect(
        splitMatches(text, query)
          .map((piece) => piece.text)
          .join(''),
      ).toBe(text);
    }
  });
});
