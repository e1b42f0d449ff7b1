/** Sessions out of summaries: newest of each instance, added up; read once, then only what is new. */

import type { RecordKind } from 'sightline/contract';
import { describe, expect, it } from 'vitest';
import { SessionMaker, START } from '../testing/events.ts';
import { frameOf, type Row, rowOfEvent, slimRow } from '../testing/lokiRows.ts';
import { StandInLoki } from '../testing/standInLoki.ts';
import type { Shown } from './panelPorts.ts';
import { createPanelSource } from './panelSource.ts';
import { readRecord } from './records.ts';
import { SessionBook } from './sessionBook.ts';
import { TARGETS } from './targets.ts';

const { signal } = new AbortController();
const MINUTE = 60_000;

interface Said {
  readonly at: number;
  readonly record?: RecordKind;
  readonly instance?: string;
  readonly started?: number;
  readonly last?: number;
  readonly status?: string;
  readonly calls?: number;
  readonly tools?: string;
  readonly mcp?: string;
}

function summary(id: string, said: Said): Row {
  const {
    at,
    record = 'session',
    instance = 'one',
    started = 0,
    last = at,
    status = 'open',
    calls = 1,
  } = said;
  return {
    timeNs: `${START + at}000001`,
    line: id,
    labels: {
      service_name: 'sightline',
      sightline_record: record,
      service_instance_id: instance,
      sightline_session_id: id,
      event_name: 'sightline.session',
      sightline_server_name: 'shop',
      sightline_session_started: String(START + started),
      sightline_session_last_activity: String(START + last),
      sightline_session_status: status,
      sightline_session_calls: String(calls),
      sightline_session_incomplete: 'false',
      sightline_session_tools: said.tools ?? `{"search":[${calls},0]}`,
      ...(said.mcp !== undefined && { mcp_session_id: said.mcp }),
    },
  };
}

function rig(shown: Partial<Shown> = {}) {
  const loki = new StandInLoki();
  const clock = { now: START + 60 * MINUTE };
  const source = createPanelSource({
    shown: () => ({ frames: [], from: START, to: clock.now, loading: false, errors: [], ...shown }),
    loki: loki.ask,
    now: () => clock.now,
    activeWindow: 5 * MINUTE,
  });
  const list = (from = START, to = clock.now) =>
    source.sessions({ from, to, sort: 'session', descending: false }, signal);
  return { loki, clock, source, list };
}

const idsOf = (page: { readonly items: readonly { readonly sessionId: string }[] }) =>
  page.items.map(({ sessionId }) => sessionId);

describe('a list', () => {
  it('has the newest record of each instance, and adds instances up', async () => {
    const { loki, list } = rig();
    loki.rows.push(
      summary('a', { at: 5 * MINUTE, calls: 3 }),
      summary('a', { at: 10 * MINUTE, calls: 7, status: 'ended' }),
      summary('a', { at: 8 * MINUTE, calls: 5, instance: 'two' }),
    );
    const [item] = (await list()).items;
    expect(item).toMatchObject({ sessionCalls: 12, sessionStatus: 'ended', active: false });
    expect(item?.tools).toEqual([{ name: 'search', calls: 12, errors: 0 }]);
  });

  it('reads five minutes beyond the range, and live records only of a range that is young', async () => {
    const { loki, list } = rig();
    loki.rows.push(
      summary('written later', { at: 33 * MINUTE, last: 29 * MINUTE }),
      summary('of another time', { at: 50 * MINUTE, started: 45 * MINUTE }),
      summary('live', { at: 59 * MINUTE, record: 'session_live', started: 58 * MINUTE }),
    );
    expect(idsOf(await list(START, START + 30 * MINUTE))).toEqual(['written later']);
    expect(loki.asked.some(({ expr }) => expr.includes('session_live'))).toBe(false);
    expect(idsOf(await list())).toEqual(['live', 'of another time', 'written later']);
  });

  it('leaves out sessions that ended before the range or began after it', async () => {
    const { loki, list } = rig();
    loki.rows.push(
      summary('before', { at: 12 * MINUTE, last: 5 * MINUTE, status: 'ended' }),
      summary('in', { at: 15 * MINUTE }),
      summary('after', { at: 33 * MINUTE, started: 31 * MINUTE }),
    );
    expect(idsOf(await list(START + 10 * MINUTE, START + 30 * MINUTE))).toEqual(['in']);
  });

  it('is paged, filtered and sorted as everywhere', async () => {
    const { loki, source, clock } = rig();
    for (let at = 0; at < 25; at++) {
      loki.rows.push(summary(`s${String(at).padStart(2, '0')}`, { at: at * 1_000, calls: at % 4 }));
    }
    const query = { from: START, to: clock.now, sort: 'calls', descending: true, limit: 10 } as const;
    const found: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof source.sessions>> = await source.sessions(
        { ...query, ...(cursor !== null && { cursor }) },
        signal,
      );
      found.push(...idsOf(page));
      cursor = page.next;
    } while (cursor !== null);
    expect(new Set(found).size).toBe(25);
    expect(found[0]).toBe('s23');
    expect((await source.sessions({ ...query, q: 'S2' }, signal)).items).toHaveLength(5);
    expect((await source.sessions({ ...query, status: 'active' }, signal)).items).toHaveLength(0);
  });
});

