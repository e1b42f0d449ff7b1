/** The guard on the wire, and several upstreams behind one address. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { type Listening, listenOn } from '../../../test/support/listenOn.ts';
import type { ProxySettings } from './settings.ts';
import { answerWith, anUpstream, aPost, openClient, type Rig, startRig, startRigOn } from './testing/rig.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});
const keep = (rig: Rig): Rig => {
  closers.push(rig.close);
  return rig;
};

describe('the guard', () => {
  it.each([
    ['a foreign Host', 'Host: evil.example\r\n', 403],
    ['a foreign Origin', 'Host: localhost\r\nOrigin: https://evil.example\r\n', 403],
    ['IPv6 loopback', 'Host: [::1]:7600\r\nOrigin: http://[::1]:1\r\n', 200],
    ['any port', 'Host: localhost:1\r\nOrigin: http://localhost:65000\r\n', 200],
  ])('answers %s before the upstream sees anything', async (_name, headers, status) => {
    let requests = 0;
    const rig = keep(
      await startRig({
        raw: answerWith('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}', () => (requests += 1)),
      }),
    );
    for (const path of ['/mcp', '/elsewhere']) {
      const client = await openClient(rig.proxy.port);
      client.send(`POST ${path} HTTP/1.1\r\n${headers}Content-Length: 8\r\n\r\n{"id":1}`);
      const text = await client.waitFor(/\}$/);
      expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      if (status === 403) expect(text).toMatch(/\{"jsonrpc":"2\.0","id":null,"error":\{"code":-32000,/);
      client.socket.destroy();
    }
    expect(requests).toBe(status === 200 ? 2 : 0);
    await rig.waitFor('end');
    const [request] = await rig.waitFor('request');
    const [response] = await rig.waitFor('response');
    expect(request?.body?.text).toBe('{"id":1}');
    expect(response?.proxy?.answer).toBe(status === 403 ? 'guard' : undefined);
  });

  it('also stands before upgrades', async () => {
    const rig = keep(await startRig({ raw: () => undefined }));
    const client = await openClient(rig.proxy.port);
    client.send(
      'GET /ws HTTP/1.1\r\nHost: evil.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
    );
    expect((await client.closed()).text).toMatch(/^HTTP\/1\.1 403 Forbidden/);
    expect(rig.upstream.connections).toEqual([]);
  });
});

/** An upstream that says which one it is, what it was asked, and names itself wherever a server may. */
async function aShop(name: string): Promise<Listening> {
  let origin = '';
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const url = request.url ?? '';
    if (url.startsWith('/sse')) {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(': welcome\n\n');
      response.write('event: endpoint\ndata: /message?sessionId=1\n\n');
      response.write('data: /message\n\n');
      return;
    }
    if (url === '/moved') {
      response.writeHead(307, { Location: `${origin}/mcp` }).end();
      return;
    }
    if (url === '/locked') {
      const metadata = `${origin}/.well-known/oauth-protected-resource/mcp`;
      response.writeHead(401, { 'WWW-Authenticate': `Bearer resource_metadata="${metadata}"` }).end();
      return;
    }
    if (url === '/gate') {
      const challenge = `Bearer realm="x", resource_metadata="${origin}/custom/metadata.json"`;
      response.writeHead(401, { 'WWW-Authenticate': ['Basic realm="y"', challenge] }).end();
      return;
    }
    if (url.startsWith('/.well-known/oauth-protected-resource') || url === '/custom/metadata.json') {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ resource: `${origin}/mcp`, authorization_servers: [origin] }));
      return;
    }
    response.end(JSON.stringify({ name, url }));
  });
  const shop = await listenOn(server);
  origin = shop.origin;
  return shop;
}

type Settings = Partial<ProxySettings> & { readonly endpointPath?: string };

