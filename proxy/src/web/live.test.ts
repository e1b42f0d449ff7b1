/** The live stream: everything committed arrives once and in order, whoever reads it and however slowly. */
import { once } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { EventItem, SessionItem } from '../contract/index.ts';
import type { RecordedEvent } from '../observation/event.ts';
import { aRequest, aTick, result } from '../testing/frames.ts';
import { Watch } from '../testing/watch.ts';
import { LiveReader } from './testing/liveReader.ts';
import { Rig, someTraffic } from './testing/rig.ts';

const rigs: Rig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) {
    await rig.close();
    expect(rig.faults).toEqual([]);
  }
});

async function begin(events: readonly RecordedEvent[] = []): Promise<Rig> {
  const rig = await Rig.start({ events });
  rigs.push(rig);
  return rig;
}

async function follow(
  rig: Rig,
  query = '',
  headers: Readonly<Record<string, string>> = {},
): Promise<LiveReader> {
  const message = await rig.ask(`/api/v1/live${query}`, headers);
  expect(message.statusCode).toBe(200);
  const reader = new LiveReader(message);
  await once(message, 'data');
  return reader;
}

/** A session of so many calls, one event each beside its beginning. */
function calls(count: number, tool = 'brew', watch = new Watch()): readonly RecordedEvent[] {
  const body = result(1, { content: [{ type: 'text', text: 'x'.repeat(200) }] });
  for (let n = 1; n <= count; n++) {
    watch.exchange(aRequest(n).inSession(`sess-${tool}`).toolCall(tool, { n }).at(n), { body });
  }
  return watch.take(aTick(count + 5_000)).recorded();
}

const sequencesOf = (reader: LiveReader) => reader.items<EventItem>('events').map(({ sequence }) => sequence);
/** In the order of writing. */
const kept = (rig: Rig) => {
  const events = [...rig.reader.exportEvents({}, false)].flat();
  return events.map(({ sequence }) => sequence).sort((a, b) => a - b);
};

describe('a follower', () => {
  it('gets what is committed from now on, and the sessions it changed', async () => {
    const rig = await begin(calls(3));
    const reader = await follow(rig);
    rig.append(someTraffic().recorded());
    await vi.waitFor(() => expect(reader.items<SessionItem>('sessions')).toHaveLength(2));
    const all = kept(rig);
    expect(sequencesOf(reader)).toEqual(all.slice(4));
    expect(reader.events.find(({ name }) => name === 'events')?.id).toBe(String(rig.reader.latest()));
  });

  it('gets what its filter lets through', async () => {
    const rig = await begin();
    const reader = await follow(rig, '?tool=pour&outcome=error');
    const files = await follow(rig, '?server=files');
    rig.append(someTraffic().recorded());
    await vi.waitFor(() => expect(files.items<SessionItem>('sessions')).toHaveLength(1));
    await vi.waitFor(() => expect(reader.items<EventItem>('events')).toHaveLength(1));
    expect(reader.items<EventItem>('events')[0]).toMatchObject({
      genAiToolName: 'pour',
      outcome: 'tool_error',
    });
    expect(files.items<EventItem>('events').map(({ serverName }) => serverName)).toEqual([
      'files',
      'files',
      'files',
    ]);
  });

  it('begins after the sequence it names, however much follows', async () => {
    const rig = await begin(calls(1_000));
    const reader = await follow(rig, '?after=10');
    await vi.waitFor(() => expect(reader.lastId).toBe(String(rig.reader.latest())));
    expect(sequencesOf(reader)).toEqual(kept(rig).filter((sequence) => sequence > 10));
  });

  it('goes on where it was cut off, with nothing missing and nothing twice', async () => {
    const rig = await begin();
    const first = await follow(rig);
    rig.append(calls(300, 'brew'));
    await vi.waitFor(() => expect(sequencesOf(first).length).toBeGreaterThan(0));
    first.message.destroy();
    const { lastId } = first;
    const seen = sequencesOf(first);
    rig.append(calls(50, 'pour'));
    const again = await follow(rig, '?after=0', { 'last-event-id': lastId });
    await vi.waitFor(() => expect(again.lastId).toBe(String(rig.reader.latest())));
    expect([...seen, ...sequencesOf(again)]).toEqual(kept(rig));
  });

  it('hears when the archive is another one, and goes on with that', async () => {
    const rig = await begin(calls(2));
    const reader = await follow(rig, '', { 'last-event-id': '99999' });
    await vi.waitFor(() => expect(reader.events).toHaveLength(1));
    expect(reader.events[0]).toMatchObject({ name: 'reset', data: { latest: rig.reader.latest() } });
    rig.append(calls(1, 'pour'));
    await vi.waitFor(() => expect(reader.items<EventItem>('events')).toHaveLength(2));
  });

  it('that is too many sessions behind is told to load anew', async () => {
    const watch = new Watch();
    for (let n = 1; n <= 520; n++) watch.exchange(aRequest(n).inSession(`sess-${n}`).toolCall('brew').at(n));
    const rig = await begin(watch.take(aTick(10_000)).recorded());
    const reader = await follow(rig, '?after=0&tool=none');
    await vi.waitFor(() => expect(reader.events.map(({ name }) => name)).toEqual(['reset']));
    rig.append(calls(1, 'pour'));
    await vi.waitFor(() => expect(reader.items<SessionItem>('sessions')).toHaveLength(1));
  });

  it('with an id that is none is refused', async () => {
    const rig = await begin();
    expect((await rig.get('/api/v1/live', { 'last-event-id': '1; DROP' })).status).toBe(400);
  });

  it('texts of strangers cannot break out of an event', async () => {
    const rig = await begin();
    const reader = await follow(rig);
    rig.append(calls(1, 'x\n\nevent: reset\ndata: {}\r\u2028'));
    await vi.waitFor(() => expect(sequencesOf(reader)).toHaveLength(2));
    expect(reader.events.map(({ name }) => name)).not.toContain('reset');
    expect(reader.items<EventItem>('events')[1]?.genAiToolName).toContain('event: reset');
  });
});

