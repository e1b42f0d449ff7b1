/** Query strings as people and programs write them: what they mean, and what is said of the wrong ones. */
import { describe, expect, it } from 'vitest';
import { PARAMETERS, type ParameterName } from './parameters.ts';
import { matchPath, PATHS } from './paths.ts';
import { readQuery } from './query.ts';

const NOW = Date.parse('2026-11-21T10:00:00Z');
const ALL = Object.keys(PARAMETERS) as ParameterName[];

function valuesOf(query: string): unknown {
  const reading = readQuery(query, ALL, NOW);
  if ('fault' in reading) throw new Error(`${reading.fault.parameter} ${reading.fault.detail}`);
  return reading.values;
}

describe('values', () => {
  const sheet = [
    { query: '', values: {} },
    { query: '&', values: {} },
    { query: 'from=0', values: { from: 0 } },
    { query: 'from=1795168800000.5', values: { from: 1_795_168_800_000.5 } },
    { query: 'to=now', values: { to: NOW } },
    { query: 'from=now-15m', values: { from: NOW - 900_000 } },
    { query: 'from=now-2w', values: { from: NOW - 14 * 86_400_000 } },
    { query: 'from=2026-11-21', values: { from: Date.parse('2026-11-21T00:00:00Z') } },
    { query: 'from=2026-11-21T09:30Z', values: { from: Date.parse('2026-11-21T09:30:00Z') } },
    {
      query: 'from=2026-11-21T09:30:00.250%2B02:00',
      values: { from: Date.parse('2026-11-21T07:30:00.250Z') },
    },
    { query: 'from=2026-11-21T09:30:00+02:00', values: { from: Date.parse('2026-11-21T07:30:00Z') } },
    { query: 'from=2026-11-21T09:30:00-02:00', values: { from: Date.parse('2026-11-21T11:30:00Z') } },
    { query: 'tool=a&tool=b', values: { tool: ['a', 'b'] } },
    { query: 'tool=a%26b%3Dc', values: { tool: ['a&b=c'] } },
    { query: 'tool=a=b', values: { tool: ['a=b'] } },
    { query: 'q=two+words', values: { q: 'two words' } },
    { query: 'q=%C3%BCber', values: { q: 'über' } },
    { query: 'q=%25_%27%22', values: { q: '%_\'"' } },
    { query: 'outcome=error&outcome=ok', values: { outcome: ['error', 'ok'] } },
    { query: 'httpStatus=404', values: { httpStatus: [404] } },
    { query: 'sort=-errors', values: { sort: { by: 'errors', descending: true } } },
    { query: 'sort=started', values: { sort: { by: 'started', descending: false } } },
    { query: 'limit=1000', values: { limit: 1_000 } },
    { query: 'step=30s', values: { step: 30_000 } },
    { query: 'step=60000', values: { step: 60_000 } },
  ];
  it.each(sheet)('$query', ({ query, values }) => expect(valuesOf(query)).toEqual(values));
});

