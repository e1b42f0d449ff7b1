/**
 * Attributes as OTLP's KeyValue. Keys of the contract are encoded once; attributes of type `double` in the contract
 * are doubles here also when their value is whole. Refuses to know which attribute belongs where.
 * Source: opentelemetry-proto v1, `common/v1/common.proto`.
 */
import { BYTES, FIXED64, type ProtobufWriter, tagOf, VARINT } from './protobuf.ts';
import { type AttributeList, COLUMNS, type Column, type Value } from './selection.ts';

/** The field that holds a span's attributes, and that of a log record's. Both tags are one byte. */
export const SPAN_ATTRIBUTE = tagOf(9, BYTES);
export const LOG_ATTRIBUTE = tagOf(6, BYTES);

/** A key as it stands in every KeyValue: field, length, text, and the tag of the value. */
export function encodeKey(key: string): Uint8Array {
  const text = Buffer.from(key);
  // OTEL_RESOURCE_ATTRIBUTES may name keys of any length; the contract's are all short.
  const length = text.length < 128 ? [text.length] : [(text.length & 127) | 128, text.length >>> 7];
  return Uint8Array.of(tagOf(1, BYTES), ...length, ...text, tagOf(2, BYTES));
}

const KEYS: readonly Uint8Array[] = COLUMNS.map((column) => encodeKey(column.key));
const NO_KEY = new Uint8Array();

/** Every attribute of a list. */
export function writeAttributes(writer: ProtobufWriter, list: AttributeList, tag: number): void {
  const { columns, values } = list;
  for (let i = 0; i < columns.length; i++) {
    const column = columns[i];
    const value = values[i];
    if (column !== undefined && value !== undefined) writeAttribute(writer, tag, column, value);
  }
}

/** One attribute: `tag` is of the span's or record's list of them. */
export function writeAttribute(writer: ProtobufWriter, tag: number, column: Column, value: Value): void {
  const key = KEYS[column.index] ?? NO_KEY;
  if (typeof value === 'string') writer.headedText(tag, key, tagOf(1, BYTES), value);
  else writePair(writer, tag, key, value, column.isDouble);
}

/** Room for a pair, its key with it. */
const PAIR_BYTES = 128;

/** A pair whose value has at most ten bytes, tag included. */
function writePair(
  writer: ProtobufWriter,
  tag: number,
  key: Uint8Array,
  value: number | boolean,
  isDouble: boolean,
): void {
  writer.reserve(PAIR_BYTES);
  const start = writer.open(tag, 1);
  writer.raw(key);
  const inner = writer.open(undefined, 1);
  if (typeof value === 'boolean') {
    writer.byte(tagOf(2, VARINT));
    writer.byte(value ? 1 : 0);
  } else if (isDouble || !Number.isInteger(value)) {
    writer.byte(tagOf(4, FIXED64));
    writer.double(value);
  } else {
    writer.byte(tagOf(3, VARINT));
    writer.varint(value);
  }
  writer.close(inner, 1);
  writer.close(start, 1);
}
