/** A run that goes on from what an earlier one left in the archive. */
import { describe, expect, it } from 'vitest';
import { aRequest, result, T0 } from '../testing/frames.ts';
import { Watch } from '../testing/watch.ts';
import type { RememberedSession } from './archive.ts';

const INITIALIZE = {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 'agent', version: '1.2' },
};
const HOUR_MS = 3_600_000;

/** A run in which client "agent" shakes hands, calls one tool well and one badly; then it is killed or stopped. */
function earlierRun(end: 'killed' | 'stopped'): RememberedSession[] {
  const watch = new Watch();
  const headers = { 'mcp-session-id': 'abc' };
  watch.exchange(aRequest(1).call('initialize', INITIALIZE), { headers, body: result(1, INITIALIZE) });
  watch.exchange(aRequest(2).toolCall('pay').inSession('abc').at(10), { body: result(1) });
  watch.exchange(aRequest(3).toolCall('look').inSession('abc').at(20), { status: 500 });
  watch.take({ kind: 'tick', atUs: T0 + 30_000 });
  if (end === 'stopped') watch.take({ kind: 'shutdown', atUs: T0 + 40_000 });
  return rememberedFrom(watch);
}

/** What an archive remembers of a run. */
function rememberedFrom(watch: Watch): RememberedSession[] {
  const summary = watch.ofKind('sightline.session').at(-1)?.attributes;
  const numbers = watch.recorded().map(({ attributes }) => attributes['sightline.event.number'] ?? 0);
  return summary ? [{ summary, number: Math.max(...numbers), mcpSessionId: 'abc' }] : [];
}

function laterRun(remembered: readonly RememberedSession[]): Watch {
  return new Watch({ remembered });
}

const tick = (ms: number) => ({ kind: 'tick', atUs: T0 + ms * 1_000 }) as const;

describe('a session found open', () => {
  it('ends as crashed with the first frame, and is incomplete', () => {
    const watch = laterRun(earlierRun('killed')).take(tick(HOUR_MS));
    expect(watch.recorded().map(({ kind }) => kind)).toEqual([
      'sightline.session.ended',
      'sightline.session',
    ]);
    const [ended, summary] = watch.recorded();
    expect(ended?.attributes).toMatchObject({
      'sightline.session.end_reason': 'crashed',
      'sightline.event.number': 5,
      'sightline.client.name': 'agent',
      'mcp.session.id': 'abc',
    });
    expect(summary?.attributes).toMatchObject({
      'sightline.record': 'session',
      'sightline.session.status': 'ended',
      'sightline.session.incomplete': true,
      'sightline.session.events': 5,
      'sightline.session.tool_calls': 2,
      'sightline.session.errors': 1,
    });
  });

  it('opens again with the next message, under the same id, with client, version and going numbers', () => {
    const remembered = earlierRun('killed');
    const watch = laterRun(remembered).take(tick(HOUR_MS));
    watch.exchange(
      aRequest(1)
        .toolCall('pay')
        .inSession('abc')
        .at(HOUR_MS + 10),
      { body: result(1) },
    );
    watch.take(tick(HOUR_MS + 6_000));
    const [, , started, call, summary] = watch.recorded();
    expect(started?.kind).toBe('sightline.session.started');
    expect(call?.attributes).toMatchObject({
      'sightline.session.id': remembered[0]?.summary['sightline.session.id'],
      'sightline.client.name': 'agent',
      'sightline.client.version': '1.2',
      'mcp.protocol.version': '2025-11-25',
      'sightline.event.number': 7,
    });
    expect(summary?.attributes).toMatchObject({
      'sightline.session.status': 'open',
      'sightline.session.started': T0 / 1_000,
      'sightline.session.events': 7,
      'sightline.session.calls': 4,
      'sightline.session.tools': '{"pay":[2,0],"look":[1,1]}',
    });
  });

  it('ends once, however often the proxy is killed before anything else comes', () => {
    const first = laterRun(earlierRun('killed')).take(tick(HOUR_MS));
    expect(
      laterRun(rememberedFrom(first))
        .take(tick(2 * HOUR_MS))
        .recorded(),
    ).toEqual([]);
  });
});

