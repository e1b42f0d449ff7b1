/**
 * How a request ended and whose doing that was, decided once. The table is the contract's ("Rules behind the
 * names"); the first row that fits wins. For requests of the server, client and upstream change places.
 */
import type { Direction, Origin, Outcome } from '../contract/index.ts';
import { isCallerFault, isServerSpanError, URL_ELICITATION_REQUIRED } from '../mcp/errors.ts';
import type { RpcError } from '../mcp/jsonrpc.ts';
import type { ProxyAnswer } from './frame.ts';

export interface Ending {
  readonly outcome: Outcome;
  /** Absent when ok. */
  readonly origin?: Origin;
  /** `error.type`; absent when ok. */
  readonly errorType?: string;
}

/** What an answer showed of itself. */
export interface AnswerFacts {
  readonly direction: Direction;
  /** HTTP status of the exchange that carried it; absent where none did. */
  readonly status?: number;
  /** Present when the proxy answered by itself. */
  readonly proxy?: ProxyAnswer;
  /** Present when a JSON-RPC error answers. */
  readonly error?: RpcError;
  /** `result.isError` of a tool call. */
  readonly toolError?: boolean;
}

const PROXY_ANSWERS: Readonly<Record<ProxyAnswer, { readonly outcome: Outcome; readonly origin: Origin }>> = {
  guard: { outcome: 'denied', origin: 'proxy' },
  unreachable: { outcome: 'http_error', origin: 'proxy' },
  draining: { outcome: 'http_error', origin: 'proxy' },
  timeout: { outcome: 'timeout', origin: 'proxy' },
  interrupted: { outcome: 'interrupted', origin: 'upstream' },
};

/** The outcome of a request that was answered, by whomever. */
export function decideAnswer(facts: AnswerFacts): Ending {
  const { outcome, origin } = facts.proxy ? PROXY_ANSWERS[facts.proxy] : decideUpstreamAnswer(facts);
  if (outcome === 'ok') return { outcome };
  return {
    outcome,
    ...(origin && { origin: facts.direction === 'server_to_client' ? swap(origin) : origin }),
    errorType: errorTypeOf(facts, outcome),
  };
}

function decideUpstreamAnswer(facts: AnswerFacts): { outcome: Outcome; origin?: Origin } {
  const { status = 200, error } = facts;
  if (status === 401 || status === 403) return { outcome: 'denied', origin: 'upstream' };
  if (error) {
    if (error.code === URL_ELICITATION_REQUIRED) return { outcome: 'ok' };
    const byClient = isCallerFault(error.code) || isCallerStatus(status);
    return { outcome: 'rpc_error', origin: byClient ? 'client' : 'upstream' };
  }
  if (status === 408 || status === 504) return { outcome: 'timeout', origin: 'upstream' };
  if (status >= 400) return { outcome: 'http_error', origin: isCallerStatus(status) ? 'client' : 'upstream' };
  if (facts.toolError) return { outcome: 'tool_error', origin: 'upstream' };
  return { outcome: 'ok' };
}

/** 4xx puts the fault on the caller, but 408 and 429 tell of the server's state. */
function isCallerStatus(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}

function errorTypeOf(facts: AnswerFacts, outcome: Outcome): string {
  if (facts.error && !facts.proxy) return String(facts.error.code);
  if (facts.status !== undefined && facts.status >= 400) return String(facts.status);
  return outcome;
}

function swap(origin: Origin): Origin {
  if (origin === 'client') return 'upstream';
  return origin === 'upstream' ? 'client' : origin;
}

/** An ending without an answer. `byWhom` is who did it, in plain terms: no places change. */
export function endWithout(
  outcome: 'cancelled' | 'abandoned' | 'interrupted' | 'unanswered',
  byWhom: Origin,
): Ending {
  return { outcome, origin: byWhom, errorType: outcome };
}

export const OK: Ending = { outcome: 'ok' };

/** Whether the SERVER span gets ERROR status: failed, and not by a code the convention leaves to the caller. */
export function isServerFailure(ending: Ending, error: RpcError | undefined): boolean {
  if (ending.outcome === 'ok') return false;
  return ending.outcome !== 'rpc_error' || error === undefined || isServerSpanError(error.code);
}
