/**
 * Every filter in random combinations over random events, against a plain filter written down here: an answer of
 * either implementation is the same set, in the same order, with the same counts.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventFilter, EventItem, Facet, Outcome } from '../contract/index.ts';
import type { RecordedEvent } from '../observation/event.ts';
import { aCall, aLoss, aNotification, aSummary } from '../testing/events.ts';
import { IMPLEMENTATIONS, type Opened, START } from './testing/archives.ts';

/** Small, seeded, so that a failure can be repeated. */
function randomFrom(seed: number) {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  const pick = <T>(from: readonly T[]): T => from[below(from.length)] as T;
  const maybe = <T>(value: () => T, chance = 0.5): T | undefined => (next() < chance ? value() : undefined);
  const some = <T>(from: readonly T[]): T[] => Array.from({ length: 1 + below(3) }, () => pick(from));
  return { below, pick, maybe, some };
}

const SERVERS = ['shop', 'Files', "o'brien"];
const TOOLS = [
  'search_products',
  'Refund%',
  'a_b',
  'axb',
  '__proto__',
  'tool"q"',
  '😀 Emoji',
  'É́tude',
  'NUL\0x',
  '',
];
const METHODS = ['tools/call', 'tools/list', 'Resources/Read'];
const CLIENTS = ['agent-runner', 'AGENT 2', 'ключ', '*', 'x'.repeat(300)];
const SESSIONS = ['f0', 'F1', 's%_', 'constructor'];
const PROTOCOLS = ['proto-1', 'f0'];
const ERRORS = ['Timeout after 5 s', '100% wrong_thing', 'line\nbreak', 'OR 1=1; --', '" NEAR "x'];
const OUTCOMES: readonly Outcome[] = ['ok', 'tool_error', 'cancelled', 'rpc_error', 'denied'];
const STATUSES = [200, 401, 500];
const TYPES = ['sightline.request', 'sightline.notification'];
const NEEDLES = [
  '%',
  '_',
  '"',
  "'",
  '*',
  '\0',
  '\\',
  'OR',
  'A',
  'e',
  '😀',
  '😀 e',
  'É',
  'éтюд',
  'КЛЮЧ',
  'f0',
  'TIMEOUT AFTER',
  'ag',
  'age',
  'agent-',
  'xxx',
  'wrong_t',
  'wrongxt',
  'break',
  'e\nb',
  ' ',
  'tools/',
  'proto',
  'zzz',
  '" NEAR',
  '__proto__',
];

function randomEvents(seed: number, count: number): RecordedEvent[] {
  const { below, pick, maybe } = randomFrom(seed);
  return Array.from({ length: count }, (): RecordedEvent => {
    const said = { atMs: below(400_000) / 2, ns: below(3) };
    const shared = {
      'sightline.server.name': pick(SERVERS),
      'sightline.client.name': maybe(() => pick(CLIENTS)),
      'sightline.session.id': maybe(() => pick(SESSIONS), 0.8),
      'mcp.session.id': maybe(() => pick(PROTOCOLS), 0.3),
      'mcp.method.name': pick(METHODS),
    };
    const kind = below(12);
    if (kind === 0) return aLoss('queue', 'full', 1, said);
    if (kind === 1) return aSummary(pick(SESSIONS), said);
    if (kind === 2) return aNotification({ ...said, attributes: shared });
    const outcome = pick(OUTCOMES);
    return aCall({
      ...said,
      durationMs: below(50),
      attributes: {
        ...shared,
        'gen_ai.tool.name': maybe(() => pick(TOOLS), 0.8),
        'sightline.direction': pick(['client_to_server', 'client_to_server', 'server_to_client']),
        'sightline.outcome': outcome,
        'sightline.probe': maybe(() => true, 0.1),
        'sightline.error.message': outcome === 'ok' ? undefined : maybe(() => pick(ERRORS), 0.7),
        'http.response.status_code': maybe(() => pick(STATUSES), 0.9),
      },
    });
  });
}