describe('a session that a shutdown ended', () => {
  it('is silent until its next message opens it again', () => {
    const watch = laterRun(earlierRun('stopped')).take(tick(HOUR_MS));
    expect(watch.recorded()).toEqual([]);
    watch.exchange(
      aRequest(1)
        .toolCall('pay')
        .inSession('abc')
        .at(HOUR_MS + 10),
      { body: result(1) },
    );
    expect(watch.recorded().map(({ kind }) => kind)).toEqual([
      'sightline.session.started',
      'sightline.request',
    ]);
    expect(watch.requests()[0]?.attributes['sightline.client.name']).toBe('agent');
  });

  it.each(['deleted', 'expired', 'closed', 'process_exit'] as const)(
    'but that its client or server ended before (%s) stays so, until something succeeds under its id',
    (endReason) => {
      const remembered = earlierRun('stopped').map((session) => ({ ...session, endReason }));
      const watch = laterRun(remembered);
      const call = (id: number, atMs: number) => aRequest(id).toolCall('pay').inSession('abc').at(atMs);
      watch.exchange(call(1, HOUR_MS), { status: 404 });
      expect(watch.ofKind('sightline.session.started')).toEqual([]);
      watch.exchange(call(2, HOUR_MS + 10), { body: result(1) });
      expect(watch.ofKind('sightline.session.started')).toHaveLength(1);
    },
  );

  it('goes on from what this instance counted of it, where another one saw it too', () => {
    const [session] = earlierRun('stopped');
    if (session === undefined) throw new Error('nothing is remembered');
    const of = (own: RememberedSession['own']) => {
      const watch = laterRun([{ ...session, ...(own && { own }) }]);
      watch.exchange(aRequest(1).toolCall('pay').inSession('abc').at(HOUR_MS), { body: result(1) });
      return watch
        .take(tick(HOUR_MS + 6_000))
        .ofKind('sightline.session')
        .at(-1)?.attributes;
    };
    expect(of(undefined)?.['sightline.session.calls']).toBe(4);
    const alone = of({});
    expect(alone?.['sightline.session.calls']).toBe(1);
    expect(alone?.['sightline.session.events']).toBe(2);
    // Who it is and what number comes next is everybody's.
    expect(alone?.['sightline.client.name']).toBe('agent');
  });

  it('is worth what it was, where its evidence was worth less than its kind mostly is', () => {
    const remembered = earlierRun('killed').map((session) => ({
      ...session,
      summary: { ...session.summary, 'sightline.session.confidence': 'strong' as const },
    }));
    const [summary] = laterRun(remembered).take(tick(HOUR_MS)).ofKind('sightline.session');
    expect(summary?.attributes['sightline.session.confidence']).toBe('strong');
  });

  it('is found by a DELETE too, which begins nothing', () => {
    const remembered = earlierRun('stopped');
    const watch = laterRun(remembered);
    watch.exchange(aRequest(1).method('DELETE').inSession('abc').at(HOUR_MS), { status: 200 });
    const ended = watch.ofKind('sightline.session.ended').at(-1)?.attributes;
    expect(ended).toMatchObject({
      'sightline.session.end_reason': 'deleted',
      'sightline.session.id': remembered[0]?.summary['sightline.session.id'],
    });
  });
});

describe('a session of an earlier run that becomes known late', () => {
  it('goes on where it is known already, with numbers after those that are kept', () => {
    const watch = new Watch();
    const call = (id: number, atMs: number) =>
      watch.exchange(aRequest(id).toolCall('pay').inSession('abc').at(atMs), { body: result(1) });
    call(1, HOUR_MS);
    const remembered = earlierRun('killed');
    const kept = remembered[0]?.number ?? 0;
    watch.observer.remember(remembered);
    call(2, HOUR_MS + 10);
    const numbers = watch.recorded().map(({ attributes }) => attributes['sightline.event.number']);
    // Those two between were not kept, and are missing among the numbers.
    expect(numbers).toEqual([1, 2, kept + 3]);
    watch.take(tick(HOUR_MS + 6_000));
    expect(watch.ofKind('sightline.session').at(-1)?.attributes).toMatchObject({
      'sightline.session.calls': 2,
      'sightline.session.events': 3,
      'sightline.session.status': 'open',
    });
  });

  it('ends as crashed where it was left open and nothing was heard of it', () => {
    const watch = new Watch().take(tick(HOUR_MS));
    watch.observer.remember(earlierRun('killed'));
    watch.take(tick(HOUR_MS + 250));
    expect(watch.ofKind('sightline.session.ended')).toHaveLength(1);
  });
});

describe('the first timestamp', () => {
  it('comes after the newest of the earlier run, also when the clock has not', () => {
    const afterNs = `${T0 + 5_000}999`;
    const watch = new Watch({ afterNs });
    watch.exchange(aRequest(1).toolCall('pay').inSession('abc'), { body: result(1) });
    const times = watch.recorded().map(({ timeNs }) => timeNs);
    expect(times[0]).toBe(`${T0 + 5_001}000`);
    expect(times).toEqual(times.toSorted());
  });
});
