/** The pure parts of the byte path, as tables: headers, credentials, addresses, routes, rewriting, bodies. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createAddressReader, plainAddress } from './address.ts';
import { describeCause } from './answers.ts';
import { ByteBudget, ByteCollector } from './bytes.ts';
import { createCredentialReader, credentialPrefix } from './credential.ts';
import { HOP_BY_HOP, namedInConnection, withoutHopByHop } from './headers.ts';
import {
  EndpointRewriter,
  type RewriteRules,
  rewriteAddress,
  rewriteChallenge,
  rewriteResource,
} from './rewrite.ts';
import { createRouter, EndpointBook, toOriginForm } from './route.ts';

describe('fields of one hop', () => {
  it('are these, frozen here', () => {
    expect([...HOP_BY_HOP.keys()]).toEqual([
      'connection',
      'keep-alive',
      'proxy-connection',
      'te',
      'transfer-encoding',
      'upgrade',
      'proxy-authenticate',
      'proxy-authorization',
    ]);
    for (const rule of HOP_BY_HOP.values()) expect(rule).toMatch(/^RFC \d+/);
  });

  it('are also those that Connection names, but never framing or routing', () => {
    expect(namedInConnection('keep-alive')).toBe(undefined);
    expect([...(namedInConnection('Keep-Alive, X-A ,x-b, content-length, Host') ?? [])]).toEqual([
      'x-a',
      'x-b',
    ]);
    expect(withoutHopByHop(['A', '1', 'Connection', 'a, close', 'B', '2', 'TE', 'x', 'B', '3'])).toEqual([
      'B',
      '2',
      'B',
      '3',
    ]);
  });
});

describe('a credential', () => {
  const none = { authorization: undefined, apiKey: undefined, cookie: undefined };
  const secret = 'Bearer sk-0123456789012345678901234567890123456789';
  it.each([
    ['none', none, 'none', undefined],
    ['bearer', { ...none, authorization: secret }, 'bearer', 'Bearer sk-…'],
    ['bearer in capitals', { ...none, authorization: 'BEARER x' }, 'bearer', 'BE…'],
    ['basic', { ...none, authorization: 'Basic dXNlcjpwYXNz' }, 'basic', 'Basi…'],
    ['another scheme', { ...none, authorization: 'DPoP abcdefghijkl' }, 'other', 'DPoP…'],
    ['an API key', { ...none, apiKey: 'abcdefghijklmnopqrstuvwxyz' }, 'api_key', 'abcd…'],
    ['a cookie', { ...none, cookie: 'sid=abcdefghijklmnop' }, 'cookie', 'sid=…'],
    ['a short one', { ...none, apiKey: 'abc' }, 'api_key', '…'],
  ] as const)('shows its kind and at most a quarter: %s', (_name, fields, kind, prefix) => {
    const sighting = createCredentialReader(true)(fields);
    expect([sighting.kind, sighting.prefix]).toEqual([kind, prefix]);
    expect(createCredentialReader(false)(fields)).not.toHaveProperty('prefix');
  });

  it('is told apart by a hash, also after the cache was emptied', () => {
    const read = createCredentialReader(true, 2);
    const hash = createHash('sha256').update(secret).digest('hex').slice(0, 32);
    for (let i = 0; i < 5; i += 1) read({ ...none, apiKey: `key-${i}` });
    expect(read({ ...none, authorization: secret }).hash).toBe(hash);
    expect(credentialPrefix('x'.repeat(8), 10)).toBe('xx…');
  });
});

describe('who calls', () => {
  const reader = createAddressReader({
    trustedProxies: ['10.0.0.0/8', '192.0.2.1', '2001:db8::/32', 'nonsense'],
    countryOf: (address) => (address === '203.0.113.9' ? 'DE' : undefined),
  });
  const told = (peer: string, headers: Record<string, string>) => reader(peer, 1234, (name) => headers[name]);
  it.each([
    ['a stranger is not believed', '198.51.100.1', { 'x-forwarded-for': '203.0.113.9' }, '198.51.100.1'],
    ['a trusted proxy is', '10.1.2.3', { 'x-forwarded-for': '203.0.113.9' }, '203.0.113.9'],
    ['mapped to IPv6 too', '::ffff:10.1.2.3', { 'x-forwarded-for': '203.0.113.9' }, '203.0.113.9'],
    [
      'only the last stranger counts',
      '10.1.2.3',
      { 'x-forwarded-for': '6.6.6.6, 203.0.113.9, 10.9.9.9' },
      '203.0.113.9',
    ],
    ['ports are cut', '10.1.2.3', { 'x-forwarded-for': '203.0.113.9:55' }, '203.0.113.9'],
    ['IPv6 in brackets', '2001:db8::1', { 'x-forwarded-for': '[2001:4860::8]:1' }, '2001:4860::8'],
    ['a gap ends belief', '10.1.2.3', { 'x-forwarded-for': '6.6.6.6, unknown, 10.9.9.9' }, '10.9.9.9'],
    ['nothing told', '10.1.2.3', {}, '10.1.2.3'],
    [
      'Cloudflare',
      '10.1.2.3',
      { 'cf-connecting-ip': '203.0.113.9', 'x-forwarded-for': '1.1.1.1' },
      '203.0.113.9',
    ],
    ['CloudFront', '10.1.2.3', { 'cloudfront-viewer-address': '203.0.113.9:443' }, '203.0.113.9'],
    [
      'CloudFront, IPv6',
      '10.1.2.3',
      { 'cloudfront-viewer-address': '2001:4860:0:0:0:0:0:8:443' },
      '2001:4860:0:0:0:0:0:8',
    ],
  ])('%s', (_name, peer, headers, expected) => {
    expect(told(peer, headers).address).toBe(expected);
  });

  it('has a port only when it connected directly, and a country where one is known or told', () => {
    expect(told('203.0.113.9', {})).toEqual({ address: '203.0.113.9', port: 1234, country: 'DE' });
    expect(told('10.1.2.3', { 'x-forwarded-for': '203.0.113.9' })).toEqual({
      address: '203.0.113.9',
      country: 'DE',
    });
    const cloudflare = { 'cf-connecting-ip': '203.0.113.9', 'cf-ipcountry': 'fr' };
    expect(told('10.1.2.3', cloudflare).country).toBe('FR');
    expect(told('10.1.2.3', { ...cloudflare, 'cf-ipcountry': 'XX' }).country).toBe('DE');
    expect(told('198.51.100.1', { 'cf-ipcountry': 'fr' }).country).toBe(undefined);
    expect(plainAddress('fe80::1%eth0')).toBe('fe80::1');
  });
});

describe('routes', () => {
  const upstreams = ['tea', 'coffee'].map((name) => ({
    name,
    origin: `http://${name}:1`,
    endpointPath: '/mcp',
    headers: {},
  }));
  const several = createRouter({ upstreams, single: false, prefixed: true });
  it.each([
    ['localhost', '/tea/mcp?x=1', { upstream: 0, path: '/mcp', query: 'x=1', prefix: '/tea' }],
    ['localhost', '/coffee', { upstream: 1, path: '/', query: undefined, prefix: '/coffee' }],
    ['localhost', '/coffee/', { upstream: 1, path: '/', query: undefined, prefix: '/coffee' }],
    ['localhost', '/tea//a/%2F/../b?', { upstream: 0, path: '//a/%2F/../b', query: '', prefix: '/tea' }],
    ['coffee.localhost:7600', '/mcp', { upstream: 1, path: '/mcp', query: undefined, prefix: '' }],
    ['coffee.localhost', '/tea/mcp', { upstream: 1, path: '/tea/mcp', query: undefined, prefix: '' }],
    [
      'localhost',
      '/.well-known/oauth-protected-resource/tea/mcp',
      { upstream: 0, path: '/.well-known/oauth-protected-resource/mcp', query: undefined, prefix: '/tea' },
    ],
    [
      'localhost',
      '/.well-known/oauth-authorization-server/coffee',
      { upstream: 1, path: '/.well-known/oauth-authorization-server', query: undefined, prefix: '/coffee' },
    ],
    ['localhost', '/milk/mcp', undefined],
    ['localhost', '/teapot/mcp', undefined],
    ['localhost', '/', undefined],
    ['milk.localhost', '/mcp', undefined],
  ])('of several upstreams: %s %s', (host, target, expected) => {
    expect(several.route(host, target)).toEqual(expected);
  });

  it('of a single upstream change nothing', () => {
    const single = createRouter({ upstreams: upstreams.slice(0, 1), single: true, prefixed: false });
    expect(single.route('tea.localhost', '/tea/mcp')).toEqual({
      upstream: 0,
      path: '/tea/mcp',
      query: undefined,
      prefix: '',
    });
    expect(single.route(undefined, '/')).toMatchObject({ path: '/', prefix: '' });
  });

  it.each([
    ['/mcp', '/mcp', ''],
    ['/', '/', ''],
    ['/tea', '/tea', ''],
    ['/teapot/mcp', '/teapot/mcp', ''],
    ['/coffee/mcp', '/coffee/mcp', ''],
    ['/tea/mcp', '/mcp', '/tea'],
    ['/tea/', '/', '/tea'],
    ['/tea//a/%2F/../b', '//a/%2F/../b', '/tea'],
    ['/.well-known/x', '/.well-known/x', ''],
    ['/.well-known/x/mcp', '/.well-known/x/mcp', ''],
    ['/.well-known/x/tea', '/.well-known/x', '/tea'],
    ['/.well-known/x/tea/mcp', '/.well-known/x/mcp', '/tea'],
  ])('of the only server of a file lead to it at `/` and under its name: %s', (target, path, prefix) => {
    const only = createRouter({ upstreams: upstreams.slice(0, 1), single: true, prefixed: true });
    const expected = { upstream: 0, path, query: 'q=1', prefix };
    expect(only.route('localhost', `${target}?q=1`)).toEqual(expected);
    // Whoever names it as the host has no need of a prefix, alone or not.
    expect(only.route('tea.localhost', `${target}?q=1`)).toEqual({ ...expected, path: target, prefix: '' });
  });

  it.each([
    ['/tea', '/tea', '/tea', ''],
    ['/tea', '/tea/', '/tea/', ''],
    ['/tea', '/tea/message', '/tea/message', ''],
    ['/tea', '/tea/tea', '/tea', '/tea'],
    ['/tea', '/tea/teapot', '/tea/teapot', ''],
    ['/tea/v1', '/tea/v1', '/tea/v1', ''],
    ['/tea/v1', '/tea/tea/v1', '/tea/v1', '/tea'],
    ['/tea', '/.well-known/x/tea', '/.well-known/x/tea', ''],
    ['/tea', '/.well-known/x/tea/tea', '/.well-known/x/tea', '/tea'],
    ['/teapot', '/tea/teapot', '/teapot', '/tea'],
  ])('of an only server at %s never lose it: %s', (endpointPath, target, path, prefix) => {
    const only = upstreams.slice(0, 1).map((upstream) => ({ ...upstream, endpointPath }));
    const router = createRouter({ upstreams: only, single: true, prefixed: true });
    expect(router.route('localhost', target)).toEqual({ upstream: 0, path, query: undefined, prefix });
  });

  it('read absolute targets as a server must', () => {
    expect(toOriginForm('http://evil.example/mcp?x')).toBe('/mcp?x');
    expect(toOriginForm('http://evil.example?x')).toBe('/?x');
    expect(toOriginForm('//evil/mcp')).toBe('//evil/mcp');
    expect(toOriginForm('*')).toBe('*');
  });

  it('know the endpoint with and without its slash, and a bounded number of announced addresses', () => {
    const book = new EndpointBook('/mcp/', 2);
    expect(['/mcp', '/mcp/', '/mcp/x', '/'].map((path) => book.has(path))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    book.announce('/a');
    book.announce('/b');
    expect(book.has('/a')).toBe(true);
    book.announce('/c');
    expect(['/a', '/b', '/c'].map((path) => book.has(path))).toEqual([true, false, true]);
  });
});

describe('addresses of the upstream in its answers', () => {
  const prefixed: RewriteRules = {
    origin: 'http://up:3001',
    publicOrigin: 'http://localhost:7600',
    prefix: '/tea',
  };
  const plain: RewriteRules = { ...prefixed, prefix: '' };
  it.each([
    ['/message?s=1', '/tea/message?s=1', undefined],
    [
      'http://up:3001/message?s=1#x',
      'http://localhost:7600/tea/message?s=1#x',
      'http://localhost:7600/message?s=1#x',
    ],
    ['http://up:3001', 'http://localhost:7600/tea/', 'http://localhost:7600/'],
    ['http://localhost:7600/m', 'http://localhost:7600/tea/m', undefined],
    ['http://other/m', undefined, undefined],
    ['//up:3001/m', undefined, undefined],
    ['message', undefined, undefined],
    [
      'http://up:3001/.well-known/oauth-protected-resource/mcp',
      'http://localhost:7600/.well-known/oauth-protected-resource/tea/mcp',
      'http://localhost:7600/.well-known/oauth-protected-resource/mcp',
    ],
  ])('%s', (address, underPrefix, withoutPrefix) => {
    expect(rewriteAddress(prefixed, address)).toBe(underPrefix);
    expect(rewriteAddress(plain, address)).toBe(withoutPrefix);
  });

  it('change in a challenge only behind resource_metadata', () => {
    expect(
      rewriteChallenge(
        prefixed,
        'Bearer realm="http://up:3001/x", resource_metadata="http://up:3001/.well-known/oauth-protected-resource", error="x"',
      ),
    ).toBe(
      'Bearer realm="http://up:3001/x", resource_metadata="http://localhost:7600/.well-known/oauth-protected-resource/tea", error="x"',
    );
    expect(rewriteChallenge(prefixed, 'Bearer resource_metadata=http://up:3001/a')).toBe(
      'Bearer resource_metadata=http://localhost:7600/tea/a',
    );
  });

  it('change in metadata only in `resource`, and never in an issuer', () => {
    const text =
      '{ "nested": {"resource": "http://up:3001/mcp"},\n  "resource" : "http:\\/\\/up:3001/mcp", "authorization_servers": ["http://up:3001"], "n": 1.0 }';
    expect(rewriteResource(prefixed, text)).toBe(
      '{ "nested": {"resource": "http://up:3001/mcp"},\n  "resource" : "http://localhost:7600/tea/mcp", "authorization_servers": ["http://up:3001"], "n": 1.0 }',
    );
    for (const other of ['not json', '[]', '{"resource":1}', '{"issuer":"http://up:3001"}']) {
      expect(rewriteResource(prefixed, other)).toBe(other);
    }
  });

  it('change in the first `endpoint` event, at any cutting, and in no later event', () => {
    const bytes = Buffer.from(
      ': hello\n\nevent: endpoint\r\ndata: /message?s=1\r\n\r\nevent: endpoint\ndata: /other\n\n',
    );
    const expected =
      ': hello\n\nevent: endpoint\r\ndata: /tea/message?s=1\r\n\r\nevent: endpoint\ndata: /other\n\n';
    for (const size of [1, 2, 5, 1000]) {
      const rewriter = new EndpointRewriter(prefixed);
      const out: Buffer[] = [];
      for (let at = 0; at < bytes.length; at += size) out.push(rewriter.push(bytes.subarray(at, at + size)));
      expect(Buffer.concat([...out, rewriter.flush()]).toString()).toBe(expected);
    }
  });

  it('leave a stream alone that begins with another event, or with none in sight', () => {
    for (const text of ['data: {"a":1}\n\nevent: endpoint\ndata: /x\n\n', 'x'.repeat(40_000), 'data: half']) {
      const rewriter = new EndpointRewriter(prefixed);
      expect(Buffer.concat([rewriter.push(Buffer.from(text)), rewriter.flush()]).toString()).toBe(text);
    }
  });
});

describe('the copy of a body', () => {
  it('is bounded by itself and by what all copies share', () => {
    const budget = new ByteBudget(100);
    const small = new ByteCollector(10, budget);
    for (const text of ['abc', 'def', 'ghi']) small.take(Buffer.from(text));
    const greedy = new ByteCollector(1_000, budget);
    greedy.take(Buffer.alloc(101));
    expect(greedy.given).toBe('budget');
    const large = new ByteCollector(10, new ByteBudget(1_000_000));
    large.take(Buffer.alloc(6));
    large.take(Buffer.alloc(6));
    expect([large.given, large.total, large.release()]).toEqual(['limit', 12, undefined]);
  });

  it('gives its memory back', () => {
    const budget = new ByteBudget(1_000_000);
    const copy = new ByteCollector(1_000_000, budget);
    for (let i = 0; i < 1_000; i += 1) copy.take(Buffer.from('ab'));
    expect(budget.held).toBeGreaterThan(0);
    expect(copy.release()?.toString()).toBe('ab'.repeat(1_000));
    expect(budget.held).toBe(0);
  });
});

describe('a cause', () => {
  it.each([
    [
      Object.assign(new Error('connect ECONNREFUSED 1.2.3.4:5'), { code: 'ECONNREFUSED' }),
      'connect ECONNREFUSED 1.2.3.4:5',
    ],
    [Object.assign(new AggregateError([], ''), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
    [
      Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' }),
      'UND_ERR_SOCKET, other side closed',
    ],
    [new Error('a\nb'), 'a b'],
    ['thrown', 'unknown'],
  ])('is told in one line', (cause, text) => {
    expect(describeCause(cause)).toBe(text);
  });
});
