/**
 * What an OTLP exporter's result means for the batch it was about. Only a status that judges the data is final.
 * Overload, a fault of the receiver's own, a missing permission or a wrong path say nothing of the data, so the
 * same batch may go again once that is mended; so may one that nobody answered.
 * Source: OTLP specification, "OTLP/HTTP Response", and otlp-exporter-base 0.301 `http-transport-utils`.
 */
import type { Verdict } from './delivery.ts';

/** The part of an exporter's result that is read here; code 0 is success. */
export interface ExportOutcome {
  readonly code: number;
  readonly error?: Error & { readonly retryAfterMs?: number | undefined };
}

/** Refusals that the next try may not meet: of the one who asks or where, not of what is sent. */
const NOT_OF_THE_DATA: ReadonlySet<number> = new Set([401, 403, 404, 405, 407, 408, 421, 425, 429]);
/** A longer wait than this is rather a mistake than a wish. */
const RETRY_AFTER_MS_MAX = 3_600_000;

export function judgeResult(result: ExportOutcome): Verdict {
  if (result.code === 0) return { kind: 'accepted' };
  const { error } = result;
  const code: unknown = error !== undefined && 'code' in error ? error.code : undefined;
  if (typeof code === 'number') {
    const again = code < 400 || code >= 500 || NOT_OF_THE_DATA.has(code);
    return { kind: 'refused', reason: `http_${code}`, again };
  }
  const afterMs = error?.retryAfterMs;
  return {
    kind: 'refused',
    // A system error's code is a word; 429, 502, 503, 504 and a time-out have none.
    reason: typeof code === 'string' ? 'unreachable' : 'unavailable',
    again: true,
    ...(afterMs === undefined ? {} : { afterMs: Math.min(Math.max(afterMs, 0), RETRY_AFTER_MS_MAX) }),
  };
}

/** How many items of a batch the receiver did not keep, from the text the exporters log of a partial success. */
export function countRejected(partialSuccess: string): number {
  const match = /"rejected(?:Spans|LogRecords|DataPoints)":"?(\d+)/.exec(partialSuccess);
  return match === null ? 0 : Number(match[1]);
}
