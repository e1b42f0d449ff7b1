import { describe, expect, it } from 'vitest';
import { describeUpstream } from './report.ts';
import { readAddressOf, readCommandOf, readServers } from './servers.ts';

const env = { TOKEN: 't0ken', EMPTY: '' };
const read = (servers: unknown) => readServers(servers, 'mcpServers', env);
const problemsOf = (servers: unknown) =>
  read(servers).problems.map(({ key, message }) => `${key}: ${message}`);

describe('readServers', () => {
  const urls = ['url', 'serverUrl', 'httpUrl'];
  it.each(urls)('takes the address from %s, as some client writes it', (field) => {
    const { upstreams, problems } = read({ shop: { type: 'http', [field]: 'https://shop.example/mcp' } });
    expect(problems).toEqual([]);
    expect(upstreams).toEqual([
      { kind: 'http', name: 'shop', url: new URL('https://shop.example/mcp'), headers: {} },
    ]);
  });

  it('expands variables in address and headers', () => {
    const { upstreams, problems } = read({
      shop: {
        url: 'https://${HOST:-shop.example}/mcp',
        headers: { Authorization: 'Bearer ${TOKEN}', 'X-Env': '${env:TOKEN}', 'X-Empty': '${EMPTY:-none}' },
      },
    });
    expect(problems).toEqual([]);
    expect(upstreams).toMatchObject([
      {
        url: new URL('https://shop.example/mcp'),
        headers: { Authorization: 'Bearer t0ken', 'X-Env': 't0ken', 'X-Empty': 'none' },
      },
    ]);
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

  it('takes a command with its arguments, variables and folder, beside servers with an address', () => {
    const { upstreams, warnings, problems } = read({
      a: {
        type: 'stdio',
        command: '${RUNNER:-npx}',
        args: ['-y', 'server', '--token=${TOKEN}'],
        env: { KEY: '${env:TOKEN}' },
        cwd: '/srv/${EMPTY:-tea}',
      },
      b: { url: 'http://x/mcp' },
      c: { command: 'tea' },
    });
    expect([warnings, problems]).toEqual([[], []]);
    expect(upstreams.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(upstreams[0]).toEqual({
      kind: 'command',
      name: 'a',
      command: 'npx',
      args: ['-y', 'server', '--token=t0ken'],
      env: { KEY: 't0ken' },
      cwd: '/srv/tea',
    });
    expect(upstreams[2]).toEqual({ kind: 'command', name: 'c', command: 'tea', args: [], env: {} });
  });

  it('takes the command behind a shim of ours, which would tell everything a second time', () => {
    const args = ['-y', 'sightline', 'stdio', '--server-name', 'tea', '--', 'uvx', 'tea-server', '--', 'x'];
    expect(read({ tea: { command: 'npx', args } }).upstreams).toMatchObject([
      { name: 'tea', command: 'uvx', args: ['tea-server', '--', 'x'] },
    ]);
  });

  it('shows a command without its arguments, which may hold secrets', () => {
    const { upstreams } = read({
      a: { command: 'npx', args: ['-y', 's3cret'] },
      b: { command: 'tea', args: ['x'] },
    });
    expect(upstreams.map(describeUpstream)).toEqual([
      'a process of npx with 2 arguments for each client',
      'a process of tea with 1 argument for each client',
    ]);
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
    { cell: 'nothing left', servers: { a: { command: 'npx', disabled: true } }, says: 'leaves no server' },
    { cell: 'an empty command', servers: { a: { command: '' } }, says: 'mcpServers.a.command: is empty' },
    {
      cell: 'arguments in one text',
      servers: { a: { command: 'npx', args: '-y x' } },
      says: 'mcpServers.a.args: must be a list',
    },
    {
      cell: 'an argument that is a number',
      servers: { a: { command: 'npx', args: [7] } },
      says: 'mcpServers.a.args[0]: must be a text',
    },
    {
      cell: 'a variable with a = in its name',
      servers: { a: { command: 'npx', env: { 'A=B': 'c' } } },
      says: 'mcpServers.a.env.A=B: is no valid variable',
    },
    { cell: 'no url', servers: { a: {} }, says: 'mcpServers.a: has neither url nor command' },
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

describe('readCommandOf', () => {
  const words = ['npx', '-y', '@scope/some-server@1.2'];
  it('is named by what it starts, unless the user says otherwise', () => {
    const named = (name?: string) => readCommandOf(words, name, '--').upstreams;
    expect(named()).toEqual([
      { kind: 'command', name: 'some-server', command: 'npx', args: words.slice(1), env: {} },
    ]);
    expect(named('My Tea')).toMatchObject([{ name: 'my-tea' }]);
  });

  it('without a word is a problem', () => {
    expect(readCommandOf([], undefined, '--').problems).toMatchObject([{ key: '--' }]);
  });
});
