/**
 * Log records as plain data: the record of an event itself, and its payload records. What only a detail view
 * shows travels with the request's payload, so that lists read little (contract, "Where attributes travel").
 * A pure translation; it refuses to decide anything but how a text is made to fit.
 */
import type { Payload, PlainEvent, RecordedEvent, RequestEvent } from '../observation/event.ts';
import { createSelector, cutText, type Limits, limitAttributes, type Selected } from './selection.ts';

/** OpenTelemetry severity numbers in use: DEBUG, INFO, WARN, ERROR. */
export type Severity = 5 | 9 | 13 | 17;

export interface LogRecord {
  readonly eventName: string;
  /** Decimal nanoseconds since the epoch; the observed time is the same. */
  readonly timeNs: string;
  readonly severity: Severity;
  readonly body: string;
  readonly attributes: Selected;
  /** Attributes left out because of OTEL_ATTRIBUTE_COUNT_LIMIT. */
  readonly dropped: number;
  /** The span that was kept, if there is one. */
  readonly span: { readonly traceId: string; readonly spanId: string } | undefined;
}

/** An event record stays below this, so that a page of a list has a known cost (contract, 16 KiB). */
const RECORD_BYTES_MAX = 16 * 1024;
/** Bytes of one attribute besides its key and value, at most: tags and lengths. */
const ATTRIBUTE_OVERHEAD_BYTES = 16;

const selectEvent = createSelector('event');
const selectSession = createSelector('session');
const selectLoss = createSelector('loss');
const selectDetail = createSelector('detail');

/**
 * The records of one event: its own first. `sampled` says whether the event's span, if it has one, was kept.
 */
export function translateLogs(event: RecordedEvent, sampled: boolean, limits: Limits): readonly LogRecord[] {
  switch (event.kind) {
    case 'sightline.session':
      return [plainRecord(event, selectSession(event.attributes, {}), 9, limits)];
    case 'sightline.loss':
      return [plainRecord(event, selectLoss(event.attributes, {}), 13, limits)];
    case 'sightline.request':
      return eventRecords(event, event.server, sampled, limits);
    default:
      return eventRecords(event, event.span, sampled, limits);
  }
}

function plainRecord(
  event: RecordedEvent,
  attributes: Selected,
  severity: Severity,
  limits: Limits,
): LogRecord {
  attributes['sightline.bucket'] = event.bucket;
  return finishRecord(event, attributes, severity, undefined, limits);
}

type SpanIds = { readonly traceId: string; readonly spanId: string };

function eventRecords(
  event: RequestEvent | PlainEvent,
  span: SpanIds | undefined,
  sampled: boolean,
  limits: Limits,
): readonly LogRecord[] {
  const kept = span !== undefined && sampled ? { traceId: span.traceId, spanId: span.spanId } : undefined;
  const attributes = selectEvent(event.attributes, {});
  attributes['sightline.bucket'] = event.bucket;
  if (span !== undefined && !sampled) attributes['sightline.sampled'] = false;
  const records = [finishRecord(event, attributes, severityOf(event), kept, limits)];
  const detail = selectDetail(event.attributes, {});
  for (const payload of partsOf(event, detail)) {
    records.push(payloadRecord(event, payload, payload.part === 'request' ? detail : {}, kept, limits));
  }
  return records;
}

/** Levels of `notifications/message` (RFC 5424 names) that are not simply an error. */
const SEVERITIES: ReadonlyMap<string, Severity> = new Map([
  ['debug', 5],
  ['info', 9],
  ['notice', 9],
  ['warning', 13],
]);

function severityOf(event: RequestEvent | PlainEvent): Severity {
  if (event.kind === 'sightline.server_log') return SEVERITIES.get(event.level ?? 'info') ?? 17;
  return event.attributes['error.type'] !== undefined && event.attributes['sightline.probe'] !== true
    ? 17
    : 9;
}

