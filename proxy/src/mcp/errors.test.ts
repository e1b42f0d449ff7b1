import { describe, expect, it } from 'vitest';
import { isCallerFault, isServerSpanError, METHOD_NOT_FOUND, URL_ELICITATION_REQUIRED } from './errors.ts';

/** Every code that means something to somebody, and neighbours that mean nothing. */
const sheet = [
  { code: -32700, name: 'parse error', callerFault: true, serverSpanError: false },
  { code: -32600, name: 'invalid request', callerFault: true, serverSpanError: false },
  { code: -32601, name: 'method not found', callerFault: true, serverSpanError: false },
  { code: -32602, name: 'invalid params', callerFault: true, serverSpanError: false },
  { code: -32603, name: 'internal error', callerFault: false, serverSpanError: true },
  { code: -32002, name: 'resource not found, up to 2025-11-25', callerFault: true, serverSpanError: false },
  { code: -32020, name: 'header mismatch', callerFault: true, serverSpanError: true },
  { code: -32021, name: 'missing client capability', callerFault: true, serverSpanError: true },
  { code: -32022, name: 'unsupported protocol version', callerFault: true, serverSpanError: true },
  { code: -32019, name: 'legacy range, no meaning', callerFault: false, serverSpanError: true },
  { code: -32023, name: 'reserved, no meaning yet', callerFault: false, serverSpanError: true },
  { code: -32000, name: "a server's own", callerFault: false, serverSpanError: true },
  { code: -32001, name: "a server's own", callerFault: false, serverSpanError: true },
  { code: -32003, name: "a server's own", callerFault: false, serverSpanError: true },
  { code: -32604, name: 'undefined', callerFault: false, serverSpanError: true },
  { code: -32599, name: 'undefined', callerFault: false, serverSpanError: true },
  { code: -32042, name: 'URL elicitation required', callerFault: false, serverSpanError: true },
  { code: 0, name: 'unreadable', callerFault: false, serverSpanError: true },
  { code: 1, name: "an application's own", callerFault: false, serverSpanError: true },
  { code: -32601.5, name: 'no integer', callerFault: false, serverSpanError: true },
];

describe('error codes', () => {
  it.each(sheet)('$code ($name): caller fault $callerFault, SERVER span error $serverSpanError', (row) => {
    expect(isCallerFault(row.code)).toBe(row.callerFault);
    expect(isServerSpanError(row.code)).toBe(row.serverSpanError);
  });

  it('count nothing else in the whole JSON-RPC range as the caller’s fault', () => {
    const range = Array.from({ length: 769 }, (_, at) => -32768 + at);
    expect(range.filter(isCallerFault)).toEqual([
      -32700, -32602, -32601, -32600, -32022, -32021, -32020, -32002,
    ]);
    expect(range.filter((code) => !isServerSpanError(code))).toEqual([
      -32700, -32602, -32601, -32600, -32002,
    ]);
  });

  it('have the two that are more than faults', () => {
    expect([URL_ELICITATION_REQUIRED, METHOD_NOT_FOUND]).toEqual([-32042, -32601]);
  });
});
