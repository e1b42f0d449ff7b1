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
  micros,
  result,
} from '../testing/frames.ts';
import { brokenPromises, Watch } from '../testing/watch.ts';

describe('a request that is not answered ends by what became of its exchange', () => {
  const modern = () => aRequest(1).toolCall('brew').modern().build();
  const legacy = () => aRequest(1).toolCall('brew').inSession('s').build();
  const listen = () => aRequest(1).call('subscriptions/listen').modern().build();
  const sheet = [
    {
      cell: 'legacy, the client goes away',
      frames: [legacy(), aStream(1, 1), anEnd(1, 2, 'client_gone')],
      says: 'tools/call abandoned client',
    },
    {
      cell: 'legacy, the client goes away before the head',
      frames: [legacy(), anEnd(1, 2, 'client_gone')],
      says: 'tools/call abandoned client',
    },
    {
      cell: 'modern, the client goes away',
      frames: [modern(), aStream(1, 1), anEnd(1, 2, 'client_gone')],
      says: 'tools/call cancelled client',
    },
    {
      cell: 'the upstream breaks off',
      frames: [modern(), aStream(1, 1), anEnd(1, 2, 'upstream_broke')],
      says: 'tools/call interrupted upstream',
    },
    {
      cell: 'the stream ends in order',
      frames: [modern(), aStream(1, 1), anEnd(1, 2)],
      says: 'tools/call unanswered upstream',
    },
    {
      cell: 'an empty 200',
      frames: [legacy(), aResponse(1, 1), anEnd(1, 2, 'complete', '')],
      says: 'tools/call unanswered upstream',
    },
    {
      cell: 'an event id passed, but the revision knows no resumption',
      frames: [modern(), aStream(1, 1), anEvent(1, 1, undefined, { id: 'e' }), anEnd(1, 2, 'upstream_broke')],
      says: 'tools/call interrupted upstream',
    },
    {
      cell: 'the proxy is stopped',
      frames: [legacy(), aStream(1, 1), anEnd(1, 2, 'shutdown')],
      says: 'tools/call unanswered upstream',
    },
    {
      cell: 'listening ended by the client',
      frames: [listen(), aStream(1, 1), anEnd(1, 2, 'client_gone')],
      says: 'subscriptions/listen ok',
    },
    {
      cell: 'listening ended by the server',
      frames: [listen(), aStream(1, 1), anEnd(1, 2)],
      says: 'subscriptions/listen ok',
    },
    {
      cell: 'refused by the guard',
      frames: [
        aRequest(1).toolCall('brew').refused().build(),
        aProxyAnswer(1, 1, 403, 'guard'),
        anEnd(1, 2, 'complete', failure(null, -32000)),
      ],
      says: 'tools/call denied proxy',
    },
    {
      cell: 'unreachable',
      frames: [
        legacy(),
        aProxyAnswer(1, 1, 502, 'unreachable'),
        anEnd(1, 2, 'complete', failure(null, -32603)),
      ],
      says: 'tools/call http_error proxy',
    },
    {
      cell: 'request-timeout',
      frames: [legacy(), aProxyAnswer(1, 1, 504, 'timeout'), anEnd(1, 2)],
      says: 'tools/call timeout proxy',
    },
    {
      cell: 'the client goes away from the proxy’s own answer',
      frames: [legacy(), aProxyAnswer(1, 1, 502, 'interrupted'), anEnd(1, 2, 'client_gone')],
      says: 'tools/call interrupted upstream',
    },
    {
      cell: '404 page',
      frames: [legacy(), aResponse(1, 1, 404), anEnd(1, 2, 'complete', '<h1>no</h1>')],
      says: 'tools/call http_error client',
    },
    {
      cell: 'error with id null',
      frames: [legacy(), aResponse(1, 1, 400), anEnd(1, 2, 'complete', failure(null, -32700))],
      says: 'tools/call rpc_error client',
    },
    {
      cell: 'an answer to another id',
      frames: [legacy(), aResponse(1, 1), anEnd(1, 2, 'complete', result('1'))],
      says: 'tools/call unanswered upstream',
    },
  ];
  it.each(sheet)('$cell: $says', ({ frames, says }) => {
    const watch = new Watch().take(...frames);
    expect(watch.outcomes()).toEqual([says]);
    expect(watch.observer.census().requestsActive.get('shop')).toBe(0);
    watch.take(aShutdown(10));
    expect(watch.outcomes()).toEqual([says]);
    expect(brokenPromises(watch.events)).toEqual([]);
  });
});

