/** What is noticed where nothing is rewritten: with real sockets, and every byte as the upstream sent it. */
import { createServer, type IncomingMessage, get as requestOf, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { listenOn } from '../../../test/support/listenOn.ts';
import type { Frame } from '../observation/frame.ts';
import { ByteBudget } from './bytes.ts';
import { judgeAddress, watchMetadata } from './misdirection.ts';
import type { ProxySettings } from './settings.ts';
import { anUpstream, aPost, openClient, type Rig, startRigOn } from './testing/rig.ts';

const METADATA = '/.well-known/oauth-protected-resource';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** What an upstream answers: `origin` is its own, `host` what the client's `Host` was. */
type Serve = (
  response: ServerResponse,
  names: { readonly origin: string; readonly host: string; readonly request: IncomingMessage },
) => void;

async function start(serve: Serve, settings: Partial<ProxySettings> = {}): Promise<Rig> {
  let origin = '';
  const upstream = await listenOn(
    createServer((request, response) => {
      request.resume();
      serve(response, { origin, host: request.headers.host ?? '', request });
    }),
  );
  origin = upstream.origin;
  const rig = await startRigOn(upstream, { upstreams: [anUpstream(upstream.origin)], ...settings });
  closers.push(rig.close);
  return rig;
}

const stream =
  (data: (names: { origin: string; host: string }) => string, event = 'endpoint'): Serve =>
  (response, names) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(`: hello\n\nevent: ${event}\ndata: ${data(names)}\n\n`);
  };
const redirect =
  (status: number, location: (names: { origin: string; host: string }) => string): Serve =>
  (response, names) => {
    response.writeHead(status, { Location: location(names) }).end();
  };
const metadata =
  (value: (names: { origin: string; host: string }) => unknown, status = 200): Serve =>
  (response, names) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value(names)));
  };