function randomFilter(seed: number): EventFilter {
  const { below, pick, maybe, some } = randomFrom(seed);
  const edge = () => START + pick([0, 60_000, 120_000, below(200_000), below(200_000) + 0.5]);
  const list = (key: string, values: readonly (string | number)[]) =>
    maybe(() => ({ [key]: [...some(values), ...(maybe(() => ['nowhere'], 0.2) ?? [])] }), 0.25);
  return {
    ...maybe(() => ({ from: edge() }), 0.4),
    ...maybe(() => ({ to: edge() }), 0.4),
    ...list('session', [...SESSIONS, ...PROTOCOLS]),
    ...list('server', SERVERS),
    ...list('tool', TOOLS),
    ...list('method', METHODS),
    ...list('client', CLIENTS),
    ...list('outcome', [...OUTCOMES, 'error', 'error']),
    ...list('httpStatus', STATUSES),
    ...list('type', TYPES),
    ...maybe(() => ({ q: pick(NEEDLES) }), 0.5),
  };
}

const isError = ({ outcome, probe }: EventItem) =>
  outcome !== undefined && outcome !== 'ok' && outcome !== 'cancelled' && probe !== true;

const isCall = ({ eventName, direction }: EventItem) =>
  eventName === 'sightline.request' && direction === 'client_to_server';

/** The words of the contract, as plainly as they can be said. */
function passes(item: EventItem, filter: EventFilter): boolean {
  const oneOf = (list: readonly unknown[] | undefined, ...values: readonly unknown[]) =>
    list === undefined || values.some((value) => list.includes(value));
  const texts = [
    item.genAiToolName,
    item.mcpMethodName,
    item.sessionId,
    item.mcpSessionId,
    item.errorMessage,
    item.serverName,
    item.clientName,
  ];
  const q = filter.q?.toLowerCase();
  return (
    item.time >= (filter.from ?? 0) &&
    item.time < (filter.to ?? Infinity) &&
    oneOf(filter.session, item.sessionId, item.mcpSessionId) &&
    oneOf(filter.server, item.serverName) &&
    oneOf(filter.tool, item.genAiToolName) &&
    oneOf(filter.method, item.mcpMethodName) &&
    oneOf(filter.client, item.clientName) &&
    oneOf(filter.outcome, item.outcome, isError(item) ? 'error' : 'none') &&
    oneOf(filter.httpStatus, item.httpResponseStatusCode) &&
    oneOf(filter.type, item.eventName) &&
    (q === undefined || texts.some((text) => text?.toLowerCase().includes(q)))
  );
}

function facetOf(items: readonly EventItem[], choose: (item: EventItem) => unknown): Facet<unknown>[] {
  return [...Map.groupBy(items, choose)]
    .filter(([value]) => value !== undefined)
    .map(([value, group]) => ({ value, count: group.length, errors: group.filter(isError).length }));
}

const sorted = (facets: readonly Facet<unknown>[]) =>
  [...facets].sort((a, b) => (String(a.value) < String(b.value) ? -1 : 1));