describe('frames in an order that no transport should give', () => {
  const call = (exchange: number, id: string | number = 1) =>
    aRequest(exchange).toolCall('brew', {}, id).inSession('s');

  it('an answer before its request means nothing', () => {
    const watch = new Watch().take(
      aResponse(1, 0),
      anEvent(1, 0, result(1)),
      anEnd(1, 0, 'complete', result(1)),
    );
    expect(watch.events).toEqual([]);
    watch.exchange(call(1).at(5), { body: result(1) });
    expect(watch.outcomes()).toEqual(['tools/call ok']);
  });

  it('an end without response says what is known', () => {
    expect(new Watch().take(call(1).build(), anEnd(1, 5)).outcomes()).toEqual([
      'tools/call unanswered upstream',
    ]);
  });

  it('a response, an event and a second end after the end mean nothing', () => {
    const watch = new Watch().exchange(call(1), { body: result(1) });
    const before = watch.events.length;
    watch.take(aResponse(1, 9, 500), anEvent(1, 9, result(1)), anEnd(1, 9, 'upstream_broke'), aCut(1, 9));
    expect(watch.events).toHaveLength(before);
  });

  it('two heads of one exchange: the later one counts, nothing is counted twice', () => {
    const watch = new Watch().take(
      aRequest(1).method('GET').inSession('s').header('last-event-id', 'e').build(),
      aStream(1, 1),
      aStream(1, 1),
      anEnd(1, 2),
    );
    watch.take(
      call(2).at(5).build(),
      aStream(2, 6),
      anEvent(2, 6, undefined, { id: 'e' }),
      anEnd(2, 7, 'upstream_broke'),
    );
    watch.take(aTick(7 + 300_000));
    expect(watch.outcomes()).toEqual(['tools/call interrupted upstream']);
  });

  it('a cut in the middle says nothing of the request, and marks its session', () => {
    const watch = new Watch().take(
      call(1).build(),
      aStream(1, 1),
      aCut(1, 2),
      anEvent(1, 3, result(1)),
      anEnd(1, 4),
    );
    expect(watch.requests()).toEqual([]);
    expect(watch.observer.census().requestsActive.get('shop')).toBe(0);
    watch.exchange(call(2).at(10), { body: result(1) }).take(aShutdown(20));
    expect(watch.ofKind('sightline.session').at(-1)?.attributes['sightline.session.incomplete']).toBe(true);
  });

  it('a cut of a resumed stream lets what waits for it lapse all the same', () => {
    const watch = new Watch().take(
      call(1).build(),
      aStream(1, 1),
      anEvent(1, 1, undefined, { id: 'e' }),
      anEnd(1, 2, 'client_gone'),
    );
    watch.take(
      aRequest(2).method('GET').inSession('s').header('last-event-id', 'e').at(3).build(),
      aStream(2, 4),
      aCut(2, 5),
    );
    watch.take(aTick(2 + 300_000));
    expect(watch.outcomes()).toEqual(['tools/call abandoned client']);
  });

  it('a second exchange of the same number takes the place of the first, which counts as lost', () => {
    const watch = new Watch().take(
      call(1, 'a').build(),
      call(1, 'b').at(1).build(),
      aResponse(1, 2),
      anEnd(1, 3, 'complete', result('b')),
    );
    expect(watch.outcomes()).toEqual(['tools/call ok']);
    expect(watch.observer.census().requestsActive.get('shop')).toBe(0);
    expect(watch.take(aShutdown(9)).losses()).toEqual(['observation exchanges 1']);
  });

  it('time that runs backwards between exchanges never makes a span end before it starts', () => {
    const watch = new Watch().take(
      aRequest(1).method('GET').inSession('s').build(),
      aStream(1, 1),
      call(2).at(100).build(),
      anEvent(1, 50, result(1)),
      aResponse(2, 101, 202),
      anEnd(2, 102),
      aShutdown(0),
    );
    expect(watch.outcomes()).toContain('tools/call ok');
    expect(brokenPromises(watch.events)).toEqual([]);
  });
});

