/**
 * Thousands of frames that look right one by one, in an order nobody planned. Seeded: a failure names its seed and can
 * be repeated.
 */
import { describe, expect, it } from 'vitest';
import {
  aCut,
  anEnd,
  anEvent,
  aProxyAnswer,
  aRequest,
  aResponse,
  aShutdown,
  aStream,
  aTick,
  failure,
  type RequestBuilder,
  type RequestId,
  result,
} from '../testing/frames.ts';
import { brokenPromises, Watch } from '../testing/watch.ts';
import type { EndHow, Frame } from './frame.ts';

type Random = <T>(choices: readonly T[]) => T;

function randomFrom(seed: number): Random {
  let state = (seed * 2_654_435_761) >>> 0;
  return (choices) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const choice = choices[Math.floor((state / 2 ** 32) * choices.length)];
    if (choice === undefined) throw new Error('nothing to choose from');
    return choice;
  };
}

const IDS: readonly RequestId[] = [0, 1, 2, '1', '', 'a', 1.5];
const SESSIONS = ['s1', 's2', '', 'address:/message'];
const TOOLS = ['brew', 'stir', '__proto__', ''];
const METHODS = [
  'ping',
  'tools/list',
  'server/discover',
  'subscriptions/listen',
  'tasks/get',
  'tasks/result',
  'resources/read',
  'vendor/x',
];
const NOTIFICATIONS = [
  'notifications/initialized',
  'notifications/cancelled',
  'notifications/progress',
  'notifications/message',
  'notifications/tasks',
  'notifications/tasks/status',
  'notifications/tools/list_changed',
];
const RESULTS: readonly unknown[] = [
  {},
  null,
  [],
  { isError: true, content: [{ type: 'text', text: 'no' }] },
  { resultType: 'input_required', requestState: 'st', inputRequests: { a: { method: 'roots/list' } } },
  { resultType: 'input_required' },
  { task: { taskId: 't1', status: 'working' } },
  { resultType: 'task', taskId: 't2', status: 'working' },
  { taskId: 't1', status: 'completed' },
  { taskId: 't2', status: 'failed', error: { code: -32603, message: 'no' } },
  { taskId: 't2', status: 'cancelled' },
  { tools: [{ name: 'brew' }], nextCursor: 'p' },
  { tools: [{ name: 'brew' }] },
  { protocolVersion: '2025-11-25', serverInfo: { name: 'x' } },
];
const CODES = [-32700, -32601, -32603, -32042, -32000, 7];
const STATUSES = [200, 200, 200, 200, 202, 307, 400, 401, 404, 405, 408, 429, 500, 504];
const ENDS: readonly EndHow[] = ['complete', 'complete', 'complete', 'client_gone', 'upstream_broke'];
const TRACES = ['4', '5', '6'].map((digit) => `00-${digit.repeat(32)}-${digit.repeat(16)}-01`);
const HOSTILE = [
  '\ud800',
  '\u0000',
  '\ud83d',
  'a\nb',
  '"\\',
  '__proto__',
  'constructor',
  '﷽'.repeat(300),
  '{"token":',
  '\u202e',
];

interface Traffic {
  readonly frames: Frame[];
  /** Requests in frames that the fold must have opened, by direction. */
  clientRequests: number;
  serverRequests: number;
}

