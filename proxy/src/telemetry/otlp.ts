/**
 * Spans and log records as OTLP protobuf. The packages' own serialiser takes 60 µs for the spans and records of
 * one request, because it walks every text twice, unit by unit; this one takes about a fifth (docs/performance.md).
 * Source: opentelemetry-proto v1, `trace/v1/trace.proto`, `logs/v1/logs.proto`.
 */
import type { Packer } from './batches.ts';
import type { LogFrame, LogRecord } from './log.ts';
import { encodeKey, LOG_ATTRIBUTE, SPAN_ATTRIBUTE, writeAttributes } from './otlpAttributes.ts';
import { splitRequest } from './otlpSplit.ts';
import { BYTES, FIXED32, FIXED64, ProtobufWriter, tagOf, VARINT } from './protobuf.ts';
import type { SpanFrame, SpanRecord } from './span.ts';

/** What all spans and records of this process have in common. */
export interface Source {
  readonly resource: Readonly<Record<string, string>>;
  readonly scope: { readonly name: string; readonly version: string };
}

/** A span or record that writes itself, everything within its own message; called at once or never. */
export type WriteItem = (writer: ProtobufWriter) => void;

/** Packs spans into ExportTraceServiceRequests. */
export function createSpanPacker(source: Source): Packer<SpanRecord | WriteItem, Uint8Array> {
  return createPacker(source, writeSpan);
}

/** Packs log records into ExportLogsServiceRequests. */
export function createLogPacker(source: Source): Packer<LogRecord | WriteItem, Uint8Array> {
  return createPacker(source, writeLog);
}

/** The two requests differ only in what an item is: resource, scope and list have the same fields in both. */
function createPacker<T extends object>(
  source: Source,
  write: (writer: ProtobufWriter, item: T) => void,
): Packer<T | WriteItem, Uint8Array> {
  const writer = new ProtobufWriter();
  let open: readonly number[] = [];
  return {
    add(item) {
      if (writer.length === 0) open = beginRequest(writer, source);
      const before = writer.length;
      try {
        const one = writer.open(tagOf(2, BYTES));
        if (typeof item === 'function') item(writer);
        else write(writer, item);
        writer.close(one);
      } catch (error) {
        // Half an item would make the whole request unreadable.
        writer.rewind(before);
        throw error;
      }
    },
    pack() {
      if (writer.length === 0) open = beginRequest(writer, source);
      for (const start of open) writer.close(start, REQUEST_LENGTH_BYTES);
      return writer.take();
    },
    split: splitRequest,
    recycle(parcel) {
      writer.giveBack(parcel);
    },
  };
}

/** A length guessed wrong would move a whole request; most have between 16 KiB and 2 MiB. */
const REQUEST_LENGTH_BYTES = 3;

/** Begins a request with resource and scope; returns what is to be closed, innermost first. */
function beginRequest(writer: ProtobufWriter, source: Source): readonly number[] {
  const all = writer.open(tagOf(1, BYTES), REQUEST_LENGTH_BYTES);
  const resource = writer.open(tagOf(1, BYTES));
  for (const [key, value] of Object.entries(source.resource)) {
    writer.headedText(tagOf(1, BYTES), encodeKey(key), tagOf(1, BYTES), value);
  }
  writer.close(resource);
  const scoped = writer.open(tagOf(2, BYTES), REQUEST_LENGTH_BYTES);
  const scope = writer.open(tagOf(1, BYTES));
  writeText(writer, tagOf(1, BYTES), source.scope.name);
  writeText(writer, tagOf(2, BYTES), source.scope.version);
  writer.close(scope);
  return [scoped, all];
}

const KIND_SERVER = 2;
const KIND_CLIENT = 3;
const STATUS_ERROR = 2;
/** Flags of a span: sampled, and whether its parent is in another process is known (bit 8) and so (bit 9). */
const FLAGS_LOCAL = 0x101;
const FLAGS_REMOTE = 0x301;
const FLAG_SAMPLED = 1;
/** Enough for all of a span or record that has a fixed size. */
const FIXED_BYTES = 128;

