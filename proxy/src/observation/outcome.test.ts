import { describe, expect, it } from 'vitest';
import type { Direction } from '../contract/index.ts';
import { type AnswerFacts, decideAnswer, endWithout, isServerFailure, OK } from './outcome.ts';

const error = (code: number) => ({ error: { code, message: 'm' } });

/**
 * Every row of the contract's outcome table and of its order of precedence, for a request of the client.
 * `server` is the origin for a request of the server, where client and upstream change places.
 */
const sheet: {
  cell: string;
  facts: Omit<AnswerFacts, 'direction'>;
  outcome: string;
  client?: string;
  server?: string;
  errorType?: string;
}[] = [
  { cell: 'an answer without error', facts: { status: 200 }, outcome: 'ok' },
  { cell: 'an answer on another stream, no status of its own', facts: {}, outcome: 'ok' },
  { cell: 'a redirect is no failure', facts: { status: 307 }, outcome: 'ok' },
  { cell: 'URL elicitation', facts: error(-32042), outcome: 'ok' },
  { cell: 'URL elicitation with a status', facts: { status: 400, ...error(-32042) }, outcome: 'ok' },
  {
    cell: 'a failed tool',
    facts: { status: 200, toolError: true },
    outcome: 'tool_error',
    client: 'upstream',
    server: 'client',
    errorType: 'tool_error',
  },
  // rpc_error, origin client by its code
  ...[-32700, -32600, -32601, -32602, -32002, -32020, -32021, -32022].map((code) => ({
    cell: `error ${code}`,
    facts: { status: 200, ...error(code) },
    outcome: 'rpc_error',
    client: 'client',
    server: 'upstream',
    errorType: String(code),
  })),
  // … and upstream by any other
  ...[-32603, -32000, -32001, -32003, -32019, -32023, 0, 42].map((code) => ({
    cell: `error ${code}`,
    facts: { status: 200, ...error(code) },
    outcome: 'rpc_error',
    client: 'upstream',
    server: 'client',
    errorType: String(code),
  })),
  {
    cell: 'any code with a 4xx is the caller’s',
    facts: { status: 400, ...error(-32000) },
    outcome: 'rpc_error',
    client: 'client',
    server: 'upstream',
    errorType: '-32000',
  },
  {
    cell: 'but not with 408',
    facts: { status: 408, ...error(-32000) },
    outcome: 'rpc_error',
    client: 'upstream',
    server: 'client',
    errorType: '-32000',
  },
  {
    cell: 'nor with 429',
    facts: { status: 429, ...error(-32000) },
    outcome: 'rpc_error',
    client: 'upstream',
    server: 'client',
    errorType: '-32000',
  },
  {
    cell: 'nor with 5xx',
    facts: { status: 503, ...error(-32000) },
    outcome: 'rpc_error',
    client: 'upstream',
    server: 'client',
    errorType: '-32000',
  },
  {
    cell: 'a caller’s code stays his with 503',
    facts: { status: 503, ...error(-32602) },
    outcome: 'rpc_error',
    client: 'client',
    server: 'upstream',
    errorType: '-32602',
  },
  {
    cell: '401',
    facts: { status: 401 },
    outcome: 'denied',
    client: 'upstream',
    server: 'client',
    errorType: '401',
  },
  {
    cell: '403',
    facts: { status: 403 },
    outcome: 'denied',
    client: 'upstream',
    server: 'client',
    errorType: '403',
  },
  {
    cell: 'denied comes before rpc_error',
    facts: { status: 403, ...error(-32600) },
    outcome: 'denied',
    client: 'upstream',
    server: 'client',
    errorType: '-32600',
  },
  {
    cell: '408',
    facts: { status: 408 },
    outcome: 'timeout',
    client: 'upstream',
    server: 'client',
    errorType: '408',
  },
  {
    cell: '504',
    facts: { status: 504 },
    outcome: 'timeout',
    client: 'upstream',
    server: 'client',
    errorType: '504',
  },
  {
    cell: 'rpc_error comes before timeout',
    facts: { status: 504, ...error(-32603) },
    outcome: 'rpc_error',
    client: 'upstream',
    server: 'client',
    errorType: '-32603',
  },
  ...[400, 402, 404, 405, 406, 409, 410, 413, 415, 422, 499].map((status) => ({
    cell: `${status} without JSON-RPC`,
    facts: { status },
    outcome: 'http_error',
    client: 'client',
    server: 'upstream',
    errorType: String(status),
  })),
  ...[429, 500, 501, 502, 503, 505, 599].map((status) => ({
    cell: `${status} without JSON-RPC`,
    facts: { status },
    outcome: 'http_error',
    client: 'upstream',
    server: 'client',
    errorType: String(status),
  })),
  {
    cell: 'http_error comes before tool_error',
    facts: { status: 500, toolError: true },
    outcome: 'http_error',
    client: 'upstream',
    server: 'client',
    errorType: '500',
  },
  // answers the proxy made itself, whatever their body
  {
    cell: 'the guard',
    facts: { status: 403, proxy: 'guard', ...error(-32000) },
    outcome: 'denied',
    client: 'proxy',
    server: 'proxy',
    errorType: '403',
  },
  {
    cell: 'unreachable',
    facts: { status: 502, proxy: 'unreachable', ...error(-32603) },
    outcome: 'http_error',
    client: 'proxy',
    server: 'proxy',
    errorType: '502',
  },
  {
    cell: 'draining',
    facts: { status: 503, proxy: 'draining' },
    outcome: 'http_error',
    client: 'proxy',
    server: 'proxy',
    errorType: '503',
  },
  {
    cell: 'request-timeout',
    facts: { status: 504, proxy: 'timeout', ...error(-32603) },
    outcome: 'timeout',
    client: 'proxy',
    server: 'proxy',
    errorType: '504',
  },
  {
    cell: 'broken off before the head',
    facts: { status: 502, proxy: 'interrupted' },
    outcome: 'interrupted',
    client: 'upstream',
    server: 'client',
    errorType: '502',
  },
];

