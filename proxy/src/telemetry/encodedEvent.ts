/**
 * The short way of an event to bytes: its spans and records written straight into the batches that carry them, from
 * attributes encoded once. What they say is decided in `span.ts` and `log.ts`, whose records are the specification:
 * a test holds both ways against each other for every story. What needs single attributes (limits, a record that
 * must be cut) does not come here.
 */
import type { ClientSpan, Payload, PlainEvent, RecordedEvent, RequestEvent } from '../observation/event.ts';
import { AttributeLine } from './attributeLine.ts';
import type { Delivery } from './delivery.ts';
import {
  ATTRIBUTE_OVERHEAD_BYTES,
  composeBody,
  firstByteOf,
  isTooLarge,
  type LogFrame,
  partsOf,
  RECORD_BYTES_MAX,
  type SpanIds,
  severityOf,
} from './log.ts';
import { type WriteItem, writeLogFrame, writeSpanFrame } from './otlp.ts';
import { LOG_ATTRIBUTE, SPAN_ATTRIBUTE, writeAttribute } from './otlpAttributes.ts';
import { ProtobufWriter } from './protobuf.ts';
import { columnOf } from './selection.ts';
import { clientError, frameClient, frameServer, OWN, serverError } from './span.ts';

const ERROR_TYPE = columnOf('error.type');
const FIRST_BYTE = columnOf('sightline.upstream.first_byte');
const SAMPLED = columnOf('sightline.sampled');
const BUCKET = columnOf('sightline.bucket');
const EVENT_ID = columnOf('sightline.event.id');
const PART = columnOf('sightline.payload.part');
const SIZE = columnOf('sightline.payload.size');
const TRUNCATED = columnOf('sightline.payload.truncated');
const REDACTED = columnOf('sightline.payload.redacted');
const OWN_COLUMNS = OWN.map(columnOf);

/** Rough size of what a span or record has besides the attributes of the line. */
const FRAME_BYTES = 256;

/** What every payload record says alike. */
const PAYLOAD_HEAD = new ProtobufWriter();
writeAttribute(PAYLOAD_HEAD, LOG_ATTRIBUTE, columnOf('event.name'), 'sightline.payload');
writeAttribute(PAYLOAD_HEAD, LOG_ATTRIBUTE, columnOf('sightline.record'), 'payload');

export class EncodedEvent {
  readonly #line = new AttributeLine();
  /** Whose attributes the line holds. */
  #event: RecordedEvent | undefined;

  /** Offers the SERVER span, then its children. */
  offerSpans(event: RequestEvent, delivery: Pick<Delivery<WriteItem>, 'offer'>): void {
    const line = this.#lineOf(event);
    delivery.offer((writer) => writeServer(writer, line, event), FRAME_BYTES + line.bytesOf('server'));
    for (const client of event.clients) {
      const weight = FRAME_BYTES + line.bytesOf('client');
      delivery.offer((writer) => writeClient(writer, line, event, client), weight);
    }
  }

  /** Offers the event's own record, then its payloads; false when it has to go as records. */
  offerLogs(event: RecordedEvent, sampled: boolean, delivery: Pick<Delivery<WriteItem>, 'offer'>): boolean {
    if (event.kind === 'sightline.session' || event.kind === 'sightline.loss') return false;
    if (event.payloads.some(isTooLarge)) return false;
    const line = this.#lineOf(event);
    const body = composeBody(event.attributes);
    const bytes = line.bytesOf('event');
    const bytesMax = bytes + (line.countOf('event') + 4) * ATTRIBUTE_OVERHEAD_BYTES + body.length * 3;
    if (bytesMax >= RECORD_BYTES_MAX) return false;
    const spanOf: SpanIds | undefined = event.kind === 'sightline.request' ? event.server : event.span;
    const unsampled = spanOf !== undefined && !sampled;
    const span = sampled ? spanOf : undefined;
    const { kind: eventName, timeNs } = event;
    const frame: LogFrame = { eventName, timeNs, severity: severityOf(event), body, span };
    delivery.offer((writer) => {
      writeLogFrame(writer, frame);
      line.copyTo(writer, 'event', LOG_ATTRIBUTE);
      if (unsampled) writeAttribute(writer, LOG_ATTRIBUTE, SAMPLED, false);
    }, FRAME_BYTES + bytes);
    const hasDetail = line.countOf('detail') > 0 || firstByteOf(event) !== undefined;
    for (const payload of partsOf(event, hasDetail)) {
      const weight = FRAME_BYTES + payload.text.length + line.bytesOf('detail');
      delivery.offer((writer) => writePayload(writer, line, event, payload, span), weight);
    }
    return true;
  }

  #lineOf(event: RequestEvent | PlainEvent): AttributeLine {
    if (this.#event !== event) {
      // Not before it is filled: after a failure the line holds half an event.
      this.#event = undefined;
      this.#line.fill(event);
      this.#event = event;
    }
    return this.#line;
  }
}

function writeServer(writer: ProtobufWriter, line: AttributeLine, event: RequestEvent): void {
  writeSpanFrame(writer, frameServer(event));
  line.copyTo(writer, 'server', SPAN_ATTRIBUTE);
  const error = serverError(event);
  if (error !== undefined) writeAttribute(writer, SPAN_ATTRIBUTE, ERROR_TYPE, error);
}

function writeClient(
  writer: ProtobufWriter,
  line: AttributeLine,
  event: RequestEvent,
  client: ClientSpan,
): void {
  writeSpanFrame(writer, frameClient(event, client));
  for (const column of OWN_COLUMNS) {
    const value = client.attributes[column.key];
    if (value !== undefined) writeAttribute(writer, SPAN_ATTRIBUTE, column, value);
  }
  line.copyTo(writer, 'client', SPAN_ATTRIBUTE);
  const error = clientError(event);
  if (error !== undefined) writeAttribute(writer, SPAN_ATTRIBUTE, ERROR_TYPE, error);
}

function writePayload(
  writer: ProtobufWriter,
  line: AttributeLine,
  event: RequestEvent | PlainEvent,
  payload: Payload,
  span: SpanIds | undefined,
): void {
  const { timeNs, attributes } = event;
  writeLogFrame(writer, { eventName: 'sightline.payload', timeNs, severity: 9, body: payload.text, span });
  writer.copy(PAYLOAD_HEAD, 0, PAYLOAD_HEAD.length);
  if (payload.part === 'request') {
    line.copyTo(writer, 'detail', LOG_ATTRIBUTE);
    const firstByte = firstByteOf(event);
    if (firstByte !== undefined) writeAttribute(writer, LOG_ATTRIBUTE, FIRST_BYTE, firstByte);
  }
  writeAttribute(writer, LOG_ATTRIBUTE, BUCKET, event.bucket);
  const id = attributes['sightline.event.id'];
  if (id !== undefined) writeAttribute(writer, LOG_ATTRIBUTE, EVENT_ID, id);
  writeAttribute(writer, LOG_ATTRIBUTE, PART, payload.part);
  writeAttribute(writer, LOG_ATTRIBUTE, SIZE, payload.size);
  writeAttribute(writer, LOG_ATTRIBUTE, TRUNCATED, payload.truncated);
  writeAttribute(writer, LOG_ATTRIBUTE, REDACTED, payload.redacted);
}
