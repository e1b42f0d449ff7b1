/** A filter’s text may be anything a stranger chose: it must reach Loki as a value, never as a question. */
import { describe, expect, it } from 'vitest';
import { bucketOf as proxyBucketOf } from '../../../proxy/src/session/registry.ts';
import { bucketOf } from './bucket.ts';
import { filterStages, placeOfEvent, quote, quoteRegex, selector } from './logql.ts';

describe('text', () => {
  it.each([
    ['plain', '"plain"'],
    ['a"b', '"a\\"b"'],
    ['a\\b', '"a\\\\b"'],
    ['a\nb\tc', '"a\\nb\\tc"'],
    ['`', '"`"'],
    ['\0', '"\\u0000"'],
    ['half \ud800', '"half \ufffd"'],
  ])('%j is quoted for LogQL', (text, quoted) => expect(quote(text)).toBe(quoted));

  it('is quoted for the regular expression before it is quoted for LogQL', () => {
    expect(quoteRegex('a.b|c{1}\\')).toBe('a\\.b\\|c\\{1\\}\\\\');
    expect(filterStages({ tool: ['a.b', 'c|d'] })).toContain('gen_ai_tool_name=~"a\\\\.b|c\\\\|d"');
  });

  it('matches itself and nothing else as a regular expression', () => {
    for (const text of ['.*', 'a|b', '(?i)x', '[a-z]+', '$', '^', '{}', 'x?', '\\d', 'a/b', '-']) {
      expect(text).toMatch(new RegExp(`^(?:${quoteRegex(text)})$`, 's'));
      expect('something else').not.toMatch(new RegExp(`^(?:${quoteRegex(text)})$`, 's'));
    }
  });
});

it('streams are named by their labels, record and bucket', () => {
  expect(selector({ records: ['event'] })).toBe('{service_name="sightline", sightline_record="event"}');
  expect(
    selector({ labels: { service_name: 'a"b' }, records: ['session', 'loss'], buckets: ['1', 'f'] }),
  ).toBe('{service_name="a\\"b", sightline_record=~"session|loss", sightline_bucket=~"1|f"}');
});

describe('filters', () => {
  it.each([
    [{}, ''],
    [{ server: ['shop'] }, ' |= "shop" | sightline_server_name="shop"'],
    [{ tool: ['a', 'b'] }, ' |= "a" or "b" | gen_ai_tool_name=~"a|b"'],
    [{ type: ['sightline.request'] }, ' | event_name="sightline.request"'],
    [{ httpStatus: [404, 503] }, ' | http_response_status_code=~"404|503"'],
    [{ outcome: ['denied'] }, ' | sightline_outcome="denied"'],
    [{ session: ['x'] }, ' | sightline_session_id="x" or mcp_session_id="x"'],
  ] as const)('%j', (filter, stages) => expect(filterStages(filter)).toBe(stages));

  it('take for an error only what has an outcome, and no probe', () => {
    const group =
      '(sightline_outcome!="" and sightline_outcome!="ok" and sightline_outcome!="cancelled" and sightline_probe!="true")';
    expect(filterStages({ outcome: ['error'] })).toBe(` | ${group}`);
    expect(filterStages({ outcome: ['ok', 'error'] })).toBe(` | sightline_outcome="ok" or ${group}`);
  });

  it('look for a line only where the body has the value as it is', () => {
    expect(filterStages({ tool: ['a\tb'] })).toBe(' | gen_ai_tool_name="a\\tb"');
    expect(filterStages({ tool: ['a', 'b\u2028'] })).not.toContain('|=');
  });

  it('never ask for an empty value, which every record without the label would have', () => {
    for (const empty of [{ tool: [''] }, { tool: [] }, { session: [''] }, { outcome: [] }]) {
      expect(filterStages(empty)).toBe(' | event_name=""');
    }
    expect(filterStages({ tool: ['', 'a'] })).toContain('gen_ai_tool_name="a"');
  });

  it('search all six fields without regard to case', () => {
    const stages = filterStages({ q: 'A.b' });
    const fields = [...stages.matchAll(/(\w+)=~"\(\?is\)\.\*A\\\\\.b\.\*"/g)].map(([, label]) => label);
    expect(fields).toEqual([
      'gen_ai_tool_name',
      'mcp_method_name',
      'sightline_session_id',
      'mcp_session_id',
      'sightline_error_message',
      'sightline_server_name',
      'sightline_client_name',
    ]);
  });
});

it('the bucket of a session is the one that the proxy writes', () => {
  for (const id of ['', 'a', 'f00000000000000000000001', 'é😀', 'bb152ad2a7fbdf1b5b35ce76']) {
    expect(bucketOf(id)).toBe(proxyBucketOf(id));
  }
});

it('an event’s id says where it is', () => {
  expect(placeOfEvent('01a1feb6-c11a-725c-a4e3-6b8724f319e1')).toEqual({ bucket: '1', time: 0x01a1feb6c11a });
  expect(placeOfEvent('e59')).toBeUndefined();
  expect(placeOfEvent('01a1feb6-c11a-425c-a4e3-6b8724f319e1')).toBeUndefined();
});
