/**
 * What the panel was given answers every filter as the archive does: the same random events and filters as the archive's
 * own test of every filter, through frames of both shapes, slim and not.
 */

import type { EventPage } from 'sightline/contract';
import { describe, expect, it } from 'vitest';
import { MemoryArchive } from '../../../proxy/src/store/memoryArchive.ts';
import { randomEvents, randomFilter, START } from '../../../proxy/src/store/testing/randomEvents.ts';
import { frameOf, rowOfEvent, slimRow } from '../testing/lokiRows.ts';
import type { PanelSource, Shown } from './panelPorts.ts';
import { createPanelSource } from './panelSource.ts';

const { signal } = new AbortController();

const archive = new MemoryArchive({
  ageMs: 0,
  bytesMax: 2 ** 40,
  instanceId: 'one',
  activeWindowMs: 300_000,
  now: () => START,
});
archive.append(randomEvents(7, 700));
const reader = archive.openReader();
const all = reader.events({ limit: 1_000, order: 'oldest' }).items;
// Loki keeps no empty value and no NUL, and the order of one nanosecond is nobody's.
const rows = all.map(rowOfEvent);

function sourceOf(given: Parameters<typeof frameOf>[0], shape: 'legacy' | 'dataplane'): PanelSource {
  const frames = [frameOf(given, shape, { limit: 5_000 })];
  const shown: Shown = { frames, from: 0, to: START * 2, loading: false, errors: [] };
  return createPanelSource({ shown: () => shown, now: () => START, activeWindow: 300_000 });
}

describe.each([
  ['full labels, legacy', sourceOf(rows, 'legacy')],
  [
    'slim lines, dataplane',
    sourceOf(
      rows.map((row) => slimRow(row, 'event')),
      'dataplane',
    ),
  ],
] as const)('%s', (_, source) => {
  it('answers every combination of filters, page by page', async () => {
    let found = 0;
    for (let seed = 1; seed <= 40; seed++) {
      const filter = randomFilter(seed);
      if (filter.tool?.includes('')) continue;
      const expected = reader.events({ ...filter, limit: 1_000 }).items.map(({ eventId }) => eventId);
      const paged: (string | undefined)[] = [];
      let cursor: string | null = null;
      do {
        const page: EventPage = await source.events(
          { ...filter, limit: 200, ...(cursor !== null && { cursor }) },
          signal,
        );
        paged.push(...page.items.map(({ eventId }) => eventId));
        cursor = page.next;
      } while (cursor !== null);
      expect([...paged].sort(), JSON.stringify(filter)).toEqual([...expected].sort());
      found += expected.length;
    }
    expect(found).toBeGreaterThan(300);
  });

  it('counts as the archive counts', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { from = START, to = START + 200_000 } = randomFilter(seed * 31);
      if (to <= from) continue;
      const {
        sessions: _,
        activeSessions: __,
        averageSessionDuration: ___,
        averageDuration = 0,
        ...sums
      } = (await source.totals({ from, to }, signal)).current;
      const wanted = reader.totals({ from, to }).current;
      expect(wanted).toMatchObject(sums);
      expect(averageDuration).toBeCloseTo(wanted.averageDuration ?? 0, 9);
      const step = 15_000;
      expect(await source.series({ from, to, step }, signal)).toEqual(reader.series({ from, to, step }));
      const { tools: ____, ...facets } = await source.facets({ from, to }, signal);
      expect(reader.facets({ from, to })).toMatchObject(facets);
    }
  });
});

describe('what is missing', () => {
  it('is told: a limit that was met, errors of the queries, lines that cannot be read', async () => {
    const damaged = { ...frameOf(rows.slice(0, 20), 'legacy', { limit: 20 }) };
    const source = createPanelSource({
      shown: () => ({
        frames: [damaged],
        from: 0,
        to: START * 2,
        loading: false,
        errors: ['Loki timed out.'],
      }),
      now: () => START,
      activeWindow: 300_000,
    });
    const { completeness } = await source.events({}, signal);
    expect(completeness.complete).toBe(false);
    expect(completeness.gaps).toEqual([
      'Loki timed out.',
      'The panel’s query gave 20 lines, its limit: older ones are not among them.'.replace('’', "'"),
    ]);
  });

  it('is a sentence where a question cannot be asked', async () => {
    const source = sourceOf(rows, 'legacy');
    await expect(source.event('nobody', signal)).rejects.toThrow('no further question can be asked here');
    await expect(source.session('nobody', signal)).rejects.toThrow('no further question can be asked here');
  });
});
