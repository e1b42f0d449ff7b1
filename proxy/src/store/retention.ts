/** placeholder */
import type { Database } from './sqlite.ts';

export interface Limits {
  /** Milliseconds; 0 keeps for ever. */
  readonly ageMs: number;
  readonly bytesMax: number;
}

export class Retention {
  constructor(_db: Database, _limits: Limits) {}

  slice(_nowMs: number): boolean {
    return false;
  }
}
