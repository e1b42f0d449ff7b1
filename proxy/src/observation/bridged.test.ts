/** Processes that are served over HTTP: their pipes tell only what is no message, in the session that HTTP shows. */
import { describe, expect, it } from 'vitest';
import { aRequest, aTick, micros, result, sighted } from '../testing/frames.ts';
import { brokenPromises, Watch } from '../testing/watch.ts';
import type { ExitFrame, LineFrame, ProcessFrame } from './frame.ts';

const RUN = 100;

function started(session?: string): ProcessFrame {
  const bridged = session === undefined ? {} : { session };
  return { kind: 'process', exchange: RUN, atUs: micros(0), server: 'shop', process: 'p', bridged };
}

function line(from: 'stdout' | 'stderr', ms: number, text: string): LineFrame {
  const atUs = micros(ms);
  return { kind: 'line', exchange: RUN, from, atUs, receivedUs: atUs, line: sighted(text) };
}

function exit(ms: number, how: ExitFrame['how'], code = 0): ExitFrame {
  return { kind: 'exit', exchange: RUN, atUs: micros(ms), how, code };
}

function shakeHands(watch: Watch, ms: number): Watch {
  const body = result(0, { protocolVersion: '2025-11-25', capabilities: {} });
  return watch.exchange(aRequest(1).initialize().at(ms), { body, headers: { 'mcp-session-id': 's' } });
}

const logs = (watch: Watch) =>
  watch.ofKind('sightline.server_log').map(({ attributes }) => ({
    said: attributes['sightline.log.message'],
    by: attributes['sightline.log.logger'],
    level: attributes['sightline.log.level'],
    session: attributes['mcp.session.id'],
  }));

describe('a bridged process', () => {
  it('tells what it says beside its messages in the session of its client, what it said before too', () => {
    const watch = shakeHands(new Watch().take(started('s'), line('stderr', 1, 'installing')), 8_000);
    watch.take(aTick(8_300), line('stdout', 8_400, 'Listening'), line('stderr', 8_500, 'oh'));
    expect(logs(watch)).toEqual([
      { said: 'installing', by: 'stderr', level: undefined, session: 's' },
      { said: 'not JSON-RPC on standard output: Listening', by: 'stdout', level: 'warning', session: 's' },
      { said: 'oh', by: 'stderr', level: undefined, session: 's' },
    ]);
    expect(new Set(watch.recorded().map(({ attributes }) => attributes['sightline.session.source']))).toEqual(
      new Set(['protocol']),
    );
    expect(brokenPromises(watch.events)).toEqual([]);
  });

  it('ends its session with it, and says why where that was no good end', () => {
    const watch = shakeHands(new Watch().take(started('s')), 10).take(exit(50, 'server_gone', 3));
    const [ended] = watch.ofKind('sightline.session.ended');
    expect(ended?.attributes).toMatchObject({
      'mcp.session.id': 's',
      'sightline.session.end_reason': 'process_exit',
      'sightline.error.message': 'the server ended with exit code 3',
    });
  });

  it('leaves a session alone that its client had ended', () => {
    const watch = shakeHands(new Watch().take(started('s')), 10);
    watch.exchange(aRequest(2).method('DELETE').inSession('s').at(20)).take(exit(50, 'client_gone'));
    const reasons = watch
      .ofKind('sightline.session.ended')
      .map(({ attributes }) => attributes['sightline.session.end_reason']);
    expect(reasons).toEqual(['deleted']);
  });

  it('that never had a session is told by itself', () => {
    const watch = new Watch().take(started('s'), line('stderr', 1, 'no key'), exit(9, 'server_gone', 1));
    expect(logs(watch)).toEqual([
      { said: 'no key', by: 'stderr', level: undefined, session: 's' },
      { said: 'the server ended with exit code 1', by: undefined, level: 'error', session: 's' },
    ]);
    expect(watch.recorded().every(({ attributes }) => attributes['sightline.session.id'] === undefined)).toBe(
      true,
    );
  });

  it('that many clients share says its lines at once, in nobody’s session', () => {
    const watch = new Watch().take(started(), line('stderr', 1, 'ready'));
    expect(logs(watch)).toEqual([{ said: 'ready', by: 'stderr', level: undefined, session: undefined }]);
  });
});

describe('requests of a server without an address', () => {
  it('have spans without one', () => {
    const watch = new Watch({ servers: [{ name: 'shop' }] });
    watch.exchange(aRequest(1).toolCall('brew').at(1), { body: result(1) });
    expect(watch.requests()[0]?.clients[0]?.attributes['server.address']).toBeUndefined();
  });
});
