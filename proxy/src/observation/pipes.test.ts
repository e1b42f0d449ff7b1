import { describe, expect, it } from 'vitest';
import { aCut, aShutdown, aTick, failure, micros, result, sighted } from '../testing/frames.ts';
import { brokenPromises, Watch } from '../testing/watch.ts';
import type { ExitFrame, LineFrame, ProcessFrame } from './frame.ts';

const CLIENT = { name: 'kettle', version: '1' };
const MODERN = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': CLIENT,
};

function started(ms = 0, exchange = 1, name = 'p1'): ProcessFrame {
  return { kind: 'process', exchange, atUs: micros(ms), server: 'shop', process: name };
}

function line(from: LineFrame['from'], ms: number, value: unknown, exchange = 1): LineFrame {
  const atUs = micros(ms);
  return { kind: 'line', exchange, from, atUs, receivedUs: atUs - 10, line: sighted(value) };
}
const sent = (ms: number, value: unknown, exchange = 1) => line('client', ms, value, exchange);
const said = (ms: number, value: unknown, exchange = 1) => line('stdout', ms, value, exchange);
const cried = (ms: number, text: string, exchange = 1) => line('stderr', ms, text, exchange);

function exit(ms: number, how: ExitFrame['how'], more: Partial<ExitFrame> = {}): ExitFrame {
  return { kind: 'exit', exchange: 1, atUs: micros(ms), how, ...more };
}

function call(id: number | string, method: string, params: Record<string, unknown> = {}) {
  return { jsonrpc: '2.0', id, method, params };
}

