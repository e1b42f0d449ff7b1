/** What every archive promises, asked of each implementation alike. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EndReason, SESSION_SORTS } from '../contract/index.ts';
import { WrongCursor } from '../observation/archive.ts';
import type { RecordedEvent } from '../observation/event.ts';
import { aCall, aLoss, aNotification, aPayload, aSummary } from '../testing/events.ts';
import { IMPLEMENTATIONS, type Opened, START } from './testing/archives.ts';

describe.each(IMPLEMENTATIONS)('the archive in $name', ({ open }) => {
  let opened: Opened;
  beforeEach(() => {
    opened = open();
  });
  afterEach(() => opened.dispose());

  const append = (...events: readonly RecordedEvent[]) => opened.archive.append(events);
  const sequences = (items: readonly { readonly sequence: number }[]) =>
    items.map(({ sequence }) => sequence);

  describe('writing', () => {
    it('numbers records from 1 without a gap, whatever their kind', () => {
      expect(opened.archive.latest()).toBe(0);
      expect(append(aCall(), aSummary('a'), aLoss('queue', 'full', 3))).toBe(1);
      expect(append(aNotification())).toBe(4);
      expect(opened.archive.latest()).toBe(4);
      expect(opened.reader.latest()).toBe(4);
    });

    it('gives back every record as it was, to the order of its keys', () => {
      const text = `{"query":"${'tea '.repeat(50)}"}`;
      const events = [
        aCall({ payloads: [aPayload('request', text, { redacted: 2 }), aPayload('response', text)] }),
        aCall({
          atMs: 1,
          attributes: { 'gen_ai.tool.name': '__proto__', 'sightline.error.message': 'a\0b😀\n' },
        }),
        aCall({ atMs: 1, ns: 1, payloads: [aPayload('request', ''), aPayload('response', `\ud800${text}`)] }),
        aNotification({ atMs: 2 }),
        aSummary('__proto__', { atMs: 3, attributes: { 'sightline.session.tools': '{"__proto__":[1,0]}' } }),
        aLoss('tap', 'weight', 7, { atMs: 4 }),
      ];
      append(...events);
      const back = opened.archive.readAfter(0, 100).map(({ event }) => event);
      expect(back).toEqual(events);
      expect(JSON.stringify(back)).toBe(JSON.stringify(events));
    });

    it('reads on after a sequence, in order, as many as asked for', () => {
      append(...Array.from({ length: 7 }, (_, index) => aCall({ atMs: 7 - index })));
      expect(sequences(opened.archive.readAfter(2, 3))).toEqual([3, 4, 5]);
      expect(opened.archive.readAfter(7, 3)).toEqual([]);
    });

    it('keeps one cursor a signal, which never goes back', () => {
      expect(opened.archive.cursor('traces')).toBeUndefined();
      opened.archive.moveCursor('traces', 5);
      opened.archive.moveCursor('traces', 3);
      opened.archive.moveCursor('logs', 0);
      expect([opened.archive.cursor('traces'), opened.archive.cursor('logs')]).toEqual([5, 0]);
    });

    it('takes what a collector refuses for good out of the way without losing the record', () => {
      append(aCall());
      opened.archive.setAside('logs', 1, 'HTTP 400');
      opened.archive.setAside('logs', 1, 'HTTP 400');
      expect(opened.archive.readAfter(0, 10)).toHaveLength(1);
    });

    it.each([
      { exported: [], unsent: 0 },
      { exported: ['logs'] as const, unsent: 1 },
      { exported: undefined, unsent: 2 },
    ])(
      'counts as removed unsent what a signal exported now ($exported) has missed',
      ({ exported, unsent }) => {
        opened.dispose();
        opened = open({ ageMs: 1_000, ...(exported && { exported }) });
        append(aCall(), aCall({ atMs: 1 }));
        opened.archive.moveCursor('traces', 0);
        opened.archive.moveCursor('logs', 1);
        while (opened.archive.retain(START + 10_000));
        expect([opened.archive.stats.events, opened.archive.unsentRemoved]).toEqual([0, unsent]);
      },
    );

    it('knows how much it keeps', () => {
      append(aCall({ atMs: 5 }), aCall({ atMs: 2 }), aSummary('a', { atMs: 1 }));
      expect(opened.archive.stats).toMatchObject({ events: 2, oldestMs: START + 2 });
      expect(opened.archive.stats.bytes).toBeGreaterThan(1000);
      expect(opened.reader.stats()).toEqual(opened.archive.stats);
    });

    it('hands sessions to the next start with their last number, also past the last summary', () => {
      const session = { 'sightline.session.id': 'a', 'mcp.session.id': 'proto-a' };
      append(
        aCall({ attributes: { ...session, 'sightline.event.number': 1 } }),
        aSummary('a', { atMs: 1 }),
        aSummary('b', { atMs: 9 }),
        aCall({ atMs: 2, attributes: { ...session, 'sightline.event.number': 2 } }),
        aSummary('old', { atMs: -60_000 }),
      );
      const [b, a, ...more] = opened.archive.recentSessions(START, 10);
      expect(more).toEqual([]);
      expect(b).toMatchObject({ number: 0, summary: { 'sightline.session.id': 'b' } });
      expect(a).toEqual({
        number: 2,
        mcpSessionId: 'proto-a',
        summary: aSummary('a', { atMs: 1 }).attributes,
      });
      expect(opened.archive.recentSessions(START, 1)).toHaveLength(1);
    });

    it('says of a session that has ended why', () => {
      const ended = (id: string, atMs: number, reason: EndReason) => [
        {
          ...aNotification({
            atMs,
            attributes: {
              'event.name': 'sightline.session.ended',
              'sightline.session.id': id,
              'sightline.session.end_reason': reason,
            },
          }),
          kind: 'sightline.session.ended' as const,
        },
        aSummary(id, { atMs: atMs + 1, attributes: { 'sightline.session.status': 'ended' } }),
      ];
      append(
        ...ended('a', 0, 'idle'),
        ...ended('a', 10, 'deleted'),
        ...ended('b', 20, 'closed'),
        // It went on.
        aSummary('b', { atMs: 30, attributes: { 'sightline.session.status': 'open' } }),
      );
      const reasons = opened.archive
        .recentSessions(0, 9)
        .map(({ summary, endReason }) => [summary['sightline.session.id'], endReason]);
      expect(Object.fromEntries(reasons)).toEqual({ a: 'deleted', b: undefined });
    });
  });

  describe('events', () => {
    it('names what the event log shows by the rule of the contract', () => {
      append(aCall({ atMs: 10, ns: 3, durationMs: 4, attributes: { 'mcp.session.id': 'p' } }));
      const [item] = opened.reader.events({}).items;
      expect(item).toMatchObject({
        sequence: 1,
        time: START + 10,
        startTime: START + 6,
        timeUnixNano: `${START + 10}000003`,
        mcpMethodName: 'tools/call',
        genAiToolName: 'search_products',
        mcpSessionId: 'p',
        sessionId: 'f00000000000000000000001',
        httpResponseStatusCode: 200,
        eventName: 'sightline.request',
        traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
      });
      expect(item).not.toHaveProperty('clientPort');
      expect(item).not.toHaveProperty('payloads');
    });

    it('gives details with payloads, what only details show, and each upstream exchange', () => {
      const event = aCall({
        atMs: 10,
        durationMs: 4,
        payloads: [aPayload('request', 'x'.repeat(100), { size: 900, truncated: true, redacted: 1 })],
      });
      append(aCall({ atMs: 10, ns: 1 }), event);
      const detail = opened.reader.event(event.attributes['sightline.event.id'] ?? '');
      expect(detail).toMatchObject({
        sequence: 2,
        clientPort: 50_000,
        credentialPrefix: 'Bearer ey…',
        upstreamFirstByte: 0.002,
        payloads: [{ part: 'request', text: 'x'.repeat(100), size: 900, truncated: true, redacted: 1 }],
        upstreamSpans: [
          { startTime: START + 6, endTime: START + 10, serverAddress: 'shop.internal', serverPort: 8080 },
        ],
      });
      expect(opened.reader.event('no id')).toBeUndefined();
      expect(opened.reader.event('01a1f89c-fb85-7dcd-9ffa-bb3f28a59d5c')).toBeUndefined();
    });

    it('orders by time, then by writing, newest first unless told otherwise', () => {
      append(aCall({ atMs: 3 }), aCall({ atMs: 1 }), aCall({ atMs: 2 }), aCall({ atMs: 2 }));
      expect(sequences(opened.reader.events({}).items)).toEqual([1, 4, 3, 2]);
      expect(sequences(opened.reader.events({ order: 'oldest' }).items)).toEqual([2, 3, 4, 1]);
    });

    it('shows neither summaries nor losses', () => {
      append(aSummary('a'), aLoss('queue', 'full', 1), aCall());
      expect(sequences(opened.reader.events({}).items)).toEqual([3]);
    });

    it.each(['newest', 'oldest'] as const)(
      'pages through, %s first, whatever is written meanwhile',
      (order) => {
        append(...Array.from({ length: 10 }, (_, index) => aCall({ atMs: index % 4 })));
        const all = sequences(opened.reader.events({ order }).items);
        const seen: number[] = [];
        let cursor: string | null = null;
        do {
          const page = opened.reader.events({ order, limit: 3, ...(cursor !== null && { cursor }) });
          expect(page.latest).toBe(10);
          seen.push(...sequences(page.items));
          append(aCall({ atMs: 2 }), aCall({ atMs: -50 }), aCall({ atMs: 90 }));
          cursor = page.next;
        } while (cursor !== null);
        expect(seen).toEqual(all);
      },
    );

    it('tells what was written after a sequence, in the order of writing, page by page', () => {
      append(...[5, 4, 3, 2, 1].map((atMs) => aCall({ atMs })));
      const first = opened.reader.events({ after: 1, limit: 3 });
      expect(sequences(first.items)).toEqual([2, 3, 4]);
      expect(first.latest).toBe(5);
      const rest = opened.reader.events({ after: 1, limit: 3, cursor: first.next ?? '' });
      expect([sequences(rest.items), rest.next]).toEqual([[5], null]);
      expect(opened.reader.events({ after: 5 })).toMatchObject({ items: [], next: null, latest: 5 });
    });

    it('refuses a cursor that it did not give for this list', () => {
      append(aCall(), aCall({ atMs: 1 }));
      const { next } = opened.reader.events({ limit: 1 });
      const given = next ?? '';
      expect(() => opened.reader.events({ order: 'oldest', cursor: given })).toThrow(WrongCursor);
      expect(() => opened.reader.events({ after: 0, cursor: given })).toThrow(WrongCursor);
      expect(() => opened.reader.sessions({ cursor: given })).toThrow(WrongCursor);
      expect(() => opened.reader.sessionEvents('a', { cursor: given })).toThrow(WrongCursor);
      for (const cursor of ['', 'x', '%', 'WyJuZXdlc3QiLCJhIiwxLDFd', 'bnVsbA', 'WyJuZXdlc3QiXQ']) {
        expect(() => opened.reader.events({ cursor }), cursor).toThrow(WrongCursor);
      }
    });

    it('lists a session in the order in which its events began', () => {
      const of = (atMs: number, durationMs: number) => aCall({ atMs, durationMs });
      append(of(10, 9), of(11, 2), of(12, 11), aCall({ attributes: { 'sightline.session.id': 'other' } }));
      const id = 'f00000000000000000000001';
      expect(sequences(opened.reader.sessionEvents(id, {}).items)).toEqual([1, 3, 2]);
      const first = opened.reader.sessionEvents(id, { limit: 2 });
      const rest = opened.reader.sessionEvents(id, { limit: 2, cursor: first.next ?? '' });
      expect([sequences(first.items), sequences(rest.items), rest.next]).toEqual([[1, 3], [2], null]);
      expect(opened.reader.sessionEvents('none', {}).items).toEqual([]);
    });

    it('exports every event of a filter, oldest first, with payloads when asked', () => {
      const payloads = [aPayload('request', 'y'.repeat(200))];
      append(...Array.from({ length: 1203 }, (_, index) => aCall({ atMs: 2000 - index, payloads })));
      append(aNotification({ atMs: 5000 }));
      const whole = [...opened.reader.exportEvents({ type: ['sightline.request'] }, true)].flat();
      expect(sequences(whole)).toEqual(Array.from({ length: 1203 }, (_, index) => 1203 - index));
      expect(whole.at(-1)?.payloads[0]?.text).toBe('y'.repeat(200));
      const [[bare] = []] = opened.reader.exportEvents({}, false);
      expect(bare?.payloads).toEqual([]);
      expect([...opened.reader.exportEvents({ server: ['none'] }, true)]).toEqual([]);
    });
  });

  describe('sessions', () => {
    it('shows the newest summary, the protocol id of its events, and its tools', () => {
      append(
        aSummary('a', { atMs: 5, attributes: { 'sightline.session.calls': 2 } }),
        aSummary('a', { atMs: 4, attributes: { 'sightline.session.calls': 1 } }),
        aCall({ attributes: { 'sightline.session.id': 'b', 'mcp.session.id': 'proto' } }),
        aSummary('b', {
          atMs: 6,
          attributes: { 'sightline.session.tools': '{"x":[1,0],"__proto__":[9,2],"constructor":[3,0]}' },
        }),
      );
      const [b, a] = opened.reader.sessions({ sort: 'session' }).items;
      expect(a).toMatchObject({ sessionId: 'a', sessionCalls: 2, tools: [{ name: 'search_products' }] });
      expect(a).not.toHaveProperty('mcpSessionId');
      expect(b).toMatchObject({
        mcpSessionId: 'proto',
        tools: [
          { name: '__proto__', calls: 9, errors: 2 },
          { name: 'constructor', calls: 3, errors: 0 },
          { name: 'x', calls: 1, errors: 0 },
        ],
      });
      expect(opened.reader.session('b')).toEqual(b);
      expect(opened.reader.session('c')).toBeUndefined();
    });

    it('survives tools that are no JSON', () => {
      append(aSummary('a', { attributes: { 'sightline.session.tools': '{"x":' } }));
      append(aSummary('b', { atMs: 1, attributes: { 'sightline.session.tools': '{"x":7,"y":["z"]}' } }));
      expect(opened.reader.session('a')?.tools).toEqual([]);
      expect(opened.reader.session('b')?.tools).toEqual([
        { name: 'x', calls: 0, errors: 0 },
        { name: 'y', calls: 0, errors: 0 },
      ]);
    });

    it('is active while open and lately heard', () => {
      append(aSummary('open'), aSummary('ended', { attributes: { 'sightline.session.status': 'ended' } }));
      const active = () =>
        opened.reader.sessions({ status: 'active' }).items.map(({ sessionId }) => sessionId);
      opened.nowMs = START + 300_000;
      expect(active()).toEqual(['open']);
      expect(opened.reader.session('ended')?.active).toBe(false);
      opened.nowMs = START + 300_001;
      expect(active()).toEqual([]);
      expect(opened.reader.sessions({ status: 'ended' }).items).toHaveLength(2);
    });

    it('leaves out those that ended before a range or began after it', () => {
      const lived = (id: string, from: number, to: number) =>
        aSummary(id, {
          atMs: to,
          attributes: {
            'sightline.session.started': START + from,
            'sightline.session.last_activity': START + to,
          },
        });
      append(
        lived('before', 0, 99),
        lived('into', 0, 100),
        lived('from', 199, 900),
        lived('after', 200, 300),
      );
      const { items } = opened.reader.sessions({ from: START + 100, to: START + 200, sort: 'session' });
      expect(items.map(({ sessionId }) => sessionId)).toEqual(['into', 'from']);
    });

    it.each(SESSION_SORTS)('sorts by %s both ways and pages without a gap', (sort) => {
      const events = Array.from({ length: 23 }, (_, index) =>
        aSummary(`s${String(index).padStart(2, '0')}`, {
          atMs: index,
          attributes: {
            'sightline.session.started': START + (index % 5),
            'sightline.session.last_activity': START + (index % 7) - (index % 2) * 400_000,
            'sightline.session.duration': index % 3,
            'sightline.session.calls': index % 4,
            'sightline.session.errors': index % 2,
            'sightline.session.events': index % 6,
            'sightline.server.name': `server ${index % 3}`,
            'sightline.client.name': index % 4 === 0 ? undefined : `c😀${index % 3}`,
            'mcp.protocol.version': index % 2 === 0 ? undefined : '2025-06-18',
            'sightline.session.tools': JSON.stringify(
              Object.fromEntries(['x', 'y', 'z😀'].slice(index % 4).map((name, at) => [name, [at + 1, 0]])),
            ),
          },
        }),
      );
      append(...events);
      const up = opened.reader.sessions({ sort, descending: false }).items;
      const down = opened.reader.sessions({ sort, descending: true }).items;
      expect(up).toHaveLength(23);
      expect(down).toEqual(up.toReversed());
      const seen: unknown[] = [];
      let cursor: string | null = null;
      do {
        const page = opened.reader.sessions({
          sort,
          descending: true,
          limit: 4,
          ...(cursor !== null && { cursor }),
        });
        seen.push(...page.items);
        cursor = page.next;
      } while (cursor !== null);
      expect(seen).toEqual(down);
    });

    it('sorts by tools as how many they are, then as the one called most is named', () => {
      const tools = {
        a: '{}',
        b: '{"z":[1,0]}',
        c: '{"b":[1,0],"y":[2,0]}',
        d: '{"a":[1,0]}',
        e: '{"x":[9,0],"a":[1,0]}',
      };
      append(
        ...Object.entries(tools).map(([id, text]) =>
          aSummary(id, { attributes: { 'sightline.session.tools': text } }),
        ),
      );
      const { items } = opened.reader.sessions({ sort: 'tools', descending: false });
      expect(items.map(({ sessionId }) => sessionId)).toEqual(['a', 'd', 'b', 'e', 'c']);
    });

    it('filters by server, client and a part of id, server, client or tool', () => {
      append(
        aSummary('a', { attributes: { 'sightline.server.name': 'Files', 'sightline.client.name': 'x%_' } }),
        aSummary('b', { attributes: { 'sightline.session.tools': '{"Refund":[1,0]}' } }),
      );
      const found = (query: Parameters<typeof opened.reader.sessions>[0]) =>
        opened.reader
          .sessions({ ...query, sort: 'session', descending: false })
          .items.map((item) => item.sessionId);
      expect(found({ server: ['Files', 'none'] })).toEqual(['a']);
      expect(found({ client: ['agent-runner'] })).toEqual(['b']);
      expect(found({ client: [] })).toEqual([]);
      expect(found({ q: 'FILE' })).toEqual(['a']);
      expect(found({ q: 'fund' })).toEqual(['b']);
      expect(found({ q: '%' })).toEqual(['a']);
      expect(found({ q: 'filesx' })).toEqual([]);
      append(
        aCall({ attributes: { 'sightline.session.id': 'b', 'mcp.session.id': 'Proto-7' } }),
        aSummary('b'),
      );
      expect(found({ q: 'proto-7' })).toEqual(['b']);
      expect(found({ q: 'searchx' })).toEqual([]);
    });

    it('tells which changed after a sequence', () => {
      append(aSummary('a'), aSummary('b', { atMs: 1 }), aCall(), aSummary('a', { atMs: 2 }));
      const ids = (sequence: number, limit = 9) =>
        opened.reader.sessionsAfter(sequence, limit).map(({ sessionId }) => sessionId);
      expect([ids(0), ids(2), ids(4), ids(0, 1)]).toEqual([['b', 'a'], ['a'], [], ['b']]);
    });
  });

  describe('completeness', () => {
    it('says in numbers what is missing from the range of an answer', () => {
      append(
        aLoss('queue', 'full', 2, { atMs: 0 }),
        aLoss('queue', 'full', 3, { atMs: 90_000 }),
        aLoss('export', 'refused', 1, { atMs: 90_001 }),
        aLoss('tap', 'later', 9, { atMs: 200_000 }),
        aCall({ atMs: 30_000, payloads: [aPayload('request', 'x', { truncated: true })] }),
        aCall({ atMs: 90_000, payloads: [aPayload('request', 'x', { truncated: true })] }),
        aCall({ atMs: 190_000, attributes: { 'sightline.sampled': false } }),
      );
      const of = (from: number, to: number) =>
        opened.reader.events({ from: START + from, to: START + to }).completeness;
      expect(of(1, 190_001)).toEqual({
        complete: false,
        lost: [
          { stage: 'export', reason: 'refused', count: 1 },
          { stage: 'queue', reason: 'full', count: 3 },
        ],
        truncated: 2,
        unsampled: 1,
        shed: 0,
      });
      expect(of(100_000, 190_000)).toEqual({ complete: true, lost: [], truncated: 0, unsampled: 0, shed: 0 });
      expect(opened.reader.sessions({ from: START, to: START + 1 }).completeness.lost).toEqual([
        { stage: 'queue', reason: 'full', count: 2 },
      ]);
    });
  });

  describe('retention', () => {
    const retain = (nowMs: number) => {
      while (opened.archive.retain(nowMs));
    };

    it('forgets what is older than its days, everywhere', () => {
      opened.dispose();
      opened = open({ ageMs: 60_000 });
      const old = { 'sightline.session.id': 'old', 'gen_ai.tool.name': 'ancient' };
      append(
        aCall({ atMs: 0, attributes: old, payloads: [aPayload('request', 'z'.repeat(300))] }),
        aSummary('old', { atMs: 1 }),
        aLoss('queue', 'full', 1, { atMs: 2 }),
        aCall({ atMs: 70_000, payloads: [aPayload('request', 'z'.repeat(300))] }),
        aSummary('new', { atMs: 70_001 }),
      );
      opened.archive.moveCursor('traces', 1);
      opened.archive.moveCursor('logs', 1);
      retain(START + 100_000);
      expect(sequences(opened.archive.readAfter(0, 10))).toEqual([4, 5]);
      expect(sequences(opened.reader.events({}).items)).toEqual([4]);
      expect(opened.reader.sessions({}).items.map(({ sessionId }) => sessionId)).toEqual(['new']);
      expect(opened.reader.facets({}).tools.map(({ value }) => value)).toEqual(['search_products']);
      const totals = opened.reader.totals({ from: START, to: START + 120_000 });
      expect(totals.current).toMatchObject({ events: 1, calls: 1, sessions: 1 });
      expect(opened.reader.events({}).items[0]?.sequence).toBe(4);
      expect(opened.reader.events({ from: START }).completeness).toEqual({
        complete: false,
        lost: [],
        truncated: 0,
        unsampled: 0,
        shed: 0,
        keptFrom: START + 70_000,
      });
      expect(opened.reader.events({ from: START + 50_000 }).completeness.complete).toBe(true);
      expect(opened.archive.stats).toMatchObject({ events: 1, oldestMs: START + 70_000 });
      expect(opened.archive.unsentRemoved).toBe(2);
      expect([...opened.reader.exportEvents({}, true)].flat()[0]?.payloads[0]?.text).toBe('z'.repeat(300));
    });

    it('never uses a number again, also when nothing is left', () => {
      opened.dispose();
      opened = open({ ageMs: 1000 });
      append(aCall(), aCall({ atMs: 1 }));
      retain(START + 5000);
      expect(opened.archive.stats.events).toBe(0);
      expect(append(aCall({ atMs: 5000 }))).toBe(3);
    });
  });
});

describe('sessions of several instances', () => {
  const [sqlite] = IMPLEMENTATIONS;

  it('are added up from the newest summary of each', () => {
    const opened = sqlite?.open();
    if (!opened?.become) throw new Error('SQLite changes instances');
    const summary = (atMs: number, calls: number, tools: string, status: 'open' | 'ended') =>
      aSummary('a', {
        atMs,
        attributes: {
          'sightline.session.started': START + atMs - 10,
          'sightline.session.last_activity': START + atMs,
          'sightline.session.duration': 0.01,
          'sightline.session.calls': calls,
          'sightline.session.tools': tools,
          'sightline.session.status': status,
          'sightline.client.name': `client ${atMs}`,
        },
      });
    opened.archive.append([summary(100, 5, '{"x":[5,1]}', 'open')]);
    const other = opened.become('other');
    other.append([summary(150, 1, '{"x":[1,0]}', 'open'), summary(200, 2, '{"x":[1,0],"y":[1,1]}', 'ended')]);
    const expected = {
      sessionCalls: 7,
      sessionStarted: START + 90,
      sessionLastActivity: START + 200,
      sessionDuration: 0.11,
      // One after the other has the file, so the newest says whether it goes on.
      sessionStatus: 'ended',
      clientName: 'client 200',
      tools: [
        { name: 'x', calls: 6, errors: 1 },
        { name: 'y', calls: 1, errors: 1 },
      ],
    };
    expect(opened.reader.session('a')).toMatchObject(expected);
    const [remembered] = other.recentSessions(0, 1);
    expect(remembered?.summary['sightline.session.calls']).toBe(7);
    expect(remembered?.own?.['sightline.session.calls'], 'what its own next summary goes on from').toBe(2);
    expect(opened.become('nobody yet').recentSessions(0, 1)[0]?.own).toEqual({});
    opened.become('third').append([summary(120, 10, '{}', 'open')]);
    expect(opened.reader.session('a')).toMatchObject({ ...expected, sessionCalls: 17 });
    opened.dispose();
  });
});
