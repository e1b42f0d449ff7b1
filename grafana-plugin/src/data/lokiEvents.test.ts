/** Pages lose and double nothing, news come once, and a panel that stays open for hours does not grow. */

import type { EventItem, EventPage } from 'sightline/contract';
import { describe, expect, it } from 'vitest';
import { SessionMaker, START } from '../testing/events.ts';
import { rowOfEvent } from '../testing/lokiRows.ts';
import { StandInLoki } from '../testing/standInLoki.ts';
import type { LokiQuestion } from './ask.ts';
import { partsOf } from './lokiEvents.ts';
import { createPanelSource } from './panelSource.ts';

const { signal } = new AbortController();

function rig() {
  const loki = new StandInLoki();
  const clock = { now: START + 60_000 };
  const source = createPanelSource({
    shown: () => ({ frames: [], from: START - 60_000, to: clock.now, loading: false, errors: [] }),
    loki: loki.ask,
    now: () => clock.now,
    activeWindow: 300_000,
  });
  const maker = new SessionMaker();
  const put = (event: EventItem, nanos?: string): EventItem => {
    const timeUnixNano = nanos ?? event.timeUnixNano;
    loki.rows.push(rowOfEvent({ ...event, timeUnixNano }));
    return event;
  };
  const call = (at: number, nanos?: string, more: Partial<EventItem> = {}) =>
    put(maker.call(at, 0, more), nanos);
  return { loki, clock, source, call };
}

const idsOf = (items: readonly EventItem[]) => items.map(({ eventId }) => eventId);

/** Eventually most rows of a whole second share its nanosecond, some its millisecond. */
const crowded = (at: number) => `${START + Math.floor(at / 7)}${String(at % 3).padStart(6, '0')}`;

describe.each(['newest', 'oldest'] as const)('%s first', (order) => {
  it.each([1, 3, 10, 64])('pages of %i give every row once, though many share a timestamp', async (limit) => {
    const { source, call } = rig();
    const made = Array.from({ length: 90 }, (_, at) => call(at, crowded(at)));
    const found: EventItem[] = [];
    let cursor: string | null = null;
    do {
      const page: EventPage = await source.events(
        { order, limit, ...(cursor !== null && { cursor }) },
        signal,
      );
      expect(page.items.length).toBeLessThanOrEqual(limit);
      found.push(...page.items);
      cursor = page.next;
    } while (cursor !== null);
    expect(idsOf(found).sort()).toEqual(idsOf(made).sort());
    const times = found.map(({ timeUnixNano }) => timeUnixNano);
    expect(times).toEqual(order === 'newest' ? [...times].sort().reverse() : [...times].sort());
  });

  it('goes on behind a millisecond that has more than Loki gives at once, and says so', async () => {
    const { source, loki, call } = rig();
    loki.linesMax = 20;
    for (let at = 0; at < 50; at++) call(at, `${START}${String(at).padStart(6, '0')}`);
    call(100);
    const first = order === 'newest' ? 1 : 0;
    const found: EventItem[] = [];
    let cursor: string | null = null;
    const gaps = new Set<string>();
    do {
      const page: EventPage = await source.events(
        { order, limit: 15, ...(cursor !== null && { cursor }) },
        signal,
      );
      found.push(...page.items);
      for (const gap of page.completeness.gaps ?? []) gaps.add(gap);
      cursor = page.next;
    } while (cursor !== null);
    expect(new Set(idsOf(found)).size).toBe(found.length);
    expect(found.length).toBeGreaterThanOrEqual(20 + first);
    expect(idsOf(found)).toContain('event 51');
    expect([...gaps].join()).toContain('one millisecond');
  });
});

describe('a long range', () => {
  it('is read in parts, newest first, each twice as long as the one before', () => {
    expect(partsOf({ from: 0, to: 15 * 60_000 }, 'backward')).toEqual([
      { from: 14 * 60_000, to: 15 * 60_000 },
      { from: 12 * 60_000, to: 14 * 60_000 },
      { from: 8 * 60_000, to: 12 * 60_000 },
      { from: 0, to: 8 * 60_000 },
    ]);
    expect(partsOf({ from: 0, to: 15 * 60_000 }, 'forward').at(-1)).toEqual({
      from: 7 * 60_000,
      to: 15 * 60_000,
    });
    expect(partsOf({ from: 5, to: 60_000 }, 'backward')).toEqual([{ from: 5, to: 60_000 }]);
  });

  it('shows what is found while older parts are read, and asks no further when it has enough', async () => {
    const { source, loki, call, clock } = rig();
    const hour = 3_600_000;
    clock.now = START + hour;
    const made = [call(0), call(hour - 2_000), call(hour - 1_000)];
    const partial: EventPage[] = [];
    const range = { from: START, to: START + hour };
    const page = await source.events({ ...range, tool: ['search_products'], limit: 10 }, signal, (one) => {
      partial.push(one);
    });
    expect(partial[0]?.items).toHaveLength(2);
    expect(idsOf(page.items)).toEqual(idsOf(made).reverse());
    expect(page.next).toBeNull();
    loki.asked.length = 0;
    await source.events({ ...range, limit: 1 }, signal);
    expect(loki.asked.filter(({ expr }) => expr.includes('"event"'))).toHaveLength(1);
  });
});

