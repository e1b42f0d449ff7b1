/** Every bound of delivery in one table: how much is kept, sent at once, and how long anything may take. */
import type { DeliverySettings } from './delivery.ts';

const MEBIBYTE = 1024 * 1024;

/**
 * What may have arrived a moment ago is not sent again before this has passed. Tempo forgets that a span comes twice only
 * once it has cut the trace from memory, which its configuration has it do within two seconds.
 */
export const SPANS_AGAIN_MS = 3_000;

export const TRACE_DELIVERY: DeliverySettings = {
  batchMax: 512,
  batchWeightMax: MEBIBYTE / 2,
  delayMs: 1_000,
  queueMax: 32_768,
  queueWeightMax: 16 * MEBIBYTE,
  storedWeightMax: 4 * MEBIBYTE,
  inFlightMax: 4,
  backoffMinMs: SPANS_AGAIN_MS,
  backoffMaxMs: 30_000,
};

/** Payloads make log batches heavy: by weight they stay small, so that no batch blocks its thread for long. */
export const LOG_DELIVERY: DeliverySettings = {
  ...TRACE_DELIVERY,
  backoffMinMs: 1_000,
  queueMax: 49_152,
  queueWeightMax: 24 * MEBIBYTE,
  storedWeightMax: 6 * MEBIBYTE,
};

/** Rough size of a span, and of a log record without its body. */
export const RECORD_BYTES = 1024;

/** How long a shutdown may wait for the receiver. */
export const SHUTDOWN_MS = 5_000;

/** More than our own limits allow, so that the SDK never folds series under a label of its own. */
export const SDK_SERIES_MAX = 50_000;
