/**
 * What stands between an address and the queries, without a Grafana: no format of Grafana's would do, the checks let
 * through what can be quoted, and no query begins a value without one. `test/stack/dashboards.test.ts` asks the stores.
 */
import { describe, expect, it } from 'vitest';
import { DASHBOARDS } from './catalogue.ts';
import { checkFor } from './checks.ts';
import { checkOf } from './promql.ts';
import { queriesOf } from './read.ts';
import { OBJECTIVE_CHOICES } from './variables.ts';

/** What Grafana makes of the lines of an answer with a variable's regex: the first that matches gives the value. */
function valueIn(regex: string, line: string): string {
  const [, source = ''] = /^\/(.*)\/$/.exec(regex) ?? [];
  return new RegExp(source).exec(line)?.[1] ?? '';
}

const encoded = (text: string): string =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
/** As Prometheus' data source writes a series of an instant query. */
const echo = (chosen: string): string => `{chosen=")${encoded(chosen)}"} 1 1790000000000`;
const regexOf = (of: string): string => (checkFor(of).build() as { readonly regex?: string }).regex ?? '';

describe('a choice', () => {
  it.each(['shop', '.*', '{a,b}', 'a"b', 'a\\b', '(a|b', '${tool}', '[[tool]]', 'a b', 'ü€😀', '', '5 $'])(
    'of %j may stand in a query',
    (value) => expect(valueIn(regexOf('tool'), echo(value))).toBe(')'),
  );

  it.each(['`', 'x`} or vector(1) #', '{a,b`c}', '$server', '{a,$__range}'])('of %j may not', (value) =>
    expect(valueIn(regexOf('tool'), echo(value))).toBe(''),
  );

  it('that nobody has answered for may not', () => {
    expect(valueIn(regexOf('tool'), '{} 1 1790000000000')).toBe('');
  });
});

describe('an objective', () => {
  const regexFor = (value: string): string =>
    regexOf('objective').replace(
      '${objective:regex}',
      value.replaceAll(/[\\^$*+?.()|[\]{}/]/g, String.raw`\$&`),
    );
  const found = (value: string): readonly string[] =>
    OBJECTIVE_CHOICES.map((choice) =>
      valueIn(regexFor(value), `{choice="${choice.value}"} 1 1790000000000`),
    ).filter((one) => one !== '');

  it.each(OBJECTIVE_CHOICES.map(({ value }) => value))('%s is one of those there are', (value) =>
    expect(found(value)).toEqual([value]),
  );

  it.each(['0.5', '', '.*', '0.99) or vector(1) #', '0"} 1'])('%j is none', (value) =>
    expect(found(value)).toEqual([]),
  );
});

describe.each(Object.entries(DASHBOARDS))('%s', (_, make) => {
  const dashboard = make().build();
  const variables = dashboard.templating?.list ?? [];
  const asked = JSON.stringify(dashboard);

  it('puts no value that an address may carry into a query by itself', () => {
    const queries = [
      ...queriesOf(dashboard).map(({ expr }) => expr),
      ...variables.map(({ query }) => JSON.stringify(query ?? '')),
    ];
    for (const query of queries) {
      for (const [, bare, name = '', format] of query.matchAll(/\$(?:(\w+)|\{(\w+)(?::(\w+))?\})/g)) {
        if (bare !== undefined) expect(bare, query).toMatch(/^__/);
        else if (format === 'regex') expect(query).toContain(`(\${${checkOf(name)}:raw}\${${name}:regex}`);
        else expect([name.endsWith('Ok') ? 'raw' : 'percentencode', name]).toEqual([format, name]);
      }
    }
  });

  it('has checks that no address sets', () => {
    const checks = variables.filter(({ name }) => name.endsWith('Ok'));
    for (const { name, skipUrlSync, hide } of checks)
      expect([name, skipUrlSync, hide]).toEqual([name, true, 2]);
    const used = [...asked.matchAll(/\$\{(\w+Ok):raw\}/g)].map(([, name]) => name);
    expect([...new Set(used)].sort()).toEqual(checks.map(({ name }) => name).sort());
  });
});
