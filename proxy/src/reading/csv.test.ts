/** A download as CSV holds no formula, whatever a server wrote. */
import { describe, expect, it } from 'vitest';
import { toCsvRow } from './csv.ts';

describe('a cell that would be a formula', () => {
  const base = { sequence: 1, time: 0, startTime: 0, timeUnixNano: '0', payloads: [], upstreamSpans: [] };
  it.each([
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-2+3', "'-2+3"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\tx', "'\tx"],
    ['\rx', '"\'\rx"'],
    ['a=1', 'a=1'],
    ['=a,"b"', '"\'=a,""b"""'],
    ['two\r\nlines', '"two\r\nlines"'],
  ])('%j becomes %j', (given, cell) => {
    expect(toCsvRow({ ...base, errorMessage: given })).toContain(`,${cell},`);
  });
  it('a number stays one', () => {
    expect(toCsvRow({ ...base, proxyDuration: -0.5 })).toContain(',-0.5,');
  });
});
