/**
 * Spans of a request as plain data: one SERVER span and its CLIENT children, named, attributed and judged by the
 * MCP conventions (semantic-conventions-genai `docs/gen-ai/mcp.md`). A pure translation: ids, times and the
 * verdict come with the event. It refuses to make spans of anything but a request.
 */
import type { RequestEvent, SpanContext } from '../observation/event.ts';
import { createSelector, type Limits, limitAttributes, type Selected } from './selection.ts';

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
  readonly attributes: Selected;
  /** Attributes left out because of OTEL_ATTRIBUTE_COUNT_LIMIT. */
  readonly dropped: number;
  readonly links: readonly SpanContext[];
  /** Present: status ERROR with this description, which may be empty. Absent: status unset. */
  readonly error: string | undefined;
}

const NO_LINKS: readonly SpanContext[] = [];
const selectServer = createSelector('server');
const selectClient = createSelector('client');

/** The SERVER span first, then its children in the order of their exchanges. */
export function translateSpans(event: RequestEvent, limits: Limits): readonly SpanRecord[] {
  const { attributes, server } = event;
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
      attributes: serverAttributes(event),
      dropped: 0,
      links: server.links,
      error: server.failed ? message : undefined,
    },
  ];
  // A probe keeps its outcome but is an error nowhere; every other failure is one for the side that asked.
  const failed = attributes['error.type'] !== undefined && attributes['sightline.probe'] !== true;
  for (const client of event.clients) {
    spans.push({
      kind: 'client',
      name,
      traceId: server.traceId,
      spanId: client.spanId,
      parentSpanId: server.spanId,
      state: server.state,
      startUs: client.startUs,
      endUs: client.endUs,
      attributes: clientAttributes(event, client.attributes, failed),
      dropped: 0,
      links: NO_LINKS,
      error: failed ? message : undefined,
    });
  }
  return spans.map((span) => limitSpan(span, limits));
}

/** `{method} {tool or prompt}`. A resource is no part of the name: its URIs are without number. */
function nameSpan(event: RequestEvent): string {
  const method = event.attributes['mcp.method.name'] ?? event.labels.method;
  const target = event.attributes['gen_ai.tool.name'] ?? event.attributes['gen_ai.prompt.name'];
  return target === undefined ? method : `${method} ${target}`;
}

function serverAttributes(event: RequestEvent): Selected {
  const selected = selectServer(event.attributes, {});
  // A fault of the caller is no error of the server: the code stays, `error.type` does not (MCP conventions).
  if (!event.server.failed) delete selected['error.type'];
  return addLabels(selected, event);
}

function clientAttributes(event: RequestEvent, own: RequestEvent['attributes'], failed: boolean): Selected {
  const selected = selectClient(own, selectClient(event.attributes, {}));
  if (!failed) delete selected['error.type'];
  return addLabels(selected, event);
}

function addLabels(selected: Selected, event: RequestEvent): Selected {
  selected['sightline.method.label'] = event.labels.method;
  if (event.labels.tool !== undefined) selected['sightline.tool.label'] = event.labels.tool;
  return selected;
}

function limitSpan(span: SpanRecord, limits: Limits): SpanRecord {
  const dropped = limitAttributes(span.attributes, limits);
  return dropped === 0 ? span : { ...span, dropped };
}