/** @param hostile Also cuts, repeated exchange numbers, frames out of order, text that is no JSON, odd characters. */
function makeTraffic(seed: number, length: number, hostile: boolean): Traffic {
  const pick = randomFrom(seed);
  const traffic: Traffic = { frames: [], clientRequests: 0, serverRequests: 0 };
  const live = new Map<number, { answered: boolean; stream: boolean }>();
  let ms = 0;
  let exchanges = 0;
  const text = (plain: readonly string[]) => pick(hostile ? [...plain, ...HOSTILE] : plain);
  const params = () =>
    pick<() => Record<string, unknown>>([
      () => ({}),
      () => ({ name: text(TOOLS), arguments: { x: pick([1, 2]) } }),
      () => ({ requestId: pick(IDS), reason: text(['changed my mind']) }),
      () => ({ taskId: pick(['t1', 't2']), status: pick(['working', 'completed', 'failed']) }),
      () => ({ name: 'brew', requestState: 'st', inputResponses: { a: {} } }),
      () => ({ uri: text(['file:///x']), level: 'info', data: text(['d']), cursor: 'p' }),
    ])();

  const requestOf = (): RequestBuilder => {
    const number = hostile ? pick([exchanges++, exchanges++, Math.max(0, exchanges - 3)]) : exchanges++;
    const request = aRequest(number)
      .at(ms)
      .server(pick(['shop', 'shop', 'files']))
      .from(pick(['127.0.0.1', '10.0.0.1']));
    if (pick([true, false])) request.inSession(text(SESSIONS));
    if (pick([true, false, false])) request.modern({ name: text(['teapot']) });
    if (pick([true, false, false])) request.header('traceparent', pick(TRACES));
    if (pick([true, false, false, false])) request.meta({ sessionID: text(['hint']) });
    if (pick([true, false, false, false, false, false])) request.refused();
    pick<() => void>([
      () => count(request.toolCall(text(TOOLS), { x: pick([1, 2]) }, pick(IDS)), 1),
      () => count(request.toolCall('brew', {}, pick(IDS)), 1),
      () => count(request.call(text(METHODS), params(), pick(IDS)), 1),
      () => count(request.initialize(text(['kettle']), '1', pick(IDS)), 1),
      () => request.notify(text(NOTIFICATIONS), params()),
      () => request.answer(pick(IDS), pick(RESULTS)),
      () => request.method('GET').header('last-event-id', 'e'),
      () => request.method('GET').to('/sse'),
      () => request.method('DELETE'),
      () => request.to('/message', 'sessionId=s1').call('ping', {}, pick(IDS)) && count(request, 1),
      () =>
        count(
          request.body([
            { id: pick(IDS), method: 'ping' },
            { id: pick(IDS), method: 'initialize' },
            { method: 'x' },
          ]),
          2,
        ),
      () => request.body(hostile ? text(['{', '[]', '"x"', '']) : '{'),
    ])();
    return request;
  };
  const count = (_request: RequestBuilder, requests: number) => {
    traffic.clientRequests += requests;
  };
  const answer = () =>
    pick<() => unknown>([
      () => result(pick(IDS), pick(RESULTS)),
      () => result(pick(IDS), pick(RESULTS)),
      () => failure(pick([...IDS, null]), pick(CODES), text(['no'])),
      () => [result(pick(IDS)), result(pick(IDS))],
      () => ({ jsonrpc: '2.0', method: text(NOTIFICATIONS), params: params() }),
      () => text(['<h1>', '']),
    ])();

  for (let step = 0; step < length; step++) {
    ms += pick([0, 0, 1, 5, 100]);
    const number = live.size > 0 ? pick([...live.keys()]) : -1;
    const exchange = live.get(number);
    pick<() => void>([
      () => {
        const frame = requestOf().build();
        live.set(frame.exchange, { answered: false, stream: false });
        traffic.frames.push(frame);
      },
      () => {
        if (!exchange || (exchange.answered && !hostile)) return;
        exchange.answered = true;
        exchange.stream = pick([true, false]);
        traffic.frames.push(
          pick([
            exchange.stream ? aStream(number, ms) : aResponse(number, ms, pick(STATUSES)),
            exchange.stream
              ? aStream(number, ms, { 'mcp-session-id': 's2' })
              : aResponse(number, ms, pick(STATUSES)),
            exchange.stream
              ? aStream(number, ms)
              : aProxyAnswer(number, ms, 502, pick(['unreachable', 'timeout', 'interrupted', 'guard'])),
          ]),
        );
      },
      () => {
        if (!exchange || (!exchange.stream && !hostile)) return;
        const asks = {
          jsonrpc: '2.0',
          id: pick(IDS),
          method: pick(['ping', 'roots/list', 'sampling/createMessage']),
        };
        const isRequest = pick([true, false, false]);
        if (isRequest) traffic.serverRequests += 1;
        const fields = pick([{}, {}, { id: 'e' }]);
        traffic.frames.push(anEvent(number, ms, isRequest ? asks : answer(), fields));
      },
      () => {
        if (!exchange?.stream) return;
        traffic.frames.push(
          pick([
            anEvent(number, ms, '/message?sessionId=s1', { event: 'endpoint' }),
            anEvent(number, ms, undefined, { id: 'e' }),
          ]),
        );
      },
      () => {
        if (!exchange) return;
        live.delete(number);
        const body = exchange.stream || !exchange.answered ? undefined : answer();
        traffic.frames.push(anEnd(number, ms, pick(ENDS), body));
      },
      () => {
        ms += pick([500, 500, 500, 70_000, 301_000, 1_900_000]);
        traffic.frames.push(aTick(ms));
      },
      () => {
        if (!hostile) return;
        traffic.frames.push(
          pick<Frame>([
            aCut(Math.max(0, number), ms),
            aTick(0),
            anEnd(pick([0, 1, exchanges]), 0, 'complete', answer()),
            aResponse(pick([0, 1, exchanges]), ms),
            anEvent(Math.max(0, number), 0, answer(), { event: pick(['endpoint', 'message']) }),
            { kind: 'loss', atUs: 0, stage: 'tap', reason: 'budget', count: 1 },
          ]),
        );
      },
    ])();
  }
  traffic.frames.push(aShutdown(ms));
  return traffic;
}

