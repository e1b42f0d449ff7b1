/**
 * Levels at one moment, as measurements. Pure: the census, the process's health and the state of delivery come in
 * as data. A level whose source has not spoken yet is absent, not zero.
 */
import type { Census } from '../observation/event.ts';
import type { Measurement } from './measure.ts';
import type { OutboxStats } from './outbox.ts';

/** What the process can say of itself. */
export interface Health {
  readonly eventLoopDelayP99Seconds: number;
  readonly rssBytes: number;
}

/** Every gauge of the contract at `nowMs`. `outbox` is the one that holds events until they are accepted. */
export function readGauges(
  census: Census | undefined,
  health: Health | undefined,
  outbox: OutboxStats | undefined,
  nowMs: number,
): readonly Measurement[] {
  return [...ofCensus(census), ...ofHealth(health), ...ofOutbox(outbox, nowMs)];
}

function ofCensus(census: Census | undefined): readonly Measurement[] {
  if (census === undefined) return [];
  const found: Measurement[] = [];
  for (const [server, value] of census.requestsActive) {
    found.push({ metric: 'sightline.requests.active', value, labels: { 'sightline.server.name': server } });
  }
  for (const [server, value] of census.sessionsActive) {
    found.push({ metric: 'sightline.sessions.active', value, labels: { 'sightline.server.name': server } });
  }
  for (const { server, tool, count } of census.requestsWaiting) {
    const labels = {
      'sightline.server.name': server,
      ...(tool !== undefined && { 'gen_ai.tool.name': tool }),
    };
    found.push({ metric: 'sightline.requests.waiting', value: count, labels });
  }
  return found;
}

function ofHealth(health: Health | undefined): readonly Measurement[] {
  if (health === undefined) return [];
  return [
    { metric: 'nodejs.eventloop.delay.p99', value: health.eventLoopDelayP99Seconds, labels: {} },
    { metric: 'process.memory.usage', value: health.rssBytes, labels: {} },
  ];
}

function ofOutbox(outbox: OutboxStats | undefined, nowMs: number): readonly Measurement[] {
  if (outbox === undefined) return [];
  const age = outbox.oldestMs === undefined ? 0 : Math.max(0, nowMs - outbox.oldestMs) / 1000;
  return [
    { metric: 'sightline.outbox.size', value: outbox.size, labels: {} },
    { metric: 'sightline.outbox.age', value: age, labels: {} },
  ];
}
