/** Slim lines carry whatever a stranger writes, and saved dashboards go on being read. */
import { describe, expect, it } from 'vitest';
import { storyEvents } from '../testing/events.ts';
import { rowOfEvent, slimRow } from '../testing/lokiRows.ts';
import { columnsOn } from './attributes.ts';
import { readRecord } from './records.ts';
import { readSlim, SLIM_COLUMNS, slimKindOf, slimStages, unquote } from './slim.ts';

const byName = ({ name }: { readonly name: string }) => name;

describe.each(['event', 'session'] as const)('the columns of a %s', (kind) => {
  it('are all that the contract has', () => {
    const slim = SLIM_COLUMNS[kind].map(({ key }) => key);
    expect(slim).toEqual(expect.arrayContaining(columnsOn(kind).map(({ key }) => key)));
  });

  it('have a letter each', () => {
    const letters = SLIM_COLUMNS[kind].map(({ letter }) => letter);
    expect(new Set(letters).size).toBe(letters.length);
    expect(letters.every((letter) => letter.length === 1 && letter !== '\t')).toBe(true);
  });
});

it('the stages are one raw string of LogQL, and keep one label', () => {
  expect(slimStages('event')).toMatch(/^\| line_format `sl1e[^`]*` \| keep service_name$/);
  expect(slimStages('event')).toContain('{{with .gen_ai_tool_name}}\tt{{printf "%q" .}}{{end}}');
  expect(slimStages('event')).toContain('{{with .sightline_event_id}}\ti{{.}}{{end}}');
});

it('an event out of a slim line is the event out of its labels', () => {
  for (const story of ['retry-recovers', 'denied', 'server-logs-and-notifications', 'redaction']) {
    for (const event of storyEvents(story)) {
      const { sequence: _, ...facts } = event;
      const full = rowOfEvent(facts);
      expect(readRecord(slimRow(full, 'event'))).toEqual(readRecord(full));
      const record = readRecord(full);
      // The story’s events have besides what only details show.
      expect(record?.kind === 'event' && Object.keys(record.event).length).toBeGreaterThan(10);
      expect(facts).toMatchObject(record?.kind === 'event' ? record.event : {});
    }
  }
});

it.each(['a\tOok', 'quote " and \\', 'line\nbreak', '\u0000\u007f\u2028', '😀 é', '"', '\\', '`{{.}}`'])(
  'the name %j stays a name',
  (name) => {
    const [event] = storyEvents('retry-recovers').filter(({ genAiToolName }) => genAiToolName);
    if (event === undefined) throw new Error('the story has no tool call');
    const row = slimRow(rowOfEvent({ ...event, genAiToolName: name, outcome: 'denied' }), 'event');
    const read = readSlim(row.line, 'event', byName);
    expect(read).toMatchObject({ genAiToolName: name, outcome: 'denied', eventId: event.eventId });
  },
);

it.each([
  ['"a\\x07\\x7fb"', 'a\x07\x7fb'],
  ['"\\a\\b\\f\\n\\r\\t\\v\\\\\\""', '\x07\b\f\n\r\t\v\\"'],
  ['"\\u00e9\\U0001f600"', 'é😀'],
  ['"\\Uffffffff"', '\ufffd'],
  ['plain', 'plain'],
  ['"', '"'],
])('Go’s %s is read', (quoted, text) => expect(unquote(quoted)).toBe(text));

it('what a newer version adds is passed over, and what is missing is absent', () => {
  const line = 'sl1e\t~new\tiabc\tD0.5\t\tdclient_to_server\tDnonsense';
  expect(readSlim(line, 'event', byName)).toEqual({
    eventId: 'abc',
    duration: 0.5,
    direction: 'client_to_server',
  });
});

it.each(['sl1e', 'sl1x\ti1', 'tools/call sl1e', '', 'sl1e i1'])('%j is no slim line', (line) => {
  expect(slimKindOf(line)).toBeUndefined();
});
