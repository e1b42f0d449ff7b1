/**
 * Spans of a request as plain data: one SERVER span and its CLIENT children, named, attributed and judged by the
 * MCP conventions (semantic-conventions-genai `docs/gen-ai/mcp.md`). A pure translation: ids, times and the
 * verdict come with the event. It refuses to make spans of anything but a request.
 */
import type { RequestEvent, SpanContext } from '../observation/event.ts';
import {
  AttributeList,
  COLUMNS,
  columnOf,
  createDistributor,
  type Limits,
  limitAttributes,
} from './selection.ts';

/** One span, before OpenTelemetry's own types. Times in unix microseconds. */
export interface SpanRecord {
  readonly kind: 'server' | 'client';
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  /** The caller's `tracestate`, when its trace is continued. */
  readonly state: string | undefined;
  readonly startUs: number;
  readonly endUs: number;
  readonly attributes: AttributeList;
  /** Attributes left out because of OTEL_ATTRIBUTE_COUNT_LIMIT. */
  readonly dropped: number;
  readonly links: readonly SpanContext[];
  /** Present: status ERROR with this description, which may be empty. Absent: status unset. */
  readonly error: string | undefined;
}

const NO_LINKS: readonly SpanContext[] = [];
const ERROR_TYPE = columnOf('error.type');
const METHOD_LABEL = columnOf('sightline.method.label');
const TOOL_LABEL = columnOf('sightline.tool.label');
/** What an exchange knows and its request does not. */
const OWN = ['server.address', 'server.port', 'sightline.upstream.first_byte'] as const;
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
  const { attributes, server } = event;
  const [ofServer = new AttributeList(), ofClients = new AttributeList()] = distribute(attributes);
  const errorType = attributes['error.type'];
  // A fault of the caller is no error of the server: the code stays, `error.type` does not (MCP conventions).
  finishList(ofServer, event, server.failed ? errorType : undefined);
  // A probe keeps its outcome but is an error nowhere; every other failure is one for the side that asked.
  const failed = errorType !== undefined && attributes['sightline.probe'] !== true;
  finishList(ofClients, event, failed ? errorType : undefined);
  const name = nameSpan(event);
  const message = attributes['sightline.error.message'] ?? '';
  const spans: SpanRecord[] = [
    {
      kind: 'server',
      name,
      traceId: server.traceId,
      spanId: server.spanId,
      parentSpanId: server.parentSpanId,
      state: server.state,
      startUs: server.startUs,
      endUs: server.endUs,
      dropped: limitAttributes(ofServer, limits),
      attributes: ofServer,
      links: server.links,
      error: server.failed ? message : undefined,
    },
  ];
  for (const client of event.clients) {
    const [own = new AttributeList()] = distributeOwn(client.attributes);
    own.addAll(ofClients);
    spans.push({
      kind: 'client',
      name,
      traceId: server.traceId,
      spanId: client.spanId,
      parentSpanId: server.spanId,
      state: server.state,
      startUs: client.startUs,
      endUs: client.endUs,
      dropped: limitAttributes(own, limits),
      attributes: own,
      links: NO_LINKS,
      error: failed ? message : undefined,
    });
  }
  return spans;
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
