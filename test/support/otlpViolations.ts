/**
 * Holds received telemetry against the contract: every name at its place, every type, every closed word, sizes,
 * times and buckets. A name that is not in the contract is a violation, whoever sent it. Returns sentences.
 */
import {
  ATTRIBUTES,
  type AttributeRow,
  METRICS,
  type MetricRow,
  OPERATION_BUCKETS,
  type Place,
  PROXY_BUCKETS,
  RECORD_NAMES,
} from 'sightline/contract';
import type {
  Provenance,
  ReceivedAttributes,
  ReceivedMetric,
  ReceivedRecord,
  ReceivedSpan,
  ValueType,
} from './otlpItems.ts';

const ROWS: ReadonlyMap<string, AttributeRow> = new Map(
  (ATTRIBUTES as readonly AttributeRow[]).map((row) => [row.key, row]),
);
const METRIC_ROWS: ReadonlyMap<string, MetricRow> = new Map(
  (METRICS as readonly MetricRow[]).map((row) => [row.name, row]),
);
const RECORD_BYTES_MAX = 16 * 1024;
/** Values that a bounded label may take besides its words and names. */
const FOLDS = new Set(['_other', '_OTHER']);

export interface ReceivedTelemetry {
  readonly spans: readonly ReceivedSpan[];
  readonly records: readonly ReceivedRecord[];
  readonly metrics: readonly ReceivedMetric[];
}

/** `resourceKeys` are those a test itself added by OTEL_RESOURCE_ATTRIBUTES. */
export function findViolations(
  received: ReceivedTelemetry,
  resourceKeys: readonly string[],
): readonly string[] {
  const found = [
    ...received.spans.flatMap((span) => judgeSpan(span)),
    ...received.records.flatMap((record) => judgeRecord(record)),
    ...received.metrics.flatMap((metric) => judgeMetric(metric)),
    ...[...received.spans, ...received.records, ...received.metrics].flatMap(({ from }) =>
      judgeProvenance(from, resourceKeys),
    ),
  ];
  return [...new Set(found)];
}

function judgeSpan(span: ReceivedSpan): readonly string[] {
  const where = `span ${span.name} (${span.kind})`;
  if (span.kind === 'other') return [`${where}: neither SERVER nor CLIENT`];
  const failed = span.status.code === 'error';
  return [
    ...judgeAttributes(where, span, [span.kind], span.from),
    ...check(/^[0-9a-f]{32}$/.test(span.traceId) && !/^0+$/.test(span.traceId), `${where}: trace id`),
    ...check(/^[0-9a-f]{16}$/.test(span.spanId) && !/^0+$/.test(span.spanId), `${where}: span id`),
    ...check(BigInt(span.endNs) >= BigInt(span.startNs), `${where}: ends before it starts`),
    ...check(
      failed === (span.attributes['error.type'] !== undefined),
      `${where}: error.type without status ERROR, or the reverse`,
    ),
    ...check(span.kind === 'server' || span.parentSpanId !== undefined, `${where}: CLIENT without parent`),
    ...check(
      span.name.startsWith(String(span.attributes['mcp.method.name'])),
      `${where}: not named by its method`,
    ),
  ];
}

function judgeRecord(record: ReceivedRecord): readonly string[] {
  const where = `record ${record.eventName}`;
  const { attributes } = record;
  const named = Object.hasOwn(RECORD_NAMES, record.eventName)
    ? RECORD_NAMES[record.eventName as keyof typeof RECORD_NAMES]
    : undefined;
  if (named === undefined) return [`${where}: not in the contract`];
  const kind = String(attributes['sightline.record']);
  return [
    ...judgeAttributes(where, record, placesOf(record, kind), record.from),
    ...check(attributes['event.name'] === record.eventName, `${where}: event.name differs from EventName`),
    ...check(
      named.record.some((one) => one === kind),
      `${where}: sightline.record ${kind}`,
    ),
    ...check(record.observedNs === record.timeNs, `${where}: observed time differs`),
    ...check(/^\d{19}$/.test(record.timeNs), `${where}: time ${record.timeNs}`),
    ...check(
      (record.traceId === undefined) === (record.spanId === undefined),
      `${where}: half a span context`,
    ),
    ...check(kind === 'payload' || isOneLine(record.body), `${where}: body is not one line of text`),
    ...check(kind !== 'event' || sizeOf(record) < RECORD_BYTES_MAX, `${where}: ${sizeOf(record)} bytes`),
    ...judgeBucket(where, record, kind),
  ];
}