const SEEDS = Array.from({ length: 12 }, (_, index) => index + 1);

describe.each(SEEDS)('traffic of seed %i', { timeout: 60_000 }, (seed) => {
  const { frames, clientRequests, serverRequests } = makeTraffic(seed, 3_000, false);
  const watch = new Watch().take(...frames);

  it('ends each request in exactly one record, at the latest at shutdown', () => {
    const ended = (direction: string) =>
      watch.requests().filter(({ attributes }) => attributes['sightline.direction'] === direction).length;
    expect(ended('client_to_server')).toBe(clientRequests);
    expect(ended('server_to_client')).toBe(serverRequests);
    expect(clientRequests).toBeGreaterThan(100);
    expect(serverRequests).toBeGreaterThan(10);
  });

  it('leaves nothing open', () => {
    const { requestsActive, sessionsActive, requestsWaiting } = watch.observer.census();
    expect([...requestsActive.values(), ...sessionsActive.values(), requestsWaiting.length]).toEqual([
      0, 0, 0, 0, 0,
    ]);
  });

  it('keeps the promises of every record', () => expect(brokenPromises(watch.events)).toEqual([]));

  it('tells each session’s start before anything else of it, and its end last', () => {
    const open = new Set<string>();
    for (const { attributes, kind } of watch.recorded()) {
      const id = attributes['sightline.session.id'];
      if (id === undefined || kind === 'sightline.session') continue;
      if (kind === 'sightline.session.started') {
        expect(open.has(id)).toBe(false);
        open.add(id);
      } else if (kind === 'sightline.session.ended') expect(open.delete(id)).toBe(true);
    }
    expect(open.size).toBe(0);
  });

  it('gives the same events when it is replayed', () => {
    expect(new Watch().take(...structuredClone(frames)).events).toEqual(watch.events);
  });
});

describe.each(SEEDS)('hostile traffic of seed %i', { timeout: 60_000 }, (seed) => {
  const { frames, clientRequests } = makeTraffic(1000 + seed, 3_000, true);

  it('neither throws, nor breaks a promise, nor leaves anything open, at any setting', () => {
    for (const settings of [
      {},
      { payloadMode: 'off' as const, hashSessionIds: true },
      { traceParent: 'link' as const, payloadBytesMax: 10 },
    ]) {
      const watch = new Watch(settings).take(...frames);
      expect(brokenPromises(watch.events)).toEqual([]);
      expect(watch.requests().length).toBeGreaterThan(100);
      const byClient = watch
        .requests()
        .filter(({ attributes }) => attributes['sightline.direction'] === 'client_to_server');
      expect(byClient.length).toBeLessThanOrEqual(clientRequests);
      expect([...watch.observer.census().requestsActive.values()]).toEqual([0, 0]);
      expect(new Watch(settings).take(...frames).events).toEqual(watch.events);
    }
  });
});
