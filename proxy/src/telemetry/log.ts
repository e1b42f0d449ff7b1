/**
 * Log records as plain data: the record of an event itself, and its payload records. What only a detail view
 * shows travels with the request's payload, so that lists read little (contract, "Where attributes travel").
 * A pure translation; it refuses to decide anything but how a text is made to fit.
 */
import type { Attributes } from '../contract/index.ts';
import type { Payload, PlainEvent, RecordedEvent, RequestEvent } from '../observation/event.ts';
import { cutBytes } from '../observation/redact.ts';
import {
  AttributeList,
  columnOf,
  createDistributor,
  cutTexts,
  type Limits,
  limitAttributes,
} from './selection.ts';

/** OpenTelemetry severity numbers in use: DEBUG, INFO, WARN, ERROR. */
export type Severity = 5 | 9 | 13 | 17;

/** A log record without its attributes. */
export interface LogFrame {
  readonly eventName: string;
  /** Decimal nanoseconds since the epoch; the observed time is the same. */
  readonly timeNs: string;
  readonly severity: Severity;
  readonly body: string;
  /** The span that was kept, if there is one. */
  readonly span: SpanIds | undefined;
}

export interface LogRecord extends LogFrame {
  readonly attributes: AttributeList;
  /** Attributes left out because of OTEL_ATTRIBUTE_COUNT_LIMIT. */
  readonly dropped: number;
}

export type SpanIds = { readonly traceId: string; readonly spanId: string };

/** An event record stays below this, so that a page of a list has a known cost (contract, 16 KiB). */
export const RECORD_BYTES_MAX = 16 * 1024;
/**
 * The text of a payload record, in bytes. A collector looks through every byte before it answers: what takes it longer
 * than the sender waits (10 s) would be sent again and again, and hold up what comes after it. `payload-max` may allow
 * more, which then only the archive has.
 */
export const BODY_BYTES_MAX = 1024 * 1024;
/** Bytes of one attribute besides its key and value, at most: tags and lengths. */
export const ATTRIBUTE_OVERHEAD_BYTES = 16;

const BUCKET = columnOf('sightline.bucket');
const SAMPLED = columnOf('sightline.sampled');
const FIRST_BYTE = columnOf('sightline.upstream.first_byte');
const ADDED = [BUCKET.key, SAMPLED.key, FIRST_BYTE.key];
const distributeEvent = createDistributor(['event', 'detail'], ADDED);
const distributeSession = createDistributor(['session'], ADDED);
const distributeLoss = createDistributor(['loss'], ADDED);

/**
 * The records of one event: its own first. `sampled` says whether the event's span, if it has one, was kept.
 */
export function translateLogs(event: RecordedEvent, sampled: boolean, limits: Limits): readonly LogRecord[] {
  switch (event.kind) {
    case 'sightline.session':
      return [finishRecord(event, distributeSession(event.attributes)[0], 9, undefined, limits)];
    case 'sightline.loss':
      return [finishRecord(event, distributeLoss(event.attributes)[0], 13, undefined, limits)];
    case 'sightline.request':
      return eventRecords(event, event.server, sampled, limits);
    default:
      return eventRecords(event, event.span, sampled, limits);
  }
}

function eventRecords(
  event: RequestEvent | PlainEvent,
  span: SpanIds | undefined,
  sampled: boolean,
  limits: Limits,
): readonly LogRecord[] {
  const kept = sampled ? span : undefined;
  if (event.payloads.some(isTooLarge)) return eventRecords(cutPayloads(event), span, sampled, limits);
  const [attributes, detail = new AttributeList()] = distributeEvent(event.attributes);
  if (span !== undefined && !sampled) attributes?.add(SAMPLED, false);
  const firstByte = firstByteOf(event);
  if (firstByte !== undefined) detail.add(FIRST_BYTE, firstByte);
  const records = [finishRecord(event, attributes, severityOf(event), kept, limits)];
  for (const payload of partsOf(event, detail.length > 0)) {
    const list = payload.part === 'request' ? detail : new AttributeList();
    records.push(payloadRecord(event, payload, list, kept, limits));
  }
  return records;
}

/** Whether a payload has to be cut for the road. */
export function isTooLarge({ text }: Payload): boolean {
  return text.length * 3 > BODY_BYTES_MAX && Buffer.byteLength(text) > BODY_BYTES_MAX;
}

/** The same event with payloads that fit, marked as cut. */
function cutPayloads<E extends RequestEvent | PlainEvent>(event: E): E {
  return {
    ...event,
    attributes: { ...event.attributes, 'sightline.payload.truncated': true },
    payloads: event.payloads.map((payload) =>
      isTooLarge(payload)
        ? { ...payload, text: cutBytes(payload.text, BODY_BYTES_MAX), truncated: true }
        : payload,
    ),
  };
}

/** Only the exchanges know it; of several, the first is the one that the request waited for. */
export function firstByteOf(event: RequestEvent | PlainEvent): number | undefined {
  return 'clients' in event ? event.clients[0]?.attributes['sightline.upstream.first_byte'] : undefined;
}

