/** The page is built anew when, and only when, something that goes into it has changed; and it stays one script. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { measurePage, pageKey } from './build-page.ts';

let root: string;
const write = (name: string, text: string) => {
  mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
  writeFileSync(path.join(root, name), text);
};
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'sightline-page-'));
  write('grafana-plugin/src/views/Page.tsx', 'one');
  write('package-lock.json', '{}');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it.each([
  'grafana-plugin/src/views/Page.tsx',
  'grafana-plugin/src/views/new.css',
  'proxy/src/contract/words.ts',
  'package-lock.json',
])('a change of %s is a new key', (name) => {
  const before = pageKey(root);
  write(name, 'two');
  expect(pageKey(root)).not.toBe(before);
});

it('a moved text is a new key, though the bytes together are the same', () => {
  const before = pageKey(root);
  rmSync(path.join(root, 'grafana-plugin/src/views/Page.tsx'));
  write('grafana-plugin/src/views/Other.tsx', 'one');
  expect(pageKey(root)).not.toBe(before);
});

it('tests and other files of the proxy do not count', () => {
  const before = pageKey(root);
  write('grafana-plugin/src/model/format.test.ts', 'x');
  write('proxy/src/main.ts', 'x');
  expect(pageKey(root)).toBe(before);
});

it('a page of two scripts is refused: what a first visit loads would be measured by half', () => {
  write('page/assets/index-a.js', 'a'.repeat(5_000));
  write('page/assets/index-a.css', 'b');
  expect(measurePage(path.join(root, 'page')).script).toBeLessThan(200);
  write('page/assets/more-b.js', 'b');
  expect(() => measurePage(path.join(root, 'page'))).toThrow('2 files *.js');
});