describe('ids used twice in one session', () => {
  const open = (exchange: number) =>
    aRequest(exchange).toolCall('brew', { exchange }, 7).inSession('s').at(exchange);

  it('on two exchanges are answered each on its own', () => {
    const watch = new Watch().take(open(1).build(), open(2).build(), aResponse(1, 5), aResponse(2, 5));
    watch.take(anEnd(2, 6, 'complete', result(7)), anEnd(1, 7, 'complete', failure(7, -32603)));
    expect(watch.outcomes()).toEqual(['tools/call ok', 'tools/call rpc_error upstream']);
  });

  it('in one batch both end', () => {
    const batch = [
      { jsonrpc: '2.0', id: 7, method: 'ping' },
      { jsonrpc: '2.0', id: 7, method: 'tools/list' },
    ];
    const watch = new Watch().exchange(aRequest(1).body(batch).inSession('s'), {
      body: [result(7), result(7)],
    });
    expect(watch.outcomes()).toEqual(['ping ok', 'tools/list ok']);
  });

  it('that both wait to be resumed end with the session, the later one by its answer', () => {
    const watch = new Watch();
    for (const exchange of [1, 2]) {
      watch.take(
        open(exchange).build(),
        aStream(exchange, 3),
        anEvent(exchange, 3, undefined, { id: 'e' }),
        anEnd(exchange, 4),
      );
    }
    watch.take(
      aRequest(3).method('GET').inSession('s').at(5).build(),
      aStream(3, 6),
      anEvent(3, 7, result(7)),
    );
    expect(watch.outcomes()).toEqual(['tools/call ok']);
    watch.exchange(aRequest(4).method('DELETE').inSession('s').at(9));
    expect(watch.outcomes()).toEqual(['tools/call ok', 'tools/call unanswered upstream']);
  });

  it('by the server: the answer is the later one’s, the earlier one ends with the session', () => {
    const ask = { jsonrpc: '2.0', id: 7, method: 'roots/list' };
    const watch = new Watch().take(aRequest(1).method('GET').inSession('s').build(), aStream(1, 1));
    watch.take(anEvent(1, 2, ask), anEvent(1, 3, ask));
    watch.exchange(aRequest(2).answer(7).inSession('s').at(4), { status: 202 });
    expect(watch.outcomes()).toEqual(['roots/list ok']);
    watch.take(aShutdown(9));
    expect(watch.outcomes()).toEqual(['roots/list ok', 'roots/list unanswered client']);
  });

  it('1 and "1" are two ids', () => {
    const watch = new Watch().take(
      aRequest(1).call('ping', {}, 1).inSession('s').build(),
      aRequest(2).call('tools/list', {}, '1').inSession('s').build(),
      aRequest(3).method('GET').inSession('s').build(),
      aStream(3, 1),
      anEvent(3, 2, result('1')),
    );
    expect(watch.outcomes()).toEqual(['tools/list ok']);
  });

  it('of a megabyte are told apart, and only their beginning is kept', () => {
    const long = 'x'.repeat(1_000_000);
    const watch = new Watch().take(
      aRequest(1).call('ping', {}, `${long}a`).inSession('s').build(),
      aRequest(2).call('tools/list', {}, `${long}b`).inSession('s').build(),
      aRequest(3).method('GET').inSession('s').build(),
      aStream(3, 1),
      anEvent(3, 2, result(`${long}b`)),
    );
    expect(watch.outcomes()).toEqual(['tools/list ok']);
    expect(watch.requests()[0]?.attributes['jsonrpc.request.id']?.length).toBeLessThan(400);
  });
});

