/** Retention by size, on a real file: what goes first, what is told of it, and that the file shrinks. */
import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../observation/event.ts';
import { aCall, aPayload, aSummary } from '../testing/events.ts';
import { IMPLEMENTATIONS, type Opened, START } from './testing/archives.ts';

const [sqlite] = IMPLEMENTATIONS;
let opened: Opened | undefined;
afterEach(() => opened?.dispose());

function openWith(limits: Parameters<NonNullable<typeof sqlite>['open']>[0]): Opened {
  opened = sqlite?.open(limits);
  if (!opened) throw new Error('no implementation');
  return opened;
}

/** Text that hardly compresses, so that payloads weigh what they seem to. */
function noise(length: number): string {
  return randomBytes(length).toString('base64').slice(0, length);
}

function calls(count: number, payloadLength: number, everyMs = 1, fromMs = 0): RecordedEvent[] {
  return Array.from({ length: count }, (_, index) =>
    aCall({
      atMs: fromMs + index * everyMs,
      attributes: { 'sightline.error.message': `reason ${noise(40)}` },
      payloads: payloadLength > 0 ? [aPayload('response', noise(payloadLength))] : [],
    }),
  );
}

function fill({ archive }: Opened, events: readonly RecordedEvent[]): void {
  for (let at = 0; at < events.length; at += 100) archive.append(events.slice(at, at + 100));
}

function retain({ archive }: Opened): number {
  let slices = 1;
  while (archive.retain(START)) slices += 1;
  return slices;
}

describe('retention by size', () => {
  it('sheds the oldest payloads before any event, and says how many events lost theirs', () => {
    const held = openWith({});
    fill(held, calls(1000, 8000));
    held.become?.('one', { bytesMax: 4_000_000 });
    expect(held.archive.stats.bytes).toBeGreaterThan(4_000_000);
    retain(held);
    expect(held.archive.stats.bytes).toBeLessThanOrEqual(4_000_000);
    expect(held.archive.stats.events).toBe(1000);
    const details = [...held.reader.exportEvents({}, true)].flat();
    const shed = details.filter(({ payloads }) => payloads[0]?.text === undefined);
    expect(shed.length).toBeGreaterThan(100);
    expect(shed.length).toBeLessThan(1000);
    expect(details.slice(0, shed.length)).toEqual(shed);
    const range = { from: START, to: START + 2000 };
    expect(held.reader.events(range).completeness).toMatchObject({ complete: false, shed: shed.length });
    const part = { from: START + 100, to: START + shed.length + 50 };
    expect(held.reader.events(part).completeness.shed).toBe(shed.length - 100);
  });

  it('delivers a shed payload as empty and cut, and goes on numbering blocks', () => {
    const held = openWith({});
    fill(held, calls(300, 8000));
    held.become?.('one', { bytesMax: 1_000_000 });
    retain(held);
    const [first] = held.archive.readAfter(0, 1);
    expect(first?.event).toMatchObject({ payloads: [{ text: '', truncated: true }] });
    held.become?.('other').append(calls(1, 8000));
    const { items } = held.reader.events({ after: 300 });
    expect(held.reader.event(items[0]?.eventId ?? '')?.payloads[0]?.text).toHaveLength(8000);
  });

  it('removes the oldest events where payloads have no more than their share, and counts those not sent', () => {
    const held = openWith({});
    fill(held, [...calls(4000, 0), aSummary('s', { atMs: 10 })]);
    held.become?.('one', { bytesMax: 2_000_000 });
    held.archive.moveCursor('logs', 100);
    const before = held.reader.totals({ from: START, to: START + 10_000 }).current;
    expect(before.events).toBe(4000);
    retain(held);
    const { events, bytes, oldestMs = 0 } = held.archive.stats;
    expect(bytes).toBeLessThanOrEqual(2_000_000);
    expect(events).toBeGreaterThan(400);
    expect(held.archive.unsentRemoved).toBe(4001 - events - 100);
    expect(held.reader.totals({ from: START, to: START + 10_000 }).current).toMatchObject({
      events,
      calls: events,
      sessions: 0,
    });
    expect(held.reader.events({ from: START }).completeness.keptFrom).toBe(oldestMs);
    expect(held.reader.events({ order: 'oldest', limit: 1 }).items[0]?.time).toBe(oldestMs);
  });

  it('lets a flood of texts go with the events that had them, within the same hour', () => {
    const held = openWith({ bytesMax: 2_000_000 });
    const flood = calls(6000, 0, 500);
    for (let at = 0; at < flood.length; at += 100) {
      held.archive.append(flood.slice(at, at + 100));
      retain(held);
    }
    // 6,000 different texts alone would take more than the whole archive may, and leave no room for any event.
    expect(held.archive.stats.bytes).toBeLessThanOrEqual(2_000_000);
    expect(held.archive.stats.events).toBeGreaterThan(300);
  });

  it('forgets texts that no event has any more, and finds those that are written again', () => {
    const held = openWith({ ageMs: 86_400_000 });
    const day = 86_400_000;
    const named = (atMs: number, tool: string) => aCall({ atMs, attributes: { 'gen_ai.tool.name': tool } });
    held.archive.append([named(0, 'ancient'), named(0, 'lasting'), named(2 * day, 'lasting')]);
    while (held.archive.retain(START + 2 * day + 1));
    held.archive.append([named(2 * day + 5, 'ancient'), named(2 * day + 6, 'lasting')]);
    const found = (q: string) => held.reader.events({ q }).items.map(({ sequence }) => sequence);
    expect(found('ncien')).toEqual([4]);
    expect(found('asting')).toEqual([5, 3]);
    expect(held.reader.facets({}).tools).toEqual([
      { value: 'lasting', count: 2, errors: 0 },
      { value: 'ancient', count: 1, errors: 0 },
    ]);
  });

  it('writes a text again whose block was shed since', () => {
    const held = openWith({ bytesMax: 1_000_000 });
    const text = noise(8000);
    held.archive.append([aCall({ payloads: [aPayload('response', text)] })]);
    fill(held, calls(300, 8000));
    retain(held);
    expect(held.archive.readAfter(0, 1)[0]?.event).toMatchObject({ payloads: [{ text: '' }] });
    const again = held.archive.append([aCall({ atMs: 400, payloads: [aPayload('response', text)] })]);
    expect(held.archive.readAfter(again - 1, 1)[0]?.event).toMatchObject({ payloads: [{ text }] });
  });

  it('knows what payloads weigh also after years of removing them by age', () => {
    const hour = 3_600_000;
    const held = openWith({ ageMs: hour, bytesMax: 4_000_000 });
    for (let round = 0; round < 4; round++) {
      fill(held, calls(300, 8000));
      while (held.archive.retain(START + 2 * hour));
    }
    expect(held.archive.stats.events).toBe(0);
    fill(held, calls(700, 8000, 1, 2 * hour));
    while (held.archive.retain(START + 2 * hour));
    expect(held.archive.stats.bytes).toBeLessThanOrEqual(4_000_000);
    expect(held.archive.stats.events).toBe(700);
  });

  it('gives the room back to the disk', () => {
    const held = openWith({});
    fill(held, calls(1500, 8000));
    held.become?.('one', { bytesMax: 3_000_000 });
    const path = held.path ?? '';
    const most = 3_000_000 + 1024 * 4096 * 1.1;
    expect(statSync(path).size).toBeGreaterThan(most);
    retain(held);
    expect(statSync(path).size).toBeLessThan(most);
  });
});