function writeSpan(writer: ProtobufWriter, span: SpanRecord): void {
  writeSpanFrame(writer, span);
  writeAttributes(writer, span.attributes, SPAN_ATTRIBUTE);
  writeCount(writer, tagOf(10, VARINT), span.dropped);
}

/** A span without its attributes. */
export function writeSpanFrame(writer: ProtobufWriter, span: SpanFrame): void {
  writer.reserve(FIXED_BYTES);
  writeId(writer, tagOf(1, BYTES), span.traceId);
  writeId(writer, tagOf(2, BYTES), span.spanId);
  if (span.parentSpanId !== undefined) writeId(writer, tagOf(4, BYTES), span.parentSpanId);
  writer.byte(tagOf(6, VARINT));
  writer.byte(span.kind === 'server' ? KIND_SERVER : KIND_CLIENT);
  writer.byte(tagOf(7, FIXED64));
  writer.fixedNanos(span.startUs, 0);
  writer.byte(tagOf(8, FIXED64));
  writer.fixedNanos(span.endUs, 0);
  // Field 16 has a tag of two bytes.
  writer.byte((tagOf(16, FIXED32) & 127) | 128);
  writer.byte(tagOf(16, FIXED32) >>> 7);
  writer.fixed32(span.kind === 'server' && span.parentSpanId !== undefined ? FLAGS_REMOTE : FLAGS_LOCAL);
  if (span.state !== undefined) writeText(writer, tagOf(3, BYTES), span.state);
  writeText(writer, tagOf(5, BYTES), span.name);
  for (const link of span.links) {
    const start = writer.open(tagOf(13, BYTES));
    writer.reserve(FIXED_BYTES);
    writeId(writer, tagOf(1, BYTES), link.traceId);
    writeId(writer, tagOf(2, BYTES), link.spanId);
    writer.byte(tagOf(6, FIXED32));
    writer.fixed32(FLAGS_REMOTE);
    if (link.state !== undefined) writeText(writer, tagOf(3, BYTES), link.state);
    writer.close(start);
  }
  if (span.error === undefined) return;
  const status = writer.open(tagOf(15, BYTES));
  if (span.error !== '') writeText(writer, tagOf(2, BYTES), span.error);
  writeCount(writer, tagOf(3, VARINT), STATUS_ERROR);
  writer.close(status);
}

function writeLog(writer: ProtobufWriter, record: LogRecord): void {
  writeLogFrame(writer, record);
  writeAttributes(writer, record.attributes, LOG_ATTRIBUTE);
  writeCount(writer, tagOf(7, VARINT), record.dropped);
}

/** A log record without its attributes. */
export function writeLogFrame(writer: ProtobufWriter, record: LogFrame): void {
  writer.reserve(FIXED_BYTES);
  const nanos = Number(record.timeNs.slice(-3));
  const micros = Number(record.timeNs.slice(0, -3));
  writer.byte(tagOf(1, FIXED64));
  writer.fixedNanos(micros, nanos);
  writer.byte(tagOf(11, FIXED64));
  writer.fixedNanos(micros, nanos);
  writer.byte(tagOf(2, VARINT));
  writer.byte(record.severity);
  if (record.span !== undefined) {
    writer.byte(tagOf(8, FIXED32));
    writer.fixed32(FLAG_SAMPLED);
    writeId(writer, tagOf(9, BYTES), record.span.traceId);
    writeId(writer, tagOf(10, BYTES), record.span.spanId);
  }
  const body = writer.open(tagOf(5, BYTES));
  writeText(writer, tagOf(1, BYTES), record.body);
  writer.close(body);
  writeText(writer, tagOf(12, BYTES), record.eventName);
}

/** Needs room. */
function writeId(writer: ProtobufWriter, tag: number, id: string): void {
  writer.byte(tag);
  writer.byte(id.length / 2);
  writer.hex(id);
}

function writeText(writer: ProtobufWriter, tag: number, text: string): void {
  writer.reserve(1);
  writer.byte(tag);
  writer.text(text);
}

function writeCount(writer: ProtobufWriter, tag: number, count: number): void {
  if (count === 0) return;
  writer.reserve(11);
  writer.byte(tag);
  writer.varint(count);
}
