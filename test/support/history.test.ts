import { describe, expect, it } from 'vitest';
import { LONG_CLIENT, makeHistory } from './history.ts';

const options = { calls: 2_000, sessions: 40, fromMs: 1_795_168_800_000, toMs: 1_795_172_400_000 };
const events = [...makeHistory(options)].flat();

describe('makeHistory', () => {
  it('holds every call once, in its session, within the range', () => {
    const calls = events.filter((event) => event.attributes['mcp.method.name'] === 'tools/call');
    expect(calls.filter(({ kind }) => kind === 'sightline.request')).toHaveLength(options.calls);
    expect(new Set(calls.map((event) => event.attributes['sightline.session.id'])).size).toBe(
      options.sessions,
    );
    expect(Math.min(...calls.map(({ timeNs }) => Number(timeNs) / 1e6))).toBeGreaterThanOrEqual(
      options.fromMs,
    );
  });

  it('is in the order of writing, as an archive gets it', () => {
    const times = events.map(({ timeNs }) => timeNs);
    expect(times).toEqual([...times].sort());
    expect(new Set(times).size).toBe(times.length);
  });

  it('has every kind of failure, and attempts that recover', () => {
    const outcomes = new Set(events.map((event) => event.attributes['sightline.outcome']));
    expect([...outcomes]).toEqual(
      expect.arrayContaining(['ok', 'tool_error', 'rpc_error', 'http_error', 'denied']),
    );
    expect(events.some((event) => event.attributes['sightline.attempt.result'] === 'recovered')).toBe(true);
  });

  it('gives one session as many of the calls as asked for', () => {
    const long = [...makeHistory({ ...options, longSessionCalls: 500 })].flat();
    const calls = long.filter(
      ({ kind, attributes }) =>
        kind === 'sightline.request' &&
        attributes['mcp.method.name'] === 'tools/call' &&
        attributes['sightline.client.name'] === LONG_CLIENT,
    );
    expect(calls).toHaveLength(500);
  });

  it('is the same every time', () => {
    expect([...makeHistory(options)].flat()).toEqual(events);
  });
});
