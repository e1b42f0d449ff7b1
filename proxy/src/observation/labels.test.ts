import { describe, expect, it } from 'vitest';
import { LabelBook } from './labels.ts';

const ALL = { first: true, last: true };
const tools = (...names: string[]) => names.map((name) => ({ name, bytes: 1 }));
const many = (count: number, of: (name: string) => string) =>
  Array.from({ length: count }, (_, i) => of(`v${i}`));

describe('every label is bounded: the first come keep theirs', () => {
  const sheet = [
    {
      cell: 'methods beyond the specification’s',
      max: 50,
      other: '_other',
      of: (book: LabelBook) => (v: string) => book.method(v),
    },
    {
      cell: 'client names',
      max: 50,
      other: '_other',
      of: (book: LabelBook) => (v: string) => book.client(v),
    },
    {
      cell: 'error types',
      max: 50,
      other: '_OTHER',
      of: (book: LabelBook) => (v: string) => book.errorType(v),
    },
    {
      cell: 'tools of one server',
      max: 200,
      other: '_other',
      of: (book: LabelBook) => (v: string) => book.tool('shop', v),
    },
  ];
  it.each(sheet)('$cell: $max, then $other', ({ max, other, of }) => {
    const label = of(new LabelBook());
    const given = many(max + 5, label);
    expect(given.slice(0, max)).toEqual(many(max, (name) => name));
    expect(new Set(given.slice(max))).toEqual(new Set([other]));
    expect(label('v0')).toBe('v0');
  });

  it('methods of the specification always have theirs', () => {
    const book = new LabelBook();
    many(80, (name) => book.method(name));
    expect([book.method('tools/call'), book.method('vendor/x')]).toEqual(['tools/call', '_other']);
  });

  it('servers do not take each other’s room', () => {
    const book = new LabelBook();
    many(300, (name) => book.tool('shop', name));
    expect(book.tool('files', 'read')).toBe('read');
  });

  it('names that objects inherit are names like others', () => {
    const book = new LabelBook();
    expect(['__proto__', 'constructor', 'toString'].map((name) => book.method(name))).toEqual([
      '__proto__',
      'constructor',
      'toString',
    ]);
  });
});

describe('a tool the server does not advertise', () => {
  it('keeps its name while the list is unknown', () => {
    expect(new LabelBook().tool('shop', 'brew')).toBe('brew');
  });

  it('is _other once the list is known and lacks it, at that server only', () => {
    const book = new LabelBook();
    book.tool('shop', 'ghost');
    book.advertise('shop', tools('brew'), ALL);
    expect([book.tool('shop', 'brew'), book.tool('shop', 'ghost'), book.tool('files', 'ghost')]).toEqual([
      'brew',
      '_other',
      'ghost',
    ]);
  });

  it('is known to be missing only after the last page', () => {
    const book = new LabelBook();
    book.advertise('shop', tools('brew'), { first: true, last: false });
    expect(book.tool('shop', 'stir')).toBe('stir');
    book.advertise('shop', tools('stir'), { first: false, last: true });
    expect([book.tool('shop', 'brew'), book.tool('shop', 'stir'), book.tool('shop', 'ghost')]).toEqual([
      'brew',
      'stir',
      '_other',
    ]);
  });

  it('is not known to be missing when only the last page was seen', () => {
    const book = new LabelBook();
    book.advertise('shop', tools('stir'), { first: false, last: true });
    expect(book.tool('shop', 'brew')).toBe('brew');
  });

  it('is missing from an empty list too', () => {
    const book = new LabelBook();
    book.advertise('shop', [], ALL);
    expect(book.tool('shop', 'brew')).toBe('_other');
  });

  it('stays known when another caller’s list lacks it', () => {
    const book = new LabelBook();
    book.advertise('shop', tools('brew'), ALL);
    book.advertise('shop', tools('stir'), ALL);
    expect(book.tool('shop', 'brew')).toBe('brew');
  });

  it('is one past the 200th label even when advertised', () => {
    const book = new LabelBook();
    book.advertise('shop', tools(...many(300, (name) => name)), ALL);
    expect(many(300, (name) => book.tool('shop', name)).filter((label) => label !== '_other')).toHaveLength(
      200,
    );
  });
});