describe('what the proxy refused', () => {
  it('is no notification, and cancels nothing', () => {
    const watch = new Watch().take(aRequest(1).toolCall('brew', {}, 7).inSession('s').build(), aStream(1, 1));
    watch.take(
      aRequest(2).notify('notifications/cancelled', { requestId: 7 }).inSession('s').refused().at(2).build(),
      aProxyAnswer(2, 3, 403, 'guard'),
      anEnd(2, 4),
    );
    expect(watch.ofKind('sightline.notification')).toEqual([]);
    expect(watch.ofKind('sightline.exchange')[0]?.attributes).toMatchObject({
      'sightline.outcome': 'denied',
      'sightline.outcome.origin': 'proxy',
    });
    watch.take(anEvent(1, 5, result(7)));
    expect(watch.outcomes()).toEqual(['tools/call ok']);
  });

  it('answers no request of the server', () => {
    const watch = new Watch().take(aRequest(1).method('GET').inSession('s').build(), aStream(1, 1));
    watch.take(anEvent(1, 2, { jsonrpc: '2.0', id: 1, method: 'ping' }));
    watch.take(
      aRequest(2).answer(1).inSession('s').refused().at(3).build(),
      aProxyAnswer(2, 3, 403, 'guard'),
      anEnd(2, 4),
    );
    expect(watch.requests()).toEqual([]);
  });

  it('begins no session', () => {
    const watch = new Watch();
    for (const request of [
      aRequest(1).toolCall('x'),
      aRequest(2).notify('notifications/initialized'),
      aRequest(3).initialize(),
    ]) {
      const frame = request.inSession('new').refused().build();
      watch.take(frame, aProxyAnswer(frame.exchange, 1, 403, 'guard'), anEnd(frame.exchange, 2));
    }
    expect(watch.ofKind('sightline.session.started')).toEqual([]);
  });
});

describe('a session ends only by its own id', () => {
  const TRACE = `00-${'4'.repeat(32)}-${'5'.repeat(16)}-01`;
  const started = () =>
    new Watch().exchange(aRequest(1).call('ping').inSession('s').header('traceparent', TRACE), {
      body: result(1),
    });

  const sheet = [
    {
      cell: 'DELETE of it',
      request: aRequest(2).method('DELETE').inSession('s'),
      status: 200,
      reason: ['deleted'],
    },
    {
      cell: 'a DELETE that is refused',
      request: aRequest(2).method('DELETE').inSession('s'),
      status: 405,
      reason: [],
    },
    { cell: '404 to it', request: aRequest(2).call('ping').inSession('s'), status: 404, reason: ['expired'] },
    { cell: '400 to it', request: aRequest(2).call('ping').inSession('s'), status: 400, reason: [] },
    {
      cell: 'DELETE of another in the same trace',
      request: aRequest(2).method('DELETE').inSession('other').header('traceparent', TRACE),
      status: 200,
      reason: [],
    },
    {
      cell: 'DELETE without id',
      request: aRequest(2).method('DELETE').header('traceparent', TRACE),
      status: 200,
      reason: [],
    },
    {
      cell: '404 to a modern request, whose header is ignored',
      request: aRequest(2).call('x').modern().inSession('s'),
      status: 404,
      reason: [],
    },
  ];
  it.each(sheet)('$cell: $reason', ({ request, status, reason }) => {
    const watch = started().exchange(request.at(10), { status });
    expect(
      watch
        .ofKind('sightline.session.ended')
        .map(({ attributes }) => attributes['sightline.session.end_reason']),
    ).toEqual(reason);
  });
});

