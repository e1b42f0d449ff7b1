/** A copied past must be one that the fold could have made: later, and of sessions and events of its own. */
import { expect, it } from 'vitest';
import { makeLongPast } from './longPast.ts';

it('goes on with later times, other sessions and other ids, as many calls as asked for', () => {
  const past = { calls: 600, sessions: 30, fromMs: 1_795_000_000_000, toMs: 1_795_003_600_000 };
  const ids = new Set<string>();
  const sessions = new Set<string>();
  let calls = 0;
  let last = '';
  for (const event of [...makeLongPast(past, 200)].flat()) {
    if (event.kind !== 'sightline.request') continue;
    const { attributes } = event;
    const id = attributes['sightline.event.id'] ?? '';
    if (attributes['mcp.method.name'] === 'tools/call') calls += 1;
    expect(id.slice(0, 13).replace('-', '')).toBe(
      Number(event.timeNs.slice(0, 13)).toString(16).padStart(12, '0'),
    );
    ids.add(id);
    sessions.add(attributes['sightline.session.id'] ?? '');
    last = event.timeNs;
  }
  expect(calls).toBe(600);
  expect(ids.size).toBeGreaterThanOrEqual(calls);
  const alike = new Set([...sessions].map((id) => id.slice(3)));
  expect(sessions.size).toBe(3 * alike.size);
  expect(Number(last.slice(0, 13))).toBeGreaterThan(past.toMs - 60_000);
});
