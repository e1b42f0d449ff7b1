/**
 * A very long past in little time: what the real fold made of some hours, again and again with later times and other
 * ids. What an archive's answers cost depends on how many events there are, not on how different they are.
 */
import type { Attributes } from '../../proxy/src/contract/index.ts';
import type { RecordedEvent } from '../../proxy/src/observation/event.ts';
import { type HistoryOptions, makeHistory } from '../support/history.ts';

/** Calls that the fold makes; more are copies of them. */
const CALLS_FOLDED = 50_000;

/** Events in the order of writing, in batches. */
export function* makeLongPast(
  past: HistoryOptions,
  callsFolded = CALLS_FOLDED,
): Generator<readonly RecordedEvent[]> {
  const copies = Math.ceil(past.calls / callsFolded);
  const spanMs = Math.floor((past.toMs - past.fromMs) / copies);
  const folded = [
    ...makeHistory({
      ...past,
      calls: Math.round(past.calls / copies),
      sessions: Math.ceil(past.sessions / copies),
      toMs: past.fromMs + spanMs,
    }),
  ];
  for (let copy = 0; copy < copies; copy++) {
    const mark = copy.toString(16).padStart(3, '0');
    for (const batch of folded) yield batch.map((event) => moved(event, copy * spanMs, mark));
  }
}

/** The same event so much later, of another session with other ids. */
function moved(event: RecordedEvent, byMs: number, mark: string): RecordedEvent {
  if (byMs === 0) return event;
  const timeNs = later(event.timeNs, byMs);
  const renamed = { ...event, timeNs, attributes: movedAttributes(event.attributes, timeNs, byMs, mark) };
  if (renamed.kind !== 'sightline.request') return renamed;
  const { server } = renamed;
  return {
    ...renamed,
    server: {
      ...server,
      traceId: `${mark}${server.traceId.slice(3)}`,
      startUs: server.startUs + byMs * 1000,
      endUs: server.endUs + byMs * 1000,
    },
  };
}

function movedAttributes(given: Attributes, timeNs: string, byMs: number, mark: string): Attributes {
  const attributes = { ...given };
  for (const key of ['sightline.session.id', 'mcp.session.id', 'sightline.operation.id'] as const) {
    const id = attributes[key];
    if (id !== undefined) attributes[key] = `${mark}${id.slice(3)}`;
  }
  const id = attributes['sightline.event.id'];
  if (id !== undefined) {
    const ms = Number(timeNs.slice(0, -6)).toString(16).padStart(12, '0');
    attributes['sightline.event.id'] = `${ms.slice(0, 8)}-${ms.slice(8)}${id.slice(13)}`;
  }
  for (const key of ['sightline.session.started', 'sightline.session.last_activity'] as const) {
    const at = attributes[key];
    if (at !== undefined) attributes[key] = at + byMs;
  }
  return attributes;
}

function later(timeNs: string, byMs: number): string {
  return String(BigInt(timeNs) + BigInt(byMs) * 1_000_000n);
}