describe('news', () => {
  it('are read from where the last look ended, with an overlap', async () => {
    const { loki, clock, list } = rig();
    loki.rows.push(summary('a', { at: 10 * MINUTE }));
    await list();
    loki.asked.length = 0;
    clock.now += 5_000;
    loki.rows.push(summary('a', { at: 60 * MINUTE + 4_000, record: 'session_live', calls: 9 }));
    expect((await list()).items[0]).toMatchObject({ sessionCalls: 9, active: true });
    const looks = loki.asked.filter(({ expr }) => expr.includes('session'));
    expect(looks).not.toHaveLength(0);
    for (const { from } of looks) expect(from).toBeGreaterThanOrEqual(START + 60 * MINUTE - 30_000);
  });

  it('never run twice at once', async () => {
    const { loki, list } = rig();
    let running = 0;
    let most = 0;
    loki.before = async ({ expr }) => {
      if (!expr.includes('"session"')) return;
      running += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      running -= 1;
    };
    await Promise.all([list(), list(), list()]);
    expect(most).toBe(1);
  });

  it('of nine hundred looks leave no more in memory than the range has', async () => {
    const { loki, clock, source } = rig();
    const book = () => source.sessions({ from: clock.now - 5 * MINUTE, to: clock.now, limit: 1_000 }, signal);
    for (let poll = 0; poll < 900; poll++) {
      clock.now += 5_000;
      const at = clock.now - START;
      loki.rows.push(summary(`s${poll}`, { at: at - 1_000, started: at - 1_000, status: 'ended' }));
      loki.rows.splice(0, Math.max(0, loki.rows.length - 300));
      const { items } = await book();
      expect(items.length).toBeLessThanOrEqual(61);
      expect(items.map(({ sessionId }) => sessionId)).toContain(`s${poll}`);
    }
    // What was forgotten is read again when it is asked for.
    loki.asked.length = 0;
    await source.sessions({ from: START, to: clock.now }, signal);
    expect(Math.min(...loki.asked.map(({ from }) => from))).toBe(START);
  });
});

describe('the first list', () => {
  it('is what the panel’s own query brought, without a question', async () => {
    const rows = [summary('a', { at: 10 * MINUTE }), summary('b', { at: 20 * MINUTE })];
    const frame = frameOf(
      rows.map((row) => slimRow(row, 'session')),
      'dataplane',
      {
        executedQueryString: `Expr: ${TARGETS.sessions}`,
      },
    );
    const { loki, list, clock } = rig({ frames: [frame] });
    expect(idsOf(await list())).toEqual(['a', 'b']);
    expect(loki.asked).toEqual([]);
    clock.now += 5_000;
    loki.rows.push(summary('c', { at: 60 * MINUTE + 1_000, record: 'session_live' }));
    expect(idsOf(await list())).toEqual(['a', 'b', 'c']);
    for (const { from } of loki.asked.filter(({ expr }) => expr.includes('session')))
      expect(from).toBeGreaterThan(START + 50 * MINUTE);
  });

  it.each([
    ['another query', { executedQueryString: 'Expr: {service_name="sightline"}' }],
    ['a query that met its limit', { executedQueryString: `Expr: ${TARGETS.sessions}`, limit: 1 }],
  ])('is asked for when the panel has %s', async (_, meta) => {
    const frame = frameOf([summary('a', { at: 10 * MINUTE })], 'legacy', meta);
    const { loki, list } = rig({ frames: [frame] });
    loki.rows.push(summary('a', { at: 10 * MINUTE }), summary('b', { at: 20 * MINUTE }));
    expect(idsOf(await list())).toEqual(['a', 'b']);
  });
});

describe('one session', () => {
  it('is found by its id in its bucket, and by the protocol’s own anywhere', async () => {
    const { loki, source } = rig();
    loki.rows.push(summary('bb152ad2a7fbdf1b5b35ce76', { at: -600 * MINUTE, mcp: 'proto-1' }));
    expect(await source.session('bb152ad2a7fbdf1b5b35ce76', signal)).toMatchObject({
      mcpSessionId: 'proto-1',
    });
    expect(loki.asked[0]?.expr).toMatch(/sightline_bucket="[0-9a-f]"/);
    expect((await source.session('proto-1', signal)).sessionId).toBe('bb152ad2a7fbdf1b5b35ce76');
  });

  it('that a link named has its events also long after it was forgotten among newer ones', async () => {
    const { loki, clock, source, list } = rig();
    const at = -600 * MINUTE;
    loki.rows.push(summary('session', { at, started: at - MINUTE, status: 'ended' }));
    loki.rows.push(rowOfEvent(new SessionMaker().call(at - 1_000, 10)));
    await source.session('session', signal);
    for (let look = 0; look < 20; look++) {
      clock.now += MINUTE;
      await list(clock.now - 60 * MINUTE);
    }
    expect((await source.sessionEvents('session', {}, signal)).items).toHaveLength(1);
  });

  it('that nobody knows is a sentence', async () => {
    await expect(rig().source.session('nobody', signal)).rejects.toThrow('Loki has no such session');
  });
});

it('the book keeps its bound by giving up who is silent longest', () => {
  const book = new SessionBook(5 * MINUTE);
  for (let at = 0; at < 50; at++) {
    const record = readRecord(summary(`s${at}`, { at: at * 1_000 }));
    if (record?.kind === 'session') book.add(record.summary);
  }
  expect(book.trim(10)).toBe(START + 40_000);
  expect(book.size).toBe(10);
  expect(book.has('s49')).toBe(true);
  expect(book.has('s39')).toBe(false);
});