/** The payloads, with an empty request part in front where the details would have no record to travel on. */
function partsOf(event: RequestEvent | PlainEvent, detail: Selected): readonly Payload[] {
  if (event.payloads.some((payload) => payload.part === 'request')) return event.payloads;
  if (event.kind !== 'sightline.request' && Object.keys(detail).length === 0) return event.payloads;
  const size = event.attributes['sightline.request.size'] ?? 0;
  return [{ part: 'request', text: '', size, truncated: false, redacted: 0 }, ...event.payloads];
}

function payloadRecord(
  event: RequestEvent | PlainEvent,
  payload: Payload,
  attributes: Selected,
  span: SpanIds | undefined,
  limits: Limits,
): LogRecord {
  attributes['event.name'] = 'sightline.payload';
  attributes['sightline.record'] = 'payload';
  attributes['sightline.bucket'] = event.bucket;
  const id = event.attributes['sightline.event.id'];
  if (id !== undefined) attributes['sightline.event.id'] = id;
  attributes['sightline.payload.part'] = payload.part;
  attributes['sightline.payload.size'] = payload.size;
  attributes['sightline.payload.truncated'] = payload.truncated;
  attributes['sightline.payload.redacted'] = payload.redacted;
  return {
    eventName: 'sightline.payload',
    timeNs: event.timeNs,
    severity: 9,
    body: payload.text,
    attributes,
    dropped: limitAttributes(attributes, limits),
    span,
  };
}

function finishRecord(
  event: RecordedEvent,
  attributes: Selected,
  severity: Severity,
  span: SpanIds | undefined,
  limits: Limits,
): LogRecord {
  const dropped = limitAttributes(attributes, limits);
  let body = composeBody(attributes);
  for (let lengthMax = 2048; lengthMax > 32 && !fits(attributes, body); lengthMax /= 2) {
    cutTexts(attributes, lengthMax);
    body = composeBody(attributes);
  }
  return { eventName: event.kind, timeNs: event.timeNs, severity, body, attributes, dropped, span };
}

const BODY_KEYS = [
  'mcp.method.name',
  // The target is the first of these three that is there.
  'gen_ai.tool.name',
  'gen_ai.prompt.name',
  'mcp.resource.uri',
  'sightline.outcome',
  'http.response.status_code',
  'sightline.loss.stage',
  'sightline.loss.reason',
  'sightline.loss.count',
  'sightline.server.name',
  'sightline.client.name',
  'sightline.session.id',
  'sightline.error.message',
] as const;

const TARGETS: ReadonlySet<string> = new Set(['gen_ai.tool.name', 'gen_ai.prompt.name', 'mcp.resource.uri']);
const CONTROL = /[\p{Cc}\u2028\u2029]/gu;

/** `{method} {target} {outcome} {httpStatus} {server} {client} {session} {error}`, one line, absent parts left out. */
function composeBody(attributes: Selected): string {
  let line = '';
  let targeted = false;
  for (const key of BODY_KEYS) {
    const value = attributes[key];
    if (value === undefined || value === '') continue;
    if (TARGETS.has(key)) {
      if (targeted) continue;
      targeted = true;
    }
    line = line === '' ? String(value) : `${line} ${value}`;
  }
  return line.replace(CONTROL, ' ');
}

function fits(attributes: Selected, body: string): boolean {
  let unitsAtMost = body.length;
  let fixed = 0;
  for (const key in attributes) {
    const value = attributes[key];
    fixed += key.length + ATTRIBUTE_OVERHEAD_BYTES;
    if (typeof value === 'string') unitsAtMost += value.length;
  }
  // One UTF-16 unit is at most three bytes of UTF-8: nearly every record is judged without encoding it.
  if (fixed + unitsAtMost * 3 < RECORD_BYTES_MAX) return true;
  let bytes = fixed + Buffer.byteLength(body);
  for (const key in attributes) {
    const value = attributes[key];
    if (typeof value === 'string') bytes += Buffer.byteLength(value);
  }
  return bytes < RECORD_BYTES_MAX;
}

function cutTexts(attributes: Selected, lengthMax: number): void {
  for (const key in attributes) {
    const value = attributes[key];
    if (typeof value === 'string' && value.length > lengthMax)
      attributes[key] = `${cutText(value, lengthMax - 1)}…`;
  }
}
