/**
 * Spans of a request as plain data: one SERVER span and its CLIENT children, named, attributed and judged by the
 * MCP conventions (semantic-conventions-genai `docs/gen-ai/mcp.md`). A pure translation: ids, times and the
 * verdict come with the event. It refuses to make spans of anything but a request.
 */
import type { ClientSpan, RequestEvent, SpanContext } from '../observation/event.ts';
import {
  AttributeList,
  COLUMNS,
  columnOf,
  createDistributor,
  type Limits,
  limitAttributes,
} from './selection.ts';

/** A span without its attributes. Times in unix microseconds. */
export interface SpanFrame {
  readonly kind: 'server' | 'client';
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  /** The caller's `tracestate`, when its trace is continued. */
  readonly state: string | undefined;
  readonly startUs: number;
  readonly endUs: number;
  readonly links: readonly SpanContext[];
  /** Present: status ERROR with this description, which may be empty. Absent: status unset. */
  readonly error: string | undefined;
}

/** One span, before OpenTelemetry's own types. */
export interface SpanRecord extends SpanFrame {
  readonly attributes: AttributeList;
  /** Attributes left out because of OTEL_ATTRIBUTE_COUNT_LIMIT. */
  readonly dropped: number;
}

const NO_LINKS: readonly SpanContext[] = [];
const ERROR_TYPE = columnOf('error.type');
const METHOD_LABEL = columnOf('sightline.method.label');
const TOOL_LABEL = columnOf('sightline.tool.label');
/** What an exchange knows and its request does not. */
export const OWN = ['server.address', 'server.port', 'sightline.upstream.first_byte'] as const;
/** One walk for the SERVER span and for what its children have in common; one for what each child has besides. */
const distribute = createDistributor(
  ['server', 'client'],
  [ERROR_TYPE.key, METHOD_LABEL.key, TOOL_LABEL.key, ...OWN],
);
const distributeOwn = createDistributor(
  ['client'],
  COLUMNS.map((column) => column.key).filter((key) => !OWN.some((own) => own === key)),
);

/** The SERVER span first, then its children in the order of their exchanges. */
export function translateSpans(event: RequestEvent, limits: Limits): readonly SpanRecord[] {
  const [ofServer = new AttributeList(), ofClients = new AttributeList()] = distribute(event.attributes);
  finishList(ofServer, event, serverError(event));
  finishList(ofClients, event, clientError(event));
  const spans = [recordSpan(frameServer(event), ofServer, limits)];
  for (const client of event.clients) {
    const [own = new AttributeList()] = distributeOwn(client.attributes);
    spans.push(recordSpan(frameClient(event, client), own.addAll(ofClients), limits));
  }
  return spans;
}

function recordSpan(frame: SpanFrame, attributes: AttributeList, limits: Limits): SpanRecord {
  const { links, error, ...rest } = frame;
  return { ...rest, dropped: limitAttributes(attributes, limits), attributes, links, error };
}

/** `error.type` of the SERVER span: a fault of the caller is none of the server (MCP conventions). */
export function serverError(event: RequestEvent): string | undefined {
  return event.server.failed ? event.attributes['error.type'] : undefined;
}

/** `error.type` of a CLIENT span: every failure is one for the side that asked, except a probe's. */
export function clientError(event: RequestEvent): string | undefined {
  return event.attributes['sightline.probe'] === true ? undefined : event.attributes['error.type'];
}

/** The SERVER span without its attributes. */
export function frameServer(event: RequestEvent): SpanFrame {
  const { server } = event;
  return {
    kind: 'server',
    name: nameSpan(event),
    traceId: server.traceId,
    spanId: server.spanId,
    parentSpanId: server.parentSpanId,
    state: server.state,
    startUs: server.startUs,
    endUs: server.endUs,
    links: server.links,
    error: server.failed ? (event.attributes['sightline.error.message'] ?? '') : undefined,
  };
}

/** One CLIENT span without its attributes. */
export function frameClient(event: RequestEvent, client: ClientSpan): SpanFrame {
  const { server } = event;
  const failed = clientError(event) !== undefined;
  return {
    kind: 'client',
    name: nameSpan(event),
    traceId: server.traceId,
    spanId: client.spanId,
    parentSpanId: server.spanId,
    state: server.state,
    startUs: client.startUs,
    endUs: client.endUs,
    links: NO_LINKS,
    error: failed ? (event.attributes['sightline.error.message'] ?? '') : undefined,
  };
}

/** `{method} {tool or prompt}`. A resource is no part of the name: its URIs are without number. */
function nameSpan(event: RequestEvent): string {
  const method = event.attributes['mcp.method.name'] ?? event.labels.method;
  const target = event.attributes['gen_ai.tool.name'] ?? event.attributes['gen_ai.prompt.name'];
  return target === undefined ? method : `${method} ${target}`;
}

function finishList(list: AttributeList, event: RequestEvent, errorType: string | undefined): void {
  if (errorType !== undefined) list.add(ERROR_TYPE, errorType);
  list.add(METHOD_LABEL, event.labels.method);
  if (event.labels.tool !== undefined) list.add(TOOL_LABEL, event.labels.tool);
}
