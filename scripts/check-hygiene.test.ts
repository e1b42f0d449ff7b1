import { describe, expect, it } from 'vitest';
import { findUnclean } from './check-hygiene.ts';

describe('findUnclean', () => {
  const planted = [
    {
      cell: 'a registry address',
      path: 'package-lock.json',
      text: '      "resolved": "https://registry.npmjs.org/x/-/x-1.0.0.tgz",',
    },
    { cell: 'a home directory', path: 'docs/a.md', text: 'see /home/someone/file' },
    { cell: 'a suppression', path: 'proxy/src/mcp/a.ts', text: '// @ts-expect-error' },
    {
      cell: 'a suppression with a reason, outside the views',
      path: 'proxy/src/mcp/a.ts',
      text: '// biome-ignore lint/suspicious/noExplicitAny: it came like this',
    },
    {
      cell: 'a suppression without a reason',
      path: 'grafana-plugin/src/views/A.tsx',
      text: '// biome-ignore lint/a11y/useKeyWithClickEvents: ok',
    },
    { cell: 'a lonely test', path: 'proxy/src/mcp/a.test.ts', text: "it.only('x', () => {});" },
    { cell: 'a file without end', path: 'proxy/src/mcp/a.ts', text: 'x\n'.repeat(401) },
  ];
  it.each(planted)('$cell is named', ({ path, text }) => {
    const found = findUnclean([{ path, text }]);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(path);
  });

  const clean = [
    { cell: 'a link inside node_modules', path: 'package-lock.json', text: '      "resolved": "proxy",' },
    { cell: 'a path of a URL', path: 'docs/a.md', text: 'https://example.com/home/x and ./work/x' },
    {
      cell: 'a reasoned suppression in a view',
      path: 'grafana-plugin/src/views/A.tsx',
      text: '// biome-ignore lint/a11y/useKeyWithClickEvents: the list holds the focus and the keys',
    },
    { cell: 'a long table', path: 'proxy/src/contract/attributes.ts', text: 'x\n'.repeat(401) },
  ];
  it.each(clean)('$cell is clean', ({ path, text }) => expect(findUnclean([{ path, text }])).toEqual([]));
});
