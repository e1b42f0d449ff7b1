/** The check of the packed plugin finds each fault it names: a sound plugin, broken in one place at a time. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findFaults } from './validate.ts';

let dist = '';
beforeEach(() => {
  dist = mkdtempSync(path.join(tmpdir(), 'sightline-plugin-'));
  for (const [name, text] of Object.entries(SOUND)) write(name, text);
});
afterEach(() => rmSync(dist, { recursive: true, force: true }));

const PLUGIN = {
  type: 'panel',
  id: 'sightline-mcpsessions-panel',
  name: 'Sightline',
  info: {
    description: 'Sessions between clients and servers, and a log of every event.',
    author: { name: 'Sightline' },
    keywords: ['a', 'b', 'c'],
    logos: { small: 'img/logo.svg', large: 'img/logo.svg' },
    links: ['License', 'Model Context Protocol'].map((name) => ({ name, url: 'https://example.org' })),
    screenshots: [{ name: 'Sessions', path: 'img/sessions.png' }],
    version: '1.2.3',
    updated: '2026-11-21',
  },
  dependencies: { grafanaDependency: '>=12.3.0' },
};
const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
const SOUND: Readonly<Record<string, string | Buffer>> = {
  'plugin.json': JSON.stringify(PLUGIN),
  'README.md': `# Sightline\n\n${'What it shows, in words. '.repeat(60)}`,
  'CHANGELOG.md': '# Changelog\n\n## 1.2.3\n\nFirst.\n',
  LICENSE: 'Apache License\n Version 2.0, January 2004',
  NOTICE: 'Sightline',
  'img/logo.svg': '<svg xmlns="http://www.w3.org/2000/svg"><rect width="1" height="1"/></svg>',
  'img/sessions.png': SIGNATURE,
  'module.js':
    '/* [create-plugin] version: 7.1.7 */\ndefine(["@grafana/data","@grafana/runtime","react","react/jsx-runtime","rxjs"],()=>({}))',
  'module.js.map': '{}',
};

function write(name: string, text: string | Buffer): void {
  mkdirSync(path.dirname(path.join(dist, name)), { recursive: true });
  writeFileSync(path.join(dist, name), text);
}

it('a sound one has none', () => expect(findFaults(dist, { version: '1.2.3' })).toEqual([]));

it.each([
  ['metadatavalid', 'plugin.json', JSON.stringify({ ...PLUGIN, id: 'other-panel' })],
  ['packagejson', 'plugin.json', JSON.stringify({ ...PLUGIN, info: { ...PLUGIN.info, version: '1.2.4' } })],
  ['discoverability', 'plugin.json', JSON.stringify({ ...PLUGIN, info: { ...PLUGIN.info, keywords: [] } })],
  ['grafanadependency', 'plugin.json', JSON.stringify({ ...PLUGIN, dependencies: {} })],
  ['archive', 'LICENSE', ''],
  ['archive', 'NOTICE', ''],
  ['license', 'LICENSE', 'MIT'],
  ['changelog', 'CHANGELOG.md', '# Changelog\n'],
  ['templatereadme', 'README.md', `npm install and see. ${'x'.repeat(1_000)}`],
  ['brokenlinks', 'README.md', `[here](../docs/x.md) ${'x'.repeat(1_000)}`],
  ['unsafesvg', 'img/logo.svg', '<svg onload="x()"></svg>'],
  ['logos', 'img/logo.svg', 'a picture'],
  ['screenshots', 'plugin.json', JSON.stringify({ ...PLUGIN, info: { ...PLUGIN.info, screenshots: [] } })],
  [
    'screenshots',
    'plugin.json',
    JSON.stringify({ ...PLUGIN, info: { ...PLUGIN.info, screenshots: [{ name: 'x', path: 'img/y.png' }] } }),
  ],
  ['screenshots', 'img/sessions.png', 'not a picture'],
  ['screenshots', 'img/sessions.png', Buffer.concat([SIGNATURE, Buffer.alloc(100_000)])],
  ['metadatavalid', 'plugin.json', JSON.stringify({ ...PLUGIN, info: { ...PLUGIN.info, links: [] } })],
  [
    'buildtools',
    'module.js',
    'define(["@grafana/data","@grafana/runtime","react","react/jsx-runtime","rxjs"],()=>({}))',
  ],
  ['sourcecode', 'module.js', '/* [create-plugin] version: 7.1.7 */\ndefine([],()=>({}))'],
  ['jsMap', 'extra.js', '1'],
  ['archive', 'notes.txt', 'left behind'],
])('%s: %s', (analyzer, name, text) => {
  write(name, text);
  const faults = findFaults(dist, { version: '1.2.3' });
  expect(faults.map((fault) => fault.split(':')[0])).toContain(analyzer);
});