describe('several upstreams', () => {
  const open = async ({ endpointPath = '/sse', ...settings }: Settings = {}) => {
    const shops = [await aShop('tea'), await aShop('coffee')] as const;
    closers.push(() => shops[1].close());
    const upstreams = [
      { ...anUpstream(shops[0].origin, 'tea'), endpointPath },
      anUpstream(shops[1].origin, 'coffee'),
    ];
    const rig = keep(await startRigOn(shops[0], { upstreams, single: false, ...settings }));
    return { rig, shops };
  };

  it('are found by prefix, by host and by well-known path', async () => {
    const { rig } = await open();
    const ask = async (path: string, host = 'localhost') => {
      const client = await openClient(rig.proxy.port);
      client.send(`POST ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 2\r\n\r\n{}`);
      const text = await client.waitFor(/\}\s*$/);
      client.socket.destroy();
      return text.slice(text.indexOf('{'));
    };
    expect(await ask('/tea/mcp?a')).toContain('{"name":"tea","url":"/mcp?a"}');
    expect(await ask('/coffee/mcp')).toContain('{"name":"coffee","url":"/mcp"}');
    expect(await ask('/mcp', 'coffee.localhost:7600')).toContain('{"name":"coffee","url":"/mcp"}');
    expect(await ask('/.well-known/oauth-authorization-server/coffee/x')).toContain(
      '{"name":"coffee","url":"/.well-known/oauth-authorization-server/x"}',
    );
  });

  it('answer 404 with their names when the path is none of theirs', async () => {
    const { rig } = await open();
    const response = await fetch(`${rig.proxy.url}/milk/mcp`, { method: 'POST', body: '{}' });
    expect(response.status).toBe(404);
    expect(JSON.stringify(await response.json())).toMatch(/\/tea\/.*\/coffee\//);
  });

  it('announce message addresses that clients can reach, and calls there are observed', async () => {
    const { rig } = await open();
    const client = await openClient(rig.proxy.port);
    client.send('GET /tea/sse HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const text = await client.waitFor(/data: \/message\n/);
    expect(text).toMatch(/: welcome\n\n(.|\r\n)*event: endpoint\ndata: \/tea\/message\?sessionId=1\n\n/);
    await rig.waitFor('sse', 2);
    const posted = await fetch(`${rig.proxy.url}/tea/message?sessionId=1`, {
      method: 'POST',
      body: '{"id":1}',
    });
    expect(await posted.json()).toEqual({ name: 'tea', url: '/message?sessionId=1' });
    const [, request] = await rig.waitFor('request', 2);
    expect(request).toMatchObject({ server: 'tea', path: '/message', query: 'sessionId=1' });
    client.socket.destroy();
  });

  it('name themselves by addresses behind the prefix: Location, resource_metadata, resource, never the issuer', async () => {
    const { rig, shops } = await open();
    const { url } = rig.proxy;
    const moved = await fetch(`${url}/tea/moved`, { redirect: 'manual' });
    expect(moved.headers.get('location')).toBe(`${url}/tea/mcp`);
    const locked = await fetch(`${url}/tea/locked`);
    expect(locked.headers.get('www-authenticate')).toBe(
      `Bearer resource_metadata="${url}/.well-known/oauth-protected-resource/tea/mcp"`,
    );
    const metadata = await fetch(`${url}/.well-known/oauth-protected-resource/tea/mcp`);
    const body = await metadata.text();
    expect(JSON.parse(body)).toEqual({
      resource: `${url}/tea/mcp`,
      authorization_servers: [shops[0].origin],
    });
    expect(metadata.headers.get('content-length')).toBe(String(body.length));
  });

  it.each([
    ['of the pass-through', '/tea/gate', {}],
    ['of an exchange', '/tea/gate', { endpointPath: '/gate' }],
  ])('are metadata wherever a challenge %s named them', async (_name, path, upstream) => {
    const { rig, shops } = await open(upstream);
    const { url } = rig.proxy;
    const plain = { resource: `${shops[0].origin}/mcp`, authorization_servers: [shops[0].origin] };
    const read = async (name: string) => (await fetch(`${url}/${name}/custom/metadata.json`)).json();
    expect(await read('tea')).toEqual(plain);
    const challenge = (await fetch(`${url}${path}`)).headers.get('www-authenticate');
    expect(challenge).toContain(`resource_metadata="${url}/tea/custom/metadata.json"`);
    expect(await read('tea')).toEqual({ ...plain, resource: `${url}/tea/mcp` });
    // What one upstream names says nothing of another.
    expect(await read('coffee')).toMatchObject({ resource: `${shops[1].origin}/mcp` });
  });

  it('name themselves as a trusted proxy in front is known, and only then', async () => {
    for (const [trustedProxies, expected] of [
      [['127.0.0.1'], 'Location: https://mcp.example/tea/mcp'],
      [[], 'Location: http://localhost/tea/mcp'],
    ] as const) {
      const { rig } = await open({ trustedProxies });
      const client = await openClient(rig.proxy.port);
      client.send(
        'GET /tea/moved HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: mcp.example\r\n\r\n',
      );
      expect(await client.waitFor(/\r\n\r\n/)).toContain(`${expected}\r\n`);
      client.socket.destroy();
    }
  });

  it('reached by host name are not rewritten, unless rewrite-urls says so', async () => {
    for (const [settings, expected] of [
      [{}, /Location: http:\/\/127\.0\.0\.1:\d+\/mcp/],
      [{ rewriteUrls: true }, /Location: http:\/\/tea\.localhost:7600\/mcp/],
    ] as const) {
      const { rig } = await open(settings);
      const client = await openClient(rig.proxy.port);
      client.send('GET /moved HTTP/1.1\r\nHost: tea.localhost:7600\r\n\r\n');
      expect(await client.waitFor(/\r\n\r\n/)).toMatch(expected);
      client.socket.destroy();
    }
  });
});

describe('a single upstream', () => {
  it('gets the configured query where the client sends none', async () => {
    const shop = await aShop('tea');
    const rig = keep(
      await startRigOn(shop, { upstreams: [{ ...anUpstream(shop.origin), endpointQuery: 'key=1' }] }),
    );
    const ask = async (path: string) =>
      (await fetch(`${rig.proxy.url}${path}`, { method: 'POST', body: '{}' })).json();
    expect(await ask('/mcp')).toMatchObject({ url: '/mcp?key=1' });
    expect(await ask('/mcp?own')).toMatchObject({ url: '/mcp?own' });
    expect(await ask('/other')).toMatchObject({ url: '/other' });
  });

  it('from a file is at `/` as it is, and under its name as one of several would be', async () => {
    const shop = await aShop('tea');
    const rig = keep(await startRigOn(shop, { upstreams: [anUpstream(shop.origin)], prefixed: true }));
    const { url } = rig.proxy;
    const call = async (path: string) =>
      (await fetch(`${url}${path}`, { method: 'POST', body: '{"id":1}' })).json();
    for (const path of ['/mcp', '/tea/mcp']) expect(await call(path)).toEqual({ name: 'tea', url: '/mcp' });
    expect(await rig.waitFor('request', 2)).toMatchObject([
      { server: 'tea', path: '/mcp' },
      { server: 'tea', path: '/mcp' },
    ]);
    const locationOf = async (path: string) =>
      (await fetch(`${url}${path}`, { redirect: 'manual' })).headers.get('location');
    expect(await locationOf('/moved')).toBe(`${shop.origin}/mcp`);
    expect(await locationOf('/tea/moved')).toBe(`${url}/tea/mcp`);
    const resourceOf = async (path: string) =>
      (await fetch(`${url}/.well-known/oauth-protected-resource${path}`)).json();
    expect(await resourceOf('/mcp')).toMatchObject({ resource: `${shop.origin}/mcp` });
    expect(await resourceOf('/tea/mcp')).toMatchObject({ resource: `${url}/tea/mcp` });
  });

  it('that was given by its URL has no other path', async () => {
    const shop = await aShop('tea');
    const rig = keep(await startRigOn(shop, { upstreams: [anUpstream(shop.origin)] }));
    const response = await fetch(`${rig.proxy.url}/tea/mcp`, { method: 'POST', body: '{}' });
    expect(await response.json()).toEqual({ name: 'tea', url: '/tea/mcp' });
  });

  it('is read under a whole URL too, as clients of forward proxies send it', async () => {
    const shop = await aShop('tea');
    const rig = keep(await startRigOn(shop, { upstreams: [anUpstream(shop.origin)] }));
    const client = await openClient(rig.proxy.port);
    client.send(aPost('{}', '', 'http://localhost:1/mcp?x'));
    expect(await client.waitFor(/\}$/)).toContain('"url":"/mcp?x"');
    client.send(aPost('{}', '', 'http://localhost:1/else'));
    expect(await client.waitFor(/else"\}$/)).toContain('"url":"/else"');
    client.socket.destroy();
  });
});
