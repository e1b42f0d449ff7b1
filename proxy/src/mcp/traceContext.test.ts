import { describe, expect, it } from 'vitest';
import { decideTrace, formatTraceparent, parseTraceparent } from './traceContext.ts';

const T = '4bf92f3577b34da6a3ce929d0e0e4736';
const S = '00f067aa0ba902b7';

describe('parseTraceparent', () => {
  const sheet = [
    { cell: 'sampled', input: `00-${T}-${S}-01`, expected: { traceId: T, spanId: S, sampled: true } },
    { cell: 'not sampled', input: `00-${T}-${S}-00`, expected: { traceId: T, spanId: S, sampled: false } },
    {
      cell: 'unknown flag bits are ignored',
      input: `00-${T}-${S}-03`,
      expected: { traceId: T, spanId: S, sampled: true },
    },
    {
      cell: 'a later version may carry more',
      input: `01-${T}-${S}-01-x`,
      expected: { traceId: T, spanId: S, sampled: true },
    },
    { cell: 'version 00 may not', input: `00-${T}-${S}-01-x`, expected: undefined },
    { cell: 'version ff is invalid', input: `ff-${T}-${S}-01`, expected: undefined },
    { cell: 'zero trace id', input: `00-${'0'.repeat(32)}-${S}-01`, expected: undefined },
    { cell: 'zero span id', input: `00-${T}-${'0'.repeat(16)}-01`, expected: undefined },
    { cell: 'upper case is not allowed', input: `00-${T.toUpperCase()}-${S}-01`, expected: undefined },
    { cell: 'not a string', input: 7, expected: undefined },
  ];
  it.each(sheet)('$cell', ({ input, expected }) => expect(parseTraceparent(input)).toEqual(expected));

  it('formats what it reads', () => {
    expect(formatTraceparent({ traceId: T, spanId: S, sampled: false })).toBe(`00-${T}-${S}-00`);
  });
});

describe('decideTrace', () => {
  const meta = { traceId: T, spanId: S, sampled: false };
  const http = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true };
  const sheet = [
    { cell: 'ignore looks at nobody', policy: 'ignore' as const, meta, http, expected: { links: [] } },
    {
      cell: 'nobody traced',
      policy: 'parent' as const,
      meta: undefined,
      http: undefined,
      expected: { links: [] },
    },
    {
      cell: '_meta wins, the HTTP context becomes a link',
      policy: 'parent' as const,
      meta,
      http,
      expected: { parent: meta, links: [http] },
    },
    {
      cell: 'the header alone is the parent',
      policy: 'parent' as const,
      meta: undefined,
      http,
      expected: { parent: http, links: [] },
    },
    { cell: 'link continues nobody', policy: 'link' as const, meta, http, expected: { links: [meta, http] } },
    {
      cell: 'auto follows the flag of the caller: not sampled',
      policy: 'auto' as const,
      meta,
      http,
      expected: { links: [meta, http] },
    },
    {
      cell: 'auto follows the flag of the caller: sampled',
      policy: 'auto' as const,
      meta: undefined,
      http,
      expected: { parent: http, links: [] },
    },
    {
      cell: 'the same span twice is no link',
      policy: 'parent' as const,
      meta,
      http: meta,
      expected: { parent: meta, links: [] },
    },
  ];
  it.each(sheet)('$cell', ({ policy, meta, http, expected }) => {
    expect(decideTrace(policy, meta, http)).toEqual(expected);
  });
});
