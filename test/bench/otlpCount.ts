/**
 * Counts what an OTLP body carries, at little cost: the receiver shares two cores with what it measures, so it
 * decodes nothing but the nesting down to spans and to the names of log records. What is not counted is skipped,
 * not checked; names and values are the business of the end-to-end tests. Layout: opentelemetry-proto,
 * trace/v1/trace.proto and logs/v1/logs.proto.
 */

export interface OtlpCount {
  spans: number;
  /** Log records by event name. */
  readonly records: Record<string, number>;
}

export type OtlpSignal = 'traces' | 'logs';

/** Adds what a body holds. @throws on bytes that are no such message. */
export function countOtlp(signal: OtlpSignal, json: boolean, body: Buffer, into: OtlpCount): void {
  if (json) countJson(signal, body, into);
  else countProtobuf(signal, body, into);
}

/** Field numbers on the way from the request to the span or record: resource, scope, item. */
const path = [1, 2, 2];
const eventNameField = 12;
const lengthDelimited = 2;

function countProtobuf(signal: OtlpSignal, body: Buffer, into: OtlpCount): void {
  eachItem(body, 0, body.length, 0, (start, end) => {
    if (signal === 'traces') into.spans += 1;
    else addRecord(into, readEventName(body, start, end));
  });
}

function eachItem(
  bytes: Buffer,
  start: number,
  end: number,
  depth: number,
  onItem: (start: number, end: number) => void,
): void {
  eachField(bytes, start, end, (field, from, to) => {
    if (field !== path[depth]) return;
    if (depth === path.length - 1) onItem(from, to);
    else eachItem(bytes, from, to, depth + 1, onItem);
  });
}

function readEventName(bytes: Buffer, start: number, end: number): string {
  let name = '';
  eachField(bytes, start, end, (field, from, to) => {
    if (field === eventNameField) name = bytes.toString('latin1', from, to);
  });
  return name;
}

/** Calls back for each length-delimited field of one message; numbers are stepped over. */
function eachField(
  bytes: Buffer,
  start: number,
  end: number,
  onField: (field: number, from: number, to: number) => void,
): void {
  let at = start;
  const readVarint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at];
      if (byte === undefined || at >= end) throw new Error('protobuf: the message ends inside a number');
      at += 1;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < end) {
    const key = readVarint();
    const wire = key & 7;
    if (wire === 0) readVarint();
    else if (wire === 1) at += 8;
    else if (wire === 5) at += 4;
    else if (wire === lengthDelimited) {
      const length = readVarint();
      const from = at;
      at += length;
      if (at > end) throw new Error('protobuf: a field is longer than its message');
      onField(Math.floor(key / 8), from, at);
    } else throw new Error(`protobuf: wire type ${wire} is not in use`);
  }
  if (at !== end) throw new Error('protobuf: the message ends inside a field');
}

interface JsonScope {
  readonly spans?: readonly unknown[];
  readonly logRecords?: readonly { readonly eventName?: string }[];
}

function countJson(signal: OtlpSignal, body: Buffer, into: OtlpCount): void {
  const parsed: {
    readonly resourceSpans?: readonly { readonly scopeSpans?: readonly JsonScope[] }[];
    readonly resourceLogs?: readonly { readonly scopeLogs?: readonly JsonScope[] }[];
  } = JSON.parse(body.toString('utf8'));
  if (signal === 'traces') {
    for (const resource of parsed.resourceSpans ?? []) {
      for (const scope of resource.scopeSpans ?? []) into.spans += scope.spans?.length ?? 0;
    }
    return;
  }
  for (const resource of parsed.resourceLogs ?? []) {
    for (const scope of resource.scopeLogs ?? []) {
      for (const record of scope.logRecords ?? []) addRecord(into, record.eventName ?? '');
    }
  }
}

function addRecord(into: OtlpCount, name: string): void {
  into.records[name] = (into.records[name] ?? 0) + 1;
}
