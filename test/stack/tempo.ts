/** Questions to Tempo: traces by id, and search in TraceQL. */
import { ask } from './ask.ts';

type Value = string | number | boolean;

export interface TraceSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Undefined: a root. */
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly kind: string;
  /** `error`, or `unset`. */
  readonly status: string;
  readonly statusMessage: string | undefined;
  readonly startNano: bigint;
  readonly endNano: bigint;
  readonly attributes: Readonly<Record<string, Value>>;
  readonly resource: Readonly<Record<string, Value>>;
  readonly links: number;
}

interface KeyValue {
  readonly key: string;
  readonly value: {
    readonly stringValue?: string;
    readonly boolValue?: boolean;
    readonly intValue?: string;
    readonly doubleValue?: number;
  };
}
interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes?: readonly KeyValue[];
  readonly status?: { readonly code?: string; readonly message?: string };
  readonly links?: readonly unknown[];
}
interface OtlpTrace {
  readonly batches?: readonly {
    readonly resource?: { readonly attributes?: readonly KeyValue[] };
    readonly scopeSpans?: readonly { readonly spans?: readonly OtlpSpan[] }[];
  }[];
}

/** All spans of a trace; none when Tempo does not know it. */
export async function fetchTrace(tempo: string, traceId: string): Promise<readonly TraceSpan[]> {
  try {
    const trace = (await ask(tempo, `/api/traces/${traceId}`, {})) as OtlpTrace;
    return (trace.batches ?? []).flatMap(({ resource, scopeSpans = [] }) =>
      scopeSpans.flatMap(({ spans = [] }) => spans.map((span) => toSpan(span, resource?.attributes ?? []))),
    );
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('404')) return [];
    throw error;
  }
}

function toSpan(span: OtlpSpan, resource: readonly KeyValue[]): TraceSpan {
  return {
    traceId: hexOf(span.traceId),
    spanId: hexOf(span.spanId),
    parentSpanId: span.parentSpanId ? hexOf(span.parentSpanId) : undefined,
    name: span.name,
    kind: span.kind.replace('SPAN_KIND_', '').toLowerCase(),
    status: (span.status?.code ?? 'STATUS_CODE_UNSET').replace('STATUS_CODE_', '').toLowerCase(),
    statusMessage: span.status?.message,
    startNano: BigInt(span.startTimeUnixNano),
    endNano: BigInt(span.endTimeUnixNano),
    attributes: toAttributes(span.attributes ?? []),
    resource: toAttributes(resource),
    links: span.links?.length ?? 0,
  };
}

/** Tempo writes ids as protobuf's JSON does: in base64. */
const hexOf = (base64: string): string => Buffer.from(base64, 'base64').toString('hex');

function toAttributes(pairs: readonly KeyValue[]): Readonly<Record<string, Value>> {
  return Object.fromEntries(
    pairs.map(({ key, value }) => [
      key,
      value.stringValue ??
        value.boolValue ??
        (value.intValue === undefined ? (value.doubleValue ?? '') : Number(value.intValue)),
    ]),
  );
}

export interface FoundTrace {
  readonly traceID: string;
  readonly rootServiceName?: string;
  readonly rootTraceName?: string;
  readonly startTimeUnixNano: string;
  readonly durationMs?: number;
  readonly spanSets?: readonly {
    readonly matched: number;
    readonly spans: readonly {
      readonly spanID: string;
      readonly name?: string;
      readonly startTimeUnixNano: string;
      readonly durationNanos: string;
      readonly attributes?: readonly KeyValue[];
    }[];
  }[];
}

export interface TraceRange {
  /** Unix milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly limit?: number;
  /** Spans shown of each trace; Tempo's default is 3. */
  readonly spansPerTrace?: number;
}

/** Traces that a TraceQL query finds. Which ones when there are more than the limit is Tempo's choice. */
export async function searchTraces(
  tempo: string,
  traceql: string,
  range: TraceRange,
): Promise<readonly FoundTrace[]> {
  const answer = (await ask(tempo, '/api/search', {
    q: traceql,
    start: Math.floor(range.from / 1000),
    end: Math.ceil(range.to / 1000),
    limit: range.limit ?? 10_000,
    spss: range.spansPerTrace ?? 100,
  })) as { readonly traces?: readonly FoundTrace[] };
  return answer.traces ?? [];
}