describe('news', () => {
  it('come once each, in the order of arrival, also late ones and those in the overlap', async () => {
    const { source, clock, call } = rig();
    call(10_000);
    call(20_000);
    const first = await source.events({ limit: 50 }, signal);
    expect((await source.events({ after: first.latest }, signal)).items).toEqual([]);
    const late = call(55_000);
    clock.now += 2_000;
    const second = await source.events({ after: first.latest }, signal);
    expect(idsOf(second.items)).toEqual(idsOf([late]));
    // Older than what is known already, and written now.
    const later = call(50_000);
    clock.now += 2_000;
    const third = await source.events({ after: second.latest }, signal);
    expect(idsOf(third.items)).toEqual(idsOf([later]));
    expect((await source.events({ after: third.latest }, signal)).items).toEqual([]);
  });

  it('come from a proxy whose clock is two minutes behind', async () => {
    const { source, clock, call } = rig();
    clock.now = START + 600_000;
    call(480_000);
    const { latest } = await source.events({ limit: 50 }, signal);
    const fresh = call(482_000);
    clock.now += 2_000;
    expect(idsOf((await source.events({ after: latest }, signal)).items)).toEqual(idsOf([fresh]));
  });

  it('that are more than a page are told page by page', async () => {
    const { source, clock, call } = rig();
    call(0);
    const { latest } = await source.events({ limit: 5 }, signal);
    const made = Array.from({ length: 25 }, (_, at) => call(40_000 + at));
    clock.now += 2_000;
    const found: EventItem[] = [];
    let after = latest;
    for (let turn = 0; turn < 10; turn++) {
      const page = await source.events({ after, limit: 10 }, signal);
      found.push(...page.items);
      after = page.items.at(-1)?.sequence ?? after;
      if (page.next === null) break;
    }
    expect(idsOf(found)).toEqual(idsOf(made));
  });

  it('are missed by nobody while another question gives out numbers', async () => {
    const { source, loki, clock, call } = rig();
    call(10_000);
    const { latest } = await source.events({ tool: ['search_products'] }, signal);
    const hidden = call(58_000);
    clock.now += 2_000;
    // The list's question has read already when another one meets the new event first.
    let other: Promise<unknown> | undefined;
    loki.before = async ({ expr }: LokiQuestion) => {
      if (other !== undefined || !expr.includes('"event"')) return;
      const row = loki.rows.pop();
      other = Promise.resolve().then(async () => {
        if (row) loki.rows.push(row);
        await source.sessionEvents('session', {}, signal);
      });
    };
    const early = await source.events({ tool: ['search_products'], after: latest }, signal);
    await other;
    const next = await source.events({ tool: ['search_products'], after: early.latest }, signal);
    expect(idsOf([...early.items, ...next.items])).toContain(hidden.eventId);
  });

  it('stay cheap: nine hundred looks remember no more than the last ones', async () => {
    const { source, loki, clock, call } = rig();
    call(0);
    let { latest } = await source.events({ limit: 100 }, signal);
    const seen = new Set<string | undefined>();
    let asked = 0;
    for (let poll = 1; poll <= 900; poll++) {
      clock.now += 2_000;
      const at = clock.now - START - 1_000;
      const made = [call(at), call(at + 1)];
      loki.rows.splice(0, Math.max(0, loki.rows.length - 40));
      loki.asked.length = 0;
      const page = await source.events({ after: latest }, signal);
      expect(idsOf(page.items)).toEqual(idsOf(made));
      for (const id of idsOf(page.items)) {
        expect(seen.has(id)).toBe(false);
        seen.add(id);
      }
      latest = page.latest;
      const question = loki.asked.find(({ expr }) => expr.includes('"event"'));
      expect((question?.to ?? 0) - (question?.from ?? 0)).toBeLessThan(400_000);
      asked += loki.asked.length;
    }
    // One for the events each time, and one for losses every ten seconds.
    expect(asked).toBeLessThan(900 * 1.3);
  });
});

describe('the events of a session', () => {
  it('come oldest first, the first page at once and the rest by one more question', async () => {
    const { source, loki, call } = rig();
    const made = Array.from({ length: 3_450 }, (_, at) => call(at, crowded(at)));
    const found: EventItem[] = [];
    let cursor: string | null = null;
    do {
      const limit = cursor === null ? 200 : 1_000;
      const page: Awaited<ReturnType<typeof source.sessionEvents>> = await source.sessionEvents(
        'session',
        { limit, ...(cursor !== null && { cursor }) },
        signal,
      );
      found.push(...page.items);
      cursor = page.next;
    } while (cursor !== null);
    expect(found).toHaveLength(made.length);
    expect(new Set(idsOf(found)).size).toBe(made.length);
    expect(loki.asked.filter(({ expr }) => expr.includes('"event"'))).toHaveLength(2);
  });
});

describe('trouble', () => {
  it('is a sentence for that question alone', async () => {
    const { source, loki, call } = rig();
    call(0);
    loki.refusal = 'parse error at line 1\n  unexpected |';
    await expect(source.events({}, signal)).rejects.toThrow('Loki says: parse error at line 1 unexpected |.');
    loki.refusal = undefined;
    expect((await source.events({}, signal)).items).toHaveLength(1);
  });

  it('of a server that gives fewer lines at once is learned from its refusal', async () => {
    const { source, loki, call } = rig();
    loki.linesMax = 500;
    const made = Array.from({ length: 1_200 }, (_, at) => call(at));
    const page = await source.events({ limit: 1_000 }, signal);
    expect(idsOf(page.items)).toEqual(idsOf(made).reverse().slice(0, 1_000));
  });

  it('ends with who waits for it', async () => {
    const { source, call } = rig();
    call(0);
    await expect(source.events({}, AbortSignal.abort())).rejects.toThrow(/abort/i);
  });

  it('of a list begun elsewhere is told', async () => {
    const { source } = rig();
    for (const cursor of ['', '{}', '["5",[]]', '["x","y"]']) {
      await expect(source.events({ cursor }, signal)).rejects.toThrow(
        'This list was begun by another version',
      );
    }
  });
});
