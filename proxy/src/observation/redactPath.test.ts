import { describe, expect, it } from 'vitest';
import { matchesPath, parsePath } from './redactPath.ts';

const ONE = { any: 'one' };
const MANY = { any: 'many' };

describe('parsePath', () => {
  const sheet: { input: string; expected: unknown }[] = [
    { input: '$.params.arguments.card', expected: ['params', 'arguments', 'card'] },
    { input: '$.result.content[*].text', expected: ['result', 'content', ONE, 'text'] },
    { input: '$.a.*', expected: ['a', ONE] },
    { input: '$..card', expected: [MANY, 'card'] },
    { input: '$.a..b..c', expected: ['a', MANY, 'b', MANY, 'c'] },
    { input: '$[0][12]', expected: [0, 12] },
    { input: "$['a key'].b", expected: ['a key', 'b'] },
    { input: "$['it\\'s']", expected: ["it's"] },
    { input: "$['']", expected: [''] },
    { input: '$.x-api-key.$ref._a1', expected: ['x-api-key', '$ref', '_a1'] },
    { input: '$', expected: undefined },
    { input: '', expected: undefined },
    { input: 'params.a', expected: undefined },
    { input: '$params', expected: undefined },
    { input: '$.', expected: undefined },
    { input: '$..', expected: undefined },
    { input: '$.a.', expected: undefined },
    { input: '$.1a', expected: undefined },
    { input: '$[-1]', expected: undefined },
    { input: '$["a"]', expected: undefined },
    { input: "$['a", expected: undefined },
    { input: '$.a b', expected: undefined },
    { input: '$.a[?(@.b)]', expected: undefined },
  ];
  it.each(sheet)('$input', ({ input, expected }) => expect(parsePath(input)).toEqual(expected));
});

describe('matchesPath', () => {
  const sheet: { rule: string; path: (string | number)[]; expected: boolean }[] = [
    { rule: '$.a.b', path: ['a', 'b'], expected: true },
    { rule: '$.a.b', path: ['a'], expected: false },
    { rule: '$.a.b', path: ['a', 'b', 'c'], expected: false },
    { rule: '$.a[*].b', path: ['a', 3, 'b'], expected: true },
    { rule: '$.a.*.b', path: ['a', 'x', 'b'], expected: true },
    { rule: '$.a.*.b', path: ['a', 'b'], expected: false },
    { rule: '$.a[0]', path: ['a', 0], expected: true },
    { rule: '$.a[0]', path: ['a', '0'], expected: false },
    { rule: '$..card', path: ['card'], expected: true },
    { rule: '$..card', path: ['a', 0, 'b', 'card'], expected: true },
    { rule: '$..card', path: ['card', 'card'], expected: true },
    { rule: '$..card', path: ['card', 'x'], expected: false },
    { rule: '$..a.b', path: ['a', 'a', 'b'], expected: true },
    { rule: '$..a[*].c', path: ['a', 'a', 0, 'c'], expected: true },
    { rule: '$.p..a..b', path: ['p', 'b', 'a', 'x', 'b'], expected: true },
    { rule: '$.p..a..b', path: ['p', 'b', 'a'], expected: false },
    { rule: '$.a', path: [], expected: false },
  ];
  it.each(sheet)('$rule on $path: $expected', ({ rule, path, expected }) => {
    expect(matchesPath(parsePath(rule) ?? [], path)).toBe(expected);
  });

  it('gives up soon on a path made to be searched for ever', () => {
    const rule = parsePath(`$${'..a'.repeat(40)}..b`) ?? [];
    expect(matchesPath(rule, new Array(1000).fill('a'))).toBe(false);
  });
});
