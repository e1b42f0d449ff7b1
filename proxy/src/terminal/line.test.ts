import { describe, expect, it } from 'vitest';
import type { Attributes } from '../contract/index.ts';
import type { Event, PlainEvent, RequestEvent } from '../observation/event.ts';
import { layoutFor } from './layout.ts';
import { headingOf, type LineOptions, lineOf } from './line.ts';
import { widthOf } from './text.ts';

const WIDE: LineOptions = { layout: layoutFor(undefined, 1), color: false, show: 'all', zone: 'utc' };
const TIME_NS = '1763719728300123456';
const COMMON: Attributes = {
  'sightline.session.id': '7f3a00112233445566778c21',
  'sightline.client.name': 'claude-ai',
  'sightline.client.version': '1.4',
  'sightline.server.name': 'shop',
};

function request(attributes: Attributes = {}): RequestEvent {
  return {
    kind: 'sightline.request',
    timeNs: TIME_NS,
    bucket: '0',
    attributes: {
      ...COMMON,
      'mcp.method.name': 'tools/call',
      'gen_ai.tool.name': 'create_payment',
      'sightline.direction': 'client_to_server',
      'sightline.outcome': 'ok',
      'sightline.duration': 0.0423,
      'sightline.upstream.duration': 0.042,
      'sightline.proxy.duration': 0.0003,
      'http.response.status_code': 200,
      ...attributes,
    },
    server: { traceId: '', spanId: '', parentSampled: true, links: [], startUs: 0, endUs: 0, failed: false },
    clients: [],
    payloads: [],
    labels: { method: 'tools/call' },
  };
}

function plain(
  kind: PlainEvent['kind'],
  attributes: Attributes = {},
  more: Partial<PlainEvent> = {},
): PlainEvent {
  return {
    kind,
    timeNs: TIME_NS,
    bucket: '0',
    attributes: { ...COMMON, ...attributes },
    payloads: [],
    labels: { method: '' },
    ...more,
  };
}

/** An exchange in which nothing was measured. */
const remark = plain('sightline.exchange', {
  'http.request.method': 'GET',
  'url.path': '/sse',
  'sightline.outcome': 'ok',
  'sightline.error.message': 'rewrite-urls is off: clients refuse it',
});

const lineWide = (event: Event): string => lineOf(event, WIDE) ?? '';

describe('lineOf', () => {
  it('says everything about an ordinary call', () => {
    expect(lineWide(request())).toBe(
      '10:08:48.300  7f3a…c21  claude-ai 1.4             tools/call create_payment                42 ms +  0.3 ms =    42 ms  200   · ok',
    );
  });

  it('says whose doing a failure was, and why', () => {
    const line = lineWide(
      request({
        'sightline.outcome': 'tool_error',
        'sightline.outcome.origin': 'upstream',
        'sightline.error.message': 'rate limited',
      }),
    );
    expect(line).toMatch(/200 {3}✗ tool error by the server {2}rate limited$/);
  });

  const outcomes = [
    { outcome: 'rpc_error', origin: 'client', says: '✗ protocol error by the client' },
    { outcome: 'http_error', origin: 'proxy', says: '✗ HTTP error by the proxy' },
    { outcome: 'timeout', origin: 'upstream', says: '✗ timeout by the server' },
    { outcome: 'cancelled', origin: 'client', says: '– cancelled by the client' },
    { outcome: 'abandoned', origin: 'client', says: '– abandoned by the client' },
    { outcome: 'interrupted', origin: 'upstream', says: '✗ interrupted by the server' },
    { outcome: 'denied', origin: 'upstream', says: '! denied by the server' },
    { outcome: 'unanswered', origin: 'upstream', says: '✗ no answer by the server' },
  ] as const;
  it.each(outcomes)('$outcome has a word and a mark', ({ outcome, origin, says }) => {
    expect(lineWide(request({ 'sightline.outcome': outcome, 'sightline.outcome.origin': origin }))).toContain(
      says,
    );
  });

  it('tells what a recovery cost', () => {
    const line = lineWide(
      request({
        'sightline.attempt.number': 3,
        'sightline.attempt.result': 'recovered',
        'sightline.attempt.wasted': 12.9,
      }),
    );
    expect(line).toMatch(/· ok {2}attempt 3 {2}recovered, 12\.9 s lost$/);
  });

  it('shows who asks: the server', () => {
    const line = lineWide(
      request({ 'sightline.direction': 'server_to_client', 'mcp.method.name': 'roots/list' }),
    );
    expect(line).toContain('← roots/list');
  });

  it('tells apart time at work and time between rounds', () => {
    const line = lineWide(
      request({
        'sightline.round.number': 2,
        'sightline.operation.duration': 65,
        'sightline.operation.waiting': 60.1,
      }),
    );
    expect(line).toContain('round 2  1 m 05 s in all, 1 m 00 s of it between rounds');
  });

  it('a refused probe is no error to look at', () => {
    const event = request({ 'sightline.outcome': 'rpc_error', 'sightline.probe': true });
    expect(lineWide(event)).toContain('a client finding out the era');
    expect(lineOf(event, { ...WIDE, color: true })).not.toContain('\u001b[31m');
    expect(lineOf(event, { ...WIDE, show: 'problems' })).toBeUndefined();
  });

  it('a dash stands where nothing is known', () => {
    const { 'sightline.session.id': _, ...rest } = request().attributes;
    const line = lineWide({ ...request(), attributes: { ...rest, 'sightline.client.name': '' } });
    expect(line).toMatch(/^10:08:48\.300 {2}– /);
  });

  const others: readonly { event: Event; says: string }[] = [
    {
      event: plain('sightline.request.waiting', { 'mcp.method.name': 'tools/call', 'sightline.duration': 2 }),
      says: '… still waiting for an answer after 2.00 s',
    },
    {
      event: plain('sightline.session.started', {
        'sightline.session.source': 'protocol',
        'sightline.session.confidence': 'certain',
        'mcp.session.id': 'abc-123',
        'mcp.protocol.version': '2025-11-25',
      }),
      says: '┌ session started  shop · 2025-11-25 · by its protocol session id abc-123 · certain',
    },
    {
      event: plain(
        'sightline.session.ended',
        { 'sightline.session.end_reason': 'deleted' },
        { sessionDuration: 16 },
      ),
      says: '└ session ended  by the client · 16.0 s',
    },
    {
      event: plain('sightline.notification', { 'mcp.method.name': 'notifications/progress' }),
      says: '│ notifications/progress',
    },
    {
      event: plain('sightline.server_log', {
        'sightline.log.level': 'warning',
        'sightline.log.logger': 'db',
        'sightline.log.message': 'slow query',
      }),
      says: '│ warning db: slow query',
    },
    {
      event: plain('sightline.retry.gave_up', {
        'gen_ai.tool.name': 'pay',
        'sightline.attempt.number': 3,
        'sightline.attempt.wasted': 4.2,
      }),
      says: '✗ gave up after 3 attempts, 4.20 s lost',
    },
    {
      event: {
        kind: 'sightline.loss',
        timeNs: TIME_NS,
        bucket: '0',
        attributes: {
          'sightline.loss.stage': 'queue',
          'sightline.loss.reason': 'full',
          'sightline.loss.count': 12,
        },
      },
      says: '! 12 lost at queue: full',
    },
    {
      event: remark,
      says: 'GET /sse                              ! rewrite-urls is off: clients refuse it',
    },
  ];
  it.each(others)('$event.kind', ({ event, says }) => expect(lineWide(event)).toContain(says));

  it('has no line for what is no event of a reader', () => {
    const base = { timeNs: TIME_NS, bucket: '0', attributes: {} };
    expect(lineOf({ kind: 'sightline.session', ...base }, WIDE)).toBeUndefined();
    expect(lineOf({ kind: 'traffic', attributes: {}, receivedBytes: 0, sentBytes: 0 }, WIDE)).toBeUndefined();
  });
});