describe.each(IMPLEMENTATIONS)('questions to the archive in $name', ({ open }) => {
  let opened: Opened;
  let all: readonly EventItem[];

  beforeAll(() => {
    opened = open();
    const events = randomEvents(7, 700);
    for (let at = 0; at < events.length; at += 37) opened.archive.append(events.slice(at, at + 37));
    all = opened.reader.events({ limit: 1000, order: 'oldest' }).items;
  });
  afterAll(() => opened.dispose());

  it('has every event to choose from, in order', () => {
    const kept = randomEvents(7, 700).filter(
      ({ kind }) => kind !== 'sightline.loss' && kind !== 'sightline.session',
    );
    expect(all).toHaveLength(kept.length);
    const order = all.map(
      ({ timeUnixNano, sequence }) => `${timeUnixNano} ${String(sequence).padStart(4, '0')}`,
    );
    expect(order).toEqual([...order].sort());
  });

  it('answers every combination of filters as a plain filter does', () => {
    let found = 0;
    for (let seed = 1; seed <= 300; seed++) {
      const filter = randomFilter(seed);
      const expected = all.filter((item) => passes(item, filter)).map(({ sequence }) => sequence);
      const { items } = opened.reader.events({ ...filter, order: 'oldest', limit: 1000 });
      expect(
        items.map(({ sequence }) => sequence),
        JSON.stringify(filter),
      ).toEqual(expected);
      found += expected.length;
    }
    expect(found).toBeGreaterThan(2500);
  });

  it('pages, tells news and exports by the same filters', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const filter = randomFilter(seed);
      const expected = all.filter((item) => passes(item, filter)).map(({ sequence }) => sequence);
      const paged: number[] = [];
      let cursor: string | null = null;
      do {
        const page = opened.reader.events({ ...filter, limit: 7, ...(cursor !== null && { cursor }) });
        paged.push(...page.items.map(({ sequence }) => sequence));
        cursor = page.next;
      } while (cursor !== null);
      expect(paged, JSON.stringify(filter)).toEqual(expected.toReversed());
      const news = opened.reader.events({ ...filter, after: 300, limit: 1000 }).items;
      const later = expected.filter((sequence) => sequence > 300).sort((a, b) => a - b);
      expect(news.map(({ sequence }) => sequence)).toEqual(later);
      const exported = [...opened.reader.exportEvents(filter, false)].flat();
      expect(exported.map(({ sequence }) => sequence)).toEqual(expected);
    }
  });

  it('counts facets, totals and series as one counts by hand', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const { from = START, to = START + 200_000, server } = randomFilter(seed * 31);
      if (to <= from) continue;
      const within = all.filter(({ time }) => time >= from && time < to);
      const chosen = within.filter(({ serverName }) => !server || server.includes(serverName ?? ''));
      const facets = opened.reader.facets({ from, to, ...(server && { server }) });
      expect(sorted(facets.servers)).toEqual(sorted(facetOf(within, (item) => item.serverName)));
      expect(sorted(facets.tools)).toEqual(sorted(facetOf(chosen, (item) => item.genAiToolName)));
      expect(sorted(facets.outcomes)).toEqual(sorted(facetOf(chosen, (item) => item.outcome)));
      expect(sorted(facets.httpStatuses)).toEqual(
        sorted(facetOf(chosen, (item) => item.httpResponseStatusCode)),
      );
      expect(sorted(facets.clients)).toEqual(sorted(facetOf(chosen, (item) => item.clientName)));
      expect(sorted(facets.methods)).toEqual(sorted(facetOf(chosen, (item) => item.mcpMethodName)));
      expect(sorted(facets.types)).toEqual(sorted(facetOf(chosen, (item) => item.eventName)));
      const counts = facets.tools.map(({ count }) => count);
      expect(counts).toEqual([...counts].sort((a, b) => b - a));

      const calls = within.filter(isCall);
      const { averageDuration, ...current } = opened.reader.totals({ from, to }).current;
      expect(current).toMatchObject({
        from,
        to,
        events: within.length,
        calls: calls.length,
        toolCalls: calls.filter(({ mcpMethodName }) => mcpMethodName === 'tools/call').length,
        errors: calls.filter(isError).length,
      });
      const spent = calls.reduce((sum, { duration = 0 }) => sum + duration, 0);
      if (calls.length > 0) expect(averageDuration).toBeCloseTo(spent / calls.length, 9);

      for (const step of [60_000, 15_000, 120_000]) {
        const { points } = opened.reader.series({ from, to, step });
        const expected = points.map(({ time }) => {
          const requests = within.filter(
            (item) => item.eventName === 'sightline.request' && item.time >= time && item.time < time + step,
          );
          const asked = requests.filter(isCall);
          return {
            time,
            sessions: new Set(requests.flatMap(({ sessionId }) => sessionId ?? [])).size,
            calls: asked.length,
            errors: asked.filter(isError).length,
          };
        });
        expect(points, `${from} ${to} ${step}`).toEqual(expected);
        expect(points.reduce((sum, point) => sum + point.calls, 0)).toBe(calls.length);
      }
    }
  });
});
