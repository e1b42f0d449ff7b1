/** The page's server over real HTTP and a real archive: what it answers, and whom it does not. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventDetail, EventPage, Page, Problem, SessionItem, Totals } from '../contract/index.ts';
import { ArchiveFault } from '../observation/archive.ts';
import { IMPLEMENTATIONS, START } from '../store/testing/archives.ts';
import { aSummary } from '../testing/events.ts';
import { PATHS } from './paths.ts';
import { NOW_MS, Rig } from './testing/rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.start();
});
afterAll(async () => {
  await rig.close();
  // Whatever was asked below, nothing of it was a fault of ours.
  expect(rig.faults).toEqual([]);
});

const toolsOf = (page: EventPage) => page.items.map(({ genAiToolName }) => genAiToolName);

it('goes on after a session whose client has the longest of names', async () => {
  const attributes = { 'sightline.client.name': '\u0001漢'.repeat(256) };
  const rig = await Rig.start({ events: [aSummary('a', { attributes }), aSummary('b', { attributes })] });
  const list = '/api/v1/sessions?sort=client&from=0&limit=1';
  const { next } = await rig.json<Page<SessionItem>>(list);
  const rest = await rig.json<Page<SessionItem>>(`${list}&cursor=${next}`);
  expect(rest.items.map(({ sessionId }) => sessionId)).toEqual(['b']);
  await rig.close();
});

describe.each(IMPLEMENTATIONS)('reading from $name', (implementation) => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.start({ implementation });
  });
  afterAll(async () => {
    await rig.close();
    expect(rig.faults).toEqual([]);
  });

  it('the event log, newest first, in pages', async () => {
    const first = await rig.json<EventPage>('/api/v1/events?type=sightline.request&limit=4');
    expect(toolsOf(first)).toEqual(['brew', 'list', 'list', undefined]);
    const second = await rig.json<EventPage>(
      `/api/v1/events?type=sightline.request&limit=5&cursor=${encodeURIComponent(String(first.next))}`,
    );
    expect(toolsOf(second)).toEqual(['=HYPERLINK("x")', 'pour', 'pour', 'brew', undefined]);
    expect(second.next).toBeNull();
  });

  const filters = [
    { query: 'tool=pour&outcome=error', tools: ['pour'] },
    { query: 'tool=pour&tool=list&outcome=ok', tools: ['list', 'pour'] },
    { query: 'server=files&type=sightline.request', tools: ['list', 'list'] },
    { query: 'session=sess-files&httpStatus=503', tools: ['list'] },
    { query: 'q=HYPER', tools: ['=HYPERLINK("x")'] },
    { query: `from=${START + 150}&to=${START + 250}`, tools: ['pour'] },
    { query: 'from=2026-11-20T10:00:00.750Z&to=now', tools: ['brew'] },
    { query: 'from=now-59800ms&to=now-59750ms', tools: ['pour'] },
    { query: 'order=oldest&method=tools/call&limit=1', tools: ['brew'] },
    { query: "q=' OR 1=1 --", tools: [] },
  ];
  it.each(filters)('events where $query', async ({ query, tools }) => {
    expect(toolsOf(await rig.json<EventPage>(`/api/v1/events?${query.replaceAll(' ', '+')}`))).toEqual(tools);
  });

  it('one event with what was sent and what came back', async () => {
    const { items } = await rig.json<EventPage>('/api/v1/events?outcome=tool_error');
    const event = await rig.json<EventDetail>(`/api/v1/events/${items[0]?.eventId}`);
    expect(event).toMatchObject({ genAiToolName: 'pour', errorMessage: 'too hot', serverName: 'shop' });
    expect(event.payloads.map(({ part, text }) => [part, text?.includes('too hot')])).toEqual([
      ['request', false],
      ['response', true],
    ]);
  });

  it('sessions, one of them, and its events in order', async () => {
    const { items } = await rig.json<Page<SessionItem>>('/api/v1/sessions?sort=-calls');
    expect(items.map(({ serverName, sessionCalls }) => [serverName, sessionCalls])).toEqual([
      ['shop', 7],
      ['files', 2],
    ]);
    const id = items[1]?.sessionId;
    expect(await rig.json<SessionItem>(`/api/v1/sessions/${id}`)).toEqual(items[1]);
    const events = await rig.json<Page<{ startTime: number }>>(`/api/v1/sessions/${id}/events`);
    const starts = events.items.map(({ startTime }) => startTime);
    expect(starts.length).toBeGreaterThanOrEqual(3);
    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
  });

  it('totals of the last hour unless a range is given, and of the period before', async () => {
    const totals = await rig.json<Totals>('/api/v1/totals');
    expect(totals.current).toMatchObject({ from: NOW_MS - 3_600_000, to: NOW_MS, calls: 9, errors: 4 });
    expect(totals.previous).toMatchObject({ to: NOW_MS - 3_600_000, calls: 0 });
  });

  it('a series in steps that add up to the totals', async () => {
    const { points } = await rig.json<{ points: { calls: number }[] }>('/api/v1/series?from=now-10m&step=1m');
    expect(points.reduce((sum, { calls }) => sum + calls, 0)).toBe(9);
  });

  it('facets with counts', async () => {
    const { servers, tools } = await rig.json<{ servers: object[]; tools: { value: string }[] }>(
      '/api/v1/facets?server=files',
    );
    expect(servers).toContainEqual({ value: 'files', count: 3, errors: 1 });
    expect(tools.map(({ value }) => value)).toEqual(['list']);
  });

  it('version and place', async () => {
    expect(await rig.json('/api/v1/about')).toMatchObject({ version: '1.2.3', archive: { state: 'ok' } });
  });

  it('HEAD has the head of GET and no body', async () => {
    const head = await rig.get('/api/v1/events', {}, 'HEAD');
    const get = await rig.get('/api/v1/events');
    expect(head).toMatchObject({ status: 200, body: '' });
    expect(head.headers['content-length']).toBe(get.headers['content-length']);
  });

  it('nothing is kept by anyone on the way', async () => {
    expect((await rig.get('/api/v1/events')).headers['cache-control']).toBe('no-store');
  });

  it.each(['br', 'gzip'])('long answers are coded with %s where that is taken', async (coding) => {
    const answer = await rig.ask('/api/v1/events', { 'accept-encoding': coding });
    expect(answer.headers['content-encoding']).toBe(coding);
    const bytes = await buffer(answer);
    const plain = coding === 'br' ? brotliDecompressSync(bytes) : gunzipSync(bytes);
    expect(plain.toString()).toBe((await rig.get('/api/v1/events')).body);
    expect((await rig.get('/healthz', { 'accept-encoding': coding })).body).toBe('{"status":"ok"}');
    const refused = await rig.get('/api/v1/events', { 'accept-encoding': `${coding};q=0` });
    expect(refused.headers['content-encoding']).toBeUndefined();
  });
});

describe('problems', () => {
  const sheet = [
    { target: '/api/v1/events?limit=x', status: 400, says: { parameter: 'limit' } },
    { target: '/api/v1/events?__proto__=x', status: 400, says: { parameter: '__proto__' } },
    { target: '/api/v1/events?q=%ff', status: 400, says: { parameter: 'q' } },
    { target: '/api/v1/events?q=%00', status: 400, says: { parameter: 'q' } },
    { target: '/api/v1/events?cursor=bm90', status: 400, says: { parameter: 'cursor' } },
    { target: '/api/v1/sessions?cursor=W10', status: 400, says: { parameter: 'cursor' } },
    { target: '/api/v1/totals?from=now&to=now-1h', status: 400, says: { parameter: 'from' } },
    { target: '/api/v1/series?from=0&step=1s', status: 400, says: { parameter: 'step' } },
    { target: '/api/v1/export?format=xml', status: 400, says: { parameter: 'format' } },
    { target: '/api/v1/live?from=now', status: 400, says: { parameter: 'from' } },
    { target: '/api/v1/events/nothing', status: 404, says: { type: 'urn:sightline:problem:not-found' } },
    { target: '/api/v1/events/%22%0d%0aX:1', status: 404, says: {} },
    { target: '/api/v1/sessions/none', status: 404, says: {} },
    { target: '/api/v1/sessions/none/events', status: 404, says: {} },
    { target: '/api/v1/nothing', status: 404, says: {} },
    { target: '/api/v2/events', status: 404, says: {} },
    { target: '/../../etc/passwd', status: 404, says: {} },
    { target: '/%2e%2e/%2e%2e/etc/passwd', status: 404, says: {} },
    { target: '/index.html', status: 404, says: {} },
  ];
  it.each(sheet)('$target is $status', async ({ target, status, says }) => {
    const { headers, body, ...rest } = await rig.get(target);
    expect(rest.status).toBe(status);
    expect(headers['content-type']).toBe('application/problem+json');
    expect(JSON.parse(body)).toMatchObject({ status, title: expect.any(String), ...says });
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('%s is refused with what is allowed', async (method) => {
    const { status, headers } = await rig.get('/api/v1/events', {}, method);
    expect(status).toBe(405);
    expect(headers.allow).toBe('GET, HEAD');
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  it('a question longer than any', async () => {
    const answer = await rig.send(
      `GET /api/v1/events?q=${'x'.repeat(100_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 431 .*"urn:sightline:problem:head-size"/s);
    expect((await rig.get('/healthz')).status).toBe(200);
  });

  it.each(['nonsense\r\n\r\n', '\0\0\0', 'GET / HTTP/1.1\r\n: x\r\n\r\n'])(
    'bytes that are no HTTP',
    async (bytes) => {
      expect(await rig.send(bytes)).toMatch(/^HTTP\/1\.1 400 .*"urn:sightline:problem:malformed"/s);
    },
  );

  it('an archive that is off is said with its reason, but health, page and metrics answer', async () => {
    const off = { state: 'off', reason: 'there is no space', advice: 'free some' } as const;
    const without = await Rig.start({ deps: { archive: () => off } });
    for (const name of ['sessions', 'events', 'facets', 'totals', 'series', 'live', 'export'] as const) {
      const { status, headers, body } = await without.get(PATHS[name].path);
      expect(status, name).toBe(503);
      expect(headers['retry-after'], name).toBe('5');
      expect((JSON.parse(body) as Problem).detail, name).toBe('There is no space; free some');
    }
    for (const target of ['/healthz', '/readyz', '/metrics', '/', '/api/v1/about']) {
      expect((await without.get(target)).status, target).toBe(200);
    }
    await without.close();
  });

  it('an archive that fails while it is read is 503, a fault of ours 500, told once to the terminal', async () => {
    const failing = await Rig.start();
    failing.reader.events = () => {
      throw new ArchiveFault('damaged', 'the file is no database');
    };
    failing.reader.facets = () => {
      throw new TypeError('x is undefined');
    };
    for (const target of ['/api/v1/events', '/api/v1/export']) {
      expect(await failing.get(target)).toMatchObject({
        status: 503,
        body: expect.stringContaining('The file is no database'),
      });
    }
    const fault = await failing.get('/api/v1/facets');
    expect(fault.status).toBe(500);
    expect(fault.body).not.toContain('undefined');
    expect(failing.faults).toEqual(['page_request: TypeError: x is undefined']);
    await failing.close();
  });
});

describe('health', () => {
  it('readiness says what is not', async () => {
    const waiting = await Rig.start({ deps: { unready: () => ({ archive: 'it is being opened' }) } });
    const { status, body } = await waiting.get('/readyz');
    expect(status).toBe(503);
    expect(JSON.parse(body)).toEqual({ status: 'not ready', unready: { archive: 'it is being opened' } });
    await waiting.close();
    expect(JSON.parse((await rig.get('/readyz')).body)).toEqual({ status: 'ready', unready: {} });
  });

  it('metrics that cannot be had are a problem, not a silence', async () => {
    const without = await Rig.start({
      deps: { metrics: () => Promise.reject(new Error('Nobody measures')) },
    });
    expect(await without.get('/metrics')).toMatchObject({
      status: 503,
      body: expect.stringContaining('Nobody measures'),
    });
    await without.close();
    expect((await rig.get('/metrics')).headers['content-type']).toContain('version=0.0.4');
  });
});

describe('the built page', () => {
  const withPage = async () => {
    const built = await Rig.start();
    const page = path.join(built.directory, 'page');
    mkdirSync(path.join(page, 'assets'), { recursive: true });
    writeFileSync(path.join(page, 'index.html'), '<!doctype html><title>built</title>');
    writeFileSync(path.join(page, 'assets', 'main-Bx3k_9aZ.js'), `console.log(${'1+'.repeat(4_000)}1)`);
    writeFileSync(path.join(page, '.env'), 'SECRET=1');
    return built;
  };

  it('is served once it is there; until then a plain page says how to build it', async () => {
    const built = await Rig.start();
    expect((await built.get('/')).body).toContain('npm run build');
    await built.close();
    const later = await withPage();
    expect((await later.get('/')).body).toContain('built');
    await later.close();
  });

  it('files with a hash are kept for ever, the page is asked for again', async () => {
    const built = await withPage();
    const page = await built.get('/');
    expect(page.headers['cache-control']).toBe('no-cache');
    const again = await built.get('/', { 'if-none-match': String(page.headers.etag) });
    expect(again).toMatchObject({ status: 304, body: '' });
    const script = await built.get('/assets/main-Bx3k_9aZ.js', { 'accept-encoding': 'br' });
    expect(script.headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-type': 'text/javascript; charset=utf-8',
      'content-encoding': 'br',
    });
    await built.close();
  });

  it.each([
    '/.env',
    '/assets/../../archive.sqlite',
    '/..%2farchive.sqlite',
    '/assets/..\\..\\archive.sqlite',
    '//archive.sqlite',
    '/assets/',
    '/archive.sqlite',
  ])('%s leads nowhere', async (target) => {
    const built = await withPage();
    expect((await built.get(target)).status).toBe(404);
    await built.close();
  });
});
