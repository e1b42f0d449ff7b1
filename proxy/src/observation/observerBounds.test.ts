/** Every cap of `bounds.ts`, reached by the traffic that would grow past it: something goes, and is counted. */
import { describe, expect, it } from 'vitest';
import {
  anEnd,
  anEvent,
  aRequest,
  aResponse,
  aShutdown,
  aStream,
  failure,
  result,
} from '../testing/frames.ts';
import { brokenPromises, Watch } from '../testing/watch.ts';
import { BOUNDS } from './bounds.ts';

const serverAsks = (id: number) => ({ jsonrpc: '2.0', id, method: 'ping' });

/** What was told as lost by the end, by reason. */
function lostAt(watch: Watch, ms: number): Record<string, number> {
  watch.take(aShutdown(ms));
  const lost: Record<string, number> = {};
  for (const { attributes } of watch.ofKind('sightline.loss')) {
    expect(attributes['sightline.loss.stage']).toBe('observation');
    const reason = attributes['sightline.loss.reason'] ?? '';
    lost[reason] = (lost[reason] ?? 0) + (attributes['sightline.loss.count'] ?? 0);
  }
  expect(brokenPromises(watch.events)).toEqual([]);
  return lost;
}

it('the caps are these, pinned so that none grows unnoticed', () => {
  expect(BOUNDS).toEqual({
    sessionsMax: 10_000,
    exchangesMax: 20_000,
    openRequestsMax: 50_000,
    openRequestsPerSessionMax: 2_000,
    batchMessagesMax: 1_000,
    roundsMax: 10_000,
    heldLinesMax: 100,
    heldLinesUs: 5_000_000,
    heldLinesBridgedUs: 60_000_000,
    chainToolsPerSessionMax: 64,
    chainsPerToolMax: 32,
    summaryToolsMax: 100,
    summaryNamesBytesMax: 8_000,
    methodLabelsMax: 50,
    toolLabelsPerServerMax: 200,
    clientLabelsMax: 50,
    errorTypeLabelsMax: 50,
    advertisedToolsPerServerMax: 5_000,
    announcedAddressesMax: 10_000,
    misdirectionsMax: 1_000,
    messageBytesMax: 512,
    lossEveryUs: 10_000_000,
    liveEveryUs: 5_000_000,
    summaryEveryUs: 300_000_000,
  });
});

