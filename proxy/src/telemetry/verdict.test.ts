import { describe, expect, it } from 'vitest';
import { countRejected, judgeResult } from './verdict.ts';

const failed = (error: object) => judgeResult({ code: 1, error: Object.assign(new Error('no'), error) });

describe('an export that failed', () => {
  it.each([
    { code: 400, again: false, why: 'the data is wrong' },
    { code: 413, again: false, why: 'half of it may be small enough' },
    { code: 422, again: false, why: 'the data is wrong' },
    { code: 401, again: true, why: 'a token that ran out says nothing of the data' },
    { code: 403, again: true, why: 'nor does a missing permission' },
    { code: 404, again: true, why: 'nor does a wrong path' },
    { code: 429, again: true, why: 'too much at once' },
    { code: 500, again: true, why: 'the receiver is broken, not the data' },
    { code: 301, again: true, why: 'the address is wrong' },
  ])('with $code goes again: $again, because $why', ({ code, again }) => {
    expect(failed({ code })).toEqual({ kind: 'refused', reason: `http_${code}`, again });
  });

  it('without a connection goes again', () => {
    expect(failed({ code: 'ECONNREFUSED' })).toEqual({ kind: 'refused', reason: 'unreachable', again: true });
  });

  it.each([
    { retryAfterMs: 2_000, afterMs: 2_000 },
    // `Retry-After: 0`, as the exporters read it.
    { retryAfterMs: -1, afterMs: 0 },
    { retryAfterMs: 86_400_000, afterMs: 3_600_000 },
  ])('and asks for $retryAfterMs ms is tried after $afterMs ms', ({ retryAfterMs, afterMs }) => {
    expect(failed({ retryAfterMs })).toMatchObject({ reason: 'unavailable', again: true, afterMs });
  });
});

describe('a partial success', () => {
  it.each([
    ['{"rejectedSpans":"3"}', 3],
    ['{"rejectedLogRecords":2,"errorMessage":"old"}', 2],
    ['{"errorMessage":"a warning"}', 0],
  ])('%s rejects %i', (text, count) => {
    expect(countRejected(text)).toBe(count);
  });
});
