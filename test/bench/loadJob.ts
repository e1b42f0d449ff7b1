/** What the benchmark asks of the load generator, and what it is told: plain data that crosses IPC. */
import type { FixtureName } from './fixtures.ts';

interface Job {
  readonly port: number;
  readonly fixture: FixtureName;
  /** Open during the whole job, each with a session of its own. */
  readonly connections: number;
  readonly durationMs: number;
}

/** Each connection sends its next request when it has its answer. */
export interface ClosedJob extends Job {
  readonly kind: 'closed';
}

/** Requests arrive at a fixed rate, whether or not earlier ones are answered. */
export interface OpenJob extends Job {
  readonly kind: 'open';
  readonly ratePerSecond: number;
}

export type LoadJob = ClosedJob | OpenJob;

export interface LoadResult {
  /** Requests sent and answered rightly, those of the handshakes not counted. */
  readonly requests: number;
  /** JSON-RPC requests of the handshakes: one `initialize` a connection. */
  readonly handshakes: number;
  /** Right answers that came before the time was over. */
  readonly inTime: number;
  readonly durationMs: number;
  /** Closed loop: from sending. Open loop: from the planned start. */
  readonly p50Us: number;
  readonly p90Us: number;
  readonly p99Us: number;
  /** How much later than planned requests were sent though a connection was free: the generator's own error. */
  readonly lateP99Us: number;
  /** Wrong, broken or missing answers; the first few told in words. */
  readonly errors: number;
  readonly errorTexts: readonly string[];
}
