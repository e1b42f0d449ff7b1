/** A panel shares its document with all of Grafana: no rule of the views may speak of anything but our own classes. */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const SHEETS = globSync('{views,panel}/**/*.css', { cwd: path.join(import.meta.dirname, '..') });
/** A selector of ours, one inside a rule of ours, and the steps of an animation. */
const OURS = /^(?:\.sightline\b|\.sl-|&|(?:from|to|\d+%)$)/;

/** Every selector of a sheet, alone; at-rules are looked into. */
function selectorsOf(css: string): readonly string[] {
  const text = css.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/"[^"]*"/g, '""');
  return [...text.matchAll(/(?<=^|[{};])\s*([^{};]+?)\s*\{/g)]
    .map(([, prelude = '']) => prelude)
    .filter((prelude) => !prelude.startsWith('@'))
    .flatMap((prelude) => prelude.split(/,(?![^(]*\))/))
    .map((selector) => selector.trim());
}

describe('the sheets', () => {
  it.each(SHEETS)('%s speaks of our classes alone', (sheet) => {
    const selectors = selectorsOf(readFileSync(path.join(import.meta.dirname, '..', sheet), 'utf8'));
    expect(selectors.length).toBeGreaterThan(0);
    expect(selectors.filter((selector) => !OURS.test(selector))).toEqual([]);
  });

  it('would be found out', () => {
    expect(selectorsOf('a, .sl-x:is(b, c) { } @media (x) { :root { --y: 1; & p { } } }')).toEqual([
      'a',
      '.sl-x:is(b, c)',
      ':root',
      '& p',
    ]);
  });
});