function placesOf(record: ReceivedRecord, kind: string): readonly Place[] {
  if (kind === 'payload') {
    return record.attributes['sightline.payload.part'] === 'request' ? ['payload', 'detail'] : ['payload'];
  }
  if (kind === 'session' || kind === 'session_live') return ['session'];
  return kind === 'loss' ? ['loss'] : ['event'];
}

function judgeBucket(where: string, record: ReceivedRecord, kind: string): readonly string[] {
  const bucket = record.attributes['sightline.bucket'];
  const id = record.attributes['sightline.event.id'];
  const session = record.attributes['sightline.session.id'];
  // A payload record names no session; it shares its event's id, and with it the bucket.
  const expected = kind === 'payload' ? bucket : bucketOf(String(session ?? record.timeNs));
  return [
    ...check(bucket === expected, `${where}: bucket ${bucket} instead of ${expected}`),
    ...check(
      id === undefined || String(id).endsWith(String(bucket)),
      `${where}: event id ${id} ends not with its bucket ${bucket}`,
    ),
    ...check(
      kind === 'session' || kind === 'session_live' || kind === 'loss' || id !== undefined,
      `${where}: no event id`,
    ),
  ];
}

function judgeMetric(metric: ReceivedMetric): readonly string[] {
  const where = `metric ${metric.name}`;
  const row = METRIC_ROWS.get(metric.name);
  if (row === undefined) return [`${where}: not in the contract`];
  const kind = row.kind === 'counter' ? 'sum' : row.kind;
  const bounds: readonly number[] =
    metric.name === 'sightline.proxy.duration' ? PROXY_BUCKETS : OPERATION_BUCKETS;
  return [
    ...check(metric.kind === kind, `${where}: ${metric.kind} instead of ${kind}`),
    ...check(metric.unit === row.unit, `${where}: unit ${metric.unit}`),
    ...check(row.kind !== 'counter' || metric.monotonic, `${where}: not monotonic`),
    ...metric.points.flatMap((point) => [
      ...judgeAttributes(where, point, ['metric'], metric.from),
      ...Object.keys(point.attributes).flatMap((key) =>
        check(
          row.labels.some((label) => label === key),
          `${where}: label ${key}`,
        ),
      ),
      ...check(
        point.histogram === undefined || point.histogram.bounds.join() === bounds.join(),
        `${where}: other buckets`,
      ),
    ]),
  ];
}

function judgeProvenance(from: Provenance, resourceKeys: readonly string[]): readonly string[] {
  const keys = Object.keys(from.resource.attributes).filter((key) => !resourceKeys.includes(key));
  return [
    ...check(from.scope.name === 'sightline', `scope ${from.scope.name}`),
    ...keys.flatMap((key) => check(ROWS.get(key)?.on.includes('resource') === true, `resource: ${key}`)),
    ...check('service.name' in from.resource.attributes, 'resource: no service.name'),
  ];
}

function judgeAttributes(
  where: string,
  item: ReceivedAttributes,
  places: readonly Place[],
  from: Provenance,
): readonly string[] {
  return Object.entries(item.attributes).flatMap(([key, value]) => {
    const row = ROWS.get(key);
    if (row === undefined) return [`${where}: ${key} is not in the contract`];
    if (!places.some((place) => row.on.includes(place)))
      return [`${where}: ${key} does not belong on ${places.join(' or ')}`];
    const isWord = row.words === undefined || row.words.includes(String(value)) || FOLDS.has(String(value));
    return [
      ...check(
        isType(item.types[key], row.type, from),
        `${where}: ${key} is ${item.types[key]} instead of ${row.type}`,
      ),
      ...check(isWord, `${where}: ${key} has the unknown word ${value}`),
    ];
  });
}

/** A double with a whole value comes as an int from the JSON exporter, which cannot tell them apart. */
function isType(type: ValueType | undefined, wanted: AttributeRow['type'], from: Provenance): boolean {
  return type === wanted || (from.encoding === 'json' && wanted === 'double' && type === 'int');
}

function check(holds: boolean, sentence: string): readonly string[] {
  return holds ? [] : [sentence];
}

function isOneLine(text: string): boolean {
  return text !== '' && !/\p{Cc}/u.test(text);
}

/** Bytes of keys, values and body. */
function sizeOf(record: ReceivedRecord): number {
  const parts = Object.entries(record.attributes).flatMap(([key, value]) => [key, String(value)]);
  return Buffer.byteLength([record.body, ...parts].join(''));
}

/** FNV-1a 32 over the UTF-8 bytes, modulo 16, as a hex digit (contract, "Log records"). */
export function bucketOf(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return (hash % 16).toString(16);
}
