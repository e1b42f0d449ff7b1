/** Links to Explore carry a stranger's text: it stays inside its query. */
import { expect, it } from 'vitest';
import { exploreLink } from './links.ts';

const RAW = { from: 'now-1h', to: 'now' };

it('an address of Explore holds the query as it is, whatever stands in it', () => {
  const expr = '{a="b"} | c="&panes=\\"#é%00"';
  const link = exploreLink(
    { type: 'loki', uid: 'l&1', query: { queryType: 'range', expr } },
    RAW,
    '/grafana',
  );
  const { pathname, searchParams, hash } = new URL(link, 'http://host');
  expect([pathname, hash]).toEqual(['/grafana/explore', '']);
  expect([...searchParams.keys()]).toEqual(['schemaVersion', 'panes']);
  expect(JSON.parse(searchParams.get('panes') ?? '')).toEqual({
    sightline: {
      datasource: 'l&1',
      queries: [{ refId: 'A', datasource: { type: 'loki', uid: 'l&1' }, queryType: 'range', expr }],
      range: RAW,
    },
  });
});