function initialize(id: number | string = 0) {
  return call(id, 'initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: CLIENT });
}

/** A process after its handshake. */
function running(): Watch {
  return new Watch().take(
    started(),
    sent(1, initialize()),
    said(5, result(0, { protocolVersion: '2025-11-25', capabilities: {} })),
    sent(6, { jsonrpc: '2.0', method: 'notifications/initialized' }),
  );
}

function sessions(watch: Watch): string[] {
  return [
    ...new Set(
      watch
        .recorded()
        .map(({ attributes }) =>
          [
            attributes['sightline.session.id'],
            attributes['sightline.session.source'],
            attributes['sightline.session.confidence'],
          ].join(' '),
        ),
    ),
  ];
}

describe('a wrapped process', () => {
  it('is one certain session, from its handshake to its exit, with client and revision on every event', () => {
    const watch = running().take(
      sent(10, call(1, 'tools/call', { name: 'brew', arguments: {} })),
      said(30, result(1, { content: [] })),
      exit(50, 'client_gone', { code: 0 }),
    );
    expect(watch.outcomes()).toEqual(['initialize ok', 'tools/call ok']);
    expect(sessions(watch)).toEqual([expect.stringMatching(/^[0-9a-f]{24} process certain$/)]);
    const [ended] = watch.ofKind('sightline.session.ended');
    expect(ended?.attributes).toMatchObject({
      'sightline.session.end_reason': 'process_exit',
      'sightline.client.name': 'kettle',
      'mcp.protocol.version': '2025-11-25',
    });
    expect(ended?.attributes['sightline.error.message']).toBeUndefined();
    expect(brokenPromises(watch.events)).toEqual([]);
  });

  it('has nothing of HTTP on its events, and one span for the way to the server', () => {
    const watch = running().take(sent(10, call(1, 'tools/list')), said(30, result(1, { tools: [] })));
    const [, request] = watch.requests();
    expect(request?.attributes['network.transport']).toBe('pipe');
    for (const name of [
      'http.request.method',
      'http.response.status_code',
      'url.path',
      'client.address',
      'sightline.credential.kind',
      'network.protocol.name',
      'sightline.mismatch',
    ] as const) {
      expect(request?.attributes[name], name).toBeUndefined();
    }
    expect(request?.clients).toHaveLength(1);
    expect(request?.attributes['sightline.duration']).toBeCloseTo(0.02, 4);
  });

  it('answers by id in any order, and each side numbers its own', () => {
    const watch = running().take(
      sent(10, call(7, 'tools/call', { name: 'slow', arguments: {} })),
      sent(11, call(8, 'tools/call', { name: 'fast', arguments: {} })),
      said(12, call(7, 'sampling/createMessage', {})),
      said(13, result(8)),
      sent(14, result(7, { role: 'assistant' })),
      said(15, failure(7, -32603)),
    );
    expect(watch.outcomes()).toEqual([
      'initialize ok',
      'tools/call ok',
      'sampling/createMessage ok',
      'tools/call rpc_error upstream',
    ]);
  });

  it('carries batches of both sides (2025-03-26)', () => {
    const watch = running().take(
      sent(10, [
        call(1, 'ping'),
        call(2, 'tools/list'),
        { jsonrpc: '2.0', method: 'notifications/progress' },
      ]),
      said(20, [result(2, { tools: [] }), result(1)]),
    );
    expect(watch.outcomes()).toEqual(['initialize ok', 'tools/list ok', 'ping ok']);
    expect(watch.ofKind('sightline.notification')).toHaveLength(2);
  });

  it('is cancelled by notification, by either side, and stays so when an answer still comes', () => {
    const watch = running().take(
      sent(10, call(1, 'tools/call', { name: 'brew', arguments: {} })),
      sent(20, { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } }),
      said(21, result(1)),
      said(22, call('s', 'roots/list')),
      said(23, { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 's' } }),
    );
    expect(watch.outcomes()).toEqual([
      'initialize ok',
      'tools/call cancelled client',
      'roots/list cancelled upstream',
    ]);
  });

  it.each([
    {
      how: 'server_gone',
      more: { code: 3 },
      ends: 'unanswered upstream',
      why: 'the server ended with exit code 3',
    },
    {
      how: 'server_gone',
      more: { signal: 'SIGSEGV' },
      ends: 'unanswered upstream',
      why: 'the server was ended by SIGSEGV',
    },
    { how: 'client_gone', more: { code: 0 }, ends: 'abandoned client', why: undefined },
  ] as const)('ends what is open with $how $more', ({ how, more, ends, why }) => {
    const watch = running().take(
      sent(10, call(1, 'tools/call', { name: 'brew', arguments: {} })),
      exit(40, how, more),
    );
    expect(watch.outcomes().at(-1)).toBe(`tools/call ${ends}`);
    const [ended] = watch.ofKind('sightline.session.ended');
    expect(ended?.attributes['sightline.session.end_reason']).toBe('process_exit');
    expect(ended?.attributes['sightline.error.message']).toBe(why);
    expect(watch.observer.census().requestsActive.get('shop')).toBe(0);
  });

  it('that was no longer watched says nothing of what was open, and that this is missing', () => {
    const watch = running().take(sent(10, call(1, 'tools/call', { name: 'brew' })), exit(40, 'lost'));
    expect(watch.outcomes()).toEqual(['initialize ok']);
    const summary = watch.ofKind('sightline.session').at(-1);
    expect(summary?.attributes['sightline.session.incomplete']).toBe(true);
    const [ended] = watch.ofKind('sightline.session.ended');
    expect(ended?.attributes['sightline.session.end_reason']).toBe('crashed');
  });

  it('goes on after lines were missed: what was open is given up, what follows is whole', () => {
    const watch = running().take(
      sent(10, call(1, 'tools/call', { name: 'brew' })),
      aCut(1, 20),
      said(21, result(1)),
      sent(22, call(2, 'ping')),
      said(23, result(2)),
      exit(30, 'client_gone', { code: 0 }),
    );
    expect(watch.outcomes()).toEqual(['initialize ok', 'ping ok']);
    const summary = watch.ofKind('sightline.session').at(-1);
    expect(summary?.attributes['sightline.session.incomplete']).toBe(true);
  });

  it('runs on when its watcher stops: its session ends there, and what was open may be answered yet', () => {
    const watch = running().take(sent(10, call(1, 'ping')), aShutdown(20));
    expect(watch.outcomes()).toEqual(['initialize ok']);
    const [ended] = watch.ofKind('sightline.session.ended');
    expect(ended?.attributes['sightline.session.end_reason']).toBe('shutdown');
    const summary = watch.ofKind('sightline.session').at(-1);
    expect(summary?.attributes['sightline.session.incomplete']).toBe(true);
  });

  it('is another session than a second process of the same server, at the same time', () => {
    const watch = running().take(
      started(10, 2, 'p2'),
      sent(11, initialize(), 2),
      said(12, result(0, { protocolVersion: '2024-11-05' }), 2),
      sent(13, call(1, 'ping'), 1),
      sent(14, call(1, 'ping'), 2),
      said(15, failure(1, -32603), 2),
      said(16, result(1), 1),
    );
    expect(watch.outcomes()).toEqual([
      'initialize ok',
      'initialize ok',
      'ping rpc_error upstream',
      'ping ok',
    ]);
    expect(sessions(watch)).toHaveLength(2);
  });

  it('whose call runs for an hour is not idle', () => {
    const watch = running().take(sent(10, call(1, 'tools/call', { name: 'brew' })), aTick(3_600_000));
    expect(watch.ofKind('sightline.session.ended')).toEqual([]);
    watch.take(said(3_600_001, result(1)));
    expect(watch.outcomes().at(-1)).toBe('tools/call ok');
  });
});