/** Levels of `notifications/message` (RFC 5424 names) that are not simply an error. */
const SEVERITIES: ReadonlyMap<string, Severity> = new Map([
  ['debug', 5],
  ['info', 9],
  ['notice', 9],
  ['warning', 13],
]);

/** How loud the record of an event is. */
export function severityOf(event: RequestEvent | PlainEvent): Severity {
  if (event.kind === 'sightline.server_log') return SEVERITIES.get(event.level ?? 'info') ?? 17;
  return event.attributes['error.type'] !== undefined && event.attributes['sightline.probe'] !== true
    ? 17
    : 9;
}

/** The payloads, with an empty request part in front where the details would have no record to travel on. */
export function partsOf(event: RequestEvent | PlainEvent, hasDetail: boolean): readonly Payload[] {
  if (event.payloads.some((payload) => payload.part === 'request')) return event.payloads;
  if (event.kind !== 'sightline.request' && !hasDetail) return event.payloads;
  const size = event.attributes['sightline.request.size'] ?? 0;
  return [{ part: 'request', text: '', size, truncated: false, redacted: 0 }, ...event.payloads];
}

const EVENT_NAME = columnOf('event.name');
const RECORD = columnOf('sightline.record');
const EVENT_ID = columnOf('sightline.event.id');
const PART = columnOf('sightline.payload.part');
const SIZE = columnOf('sightline.payload.size');
const TRUNCATED = columnOf('sightline.payload.truncated');
const REDACTED = columnOf('sightline.payload.redacted');

function payloadRecord(
  event: RequestEvent | PlainEvent,
  payload: Payload,
  list: AttributeList,
  span: SpanIds | undefined,
  limits: Limits,
): LogRecord {
  list.add(EVENT_NAME, 'sightline.payload');
  list.add(RECORD, 'payload');
  list.add(BUCKET, event.bucket);
  const id = event.attributes['sightline.event.id'];
  if (id !== undefined) list.add(EVENT_ID, id);
  list.add(PART, payload.part);
  list.add(SIZE, payload.size);
  list.add(TRUNCATED, payload.truncated);
  list.add(REDACTED, payload.redacted);
  return {
    eventName: 'sightline.payload',
    timeNs: event.timeNs,
    severity: 9,
    body: payload.text,
    dropped: limitAttributes(list, limits),
    attributes: list,
    span,
  };
}

function finishRecord(
  event: RecordedEvent,
  list = new AttributeList(),
  severity: Severity,
  span: SpanIds | undefined,
  limits: Limits,
): LogRecord {
  list.add(BUCKET, event.bucket);
  const dropped = limitAttributes(list, limits);
  let body = composeBody(event.attributes);
  for (let lengthMax = 2048; lengthMax > 32 && !fits(list, body); lengthMax /= 2) {
    cutTexts(list, lengthMax, '…');
    body = composeBody(list.toObject());
  }
  return { eventName: event.kind, timeNs: event.timeNs, severity, body, attributes: list, dropped, span };
}

/** Control characters, line separators, and what is no character, of which Loki makes a space in attributes. */
const ALTERED = /[\p{Cc}\p{Cs}\u2028\u2029\ufffd]/gu;

/**
 * `{method} {target} {outcome} {httpStatus} {server} {client} {session} {error}`, one line, absent parts left out.
 * A loss, which has none of these, says its stage, reason and count.
 */
export function composeBody(attributes: Attributes): string {
  const target =
    attributes['gen_ai.tool.name'] ?? attributes['gen_ai.prompt.name'] ?? attributes['mcp.resource.uri'];
  let line = attributes['mcp.method.name'] ?? '';
  line = append(line, target);
  line = append(line, attributes['sightline.outcome']);
  line = append(line, attributes['http.response.status_code']);
  line = append(line, attributes['sightline.loss.stage']);
  line = append(line, attributes['sightline.loss.reason']);
  line = append(line, attributes['sightline.loss.count']);
  line = append(line, attributes['sightline.server.name']);
  line = append(line, attributes['sightline.client.name']);
  line = append(line, attributes['sightline.session.id']);
  line = append(line, attributes['sightline.error.message']);
  return line.replace(ALTERED, ' ');
}

function append(line: string, part: string | number | undefined): string {
  if (part === undefined || part === '') return line;
  return line === '' ? String(part) : `${line} ${part}`;
}

function fits(list: AttributeList, body: string): boolean {
  let units = body.length;
  let fixed = 0;
  for (let i = 0; i < list.length; i++) {
    const value = list.values[i];
    fixed += (list.columns[i]?.key.length ?? 0) + ATTRIBUTE_OVERHEAD_BYTES;
    if (typeof value === 'string') units += value.length;
  }
  // One UTF-16 unit is at most three bytes of UTF-8: nearly every record is judged without encoding it.
  if (fixed + units * 3 < RECORD_BYTES_MAX) return true;
  let bytes = fixed + Buffer.byteLength(body);
  for (const value of list.values) if (typeof value === 'string') bytes += Buffer.byteLength(value);
  return bytes < RECORD_BYTES_MAX;
}
