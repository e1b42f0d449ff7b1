/** Ranges, filters, columns and what is missing, in the words and the questions they become. */
import type { Completeness, Facets } from 'sightline/contract';
import { describe, expect, it } from 'vitest';
import { DEFAULT_COLUMNS, fitColumns } from './columns.ts';
import { completenessWords, flagsAmong } from './completeness.ts';
import { countryName, flagOf } from './country.ts';
import { chipsOf, eventFilterOf, menuRows, toggleValue } from './filters.ts';
import { absoluteRange, isOpenEnded, rangeWords, readLength, resolveRange, spellLength } from './range.ts';
import type { EventItem } from './source.ts';
import { NO_FILTERS } from './viewState.ts';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 20, 10, 8, 45);

describe('ranges', () => {
  it('relative ones move with the clock, absolute ones do not', () => {
    expect(resolveRange({ kind: 'relative', ms: HOUR }, NOW)).toEqual({ from: NOW - HOUR, to: NOW });
    expect(resolveRange({ kind: 'absolute', from: 1, to: 2 }, NOW)).toEqual({ from: 1, to: 2 });
    expect(isOpenEnded({ kind: 'absolute', from: 1, to: 2 }, NOW)).toBe(false);
    expect(isOpenEnded({ kind: 'absolute', from: 1, to: NOW + 1 }, NOW)).toBe(true);
  });

  it('that began at a moment go on with the clock', () => {
    const today = { kind: 'since', from: NOW - HOUR } as const;
    expect(resolveRange(today, NOW)).toEqual({ from: NOW - HOUR, to: NOW });
    expect(resolveRange(today, NOW + 5)).toEqual({ from: NOW - HOUR, to: NOW + 5 });
    expect(isOpenEnded(today, NOW + HOUR)).toBe(true);
    expect(rangeWords(today, 'UTC')).toBe('time since 2026-11-20 09:08:45');
  });

  it('are said in words', () => {
    const words = (from: number, to: number) => rangeWords({ kind: 'absolute', from, to }, 'UTC');
    expect(rangeWords({ kind: 'relative', ms: HOUR }, 'UTC')).toBe('last 1 h');
    expect(rangeWords({ kind: 'relative', ms: 168 * HOUR }, 'UTC')).toBe('last 7 days');
    expect(words(NOW - 45_000, NOW + HOUR)).toBe('2026-11-20 10:08 to 11:08:45');
    expect(words(NOW - 45_000, NOW + 24 * HOUR - 45_000)).toBe('2026-11-20 10:08 to 2026-11-21 10:08');
  });

  it('lengths come back from their spelling', () => {
    for (const ms of [5_000, 90_000, 900_000, HOUR, 36 * HOUR]) expect(readLength(spellLength(ms))).toBe(ms);
    expect([readLength('0m'), readLength('1w'), readLength('900d')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('two moments are a range only in order', () => {
    expect(absoluteRange(2, 1)).toBeUndefined();
    expect(absoluteRange(Number.NaN, 1)).toBeUndefined();
  });

  it('end no later than anything can be dated', () => {
    const end = Date.UTC(2262, 0, 1);
    expect(absoluteRange(0, 8.64e15)).toEqual({ kind: 'absolute', from: 0, to: end });
    expect(absoluteRange(end, 8.64e15)).toBeUndefined();
  });
});

describe('filters', () => {
  const filters = { ...NO_FILTERS, tool: ['a', 'b'], httpStatus: ['503'], outcome: ['error'] };

  it('become the question, without what asks nothing', () => {
    expect(eventFilterOf({ q: '  pay ', filters }, { from: 1 })).toEqual({
      from: 1,
      q: 'pay',
      tool: ['a', 'b'],
      httpStatus: [503],
      outcome: ['error'],
    });
    expect(eventFilterOf({ q: ' ', filters: NO_FILTERS }, {})).toEqual({});
  });

  it('become chips, and go one at a time', () => {
    expect(chipsOf(filters).map((chip) => chip.label)).toEqual([
      'tool: a',
      'tool: b',
      'outcome: any error',
      'HTTP: 503',
    ]);
    expect(toggleValue(filters, 'tool', 'a').tool).toEqual(['b']);
    expect(toggleValue(filters, 'tool', 'c').tool).toEqual(['a', 'b', 'c']);
  });

  it('offer what occurs with its count, and keep what is chosen and no longer occurs', () => {
    const none: Facets = {
      servers: [],
      tools: [],
      methods: [],
      clients: [],
      outcomes: [],
      httpStatuses: [],
      types: [],
    };
    const facets: Facets = {
      ...none,
      tools: [{ value: 'a', count: 5, errors: 2 }],
      outcomes: [
        { value: 'ok', count: 5, errors: 0 },
        { value: 'timeout', count: 2, errors: 2 },
      ],
    };
    expect(menuRows(facets, 'tool', ['gone']).map((row) => [row.value, row.count])).toEqual([
      ['gone', undefined],
      ['a', 5],
    ]);
    const known = ['seen', 'b'];
    expect(menuRows(undefined, 'tool', ['gone'], known).map((row) => [row.value, row.count])).toEqual([
      ['gone', undefined],
      ['seen', undefined],
      ['b', undefined],
    ]);
    const more = { ...facets, tools: [...facets.tools, { value: 'b', count: 3, errors: 0 }] };
    expect(menuRows(more, 'tool', ['gone'], known).map((row) => [row.value, row.count])).toEqual([
      ['gone', undefined],
      ['seen', undefined],
      ['b', 3],
      ['a', 5],
    ]);
    expect(menuRows(facets, 'outcome', []).map((row) => [row.word, row.count])).toEqual([
      ['any error', 2],
      ['ok', 5],
      ['timeout', 2],
    ]);
  });
});

describe('columns', () => {
  it('all fit where there is room, and the least telling go first where there is not', () => {
    expect(fitColumns(DEFAULT_COLUMNS, 1_600, false).left).toEqual([]);
    const narrow = fitColumns(DEFAULT_COLUMNS, 900, false);
    expect(narrow.left.map((column) => column.id)).toEqual(['address', 'proxy', 'upstream', 'client']);
    expect(narrow.shown.map((column) => column.id)).toEqual([
      'time',
      'server',
      'method',
      'target',
      'total',
      'outcome',
      'http',
    ]);
  });

  it('time, target and outcome stay, however narrow it is', () => {
    expect(fitColumns(DEFAULT_COLUMNS, 100, true).shown.map((column) => column.id)).toEqual([
      'time',
      'target',
      'outcome',
    ]);
  });
});

describe('completeness', () => {
  const whole: Completeness = { complete: true, lost: [], truncated: 0, unsampled: 0, shed: 0 };

  it('says complete, or what is missing', () => {
    expect(completenessWords(whole, 'UTC').badge).toBe('complete');
    const partial = completenessWords(
      {
        complete: false,
        lost: [{ stage: 'queue', reason: 'queue_full', count: 1_204 }],
        truncated: 1,
        unsampled: 0,
        shed: 3,
        keptFrom: NOW,
      },
      'UTC',
    );
    expect(partial.badge).toBe(
      '1,204 losses, 1 payload cut, 3 payloads let go in range, older ones not kept',
    );
    expect(partial.sentences).toHaveLength(5);
    expect(partial.sentences[0]).toBe('1,204 things lost on the way to the observing thread: queue full.');
  });

  describe('of a part of the range that is all here', () => {
    const range: Completeness = { ...whole, complete: false, truncated: 20, unsampled: 3 };

    it('is what is missing of it, and what was lost in the range', () => {
      const lost = [{ stage: 'queue', reason: 'queue_full', count: 2 }];
      const said = completenessWords({ ...range, lost }, 'UTC', { truncated: 1, unsampled: 0 });
      expect(said).toMatchObject({
        badge: '1 payload cut in what is shown, 2 losses in range',
        complete: false,
      });
      expect(said.sentences.join(' ')).toContain('1 event with a payload cut');
    });

    it('is complete when nothing of it is cut or sampled, though others are', () => {
      const said = completenessWords(range, 'UTC', { truncated: 0, unsampled: 0 });
      expect(said).toMatchObject({ badge: 'complete', complete: true });
    });

    it('is not complete when something of it is cut that the range was not counted for yet', () => {
      const said = completenessWords(whole, 'UTC', { truncated: 1, unsampled: 0 });
      expect(said).toMatchObject({ badge: '1 payload cut in what is shown', complete: false });
    });

    it.each([
      { ...whole, complete: false },
      { ...range, shed: 1 },
      { ...range, keptFrom: NOW },
      { ...range, gaps: ['No.'] },
    ])('is not complete when the range lacks something else: %j', (said) =>
      expect(completenessWords(said, 'UTC', { truncated: 0, unsampled: 0 }).complete).toBe(false),
    );

    it('is counted event by event', () => {
      const events = [
        { payloadTruncated: true, sampled: false },
        { payloadTruncated: false },
        { sampled: false },
      ];
      expect(flagsAmong(events as unknown as readonly EventItem[])).toEqual({ truncated: 1, unsampled: 2 });
    });
  });

  it('tells what the source could not have, in its own words', () => {
    const gaps = ['Loki says: timeout.', 'The range has more than is read at once.'];
    expect(completenessWords({ ...whole, complete: false, gaps }, 'UTC')).toEqual({
      badge: 'answer in part',
      complete: false,
      sentences: gaps,
    });
  });

  it('never says complete when it is not, also without a reason', () => {
    expect(completenessWords({ ...whole, complete: false }, 'UTC')).toMatchObject({
      badge: 'incomplete',
      complete: false,
    });
  });
});

it('a country is a flag and a name, and anything else is neither', () => {
  expect([flagOf('nl'), countryName('NL')]).toEqual(['🇳🇱', 'Netherlands']);
  expect([flagOf('N1'), flagOf('<b>'), countryName('<b>')]).toEqual([undefined, undefined, '<b>']);
});
