import { describe, expect, it } from 'vitest';
import { readAddressOf, readServers } from './servers.ts';

const env = { TOKEN: 't0ken', EMPTY: '' };
const read = (servers: unknown) => readServers(servers, 'mcpServers', env);
const problemsOf = (servers: unknown) =>
  read(servers).problems.map(({ key, message }) => `${key}: ${message}`);

describe('readServers', () => {
  const urls = ['url', 'serverUrl', 'httpUrl'];
  it.each(urls)('takes the address from %s, as some client writes it', (field) => {
    const { upstreams, problems } = read({ shop: { type: 'http', [field]: 'https://shop.example/mcp' } });
    expect(problems).toEqual([]);
    expect(upstreams).toMatchObject([{ name: 'shop', headers: {} }]);
    expect(upstreams[0]?.url.href).toBe('https://shop.example/mcp');
  });

  it('expands variables in address and headers', () => {
    const { upstreams, problems } = read({
      shop: {
        url: 'https://${HOST:-shop.example}/mcp',
        headers: { Authorization: 'Bearer ${TOKEN}', 'X-Env': '${env:TOKEN}', 'X-Empty': '${EMPTY:-none}' },
      },
    });
    expect(problems).toEqual([]);
    expect(upstreams[0]?.url.host).toBe('shop.example');
    expect(upstreams[0]?.headers).toEqual({
      Authorization: 'Bearer t0ken',
      'X-Env': 't0ken',
      'X-Empty': 'none',
    });
  });

  it('slugs names', () => {
    expect(read({ 'My Shop (EU)': { url: 'http://x/mcp' } }).upstreams[0]?.name).toBe('my-shop-eu');
  });

  it('a hostile name is a name', () => {
    const servers = JSON.parse(
      '{"__proto__": {"url": "http://x/mcp"}, "constructor": {"url": "http://y/mcp"}}',
    );
    expect(read(servers).upstreams.map(({ name }) => name)).toEqual(['proto', 'constructor']);
  });

  it('a command is left out with a word about it, and the rest works', () => {
    const { upstreams, warnings, problems } = read({ a: { command: 'npx' }, b: { url: 'http://x/mcp' } });
    expect(upstreams.map(({ name }) => name)).toEqual(['b']);
    expect(warnings.join()).toContain('mcpServers.a is started by a command (stdio)');
    expect(problems).toEqual([]);
  });

  it('a disabled entry is left out', () => {
    expect(
      read({ a: { url: 'http://x/mcp', disabled: true }, b: { url: 'http://y/mcp' } }).upstreams,
    ).toHaveLength(1);
  });

  const wrong = [
    {
      cell: 'two names with one slug',
      servers: { 'a b': { url: 'http://x/mcp' }, 'a-b': { url: 'http://y/mcp' } },
      says: "becomes 'a-b'",
    },
    { cell: 'a name without a letter', servers: { '!': { url: 'http://x/mcp' } }, says: 'needs a name' },
    { cell: 'nothing left', servers: { a: { command: 'npx' } }, says: 'leaves no server' },
    { cell: 'no url', servers: { a: {} }, says: 'mcpServers.a: has no url' },
    { cell: 'an entry that is text', servers: { a: 'http://x' }, says: 'must be an object' },
    { cell: 'a url that is a number', servers: { a: { url: 7 } }, says: 'mcpServers.a.url: must be a text' },
    {
      cell: 'a variable that is not set',
      servers: { a: { url: '${NOPE}' } },
      says: 'needs the environment variable NOPE',
    },
    {
      cell: 'credentials in the url',
      servers: { a: { url: 'http://u:p@x/mcp' } },
      says: 'mcpServers.a.url: carries',
    },
    {
      cell: 'a header name with a space',
      servers: { a: { url: 'http://x/mcp', headers: { 'a b': 'c' } } },
      says: 'is no valid header',
    },
    {
      cell: 'a header that injects another',
      servers: { a: { url: 'http://x/mcp', headers: { a: 'b\r\nc: d' } } },
      says: 'is no valid header',
    },
  ];
  it.each(wrong)('$cell is a problem', ({ servers, says }) => {
    expect(problemsOf(servers)).toHaveLength(1);
    expect(problemsOf(servers)[0]).toContain(says);
  });

  it('never shows a header value', () => {
    expect(
      problemsOf({ a: { url: 'http://x/mcp', headers: { 'a b': 'Bearer s3cret' } } }).join(),
    ).not.toContain('s3cret');
  });
});

describe('readAddressOf', () => {
  it('is named by host and port', () => {
    expect(readAddressOf('http://localhost:3000/mcp', 'upstream').upstreams[0]?.name).toBe('localhost-3000');
  });
  it('wonders about a bare origin', () => {
    expect(readAddressOf('http://localhost:3000', 'upstream').warnings[0]).toContain('without a path');
  });
});