const get = (path: string, host = 'localhost:7600') =>
  `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
const post = aPost('{"jsonrpc":"2.0","id":1,"method":"ping"}', 'Connection: close\r\n');

/** The whole answer to one request, read to the end of the connection. */
async function ask(rig: Rig, request: string): Promise<string> {
  const client = await openClient(rig.proxy.port);
  client.send(request);
  return (await client.closed()).text;
}

const misdirections = (rig: Rig) => rig.frames.filter((frame) => frame.kind === 'misdirection');

describe('an address that clients will refuse', () => {
  it('is noticed in an endpoint event, behind the event itself', async () => {
    const rig = await start(stream(({ origin }) => `${origin}/message?sessionId=1`));
    const { origin } = rig.upstream;
    expect(await ask(rig, get('/mcp'))).toContain(
      `: hello\n\nevent: endpoint\ndata: ${origin}/message?sessionId=1\n\n`,
    );
    const [frame] = await rig.waitFor('misdirection');
    expect(frame).toMatchObject({
      exchange: 1,
      server: 'tea',
      method: 'GET',
      path: '/mcp',
      client: { address: '127.0.0.1' },
      where: 'endpoint',
      address: `${origin}/message?sessionId=1`,
      rewritable: true,
    });
    await rig.waitFor('end');
    expect(rig.frames.map((each) => each.kind)).toEqual([
      'request',
      'response',
      'sse',
      'misdirection',
      'end',
    ]);
  });

  it.each([301, 302, 303, 307, 308])('is noticed in a redirect by %i', async (status) => {
    const rig = await start(redirect(status, ({ origin }) => `${origin}/mcp/`));
    expect(await ask(rig, post)).toContain(`\r\nLocation: ${rig.upstream.origin}/mcp/\r\n`);
    const [frame] = await rig.waitFor('misdirection');
    expect(frame).toMatchObject({
      exchange: 1,
      method: 'POST',
      path: '/mcp',
      where: 'location',
      address: `${rig.upstream.origin}/mcp/`,
      rewritable: true,
    });
  });

  it.each([METADATA, `${METADATA}/mcp`])('is noticed in metadata at %s', async (path) => {
    const rig = await start(
      metadata(({ origin }) => ({ resource: `${origin}/mcp`, authorization_servers: [origin] })),
    );
    const { origin } = rig.upstream;
    expect(await ask(rig, get(path))).toMatch(
      `{"resource":"${origin}/mcp","authorization_servers":["${origin}"]}`,
    );
    const [frame] = await rig.waitFor('misdirection');
    expect(frame).toMatchObject({
      server: 'tea',
      method: 'GET',
      path,
      client: { address: '127.0.0.1' },
      where: 'resource',
      address: `${origin}/mcp`,
      rewritable: true,
    });
    expect(frame).not.toHaveProperty('exchange');
    expect(rig.frames).toHaveLength(1);
  });

  it('is noticed in metadata at a path of its own, once a challenge has named it', async () => {
    const rig = await start((response, { origin, request }) => {
      if (request.url === '/custom.json') response.end(JSON.stringify({ resource: `${origin}/mcp` }));
      else
        response
          .writeHead(401, { 'WWW-Authenticate': `Bearer resource_metadata="${origin}/custom.json"` })
          .end();
    });
    await ask(rig, get('/custom.json'));
    await ask(rig, post);
    expect(misdirections(rig)).toEqual([]);
    await ask(rig, get('/custom.json'));
    const [frame] = await rig.waitFor('misdirection');
    expect(frame).toMatchObject({ path: '/custom.json', where: 'resource', rewritable: true });
    expect(misdirections(rig)).toHaveLength(1);
  });

  it('is noticed in coded metadata, whose coding stays', async () => {
    let coded = Buffer.alloc(0);
    const rig = await start((response, { origin, request }) => {
      expect(request.headers['accept-encoding']).toBe('gzip');
      coded = gzipSync(JSON.stringify({ resource: `${origin}/mcp` }));
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': coded.length }).end(coded);
    });
    const text = await ask(rig, get(METADATA).replace('\r\n\r\n', '\r\nAccept-Encoding: gzip\r\n\r\n'));
    expect(text).toContain('\r\ncontent-encoding: gzip\r\n');
    expect(text.endsWith(coded.toString('latin1'))).toBe(true);
    expect(await rig.waitFor('misdirection')).toMatchObject([{ where: 'resource', rewritable: true }]);
  });

  it('of a third origin is noticed too, as one that rewrite-urls leaves as it is', async () => {
    const rig = await start((response, names) => {
      const serve = names.request.url === '/mcp' ? stream(() => '//tea.example/message') : undefined;
      (serve ?? metadata(() => ({ resource: 'https://tea.example/mcp' })))(response, names);
    });
    await ask(rig, get('/mcp'));
    await ask(rig, get(METADATA));
    expect(await rig.waitFor('misdirection', 2)).toMatchObject([
      { where: 'endpoint', address: 'http://tea.example/message', rewritable: false },
      { where: 'resource', address: 'https://tea.example/mcp', rewritable: false },
    ]);
  });

  it('is noticed under a host name of ours, where nothing is rewritten either', async () => {
    const rig = await start(
      redirect(307, ({ origin }) => `${origin}/mcp`),
      { single: false },
    );
    await ask(rig, get('/tea/mcp'));
    await ask(rig, get('/mcp', 'tea.localhost:7600'));
    expect(await rig.waitFor('misdirection')).toMatchObject([{ exchange: 2, where: 'location' }]);
  });
});

/** The client speaks to `localhost:7600`. */
const OURS = 'http://localhost:7600';
const SILENT: readonly {
  readonly name: string;
  readonly serve: Serve;
  readonly request?: string;
  readonly settings?: Partial<ProxySettings>;
}[] = [
  { name: 'a relative endpoint', serve: stream(() => '/message?sessionId=1') },
  { name: 'an endpoint under the origin that the client used', serve: stream(() => `${OURS}/message`) },
  {
    name: "an endpoint built from the client's Host",
    serve: stream(({ host }) => `http://${host}/message`),
    settings: { preserveHost: true },
  },
  {
    name: 'an endpoint that differs by scheme alone: TLS may end in front of us',
    serve: stream(() => 'https://localhost:7600/message'),
  },
  {
    name: 'an endpoint that is rewritten',
    serve: stream(({ origin }) => origin),
    settings: { rewriteUrls: true },
  },
  { name: 'a message that holds an address', serve: stream(({ origin }) => origin, 'message') },
  { name: 'an endpoint event in the answer to a POST', serve: stream(({ origin }) => origin), request: post },
  { name: 'a relative redirect', serve: redirect(307, () => '/mcp/') },
  { name: 'a redirect to somebody else', serve: redirect(302, () => 'https://signin.example/') },
  {
    name: 'a redirect that is rewritten',
    serve: redirect(307, ({ origin }) => origin),
    settings: { rewriteUrls: true },
  },
  { name: 'the Location of what was created', serve: redirect(201, ({ origin }) => origin) },
  {
    name: 'a redirect away from the MCP endpoint',
    serve: redirect(307, ({ origin }) => origin),
    request: get('/elsewhere'),
  },
  {
    name: 'a resource_metadata in a challenge',
    serve: (response, { origin }) =>
      response
        .writeHead(401, { 'WWW-Authenticate': `Bearer resource_metadata="${origin}${METADATA}"` })
        .end(),
  },
  {
    name: 'a resource of ours',
    serve: metadata(() => ({ resource: `${OURS}/mcp` })),
    request: get(METADATA),
  },
  {
    name: 'an issuer',
    serve: metadata(({ origin }) => ({ authorization_servers: [origin], issuer: origin })),
    request: get(METADATA),
  },
  {
    name: 'a resource that is rewritten',
    serve: metadata(({ origin }) => ({ resource: origin })),
    request: get(METADATA),
    settings: { rewriteUrls: true },
  },
  {
    name: 'a resource in an error',
    serve: metadata(({ origin }) => ({ resource: origin }), 404),
    request: get(METADATA),
  },
  {
    name: 'a resource in other metadata',
    serve: metadata(({ origin }) => ({ resource: origin })),
    request: get('/.well-known/oauth-authorization-server'),
  },
  {
    name: 'metadata that is none',
    serve: (response, { origin }) => response.end(`{"resource":"${origin}`),
    request: get(METADATA),
  },
  {
    name: 'metadata larger than any',
    serve: metadata(({ origin }) => ({ resource: origin, more: 'x'.repeat(100_000) })),
    request: get(METADATA),
  },
  {
    name: 'anything while nothing is observed',
    serve: stream(({ origin }) => origin),
    settings: { observe: false },
  },
  {
    name: 'a client that does not say under which name it came',
    serve: redirect(307, ({ origin }) => origin),
    request: 'GET /mcp HTTP/1.0\r\n\r\n',
    settings: { allowedHosts: ['*'] },
  },
];

