/** Spans, log records and metrics as a receiver got them: plain, typed, whole. Refuses to judge them. */
import { type Raw, readId, readList, readNumber, readObject, readText } from './otlpProto.ts';

export type ValueType = 'string' | 'int' | 'double' | 'boolean' | 'other';

/** Attributes by key, and the OTLP type each value had. */
export interface ReceivedAttributes {
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  readonly types: Readonly<Record<string, ValueType>>;
}

/** Where it came from. */
export interface Provenance {
  readonly resource: ReceivedAttributes;
  readonly scope: { readonly name: string; readonly version: string };
  readonly encoding: 'json' | 'protobuf';
}

export interface ReceivedSpan extends ReceivedAttributes {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly state: string;
  readonly flags: number;
  readonly name: string;
  readonly kind: 'server' | 'client' | 'other';
  /** Decimal nanoseconds. */
  readonly startNs: string;
  readonly endNs: string;
  readonly status: { readonly code: 'unset' | 'ok' | 'error'; readonly message: string };
  readonly links: readonly { readonly traceId: string; readonly spanId: string; readonly state: string }[];
  readonly dropped: number;
  readonly from: Provenance;
}

export interface ReceivedRecord extends ReceivedAttributes {
  readonly eventName: string;
  readonly timeNs: string;
  readonly observedNs: string;
  readonly severity: number;
  readonly body: string;
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  readonly flags: number;
  readonly dropped: number;
  readonly from: Provenance;
}

export interface ReceivedPoint extends ReceivedAttributes {
  /** Of a sum or gauge. */
  readonly value?: number;
  /** Of a histogram. */
  readonly histogram?: {
    readonly count: number;
    readonly sum: number;
    readonly bounds: readonly number[];
    readonly counts: readonly number[];
  };
}

export interface ReceivedMetric {
  readonly name: string;
  readonly unit: string;
  readonly kind: 'gauge' | 'sum' | 'histogram' | 'other';
  readonly temporality: 'delta' | 'cumulative' | undefined;
  readonly monotonic: boolean;
  readonly points: readonly ReceivedPoint[];
  readonly from: Provenance;
}

export function readSpans(request: Raw, encoding: Provenance['encoding']): readonly ReceivedSpan[] {
  return walk(request, 'resourceSpans', 'scopeSpans', 'spans', encoding, (span, from) => {
    const status = readObject(span['status']);
    return {
      ...readAttributes(span['attributes']),
      traceId: readId(span['traceId']) ?? '',
      spanId: readId(span['spanId']) ?? '',
      parentSpanId: readId(span['parentSpanId']),
      state: readText(span['traceState']),
      flags: readNumber(span['flags']),
      name: readText(span['name']),
      kind: (['server', 'client'] as const)[readNumber(span['kind']) - 2] ?? 'other',
      startNs: String(span['startTimeUnixNano']),
      endNs: String(span['endTimeUnixNano']),
      status: {
        code: (['unset', 'ok', 'error'] as const)[readNumber(status['code'])] ?? 'unset',
        message: readText(status['message']),
      },
      links: readList(span['links']).map((link) => ({
        traceId: readId(link['traceId']) ?? '',
        spanId: readId(link['spanId']) ?? '',
        state: readText(link['traceState']),
      })),
      dropped: readNumber(span['droppedAttributesCount']),
      from,
    };
  });
}

export function readRecords(request: Raw, encoding: Provenance['encoding']): readonly ReceivedRecord[] {
  return walk(request, 'resourceLogs', 'scopeLogs', 'logRecords', encoding, (record, from) => ({
    ...readAttributes(record['attributes']),
    eventName: readText(record['eventName']),
    timeNs: String(record['timeUnixNano']),
    observedNs: String(record['observedTimeUnixNano']),
    severity: readNumber(record['severityNumber']),
    body: readText(readObject(record['body'])['stringValue']),
    traceId: readId(record['traceId']),
    spanId: readId(record['spanId']),
    flags: readNumber(record['flags']),
    dropped: readNumber(record['droppedAttributesCount']),
    from,
  }));
}

export function readMetrics(request: Raw, encoding: Provenance['encoding']): readonly ReceivedMetric[] {
  return walk(request, 'resourceMetrics', 'scopeMetrics', 'metrics', encoding, (metric, from) => {
    const kind = (['gauge', 'sum', 'histogram'] as const).find((one) => metric[one] !== undefined) ?? 'other';
    const data = readObject(metric[kind]);
    return {
      name: readText(metric['name']),
      unit: readText(metric['unit']),
      kind,
      temporality: ([undefined, 'delta', 'cumulative'] as const)[readNumber(data['aggregationTemporality'])],
      monotonic: data['isMonotonic'] === true,
      points: readList(data['dataPoints']).map((point) => readPoint(point, kind)),
      from,
    };
  });
}

function readPoint(point: Raw, kind: ReceivedMetric['kind']): ReceivedPoint {
  const attributes = readAttributes(point['attributes']);
  if (kind !== 'histogram') return { ...attributes, value: readNumber(point['asDouble'] ?? point['asInt']) };
  return {
    ...attributes,
    histogram: {
      count: readNumber(point['count']),
      sum: readNumber(point['sum']),
      bounds: toNumbers(point['explicitBounds']),
      counts: toNumbers(point['bucketCounts']),
    },
  };
}

function toNumbers(value: unknown): readonly number[] {
  return Array.isArray(value) ? value.map(Number) : [];
}

/** Every item of a request, with what its resource and scope say. */
function walk<T>(
  request: Raw,
  resourceKey: string,
  scopeKey: string,
  itemKey: string,
  encoding: Provenance['encoding'],
  read: (item: Raw, from: Provenance) => T,
): readonly T[] {
  return readList(request[resourceKey]).flatMap((group) => {
    const resource = readAttributes(readObject(group['resource'])['attributes']);
    return readList(group[scopeKey]).flatMap((scoped) => {
      const scope = readObject(scoped['scope']);
      const from: Provenance = {
        resource,
        scope: { name: readText(scope['name']), version: readText(scope['version']) },
        encoding,
      };
      return readList(scoped[itemKey]).map((item) => read(item, from));
    });
  });
}

function readAttributes(value: unknown): ReceivedAttributes {
  const attributes: Record<string, string | number | boolean> = {};
  const types: Record<string, ValueType> = {};
  for (const pair of readList(value)) {
    const key = readText(pair['key']);
    if (key in attributes) throw new Error(`attribute ${key} twice`);
    const [found, type] = readValue(readObject(pair['value']));
    attributes[key] = found;
    types[key] = type;
  }
  return { attributes, types };
}

function readValue(value: Raw): [string | number | boolean, ValueType] {
  const { stringValue, boolValue, intValue, doubleValue } = value;
  if (typeof stringValue === 'string') return [stringValue, 'string'];
  if (typeof boolValue === 'boolean') return [boolValue, 'boolean'];
  if (intValue !== undefined) return [Number(intValue), 'int'];
  if (typeof doubleValue === 'number') return [doubleValue, 'double'];
  return [JSON.stringify(value), 'other'];
}
