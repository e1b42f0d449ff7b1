import { describe, expect, it } from 'vitest';
import { replaceAt, spelledAt } from './jsonText.ts';

describe('places in a JSON text', () => {
  const text =
    ' { "a\\u0062" : 1, "id" :\t-1.50e3 , "s":"}\\"{", "o":{"id":[{"id":2}],"deep":{"t":null}}, "id":"x" } ';

  it.each([
    { path: ['id'], found: '"x"', why: 'of a repeated name the last, as readers take it' },
    { path: ['ab'], found: '1', why: 'names are read, not compared as they are spelled' },
    { path: ['s'], found: '"}\\"{"', why: 'brackets and quotes inside texts mean nothing' },
    { path: ['o', 'id'], found: '[{"id":2}]', why: 'whole values' },
    { path: ['o', 'deep', 't'], found: 'null', why: 'the last of an object' },
    { path: ['o', 'id', 'id'], found: undefined, why: 'no way through a list' },
    { path: ['nothing'], found: undefined, why: 'no such member' },
  ])('$path: $why', ({ path, found }) => {
    expect(spelledAt(text, path)).toBe(found);
  });

  it('a value is replaced, and nothing else', () => {
    expect(replaceAt('{"big":12345678901234567890, "id" : "é" }', ['id'], '7')).toBe(
      '{"big":12345678901234567890, "id" : 7 }',
    );
    expect(replaceAt('{"id":1}', ['params', '_meta'], '7')).toBe('{"id":1}');
    expect(replaceAt('[1]', ['id'], '7')).toBe('[1]');
  });
});