describe('what is wrong is named', () => {
  const sheet = [
    { query: 'tols=a', parameter: 'tols', says: 'is no parameter of this path; it takes from, to,' },
    { query: '__proto__=x', parameter: '__proto__', says: 'is no parameter' },
    { query: 'constructor=x', parameter: 'constructor', says: 'is no parameter' },
    { query: 'toString', parameter: 'toString', says: 'is no parameter' },
    { query: '%FF=x', parameter: '', says: 'is no parameter' },
    { query: 'q=%FF', parameter: 'q', says: 'is not UTF-8' },
    { query: 'q=%ED%A0%80', parameter: 'q', says: 'is not UTF-8' },
    { query: 'q=%', parameter: 'q', says: 'is not UTF-8' },
    { query: 'q=a%00b', parameter: 'q', says: 'has a NUL' },
    { query: 'q=', parameter: 'q', says: 'is empty' },
    { query: 'q', parameter: 'q', says: 'is empty' },
    { query: `q=${'x'.repeat(5_001)}`, parameter: 'q', says: 'is longer than 5000' },
    { query: 'q=a&q=b', parameter: 'q', says: 'is given twice' },
    { query: 'tool=x&'.repeat(501), parameter: 'tool', says: 'more than 500 times' },
    { query: 'from=yesterday', parameter: 'from', says: '"yesterday" is no time' },
    { query: 'from=now%2B1h', parameter: 'from', says: 'is no time' },
    { query: 'from=2026-11-21T09:30:00', parameter: 'from', says: 'with its zone' },
    { query: 'from=2026-13-01', parameter: 'from', says: 'is no time' },
    { query: 'from=1795168800', parameter: 'from', says: 'looks like seconds' },
    { query: 'from=9999999999999999', parameter: 'from', says: 'later than any date' },
    { query: 'from=-5', parameter: 'from', says: 'is no time' },
    { query: 'from=NaN', parameter: 'from', says: 'is no time' },
    { query: 'from=now&to=now', parameter: 'from', says: 'is not before to' },
    { query: 'limit=0', parameter: 'limit', says: 'is no whole number from 1 to 1000' },
    { query: 'limit=1e3', parameter: 'limit', says: 'is no whole number' },
    { query: 'limit=1001', parameter: 'limit', says: 'is no whole number' },
    { query: 'httpStatus=abc', parameter: 'httpStatus', says: 'from 100 to 599' },
    { query: 'after=-1', parameter: 'after', says: 'is no whole number' },
    { query: 'outcome=bad', parameter: 'outcome', says: 'is not one of ok, tool_error' },
    { query: 'type=sightline.loss', parameter: 'type', says: 'is not one of sightline.request' },
    { query: 'sort=colour', parameter: 'sort', says: 'is not one of started' },
    { query: 'sort=--errors', parameter: 'sort', says: 'is not one of' },
    { query: 'step=5', parameter: 'step', says: 'at least a second' },
    { query: 'order=up', parameter: 'order', says: 'newest, oldest' },
  ];
  it.each(sheet)('$query', ({ query, parameter, says }) => {
    const reading = readQuery(query, ALL, NOW);
    expect(reading).toMatchObject({ fault: { parameter, detail: expect.stringContaining(says) } });
  });

  it('a parameter of another path is none of this one', () => {
    expect(readQuery('cursor=x', PATHS.totals.parameters, NOW)).toMatchObject({
      fault: { detail: 'is no parameter of this path; it takes from, to' },
    });
    expect(readQuery('x=1', [], NOW)).toMatchObject({
      fault: { detail: expect.stringContaining('takes none') },
    });
  });

  it('a hostile value is shown short', () => {
    const reading = readQuery(`order=${'x'.repeat(1_000)}`, ALL, NOW);
    expect('fault' in reading && reading.fault.detail.length).toBeLessThan(120);
  });
});

describe('paths', () => {
  it('are found with their id decoded', () => {
    expect(matchPath('/api/v1/sessions')).toEqual({ name: 'sessions', id: '' });
    expect(matchPath('/api/v1/sessions/a%2Fb')).toEqual({ name: 'session', id: 'a/b' });
    expect(matchPath('/api/v1/sessions/a/events')).toEqual({ name: 'sessionEvents', id: 'a' });
  });
  it.each([
    '/api/v1/sessions/',
    '/api/v1/sessions//events',
    '/api/v1/nothing',
    '/api/v1/events/%FF',
    '//healthz',
    '/',
    '',
  ])('%s is none', (path) => expect(matchPath(path)).toBeUndefined());

  it('every example is right', () => {
    for (const { example } of Object.values(PATHS)) {
      const [path = '', query = ''] = example.split('?');
      const match = matchPath(path);
      expect(match, example).toBeDefined();
      if (match)
        expect(readQuery(query, PATHS[match.name].parameters, NOW), example).toHaveProperty('values');
    }
  });
});