describe('which events are shown', () => {
  const failed = request({ 'sightline.outcome': 'tool_error' });
  const recovered = request({ 'sightline.attempt.result': 'recovered' });
  const muted = plain('sightline.notification');
  const sheet = [
    { show: 'all', shown: [request(), failed, recovered, muted, remark] },
    { show: 'requests', shown: [request(), failed, recovered, remark] },
    { show: 'problems', shown: [failed, recovered, remark] },
    { show: 'none', shown: [] },
  ] as const;
  it.each(sheet)('$show', ({ show, shown }) => {
    const all: readonly Event[] = [request(), failed, recovered, muted, remark];
    expect(all.filter((event) => lineOf(event, { ...WIDE, show }) !== undefined)).toHaveLength(shown.length);
  });
});

describe('hostile texts', () => {
  const trick = '\u001b]0;owned\u0007\u001b[2J\r\n\u009b31m\u202e\u200b';
  it('no character of a peer does anything on the terminal', () => {
    const attributes: Attributes = {
      'gen_ai.tool.name': `pay${trick}`,
      'sightline.client.name': trick,
      'sightline.error.message': `a${trick}b`,
      'sightline.session.id': `${trick}x`,
    };
    for (const event of [
      request(attributes),
      plain('sightline.server_log', { 'sightline.log.message': trick }),
    ]) {
      expect(lineWide(event)).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
    }
  });
});

describe('width', () => {
  const long = request({
    'gen_ai.tool.name': 'a_tool_with_a_name_that_never_ends_and_goes_on',
    'sightline.error.message': '支払いに失敗しました '.repeat(20),
    'sightline.outcome': 'tool_error',
  });
  it.each([40, 80, 90, 118, 150, 200])('a line never passes %i columns', (width) => {
    for (const color of [false, true]) {
      const line = lineOf(long, { ...WIDE, color, layout: layoutFor(width, 2) }) ?? '';
      const bare = line.replaceAll(/\p{Cc}\[\d*m/gu, '');
      expect(widthOf(bare)).toBeLessThanOrEqual(width);
      // A code that is opened is closed.
      expect((line.match(/\p{Cc}\[\d+m/gu) ?? []).length % 2).toBe(0);
    }
  });

  it.each([undefined, 100, 120, 160])('the heading stands over its columns at %s', (width) => {
    const options = { ...WIDE, layout: layoutFor(width, 1) };
    const line = lineOf(request({ 'http.response.status_code': 200 }), options) ?? '';
    expect(line.indexOf('200')).toBe(headingOf(options).indexOf('HTTP'));
    expect(line.indexOf('tools/call')).toBe(headingOf(options).indexOf('method'));
  });
});

it('the outcome has room on every usual terminal', () => {
  for (const width of [80, 100, 120, 140, 160]) {
    const options = { ...WIDE, layout: layoutFor(width, 1) };
    const failed = request({ 'sightline.outcome': 'tool_error', 'sightline.outcome.origin': 'upstream' });
    expect(lineOf(failed, options)).toContain('✗ tool error by');
  }
});

describe('colour', () => {
  it('is never there unless asked for', () => expect(lineWide(request())).not.toContain('\u001b'));
  it('lets the eye land on the one red thing', () => {
    const red = (event: Event) => lineOf(event, { ...WIDE, color: true })?.includes('\u001b[31m');
    expect(red(request())).toBe(false);
    expect(red(request({ 'sightline.outcome': 'tool_error' }))).toBe(true);
  });
});
