/**
 * Every filter in random combinations over random events, against a plain filter written down here: an answer of
 * either implementation is the same set, in the same order, with the same counts.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventFilter, EventItem, Facet } from '../contract/index.ts';
import { IMPLEMENTATIONS, type Opened, START } from './testing/archives.ts';
import { randomEvents, randomFilter } from './testing/randomEvents.ts';

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