describe('a wrapped process of 2026-07-28', () => {
  it('is a strong session without any handshake', () => {
    const watch = new Watch().take(
      started(),
      sent(1, call(1, 'server/discover', { _meta: MODERN })),
      said(2, result(1, {})),
      sent(3, call(2, 'tools/call', { name: 'brew', _meta: MODERN })),
      said(4, result(2, { content: [] })),
      exit(5, 'client_gone', { code: 0 }),
    );
    expect(watch.outcomes()).toEqual(['server/discover ok', 'tools/call ok']);
    const [discovered, called] = watch.requests();
    expect(discovered?.attributes['sightline.session.id']).toBeUndefined();
    expect(called?.attributes).toMatchObject({
      'sightline.session.source': 'process',
      'sightline.session.confidence': 'strong',
      'sightline.client.name': 'kettle',
      'mcp.protocol.version': '2026-07-28',
    });
    expect(called?.attributes['sightline.mismatch']).toBeUndefined();
  });

  it('ends a subscription well, whichever side says no more', () => {
    const listen = (id: number) => call(id, 'subscriptions/listen', { _meta: MODERN });
    const noMore = (requestId: number) => ({
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId },
    });
    const watch = new Watch().take(
      started(),
      sent(1, listen(1)),
      sent(2, listen(2)),
      sent(3, call(3, 'tools/call', { name: 'brew', _meta: MODERN })),
      said(4, noMore(1)),
      sent(5, noMore(2)),
      // Only what is open for as long as one likes may be ended by the server so.
      said(6, noMore(3)),
      said(7, result(3)),
    );
    expect(watch.outcomes()).toEqual(['subscriptions/listen ok', 'subscriptions/listen ok', 'tools/call ok']);
  });

  it('that only told its era begins no session, and its stderr is shown all the same', () => {
    const watch = new Watch().take(
      started(),
      sent(1, call(1, 'server/discover', { _meta: MODERN })),
      said(2, failure(1, -32601)),
      cried(3, 'listening'),
      exit(4, 'client_gone', { code: 0 }),
    );
    expect(sessions(watch)).toEqual(['  ']);
    expect(watch.requests()[0]?.attributes['sightline.probe']).toBe(true);
    expect(watch.ofKind('sightline.server_log')).toHaveLength(1);
  });

  it('keeps conversations of one process apart', () => {
    const talk = (id: string) => ({ ...MODERN, baggage: `gen_ai.conversation.id=${id}` });
    const watch = new Watch().take(
      started(),
      sent(1, call(1, 'tools/call', { name: 'brew', _meta: talk('a') })),
      sent(2, call(2, 'tools/call', { name: 'brew', _meta: talk('b') })),
      said(3, result(2, {})),
      said(4, result(1, {})),
      exit(5, 'client_gone', { code: 0 }),
    );
    expect(watch.outcomes()).toEqual(['tools/call ok', 'tools/call ok']);
    expect(sessions(watch)).toHaveLength(2);
  });
});