function expected(outcome: string, origin: string | undefined, errorType: string | undefined) {
  return { outcome, ...(origin && { origin }), ...(errorType && { errorType }) };
}

describe('how an answered request of the client ended', () => {
  const direction: Direction = 'client_to_server';
  it.each(sheet)('$cell: $outcome $client', ({ facts, outcome, client, errorType }) => {
    expect(decideAnswer({ direction, ...facts })).toEqual(expected(outcome, client, errorType));
  });
});

describe('how an answered request of the server ended', () => {
  const direction: Direction = 'server_to_client';
  it.each(sheet)('$cell: $outcome $server', ({ facts, outcome, server, errorType }) => {
    expect(decideAnswer({ direction, ...facts })).toEqual(expected(outcome, server, errorType));
  });
});

describe('an ending without answer', () => {
  it.each(['cancelled', 'abandoned', 'interrupted', 'unanswered'] as const)(
    '%s is named by its outcome',
    (outcome) => {
      expect(endWithout(outcome, 'upstream')).toEqual({ outcome, origin: 'upstream', errorType: outcome });
    },
  );
});

describe('the SERVER span’s status', () => {
  const rpc = (code: number) =>
    isServerFailure(decideAnswer({ direction: 'client_to_server', ...error(code) }), { code, message: '' });
  it('is no ERROR for the convention’s list of caller faults, and only for that', () => {
    expect([-32700, -32600, -32601, -32602, -32002].map(rpc)).toEqual([false, false, false, false, false]);
    expect([-32603, -32000, -32020, -32021, -32022].map(rpc)).toEqual([true, true, true, true, true]);
  });
  it('is ERROR for every other failure, not for ok', () => {
    expect(isServerFailure(OK, undefined)).toBe(false);
    expect(isServerFailure({ outcome: 'tool_error' }, undefined)).toBe(true);
    expect(isServerFailure({ outcome: 'denied' }, { code: -32600, message: '' })).toBe(true);
  });
});