describe('nothing is noticed of', () => {
  it.each(SILENT)('$name', async ({ serve, request = get('/mcp'), settings }) => {
    const rig = await start(serve, settings);
    const text = await ask(rig, request);
    expect(text).toMatch(/^HTTP\/1\.[01] \d/);
    if (rig.frames.length > 0) await rig.waitFor('end');
    expect(misdirections(rig)).toEqual([]);
    expect(rig.faults).toEqual([]);
  });

  it('metadata that breaks off', async () => {
    const rig = await start((response, { origin }) => {
      response.writeHead(200, { 'content-length': 1_000 });
      response.write(`{"resource":"${origin}"}`);
      setImmediate(() => response.destroy());
    });
    await ask(rig, get(METADATA));
    expect(misdirections(rig)).toEqual([]);
    expect(rig.faults).toEqual([]);
  });
});

describe('metadata under watch', () => {
  it('passes as it comes: its beginning is there before its end was sent', async () => {
    let finish = (): void => undefined;
    const rig = await start((response, { origin }) => {
      response.write(`{"resource":"${origin}",`);
      finish = () => response.end('"more":1}');
    });
    const client = await openClient(rig.proxy.port);
    client.send(get(METADATA));
    expect(await client.waitFor(/"resource":"[^"]+",/)).not.toContain('more');
    expect(misdirections(rig)).toEqual([]);
    finish();
    expect((await client.closed()).text).toContain('"more":1}');
    await rig.waitFor('misdirection');
  });

  it.each([
    ['whole', 1],
    ['broken off', 0],
  ])('gives its memory back when it came %s', async (how, noticed) => {
    const upstream = await listenOn(
      createServer((_request, response) => {
        response.write('{"resource":"http://tea.example/mcp"}');
        setImmediate(() => (how === 'whole' ? response.end() : response.destroy()));
      }),
    );
    closers.push(() => upstream.close());
    const budget = new ByteBudget(1_000_000);
    const frames: Frame[] = [];
    const faults: unknown[] = [];
    let held = 0;
    await new Promise<void>((resolve) => {
      requestOf(upstream.origin, (answer) => {
        const context = {
          sink: (frame: Frame) => void frames.push(frame),
          nowUs: () => 1,
          onFault: (_code: string, error: unknown) => void faults.push(error),
          budget,
        };
        const origins = { upstream: upstream.origin, client: OURS };
        answer.on('error', () => undefined).on('close', resolve);
        watchMetadata(
          context,
          { server: 'tea', path: METADATA, client: { address: '::1' }, origins },
          answer,
        );
        answer.on('data', () => (held = Math.max(held, budget.held)));
      });
    });
    // The watcher's own listener for the close comes after the one above.
    await new Promise((resolve) => setImmediate(resolve));
    expect(held).toBeGreaterThan(0);
    expect(budget.held).toBe(0);
    expect(frames).toHaveLength(noticed);
    expect(faults).toEqual([]);
  });
});

describe('a trusted proxy in front', () => {
  it.each([
    { trustedProxies: ['127.0.0.1'], noticed: 0 },
    { trustedProxies: [], noticed: 1 },
  ])('says under which name the client came: $noticed noticed', async ({ trustedProxies, noticed }) => {
    const rig = await start(
      stream(() => 'https://tea.example/message'),
      { trustedProxies },
    );
    await ask(
      rig,
      get('/mcp').replace(
        '\r\n\r\n',
        '\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: tea.example\r\n\r\n',
      ),
    );
    await rig.waitFor('end');
    expect(misdirections(rig)).toHaveLength(noticed);
  });
});

describe('judgeAddress', () => {
  const origins = { upstream: 'http://127.0.0.1:3000', client: 'http://localhost' };

  it.each([
    ['a default port spelled out', 'http://localhost:80/message'],
    ['another case', 'HTTP://LOCALHOST/message'],
    ['an address without a host', 'urn:tea'],
    ['no address', 'http://['],
    ['nothing', ''],
  ])('finds nothing in %s', (_name, address) => {
    for (const where of ['endpoint', 'location', 'resource'] as const) {
      expect(judgeAddress(where, address, origins)).toBeUndefined();
    }
  });

  it('keeps no more of an address than could be shown', () => {
    const found = judgeAddress('endpoint', `http://127.0.0.1:3000/${'x'.repeat(1_000_000)}`, origins);
    expect(found?.address.length).toBe(4_096);
  });
});
