/** Links to Explore carry a stranger's text: it stays inside its query. */
import { describe, expect, it } from 'vitest';
import { exploreLink, sessionAddress } from './links.ts';

const EXPR = '{a="b"} | c="&panes=\\"#é%00"';
const QUERY = { type: 'loki', uid: 'l&1', query: { queryType: 'range', expr: EXPR } };

it('an address of Explore holds the query as it is, whatever stands in it, and the times of what it is about', () => {
  const link = exploreLink(QUERY, { from: 1_790_000_000_000, to: 1_790_000_060_000 }, '/grafana');
  const { pathname, searchParams, hash } = new URL(link, 'http://host');
  expect([pathname, hash]).toEqual(['/grafana/explore', '']);
  expect([...searchParams.keys()]).toEqual(['schemaVersion', 'panes']);
  expect(JSON.parse(searchParams.get('panes') ?? '')).toEqual({
    sightline: {
      datasource: 'l&1',
      queries: [{ refId: 'A', datasource: { type: 'loki', uid: 'l&1' }, queryType: 'range', expr: EXPR }],
      range: { from: '1790000000000', to: '1790000060000' },
    },
  });
});

it('what goes on is shown up to now', () => {
  const link = exploreLink(QUERY, { from: 1_790_000_000_000, to: undefined }, '');
  const panes = JSON.parse(new URL(link, 'http://host').searchParams.get('panes') ?? '');
  expect(panes.sightline.range).toEqual({ from: '1790000000000', to: 'now' });
});

describe("the address of a session's own page", () => {
  const replace = (text: string, more: Readonly<Record<string, { value: string } | undefined>>) =>
    text.replaceAll(/\$\{(\w+)\}/g, (all, name) => more[name]?.value ?? all);
  const ID = '0123456789abcdef01234567';

  it('names the session and its bucket, below wherever Grafana stands', () => {
    const option = '/d/sightline-session?var-session=${__session}&var-bucket=${__bucket}';
    expect(sessionAddress(option, ID, replace, '/grafana')).toMatch(
      /^\/grafana\/d\/sightline-session\?var-session=0123456789abcdef01234567&var-bucket=[0-9a-f]$/,
    );
  });

  it('keeps what a stranger chose in its place', () => {
    expect(sessionAddress('/d/x?a=${__session}', 'a&b=c#', replace, '')).toBe('/d/x?a=a%26b%3Dc%23');
  });

  it.each(['', 'javascript:alert(1)', '//example.org/${__session}', ' /d/x'])('is none for %j', (option) => {
    expect(sessionAddress(option, ID, replace, '')).toBeUndefined();
  });

  it('may be elsewhere', () => {
    expect(sessionAddress('https://example.org/${__session}', ID, replace, '/grafana')).toBe(
      `https://example.org/${ID}`,
    );
  });
});
