/** A query of trigrams must let through every text that holds what is searched, and never end the statement early. */
import { expect, it } from 'vitest';
import { trigramQuery } from './trigrams.ts';

it('asks for all trigrams of a text, each once and quoted', () => {
  expect(trigramQuery('ab')).toBeUndefined();
  expect(trigramQuery('😀a')).toBeUndefined();
  expect(trigramQuery('😀ab')).toBe('"😀ab"');
  expect(trigramQuery('aaaaa')).toBe('"aaa"');
  expect(trigramQuery('a"b*')).toBe('"a""b" AND """b*"');
  expect(trigramQuery('abcdefgh '.repeat(100))?.split(' AND ')).toHaveLength(9);
});
