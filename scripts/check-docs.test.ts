import { describe, expect, it } from 'vitest';
import { findDeadNames } from './check-docs.ts';

const there = ['README.md', 'proxy/src/http/', 'proxy/src/http/exchange.ts', 'docs/options.md', '.ci/run'];
const facts = { scripts: ['start', 'check'], exists: (path: string) => there.includes(path) };
const deadIn = (text: string, path = 'README.md') => findDeadNames([{ path, text }], facts);

describe('findDeadNames', () => {
  const sheet = [
    { cell: 'a script that exists', text: 'Run `npm run check`, then `npm start`.', dead: 0 },
    { cell: 'a script that does not', text: 'Run `npm run deploy`.', dead: 1 },
    { cell: 'a shorthand without its script', text: '    npm test', dead: 1 },
    { cell: 'prose about npm', text: 'It installs the npm packages with npm ci.', dead: 0 },
    { cell: 'a path that exists', text: 'See `proxy/src/http/exchange.ts`.', dead: 0 },
    { cell: 'the short form of a path', text: 'See `http/exchange.ts` in `http/`.', dead: 0 },
    { cell: 'a path that does not exist', text: 'See `http/forward.ts`.', dead: 1 },
    { cell: 'a file without extension under a known tree', text: '`.ci/run` and `scripts/nothing`', dead: 1 },
    { cell: 'a link to a page', text: '[options](docs/options.md#top)', dead: 0 },
    { cell: 'a dead link', text: '[options](docs/settings.md)', dead: 1 },
    { cell: 'a link out', text: '[spec](https://modelcontextprotocol.io/x.md)', dead: 0 },
    { cell: 'words of the protocol', text: '`tools/call`, `http/protobuf`, `application/json`', dead: 0 },
  ];
  it.each(sheet)('$cell', ({ text, dead }) => expect(deadIn(text)).toHaveLength(dead));

  it('follows a link from the page that holds it', () => {
    expect(deadIn('[readme](../README.md)', 'docs/options.md')).toEqual([]);
  });

  it('names page and line', () => {
    expect(deadIn('first\n`http/gone.ts`')[0]).toBe("README.md:2: 'http/gone.ts' does not exist.");
  });
});