describe('exchanges without a request', () => {
  const sheet = [
    {
      cell: 'an accepted notification',
      request: aRequest(1).notify('notifications/initialized'),
      status: 202,
      says: [],
    },
    { cell: 'an accepted answer', request: aRequest(1).answer(1), status: 202, says: [] },
    { cell: 'OPTIONS', request: aRequest(1).method('OPTIONS'), status: 204, says: [] },
    { cell: 'GET answered 405', request: aRequest(1).method('GET'), status: 405, says: ['ok'] },
    { cell: 'DELETE answered 405', request: aRequest(1).method('DELETE'), status: 405, says: ['ok'] },
    {
      cell: 'GET answered 404',
      request: aRequest(1).method('GET'),
      status: 404,
      says: ['http_error client'],
    },
    {
      cell: 'not JSON, answered 400',
      request: aRequest(1).body('{'),
      status: 400,
      says: ['http_error client'],
    },
    {
      cell: 'not JSON, answered 200 all the same',
      request: aRequest(1).body('{'),
      status: 200,
      says: ['ok'],
    },
    {
      cell: 'a refused notification',
      request: aRequest(1).notify('x'),
      status: 500,
      says: ['http_error upstream'],
    },
  ];
  it.each(sheet)('$cell: $says', ({ request, status, says }) => {
    const watch = new Watch().exchange(request, { status });
    expect(
      watch
        .ofKind('sightline.exchange')
        .map(({ attributes }) =>
          [attributes['sightline.outcome'], attributes['sightline.outcome.origin']].filter(Boolean).join(' '),
        ),
    ).toEqual(says);
    expect(watch.requests()).toEqual([]);
  });

  it('begin no session when nothing in them can be read', () => {
    const watch = new Watch().exchange(aRequest(1).body('nonsense').inSession('s'), { status: 400 });
    expect(watch.ofKind('sightline.session.started')).toEqual([]);
  });
});

describe('a 2024-11-05 stream', () => {
  it('has one address: what calls itself a second one takes nobody’s room', () => {
    const watch = new Watch().take(aRequest(1).method('GET').to('/sse').build(), aStream(1, 1));
    watch.take(
      anEvent(1, 2, '/message?sessionId=a', { event: 'endpoint' }),
      anEvent(1, 3, '/message?sessionId=b', { event: 'endpoint' }),
    );
    watch.exchange(aRequest(2).call('ping').to('/message', 'sessionId=a').at(4), { status: 202 });
    watch.exchange(aRequest(3).call('tools/list', {}, 2).to('/message', 'sessionId=b').at(5), {
      status: 202,
    });
    watch.take(anEvent(1, 9, result(1)));
    expect(watch.outcomes()).toEqual(['tools/list unanswered upstream', 'ping ok']);
    expect(watch.requests()[1]?.attributes['mcp.session.id']).toBe('a');
  });

  it('survives an address that is none', () => {
    for (const data of ['', ':', 'http://[', '\u0000', '//', 'x'.repeat(100_000)]) {
      const watch = new Watch().take(aRequest(1).method('GET').to('/sse').build(), aStream(1, 1));
      expect(() => watch.take(anEvent(1, 2, data, { event: 'endpoint' }), anEnd(1, 3))).not.toThrow();
    }
  });
});

