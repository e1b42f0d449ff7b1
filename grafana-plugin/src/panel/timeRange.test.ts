/** The dashboard's range: what goes on with the clock, and what stands still. */
import { dateTime, type TimeRange } from '@grafana/data';
import { describe, expect, it } from 'vitest';
import { rangeChoiceOf, stillRange, zoneOf } from './timeRange.ts';

const FROM = Date.UTC(2026, 10, 20, 10);
const TO = Date.UTC(2026, 10, 20, 11);
const range = (from: string | undefined, to: string | undefined): TimeRange => ({
  from: dateTime(FROM),
  to: dateTime(TO),
  raw: { from: from ?? dateTime(FROM), to: to ?? dateTime(TO) },
});

describe('a range of the dashboard', () => {
  it.each([
    ['now-1h', 3_600_000],
    ['now-90s', 90_000],
    ['now-2w', 1_209_600_000],
  ])('%s to now goes on with the clock', (from, ms) =>
    expect(rangeChoiceOf(range(from, 'now'))).toEqual({ kind: 'relative', ms }),
  );
  it.each(['now/d', 'now-1M', 'now-1d/d'])('%s to now begins at its moment', (from) =>
    expect(rangeChoiceOf(range(from, 'now'))).toEqual({ kind: 'since', from: FROM }),
  );
  it.each([
    ['now-6h', 'now-5m'],
    ['now/d', 'now/d'],
    [undefined, undefined],
  ])('%s to %s is two moments', (from, to) =>
    expect(rangeChoiceOf(range(from, to))).toEqual({ kind: 'absolute', from: FROM, to: TO }),
  );
  it('stands still where nobody can be asked', () => {
    expect(stillRange(range('now-1h', 'now'), TO - 5)).toEqual({ kind: 'absolute', from: FROM, to: TO - 5 });
    expect(stillRange(range('now-1h', 'now'), 0)).toEqual({ kind: 'absolute', from: FROM, to: FROM + 1 });
  });
});

it.each([
  ['browser', undefined],
  ['', undefined],
  ['utc', 'UTC'],
  ['Europe/Berlin', 'Europe/Berlin'],
])('the time zone %j is %j', (given, zone) => expect(zoneOf(given)).toBe(zone));
