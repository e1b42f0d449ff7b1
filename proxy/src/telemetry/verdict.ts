/**
 * What an OTLP exporter's result means for the batch it was about. The exporter has already retried within its own
 * time limit, so an HTTP status that is still here is a judgement on the data; without one (429, 502 to 504, no
 * connection, no answer) nobody has judged it, and the same batch may go again.
 * Source: OTLP specification, "OTLP/HTTP Response", and otlp-exporter-base 0.301 `http-transport-utils`.
 */
import type { Verdict } from './delivery.ts';

/** The part of an exporter's result that is read here; code 0 is success. */
export interface ExportOutcome {
  readonly code: number;
  readonly error?: Error;
}

export function judgeResult(result: ExportOutcome): Verdict {
  if (result.code === 0) return { kind: 'accepted' };
  const { error } = result;
  const code: unknown = error !== undefined && 'code' in error ? error.code : undefined;
  if (typeof code === 'number') return { kind: 'refused', reason: `http_${code}`, again: false };
  // A system error's code is a word; an exhausted 429 or 503 has none.
  return { kind: 'refused', reason: typeof code === 'string' ? 'unreachable' : 'unavailable', again: true };
}

/** How many items of a batch the receiver did not keep, from the text the exporters log of a partial success. */
export function countRejected(partialSuccess: string): number {
  const match = /"rejected(?:Spans|LogRecords|DataPoints)":"?(\d+)/.exec(partialSuccess);
  return match === null ? 0 : Number(match[1]);
}