describe('census', () => {
  it('shows every configured server, at zero too', () => {
    expect(new Watch().observer.census()).toEqual({
      requestsActive: new Map([
        ['shop', 0],
        ['files', 0],
      ]),
      sessionsActive: new Map([
        ['shop', 0],
        ['files', 0],
      ]),
      requestsWaiting: [],
    });
  });

  it('follows requests and sessions from their start to their end', () => {
    const watch = new Watch().take(
      aRequest(1).toolCall('brew', {}, 1).inSession('s').build(),
      aRequest(2).toolCall('brew', {}, 2).inSession('s').build(),
      aRequest(3).toolCall('read', {}, 1).server('files').inSession('s').build(),
    );
    const levels = () => {
      const { requestsActive, sessionsActive, requestsWaiting } = watch.observer.census();
      return [
        requestsActive.get('shop'),
        requestsActive.get('files'),
        sessionsActive.get('shop'),
        requestsWaiting,
      ];
    };
    expect(levels()).toEqual([2, 1, 0, []]);
    watch.take(aTick(60_000));
    expect(levels()).toEqual([
      2,
      1,
      1,
      [
        { server: 'shop', tool: 'brew', count: 2 },
        { server: 'files', tool: 'read', count: 1 },
      ],
    ]);
    watch.take(aResponse(1, 60_001), anEnd(1, 60_002, 'complete', result(1)));
    expect(levels().slice(0, 3)).toEqual([1, 1, 1]);
    watch.take(aShutdown(60_003));
    expect(levels()).toEqual([0, 0, 0, []]);
  });

  it('never counts listening as waiting', () => {
    const watch = new Watch().take(
      aRequest(1).call('subscriptions/listen').modern().build(),
      aTick(3_600_000),
    );
    expect(watch.observer.census().requestsWaiting).toEqual([]);
    expect(watch.ofKind('sightline.request.waiting')).toEqual([]);
  });
});

describe('a list of tools', () => {
  const label = (watch: Watch) => {
    watch.exchange(aRequest(9).toolCall('ghost').inSession('s').at(50), { body: result(1) });
    return watch.requests().at(-1)?.labels.tool;
  };
  const list = (watch: Watch, params: Record<string, unknown>, answer: unknown, exchange = 1) =>
    watch.exchange(aRequest(exchange).call('tools/list', params).inSession('s').at(exchange), {
      body: result(1, answer),
    });

  it('makes a tool it lacks _other', () => {
    expect(label(list(new Watch(), {}, { tools: [{ name: 'brew' }] }))).toBe('_other');
  });
  it('of which only a later page was seen does not', () => {
    expect(label(list(new Watch(), { cursor: 'p2' }, { tools: [{ name: 'brew' }] }))).toBe('ghost');
  });
  it('seen from first to last page does', () => {
    const watch = list(new Watch(), {}, { tools: [{ name: 'brew' }], nextCursor: 'p2' });
    expect(label(list(watch, { cursor: 'p2' }, { tools: [{ name: 'stir' }] }, 2))).toBe('_other');
  });
  it('that holds no list does not', () => {
    expect(label(list(new Watch(), {}, {}))).toBe('ghost');
  });
});

it('a shutdown in the middle of everything leaves nothing open', () => {
  const watch = new Watch().take(
    aRequest(1).toolCall('brew').inSession('s').build(),
    aRequest(2).toolCall('brew').modern().build(),
    aRequest(3).initialize().build(),
    aRequest(4).method('GET').inSession('s').build(),
    aStream(4, 1),
    anEvent(4, 2, { jsonrpc: '2.0', id: 1, method: 'ping' }),
    aShutdown(5),
  );
  expect(watch.outcomes().sort()).toEqual([
    'initialize unanswered upstream',
    'ping unanswered client',
    'tools/call unanswered upstream',
    'tools/call unanswered upstream',
  ]);
  expect(watch.observer.census().requestsActive.get('shop')).toBe(0);
  expect(
    watch
      .ofKind('sightline.session.ended')
      .every(({ attributes }) => attributes['sightline.session.end_reason'] === 'shutdown'),
  ).toBe(true);
  expect(brokenPromises(watch.events)).toEqual([]);
  expect(micros(5)).toBe(1_795_168_800_005_000);
});
