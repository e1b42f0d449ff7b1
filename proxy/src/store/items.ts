/**
 * Records as the API shows them: names made from the attribute keys by `apiNameOf`, by the places of the contract's
 * table, so that nothing is named twice. Pure.
 */
import type { EventDetail, EventItem, PayloadItem, UpstreamSpanItem } from '../contract/index.ts';
import type { ClientSpan, Payload, RecordedEvent } from '../observation/event.ts';
import { addNamed, type Members, namesOn } from '../reading/items.ts';
import { millisOf } from './moments.ts';

/** A payload as the archive has it; without `text` it was shed. */
export type KeptPayload = Omit<Payload, 'text'> & { readonly text: string | undefined };

const ON_EVENT = namesOn('event');
const ON_DETAIL = namesOn('detail');

export function itemOf(sequence: number, event: RecordedEvent): EventItem {
  const time = millisOf(event.timeNs);
  const item: Members = {
    sequence,
    time,
    startTime: event.kind === 'sightline.request' ? event.server.startUs / 1000 : time,
    timeUnixNano: event.timeNs,
  };
  const span = spanOf(event);
  if (span) {
    item['traceId'] = span.traceId;
    item['spanId'] = span.spanId;
  }
  addNamed(item, event.attributes, ON_EVENT);
  return item as unknown as EventItem;
}

/** @param payloads Those of the event, which may have lost their texts; none where they were not asked for. */
export function detailOf(
  sequence: number,
  event: RecordedEvent,
  payloads: readonly KeptPayload[],
): EventDetail {
  const clients = event.kind === 'sightline.request' ? event.clients : [];
  const members: Members = { ...itemOf(sequence, event) };
  addNamed(members, event.attributes, ON_DETAIL);
  for (const client of clients.slice(0, 1)) addNamed(members, client.attributes, ON_DETAIL);
  members['payloads'] = payloads.map(payloadItem);
  members['upstreamSpans'] = clients.map(upstreamSpan);
  return members as unknown as EventDetail;
}

function spanOf(event: RecordedEvent) {
  if (event.kind === 'sightline.request') return event.server;
  return 'span' in event ? event.span : undefined;
}

function payloadItem({ part, text, size, truncated, redacted }: KeptPayload): PayloadItem {
  return { part, ...(text !== undefined && { text }), size, truncated, redacted };
}

function upstreamSpan({ spanId, startUs, endUs, attributes }: ClientSpan): UpstreamSpanItem {
  const serverAddress = attributes['server.address'];
  const serverPort = attributes['server.port'];
  const upstreamFirstByte = attributes['sightline.upstream.first_byte'];
  return {
    spanId,
    startTime: startUs / 1000,
    endTime: endUs / 1000,
    ...(serverAddress !== undefined && { serverAddress }),
    ...(serverPort !== undefined && { serverPort }),
    ...(upstreamFirstByte !== undefined && { upstreamFirstByte }),
  };
}