describe("a wrapped process's other lines", () => {
  const logs = (watch: Watch) =>
    watch
      .ofKind('sightline.server_log')
      .map(({ attributes }) =>
        [
          attributes['sightline.session.id'] === undefined ? 'nowhere' : 'session',
          attributes['sightline.log.level'],
          attributes['sightline.log.logger'],
          attributes['sightline.log.message'],
        ].join(' '),
      );

  it('of stderr are logs of the session, also those from before its first request', () => {
    const watch = new Watch().take(
      started(),
      cried(1, 'hello'),
      sent(2, initialize()),
      cried(3, 'password=hunter2hunter2'),
    );
    expect(logs(watch)[0]).toBe('session  stderr hello');
    expect(logs(watch)[1]).not.toContain('hunter2');
  });

  it('of stderr wait for a session no longer than some seconds', () => {
    const watch = new Watch().take(started(), cried(1, 'hello'), aTick(1_000));
    expect(logs(watch)).toEqual([]);
    expect(logs(watch.take(aTick(6_000)))).toEqual(['nowhere  stderr hello']);
  });

  it('of stdout that are no messages are a warning that says so', () => {
    const watch = running().take(said(10, 'Server listening on stdio'), said(11, '   '), said(12, '{"a":1}'));
    expect(logs(watch)).toEqual([
      'session warning stdout not JSON-RPC on standard output: Server listening on stdio',
      'session warning stdout not JSON-RPC on standard output: {"a":1}',
    ]);
    expect(watch.ofKind('sightline.session.ended')).toEqual([]);
  });

  it('of the client that are no messages are an exchange that says so', () => {
    const watch = running().take(sent(10, '{"jsonrpc":'));
    const [unread] = watch.ofKind('sightline.exchange');
    expect(unread?.attributes).toMatchObject({
      'sightline.direction': 'client_to_server',
      'sightline.error.message': 'line not json',
      'sightline.request.size': 11,
    });
  });

  it('that are too long to be read still answer whom they name, and somebody else is not answered', () => {
    const long = (ms: number, answers?: number): LineFrame => ({
      ...said(ms, ''),
      line: { bytes: 1e8, problem: 'oversized' },
      ...(answers !== undefined && { answers }),
    });
    const watch = running().take(
      sent(10, call(1, 'resources/read', { uri: 'a' })),
      sent(11, call(2, 'ping')),
      long(20, 1),
      long(21),
      said(22, result(2)),
    );
    expect(watch.outcomes()).toEqual(['initialize ok', 'resources/read ok', 'ping ok']);
    const [unread] = watch.ofKind('sightline.exchange');
    expect(unread?.attributes).toMatchObject({
      'sightline.direction': 'server_to_client',
      'sightline.error.message': 'line oversized',
      'sightline.response.size': 1e8,
    });
  });

  it('say why a process that was never talked to could not be started', () => {
    const watch = new Watch().take(started(), exit(1, 'server_gone', { failure: 'spawn nothing ENOENT' }));
    expect(logs(watch)).toEqual(['nowhere error  the server could not be started (spawn nothing ENOENT)']);
  });

  it('count as bytes of the server, and as no HTTP exchange', () => {
    const watch = running().take(aTick(100));
    const traffic = watch.events.filter((event) => event.kind === 'traffic');
    expect(traffic).toHaveLength(1);
    expect(traffic[0]?.receivedBytes).toBeGreaterThan(100);
    expect(Object.keys(traffic[0]?.attributes ?? {})).toEqual(['sightline.server.name']);
  });
});
