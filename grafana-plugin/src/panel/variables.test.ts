/** Dashboard variables as text: what is chosen, what is nothing, and what a stranger put there. */
import { describe, expect, it } from 'vitest';
import { readFilterText, readStreams, readVariable } from './variables.ts';

const withValues = (values: Readonly<Record<string, string>>) => (text: string) =>
  text.replaceAll(/\$\{(\w+)(?::\w+)?\}|\$(\w+)/g, (all, braced, bare) => values[braced ?? bare] ?? all);

describe('a variable', () => {
  it.each([
    ['s1', 's1'],
    ['  s1 ', 's1'],
    ['', ''],
    ['$__all', ''],
    ['.+', ''],
  ])('%j means %j', (value, read) =>
    expect(readVariable('session', withValues({ session: value }))).toBe(read),
  );

  it('that is not named or not there is neither', () => {
    expect(readVariable('', withValues({}))).toBeUndefined();
    expect(readVariable('session', withValues({}))).toBeUndefined();
  });
});

describe('the filter', () => {
  it('takes variables of one value and of several, and leaves out those that choose all', () => {
    const replace = withValues({ server: 'var-server=a&var-server=b%26c', tool: '$__all', q: 'x' });
    expect(readFilterText('${server:queryparam}&tool=$tool&q=${q}', replace)).toBe(
      'server=a&server=b%26c&q=x',
    );
    expect(readFilterText('', replace)).toBe('');
  });
});

describe('streams', () => {
  const read = (text: string) => readStreams(text, withValues({ env: 'prod' }));
  it('are labels and values', () => {
    expect(read('')).toEqual({});
    expect(read('service_name="sightline", environment = "$env" ')).toEqual({
      service_name: 'sightline',
      environment: 'prod',
    });
    expect(read('a="say \\"hi\\", {b}"')).toEqual({ a: 'say "hi", {b}' });
  });
  it.each(['a', 'a=~"x"', 'a="x" or b="y"', 'a="x"}', '="x"', 'a="\\x"'])('%s is none', (text) =>
    expect(read(text)).toBeUndefined(),
  );
});
