/** What the stores should have of an event, as the proxy's own archive tells of it. */
import {
  ATTRIBUTES,
  type AttributeRow,
  apiNameOf,
  type EventDetail,
  type Place,
} from '../../proxy/src/contract/index.ts';

export function requestsOf(events: readonly EventDetail[]): readonly EventDetail[] {
  return events.filter(({ eventName }) => eventName === 'sightline.request');
}

/** An event's attributes that travel to a place, by their keys. */
export function attributesAt(event: EventDetail, place: Place): Readonly<Record<string, unknown>> {
  const rows = (ATTRIBUTES as readonly AttributeRow[]).filter(({ on }) => on.includes(place));
  const item = event as unknown as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    rows.flatMap(({ key }) => {
      const value = item[apiNameOf(key)];
      return value === undefined ? [] : [[key, value]];
    }),
  );
}

/** The same as Loki spells it: names with underscores, values as text. */
export function labelsAt(event: EventDetail, place: Place): Readonly<Record<string, string>> {
  const entries = Object.entries(attributesAt(event, place));
  return Object.fromEntries(entries.map(([key, value]) => [key.replaceAll('.', '_'), String(value)]));
}

/** Parts of an event that have a payload record: without a payload a request's details travel on an empty one. */
export function payloadPartsOf(event: EventDetail): readonly string[] {
  const parts = event.payloads.map(({ part }) => String(part));
  const hasDetail = Object.keys(attributesAt(event, 'detail')).length > 0;
  const isAlone = !parts.includes('request') && (event.eventName === 'sightline.request' || hasDetail);
  return isAlone ? ['request', ...parts] : parts;
}

/** Whether it counts as an error of its session. */
export function isError({ eventName, direction, outcome, probe }: EventDetail): boolean {
  return (
    eventName === 'sightline.request' &&
    direction === 'client_to_server' &&
    outcome !== 'ok' &&
    outcome !== 'cancelled' &&
    probe !== true
  );
}

/**
 * Whether a tool call ended with it. A call counts where it ends: not with a question to the user or a task begun, but
 * with the poll that ends it.
 */
export function endsCall(event: EventDetail): boolean {
  const { genAiToolName, outcome, direction, mcpMethodName, resultType, operationDuration } = event;
  if (genAiToolName === undefined || outcome === undefined || direction !== 'client_to_server') return false;
  if (mcpMethodName !== 'tools/call') return operationDuration !== undefined;
  return resultType !== 'input_required' && resultType !== 'task';
}
