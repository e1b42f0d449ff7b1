/**
 * What the shop remembers between two requests. It is bounded, because the demo may run for days.
 */
import type { Pace } from './pace.ts';

/** What outlives one server instance: in the 2026-07-28 era an instance lives for a single request. */
export interface ShopMemory {
  /** Tries so far by order, so that a scripted failure knows which try it answers. */
  readonly attempts: Map<string, number>;
  readonly pace: Pace;
  /** Tells every open 2026-07-28 subscription that the tools changed. */
  announceToolsChanged(): void;
}

const ordersRememberedMax = 200;

/** Counts a try of `orderId`, forgetting the oldest order when there are too many. */
export function countAttempt(memory: ShopMemory, orderId: string): number {
  const attempt = (memory.attempts.get(orderId) ?? 0) + 1;
  memory.attempts.delete(orderId);
  memory.attempts.set(orderId, attempt);
  const oldest = memory.attempts.keys().next().value;
  if (memory.attempts.size > ordersRememberedMax && oldest !== undefined) memory.attempts.delete(oldest);
  return attempt;
}
