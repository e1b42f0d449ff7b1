/** How much of what was sent has arrived: calls counted by a question to Loki, spans by Tempo's own count. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Addresses } from '../../scripts/stack/specs.ts';
import { queryLogFigures } from '../stack/loki.ts';

export interface Arrived {
  /** Records of `tools/call` since a moment. */
  readonly calls: number;
  /** All spans since Tempo's start. */
  readonly spans: number;
}

const STEP_MS = 500;

/** @param from Unix milliseconds from which calls count. */
export async function readArrived({ loki, tempo }: Addresses, from: number): Promise<Arrived> {
  const now = Date.now() + 1_000;
  const seconds = Math.ceil((now - from) / 1_000);
  // By the line, not by an attribute: a third of the work, on the cores that still deliver.
  const query = `sum(count_over_time({service_name="sightline", sightline_record="event"} |= "tools/call" [${seconds}s]))`;
  const [figure] = await queryLogFigures(loki, query, from + seconds * 1_000);
  return { calls: figure?.value ?? 0, spans: await readSpans(tempo) };
}

/** Milliseconds until everything wanted is there; undefined when it is not within the patience. */
export async function waitForArrival(
  addresses: Addresses,
  from: number,
  wanted: Arrived,
  patienceMs: number,
): Promise<number | undefined> {
  const beginMs = performance.now();
  while (performance.now() - beginMs < patienceMs) {
    const { calls, spans } = await readArrived(addresses, from);
    // More than that, where an answer came too late to count.
    if (calls >= wanted.calls && spans >= wanted.spans) return performance.now() - beginMs;
    await sleep(STEP_MS);
  }
  return undefined;
}

async function readSpans(tempo: string): Promise<number> {
  const response = await fetch(`${tempo}/metrics`);
  const text = await response.text();
  const rows = text.matchAll(/^tempo_distributor_spans_received_total\{[^}]*\} (\S+)$/gm);
  return [...rows].reduce((sum, [, value]) => sum + Number(value), 0);
}
