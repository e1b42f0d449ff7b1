/** Data links over frames as Grafana hands them to a panel: made by Grafana's own code, found by the event. */
import { applyFieldOverrides, createTheme, type DataFrame, type DataLink, toDataFrame } from '@grafana/data';
import { describe, expect, it } from 'vitest';
import { SessionMaker } from '../testing/events.ts';
import { frameOf, type Row, rowOfEvent, slimRow } from '../testing/lokiRows.ts';
import { dataLinksOf } from './dataLinks.ts';

const made = new SessionMaker();
const events = [made.call(0, 10), made.call(20, 10), made.call(40, 10)];
const rows = events.map(rowOfEvent);

/** A frame with these links on one of its fields, as Grafana has prepared it. */
function prepared(of: readonly Row[], shape: 'legacy' | 'dataplane', links: readonly DataLink[]): DataFrame {
  const frame = toDataFrame(frameOf(of, shape));
  const field = frame.fields.find(({ name }) => name === 'Line' || name === 'body');
  if (field !== undefined) field.config = { links: [...links] };
  const [done] = applyFieldOverrides({
    data: [frame],
    fieldConfig: { defaults: {}, overrides: [] },
    theme: createTheme(),
    timeZone: 'utc',
    replaceVariables: (text, scoped) =>
      text.replaceAll(
        '${__value.raw}',
        String((scoped?.['__dataContext']?.value as { rowIndex?: number })?.rowIndex),
      ),
  });
  if (done === undefined) throw new Error('no frame');
  return done;
}

const LINK: DataLink = { title: 'Ticket', url: '/tickets?row=${__value.raw}', targetBlank: true };

describe.each(['legacy', 'dataplane'] as const)('%s frames', (shape) => {
  it.each([
    ['full labels', rows],
    ['slim lines', rows.map((row) => slimRow(row, 'event'))],
  ] as const)('with %s give the links of the row of the event', (_, of) => {
    const frames = [prepared(of, shape, [LINK])];
    expect(dataLinksOf(frames, events[1]?.eventId ?? '')).toEqual([
      { title: 'Ticket', href: '/tickets?row=1', newTab: true },
    ]);
    expect(dataLinksOf(frames, 'another')).toEqual([]);
  });
});

it('a link that two frames have is one, and one that a data source opens within Grafana is opened there', () => {
  const opened: unknown[] = [];
  const internal = {
    title: 'Trace',
    url: '',
    onClick: ({ origin }: { origin: unknown }) => opened.push(origin),
  } as DataLink;
  const frames = [0, 1].map(() => prepared(rows, 'legacy', [LINK, internal]));
  const links = dataLinksOf(frames, events[0]?.eventId ?? '');
  expect(links.map(({ title }) => title)).toEqual(['Ticket', 'Trace']);
  links[1]?.open?.({});
  expect(opened).toHaveLength(1);
});

it('frames without links, and damaged ones, give none', () => {
  expect(dataLinksOf([prepared(rows, 'legacy', [])], events[0]?.eventId ?? '')).toEqual([]);
  const damaged = [undefined, { fields: null }, { fields: [null, 1, { name: 'Line', values: ['a'] }] }];
  expect(dataLinksOf(damaged as unknown as readonly DataFrame[], 'x')).toEqual([]);
});
