/** Which signal waits for what: the way into both outboxes, with the archive in memory and a receiver that accepts. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { MemoryArchive } from '../store/memoryArchive.ts';
import { createListPacker } from './batches.ts';
import { LOG_DELIVERY, TRACE_DELIVERY } from './bounds.ts';
import { createDelivery, type DeliverySettings } from './delivery.ts';
import type { Outlet } from './outgoing.ts';
import { NO_LIMITS } from './selection.ts';
import { createSink } from './sink.ts';
import { aRequest } from './testing/events.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const SETTINGS = {
  sampler: { ratio: 1, parentBased: false },
  spanLimits: NO_LIMITS,
  logLimits: NO_LIMITS,
};

it('holds back spans that an earlier run may have sent a moment ago, and no record', () => {
  const archive = new MemoryArchive({ instanceId: 'i', ageMs: 0, bytesMax: 1e9, activeWindowMs: 300_000 });
  for (const signal of ['traces', 'logs'] as const) archive.moveCursor(signal, 0);
  archive.append([aRequest()]);
  const sent: string[] = [];
  const outlet = <T>(name: string, settings: DeliverySettings): Outlet<T> => ({
    form: 'records',
    delivery: createDelivery<T, readonly T[]>(settings, {
      packer: createListPacker<T>(),
      send: (_items, done) => {
        sent.push(name);
        done({ kind: 'accepted' });
      },
      onLost: () => {},
    }),
  });
  const fail = (error: unknown): never => {
    throw error;
  };
  createSink(
    SETTINGS,
    { traces: outlet('traces', TRACE_DELIVERY), logs: outlet('logs', LOG_DELIVERY) },
    { archive, onFault: fail, onArchiveFault: fail, resumeSpansMs: 60_000 },
  );
  vi.advanceTimersByTime(59_999);
  expect(sent).toEqual(['logs']);
  vi.advanceTimersByTime(60_000);
  expect(sent).toEqual(['logs', 'traces']);
});
