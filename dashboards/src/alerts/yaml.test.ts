import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { formatYaml, type Plain } from './yaml.ts';

const DOCUMENT: { readonly [key: string]: Plain } = {
  version: 1,
  on: true,
  groups: [
    {
      name: "it's",
      texts: [
        '',
        'true',
        'null',
        '0.5',
        '- dash',
        '# hash',
        'a: b',
        '{{ $labels.x }}',
        '"quoted"',
        '\ttab',
        'é',
        'x\\n',
      ],
      block: 'sum by (a) (\n  rate(b[5m])\n)\nor\n\n  indented',
      empty: [],
      none: {},
      nested: { deeper: [{ first: 1, second: { third: ['a'] } }, 2, 'b'] },
    },
  ],
};

describe('YAML', () => {
  it('says to somebody else’s parser what it was given', () => {
    expect(parse(formatYaml('A comment.\n\nOf two.', DOCUMENT))).toEqual(DOCUMENT);
  });

  it('is one that people read: blocks for queries, quotes only where they are needed', () => {
    expect(formatYaml('Why.', { name: 'plain', rules: [{ alert: 'A', expr: 'a\n> 1', for: '5m' }] })).toBe(
      "# Why.\nname: plain\nrules:\n  - alert: A\n    expr: |-\n      a\n      > 1\n    for: '5m'\n",
    );
  });
});