describe('many followers', () => {
  it('with equal filters cost one question each commit', async () => {
    const rig = await begin(calls(2));
    const asked = vi.spyOn(rig.reader, 'events');
    const followers = await Promise.all([
      ...Array.from({ length: 20 }, () => follow(rig, '?server=shop&tool=pour')),
      ...Array.from({ length: 5 }, () => follow(rig, '?tool=pour&server=shop')),
      follow(rig, '?tool=brew'),
    ]);
    rig.append(calls(3, 'pour'));
    await vi.waitFor(() => {
      for (const reader of followers.slice(0, 25)) expect(reader.items('events')).toHaveLength(3);
    });
    expect(asked).toHaveBeenCalledTimes(2);
  });

  it('that stand still hold a step each and get everything later', async () => {
    const rig = await begin();
    const slow = await rig.ask('/api/v1/live?after=0');
    slow.pause();
    const quick = await follow(rig, '?after=0');
    // Long names, so that few events are more than every buffer of the kernel.
    for (let round = 0; round < 16; round++) rig.append(calls(500, `tool-${round}-${'x'.repeat(1_500)}`));
    const latest = rig.reader.latest();
    await vi.waitFor(() => expect(quick.lastId).toBe(String(latest)), 20_000);
    const held = rig.heldBytes;
    expect(held).toBeGreaterThan(0);
    // A step of 200 events, each under 4 kB, and what the socket had taken before.
    expect(held).toBeLessThan(1_000_000);
    const reader = new LiveReader(slow);
    slow.resume();
    await vi.waitFor(() => expect(reader.lastId).toBe(String(latest)), 20_000);
    expect(sequencesOf(reader)).toEqual(sequencesOf(quick));
    expect(sequencesOf(reader)).toEqual(kept(rig));
  }, 60_000);

  it('leave nothing behind when they go', async () => {
    const rig = await begin();
    const asked = vi.spyOn(rig.reader, 'events');
    const reader = await follow(rig);
    expect(rig.open).toBe(1);
    reader.message.destroy();
    await vi.waitFor(() => expect(rig.open).toBe(0));
    rig.append(calls(1));
    await rig.get('/healthz');
    expect(asked).not.toHaveBeenCalled();
  });
});
