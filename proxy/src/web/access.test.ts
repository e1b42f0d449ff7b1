/** Who may read: the guard of the proxy, and the token. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PATHS } from './paths.ts';
import { Rig } from './testing/rig.ts';

const TOKEN = 'a-token-of-24-characters';

describe('without a token', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.start({ settings: { allowedHosts: ['page.example'] } });
  });
  afterAll(() => rig.close());

  it.each(['localhost:1', '127.0.0.1', '[::1]:7601', 'page.example'])('Host %s may read', async (host) => {
    expect((await rig.get('/api/v1/events', { host })).status).toBe(200);
  });

  const foreign: readonly Readonly<Record<string, string>>[] = [
    { host: 'evil.example' },
    { host: 'localhost.evil.example' },
    { host: 'localhost', origin: 'https://evil.example' },
    { host: 'localhost', origin: 'null' },
    { host: 'localhost', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
  ];
  it.each(foreign)('%j may not, on any path but health', async (headers) => {
    for (const { path } of Object.values(PATHS)) {
      const open = path === '/healthz' || path === '/readyz';
      const { status, body } = await rig.get(path.replace('{id}', 'x'), headers);
      expect(status, path).toBe(open ? 200 : 403);
      expect(body, path).not.toContain('items');
    }
    expect((await rig.get('/', headers)).status).toBe(403);
  });

  it('a link from another site may open the page', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    expect((await rig.get('/', headers)).status).toBe(200);
  });

  it('two Host headers are refused', async () => {
    const answer = await rig.send('GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('every answer forbids to be framed, sniffed, referred from or mixed with foreign code', async () => {
    for (const target of ['/', '/api/v1/events', '/api/v1/nothing', '/healthz', '/api/v1/export']) {
      const { headers } = await rig.get(target);
      expect(headers, target).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'content-security-policy': expect.stringMatching(/^default-src 'none'.*frame-ancestors 'none'/),
      });
      expect(headers, target).not.toHaveProperty('access-control-allow-origin');
      expect(headers['content-security-policy'], target).not.toContain('unsafe');
    }
  });
});

describe('with a token', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.start({ settings: { token: TOKEN, allowedHosts: ['*'] } });
  });
  afterAll(() => rig.close());

  it('nobody reads without it, and the answer says where it is to be found', async () => {
    for (const target of ['/api/v1/events', '/api/v1/live', '/api/v1/export', '/metrics', '/assets/x.js']) {
      const { status, headers, body } = await rig.get(target);
      expect(status, target).toBe(401);
      expect(headers['www-authenticate'], target).toBe('Bearer');
      expect(body, target).toContain('printed');
    }
    expect(await rig.get('/')).toMatchObject({ status: 401, body: expect.stringContaining('<h1>') });
    expect((await rig.get('/healthz')).status).toBe(200);
    expect((await rig.get('/readyz')).status).toBe(200);
  });

  it.each([
    'Bearer wrong-token-of-24-char',
    `Bearer ${TOKEN}x`,
    `Bearer ${TOKEN.slice(1)}`,
    `Basic ${TOKEN}`,
    'Bearer ',
  ])('%s is not it', async (authorization) => {
    expect((await rig.get('/api/v1/events', { authorization })).status).toBe(401);
  });

  it('it may come as Bearer', async () => {
    expect((await rig.get('/api/v1/events', { authorization: `Bearer ${TOKEN}` })).status).toBe(200);
    expect((await rig.get('/api/v1/events', { authorization: `bearer ${TOKEN}` })).status).toBe(200);
  });

  it('it may come once in the address, which leads on with a cookie and without it', async () => {
    const { status, headers } = await rig.get(`/?view=events&token=${TOKEN}&tool=a%26b`);
    expect(status).toBe(303);
    expect(headers.location).toBe('/?view=events&tool=a%26b');
    const [set = ''] = headers['set-cookie'] ?? [];
    expect(set).toMatch(/; HttpOnly; SameSite=Lax$/);
    expect(set).not.toContain(TOKEN);
    const [cookie = ''] = set.split(';');
    expect((await rig.get('/api/v1/events', { cookie: `other=1; ${cookie}` })).status).toBe(200);
    expect((await rig.get('/api/v1/events', { cookie: `${cookie}x` })).status).toBe(401);
    expect((await rig.get('/api/v1/events', { cookie: cookie.replace(/=.*/, `=${TOKEN}`) })).status).toBe(
      401,
    );
  });

  it.each([
    ['//evil.example/', '/evil.example/'],
    ['/\\evil.example/', '/evil.example/'],
    ['///a', '/a'],
  ])('an address %s leads to no other host', async (from, to) => {
    expect((await rig.get(`${from}?token=${TOKEN}`)).headers.location).toBe(to);
  });

  it('a wrong token in the address sets nothing', async () => {
    const { status, headers } = await rig.get('/?token=wrong');
    expect(status).toBe(401);
    expect(headers).not.toHaveProperty('set-cookie');
  });

  it('a foreign page is refused even with the token', async () => {
    const headers = { origin: 'https://evil.example', authorization: `Bearer ${TOKEN}` };
    const strict = await Rig.start({ settings: { token: TOKEN } });
    expect((await strict.get('/api/v1/events', headers)).status).toBe(403);
    await strict.close();
  });
});
