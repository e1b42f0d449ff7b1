/** When sessions tell their totals, and that what peers make long is not kept long. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { anEnd, aRequest, aResponse, aTick, result, SETTINGS, T0 } from '../testing/frames.ts';
import type { Event } from './event.ts';
import type { Frame } from './frame.ts';
import { Observer } from './observer.ts';

const SECOND_US = 1_000_000;
const MINUTE_US = 60 * SECOND_US;

/** Ticks four times a second from one time to another, both included. */
function* ticks(fromUs: number, toUs: number): Generator<Frame> {
  for (let atUs = fromUs; atUs <= toUs; atUs += SECOND_US / 4) yield { kind: 'tick', atUs };
}

function callAt(exchange: number, session: string, atUs: number): Frame[] {
  const ms = (atUs - T0) / 1_000;
  const request = aRequest(exchange).toolCall('x').inSession(session).at(ms).build();
  return [request, aResponse(exchange, ms + 1, 200), anEnd(exchange, ms + 2, 'complete', result(1))];
}

/** Which summaries were written: session's own id, kind of record, and seconds since the start. */
function summariesOf(events: readonly Event[]): [string, string, number][] {
  return events.flatMap((event) =>
    event.kind === 'sightline.session'
      ? [
          [
            event.attributes['sightline.session.id'] ?? '',
            event.attributes['sightline.record'] ?? '',
            (Number(event.timeNs.slice(0, 16)) - T0) / SECOND_US,
          ],
        ]
      : [],
  );
}

describe('summaries', () => {
  // The first wall-clock boundary of five minutes after T0.
  const boundaryUs = Math.ceil((T0 + 1) / (5 * MINUTE_US)) * 5 * MINUTE_US;

  it('are live on change at most every five seconds, and silent without change', () => {
    const observer = new Observer(SETTINGS);
    const take = (frames: Iterable<Frame>) => [...frames].flatMap((frame) => observer.take(frame));
    const events = [...take(callAt(1, 's', T0)), ...take(ticks(T0 + SECOND_US / 4, T0 + SECOND_US))];
    for (let n = 2; n <= 9; n++) {
      const atUs = T0 + n * SECOND_US;
      events.push(
        ...take(callAt(n, 's', atUs)),
        ...take(ticks(atUs + SECOND_US / 4, atUs + SECOND_US * 0.75)),
      );
    }
    const busy = summariesOf(events);
    events.push(...take(ticks(T0 + 10 * SECOND_US, T0 + 40 * SECOND_US)));
    const all = summariesOf(events);
    expect(new Set(all.map(([, record]) => record))).toEqual(new Set(['session_live']));
    const gaps = all.slice(1).map(([, , at], index) => at - (all[index]?.[2] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(5);
    expect(busy.length).toBe(2);
    // One more for what changed last, then nothing for half a minute.
    expect(all.length).toBe(3);
  });

  it('are full at each five minutes of wall clock, for the sessions that changed since', () => {
    const observer = new Observer(SETTINGS);
    const take = (frames: Iterable<Frame>) => [...frames].flatMap((frame) => observer.take(frame));
    const full = (events: readonly Event[]) =>
      summariesOf(events).filter(([, record]) => record === 'session');
    take(callAt(1, 'a', boundaryUs - 2 * SECOND_US));
    take(callAt(2, 'b', boundaryUs - SECOND_US));
    take(ticks(boundaryUs - SECOND_US / 2, boundaryUs - SECOND_US / 4));
    const first = full(take(ticks(boundaryUs, boundaryUs + SECOND_US)));
    expect(first.map(([, , at]) => T0 + at * SECOND_US)).toEqual([boundaryUs, boundaryUs]);
    take(callAt(3, 'b', boundaryUs + MINUTE_US));
    const between = full(take(ticks(boundaryUs + MINUTE_US, boundaryUs + 5 * MINUTE_US - SECOND_US)));
    const second = full(take(ticks(boundaryUs + 5 * MINUTE_US, boundaryUs + 6 * MINUTE_US)));
    expect([between.length, second.length]).toEqual([0, 1]);
    expect(second[0]?.[0]).toBe(first[1]?.[0]);
  });
});

describe('what peers make long', () => {
  it('is kept as its hash: ten megabytes of conversation ids leave little behind', () => {
    const observer = new Observer(SETTINGS);
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    const held = () => {
      collect();
      return process.memoryUsage().heapUsed + process.memoryUsage().external;
    };
    const before = held();
    for (let n = 1; n <= 100; n++) {
      const id = `${n}`.padEnd(100_000, 'x');
      const request = aRequest(n)
        .toolCall('x')
        .modern()
        .meta({ baggage: `session.id=${id}` })
        .at(n)
        .build();
      const frames = [request, aResponse(n, n, 200), anEnd(n, n, 'complete', result(1)), aTick(n)];
      for (const frame of frames) observer.take(frame);
    }
    expect(held() - before).toBeLessThan(5_000_000);
  });
});
