/** The page is built anew when, and only when, something that goes into it has changed; and a first visit waits for one script. */
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

it('measures the script that the page names, and what comes later not', () => {
  write('page/index.html', '<script src="./assets/index-a.js"></script><link href="./assets/index-a.css">');
  write('page/assets/index-a.js', `${'a'.repeat(5_000)};import("./later-b.js")`);
  write('page/assets/later-b.js', 'import{a}from"./index-a.js"');
  write('page/assets/index-a.css', 'b');
  expect(measurePage(path.join(root, 'page')).script).toBeLessThan(200);
});

it.each([
  [
    'two scripts',
    '<script src="./assets/index-a.js"></script><script src="./assets/index-b.js"></script>',
    '',
  ],
  [
    'a script that waits for another',
    '<script src="./assets/index-a.js"></script>',
    'import{a}from"./b.js";',
  ],
])('refuses a page of %s: what a first visit loads would be measured by half', (_, html, script) => {
  write('page/index.html', `${html}<link href="./assets/index-a.css">`);
  write('page/assets/index-a.js', script);
  write('page/assets/index-a.css', '');
  expect(() => measurePage(path.join(root, 'page'))).toThrow(/it should name one|waits for another/);
});
