/** What a run leaves in the archive, and what the next one makes of it. */
import { describe, expect, it } from 'vitest';
import { MemoryArchive } from '../store/memoryArchive.ts';
import { aRequest, result, T0 } from '../testing/frames.ts';
import { Watch } from '../testing/watch.ts';
import { recall } from './recall.ts';

const T0_MS = T0 / 1_000;
const tick = (ms: number) => ({ kind: 'tick', atUs: T0 + ms * 1_000 }) as const;

/** A run of so many calls, one a second, in two sessions; a third one is silent. It is killed after the last. */
function killedAfter(calls: number) {
  const watch = new Watch();
  watch.exchange(aRequest(1).toolCall('rest').inSession('silent'), { body: result(1) });
  for (let i = 1; i <= calls; i++) {
    const request = aRequest(i + 1)
      .toolCall('pay')
      .inSession(i % 2 === 0 ? 'even' : 'odd')
      .at(i * 1_000);
    watch.exchange(request, { body: result(1) }).take(tick(i * 1_000 + 500));
  }
  const archive = new MemoryArchive({ instanceId: 'i', ageMs: 0, bytesMax: 1e9, activeWindowMs: 300_000 });
  archive.append(watch.recorded());
  return { archive, watch };
}

describe('recall', () => {
  it('gives nothing of an empty archive', () => {
    const empty = new MemoryArchive({ instanceId: 'i', ageMs: 0, bytesMax: 1e9, activeWindowMs: 300_000 });
    expect(recall(empty, T0_MS)).toEqual({ settings: {} });
  });

  it('gives the events that no summary counts, so that totals after a kill are those of every record', () => {
    const { archive, watch } = killedAfter(13);
    const { settings } = recall(archive, T0_MS + 60_000);
    const later = settings.remembered?.map((session) => session.later?.length ?? 0);
    expect(later?.some((count) => count > 0)).toBe(true);
    // What is counted is in the attributes; payloads of a busy run would fill the memory of the next.
    const events = settings.remembered?.flatMap((session) => session.later ?? []) ?? [];
    expect(events.flatMap((event) => ('payloads' in event ? event.payloads : []))).toEqual([]);
    expect(watch.recorded().some((event) => 'payloads' in event && event.payloads.length > 0)).toBe(true);
    const next = new Watch(settings).take(tick(60_000));
    const totals = next
      .ofKind('sightline.session')
      .map(({ attributes }) => [
        attributes['sightline.session.calls'],
        attributes['sightline.session.tools'],
        attributes['sightline.session.last_activity'],
      ]);
    expect(totals.toSorted()).toEqual([
      [1, '{"rest":[1,0]}', T0_MS + 2],
      [6, '{"pay":[6,0]}', T0_MS + 12_002],
      [7, '{"pay":[7,0]}', T0_MS + 13_002],
    ]);
    expect(watch.ofKind('sightline.session').length).toBeGreaterThan(0);
  });

  it('remembers a session that was killed before its first summary', () => {
    const { archive, watch } = killedAfter(3);
    watch.exchange(aRequest(9).toolCall('late').inSession('young').at(3_600), { status: 500 });
    const before = archive.latest();
    archive.append(watch.recorded().slice(before));
    const { settings } = recall(archive, T0_MS + 60_000);
    expect(settings.remembered).toHaveLength(4);
    const next = new Watch(settings).take(tick(60_000));
    const young = next.ofKind('sightline.session').map(({ attributes }) => attributes);
    expect(young.find((summary) => summary['sightline.session.tools'] === '{"late":[1,1]}')).toMatchObject({
      'sightline.session.status': 'ended',
      'sightline.session.incomplete': true,
      'sightline.session.calls': 1,
      'sightline.session.errors': 1,
      'sightline.session.events': 3,
    });
    const ended = next.ofKind('sightline.session.ended').map(({ attributes }) => attributes);
    expect(ended.map((attributes) => attributes['mcp.session.id'])).toContain('young');
  });

  it('does not take for young a session that only opened again, whose begin is long ago', () => {
    const { archive, watch } = killedAfter(3);
    watch.exchange(aRequest(9).toolCall('late').inSession('old').at(3_600), { status: 500 });
    const again = watch.recorded().slice(archive.latest());
    archive.append(
      again.map((event) => {
        const { 'sightline.event.number': number = 0 } = event.attributes;
        return { ...event, attributes: { ...event.attributes, 'sightline.event.number': number + 4 } };
      }),
    );
    expect(recall(archive, T0_MS + 60_000).settings.remembered).toHaveLength(3);
  });

  it('begins after the newest timestamp, also with a clock that is a little behind', () => {
    const { archive, watch } = killedAfter(3);
    const newest = watch.recorded().at(-1)?.timeNs ?? '';
    expect(recall(archive, T0_MS - 50_000)).toMatchObject({ settings: { afterNs: newest } });
  });

  it('takes the clock’s word where it was set back far, and says so', () => {
    const { archive } = killedAfter(3);
    const { settings, aheadMs } = recall(archive, T0_MS - 3_600_000);
    expect(settings.afterNs).toBeUndefined();
    expect(aheadMs).toBe(T0_MS + 3_002);
  });
});