// Tens of thousands of frames each: a busy machine needs more than the usual five seconds.
describe('memory stays bounded', { timeout: 60_000 }, () => {
  it('by sessions: the one longest unused goes, and its totals are told once more', () => {
    const watch = new Watch();
    for (let i = 0; i < 10_050; i++) {
      watch.exchange(aRequest(i).call('ping').inSession(`s${i}`).at(i), { body: result(1) });
    }
    expect(watch.observer.census().sessionsActive.get('shop')).toBe(10_000);
    expect(watch.ofKind('sightline.session')).toHaveLength(50);
    expect(watch.ofKind('sightline.session')[0]?.attributes['sightline.session.incomplete']).toBe(true);
    expect(lostAt(watch, 20_000)).toEqual({ sessions: 50 });
  });

  it('by sessions: what an evicted one had open elsewhere than on a live exchange goes with it', () => {
    const watch = new Watch().take(aRequest(1).toolCall('x').inSession('old').build(), aStream(1, 1));
    watch.take(anEvent(1, 2, undefined, { id: 'e' }), anEnd(1, 3));
    expect(watch.observer.census().requestsActive.get('shop')).toBe(1);
    for (let i = 0; i < 10_000; i++)
      watch.exchange(
        aRequest(9 + i)
          .call('ping')
          .inSession(`s${i}`)
          .at(9),
        { body: result(1) },
      );
    expect(watch.observer.census().requestsActive.get('shop')).toBe(0);
  });

  it('by exchanges', () => {
    const watch = new Watch();
    for (let i = 0; i < 20_100; i++) watch.take(aRequest(i).toolCall('x').modern().build());
    expect(watch.observer.census().requestsActive.get('shop')).toBe(20_000);
    expect(lostAt(watch, 5)).toEqual({ exchanges: 100 });
    expect(watch.requests()).toHaveLength(20_000);
  });

  it('by requests of the client in one session, each of which still ends on its own exchange', () => {
    const watch = new Watch();
    for (let i = 0; i < 2_010; i++) watch.take(aRequest(i).call('ping', {}, i).inSession('s').build());
    for (let i = 0; i < 2_010; i++) watch.take(aResponse(i, 1), anEnd(i, 2, 'complete', result(i)));
    expect(watch.requests()).toHaveLength(2_010);
    expect(lostAt(watch, 5)).toEqual({ requests: 10 });
  });

  it('by requests of a server in one session', () => {
    const watch = new Watch().take(aRequest(1).method('GET').inSession('s').build(), aStream(1, 1));
    for (let i = 0; i < 2_100; i++) watch.take(anEvent(1, 2, serverAsks(i)));
    expect(watch.observer.census().requestsActive.get('shop')).toBe(2_000);
    expect(lostAt(watch, 5)).toEqual({ requests: 100 });
    expect(watch.requests()).toHaveLength(2_000);
  });

  it('by requests of a server that says not in which session', () => {
    const watch = new Watch().take(aRequest(1).method('GET').build(), aStream(1, 1));
    for (let i = 0; i < 2_100; i++) watch.take(anEvent(1, 2, serverAsks(i)));
    expect(watch.observer.census().requestsActive.get('shop')).toBe(2_000);
    watch.take(anEnd(1, 3));
    expect(watch.observer.census().requestsActive.get('shop')).toBe(0);
    expect(new Set(watch.outcomes())).toEqual(new Set(['ping unanswered client']));
    expect(lostAt(watch, 5)).toEqual({ requests: 100 });
  });

  it('by requests altogether: the one open longest is given up', () => {
    const watch = new Watch();
    for (let s = 0; s < 26; s++) {
      watch.take(aRequest(s).method('GET').inSession(`s${s}`).build(), aStream(s, 1));
      for (let i = 0; i < 2_000; i++) watch.take(anEvent(s, 2, serverAsks(i)));
    }
    expect(watch.observer.census().requestsActive.get('shop')).toBe(50_000);
    expect(lostAt(watch, 5)).toEqual({ requests: 2_000 });
    expect(watch.requests()).toHaveLength(50_000);
  });

  it('by an id that a server uses for ever', () => {
    const watch = new Watch().take(aRequest(1).method('GET').inSession('s').build(), aStream(1, 1));
    for (let i = 0; i < 5_000; i++) watch.take(anEvent(1, 2, serverAsks(7)));
    expect(watch.observer.census().requestsActive.get('shop')).toBe(2_000);
    expect(lostAt(watch, 5)).toEqual({ requests: 3_000 });
  });

  it('by messages of one batch', () => {
    const batch = Array.from({ length: 1_100 }, (_, id) => ({ jsonrpc: '2.0', id, method: 'ping' }));
    const watch = new Watch().exchange(aRequest(1).body(batch).inSession('s'), { status: 400 });
    expect(watch.requests()).toHaveLength(1_000);
    expect(lostAt(watch, 5)).toEqual({ batch: 100 });
  });

  it('by operations that wait for a round which never comes', () => {
    const watch = new Watch();
    for (let i = 0; i < 10_100; i++) {
      const asks = { resultType: 'input_required', requestState: `state ${i}`, inputRequests: {} };
      watch.exchange(aRequest(i).toolCall('x').modern().at(i), { body: result(1, asks) });
    }
    expect(lostAt(watch, 20_000)).toEqual({ rounds: 100 });
  });

  it('by retry state of tools that all fail', () => {
    const watch = new Watch();
    for (let i = 0; i < 70; i++) {
      watch.exchange(aRequest(i).toolCall(`t${i}`).inSession('s').at(i), { body: failure(1, -32603) });
    }
    expect(lostAt(watch, 1_000)).toEqual({ chains: 6 });
  });

  it('by addresses of 2024-11-05 streams', () => {
    const watch = new Watch();
    for (let i = 0; i < 10_050; i++) {
      watch.take(aRequest(i).method('GET').to('/sse').build(), aStream(i, 1));
      watch.take(anEvent(i, 2, `/message?sessionId=${i}`, { event: 'endpoint' }));
    }
    expect(lostAt(watch, 5)).toMatchObject({ addresses: 50 });
  });
});

describe('names as long as a peer likes', { timeout: 60_000 }, () => {
  /** A megabyte on the wire. */
  const long = (letter: string) =>
    letter.repeat(1_000_000 / Buffer.byteLength(JSON.stringify(letter).slice(1, -1)));
  const letters = {
    ascii: 'a',
    wide: '語',
    control: '\u0000',
    quote: '"',
    surrogate: '\ud800',
    escape: '\\',
  };

  it.each(Object.entries(letters))('of %s letters leave small records', (_name, letter) => {
    const text = long(letter);
    const params = { name: text, uri: text, arguments: { [text]: text }, requestState: text };
    const watch = new Watch();
    for (const [index, method] of ['tools/call', 'prompts/get', 'resources/read', text].entries()) {
      const request = aRequest(index)
        .call(method, params, text)
        .modern({ name: text, version: text })
        .at(index);
      watch.exchange(request, { body: failure(text, -32603, text) });
    }
    watch.exchange(
      aRequest(8).notify('notifications/cancelled', { requestId: text, reason: text }).inSession('s').at(8),
    );
    watch.take(aRequest(9).method('GET').inSession('s').at(9).build(), aStream(9, 10));
    const log = { level: text, logger: text, data: { [text]: text } };
    watch.take(
      anEvent(9, 11, { jsonrpc: '2.0', method: 'notifications/message', params: log }),
      aShutdown(12),
    );
    expect(watch.requests()).toHaveLength(4);
    expect(brokenPromises(watch.events)).toEqual([]);
    for (const event of watch.recorded()) {
      if ('payloads' in event)
        for (const { text: shown } of event.payloads)
          expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(65_536);
    }
  });

  it('in headers leave small records', () => {
    const text = 'é'.repeat(8_000);
    const request = aRequest(1)
      .toolCall('x')
      .inSession(text)
      .header('user-agent', text)
      .header('mcp-protocol-version', text);
    const watch = new Watch().exchange(request, { body: result(1) }).take(aShutdown(9));
    expect(watch.outcomes()).toEqual(['tools/call ok']);
    expect(brokenPromises(watch.events)).toEqual([]);
  });
});
