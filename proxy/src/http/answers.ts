/**
 * The answers the proxy gives by itself: status and JSON-RPC error body, naming what is wrong and whose doing it
 * is. Pure; writing them is the exchange's business. Error codes are of JSON-RPC's implementation range
 * (-32000 to -32099), as the SDKs use them: -32001 is their request timeout, -32000 everything else.
 */
import type { ProxyAnswer } from '../observation/frame.ts';

export interface OwnAnswer {
  readonly status: number;
  readonly answer: ProxyAnswer;
  readonly code: number;
  readonly message: string;
}

export function refuseCaller(reason: string): OwnAnswer {
  return { status: 403, answer: 'guard', code: -32000, message: `Sightline refused this request: ${reason}` };
}

/** More than one `Host`, or a body framed in a way that could be read in two ways. */
export function refuseForm(status: 400 | 501, reason: string): OwnAnswer {
  return { status, answer: 'guard', code: -32000, message: `Sightline refused this request: ${reason}` };
}

export function tellUnreachable(server: string, origin: string, cause: unknown): OwnAnswer {
  return {
    status: 502,
    answer: 'unreachable',
    code: -32000,
    message: `Upstream "${server}" (${origin}) cannot be reached: ${describeCause(cause)}`,
  };
}

export function tellInterrupted(server: string, origin: string, cause: unknown): OwnAnswer {
  return {
    status: 502,
    answer: 'interrupted',
    code: -32000,
    message: `Upstream "${server}" (${origin}) broke off before it answered: ${describeCause(cause)}`,
  };
}

export function tellTimeout(server: string, origin: string, limitMs: number): OwnAnswer {
  return {
    status: 504,
    answer: 'timeout',
    code: -32001,
    message: `Upstream "${server}" (${origin}) did not answer within ${limitMs} ms (request-timeout)`,
  };
}

export function tellDraining(): OwnAnswer {
  return { status: 503, answer: 'draining', code: -32000, message: 'Sightline is stopping' };
}

/** Several upstreams, and the path names none of them. */
export function listUpstreams(names: readonly string[]): { status: number; body: string } {
  const known = names.map((name) => `/${name}/`).join(', ');
  return { status: 404, body: errorBody(-32000, `No upstream has this path. Known prefixes: ${known}`) };
}

/** JSON-RPC error answering no request in particular. */
export function errorBody(code: number, message: string): string {
  return JSON.stringify({ jsonrpc: '2.0', id: null, error: { code, message } });
}

/** One line: the error's code where it has one, because messages of several addresses tried are empty. */
export function describeCause(cause: unknown): string {
  if (!(cause instanceof Error)) return 'unknown';
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  const text = cause.message.replaceAll(/[\r\n]+/g, ' ').slice(0, 200);
  if (code === '') return text || cause.name;
  return text === '' || text.includes(code) ? text || code : `${code}, ${text}`;
}
