/**
 * What each query of deploy/README.md has to answer, by the sentence above it: concluded from the proxy's own archive,
 * and from nothing that a store said.
 */
import type { EventDetail } from '../../proxy/src/contract/index.ts';
import { countBy } from './compare.ts';
import type { fillIn } from './documented.ts';
import { endsCall, isError, payloadPartsOf, requestsOf } from './expected.ts';

export type Ids = Parameters<typeof fillIn>[1];
/** Lists of what is to be found, each as one text; in no order. */
export type Answers = Readonly<Record<string, readonly string[]>>;

const idOf = ({ eventId }: EventDetail): string => String(eventId);

/** Ids of events and sessions, payloads with their part; behind it the line where the query makes one. */
export function logAnswers(events: readonly EventDetail[], ids: Ids): Answers {
  const requests = requestsOf(events);
  const ofTrace = events.filter(({ traceId }) => traceId === ids.TRACE);
  return {
    'What happened, newest first': events.map(idOf),
    'What one session did': events.filter(({ sessionId }) => sessionId === ids.SESSION).map(idOf),
    'What failed, and whose doing it was': requests
      .filter(({ outcome }) => outcome !== 'ok')
      .map(
        (event) =>
          `${idOf(event)} ${event.outcome} by ${event.outcomeOrigin ?? ''}: ${event.mcpMethodName ?? ''} ${event.genAiToolName ?? ''} ${event.errorMessage ?? ''}`,
      ),
    'Calls of one tool that took longer than a second': events
      .filter(({ genAiToolName, duration = 0 }) => genAiToolName === 'export_report' && duration > 1)
      .map(idOf),
    'Request and answer of one event': events.filter((event) => idOf(event) === ids.EVENT).flatMap(payloads),
    'Everything that belongs to one trace': [...ofTrace.map(idOf), ...ofTrace.flatMap(payloads)],
    'Sessions, one record for each, with errors': [
      ...new Set(events.filter(isError).flatMap(({ sessionId }) => sessionId ?? [])),
    ],
    'Retries that succeeded, and the time they cost': events
      .filter(({ attemptResult }) => attemptResult === 'recovered')
      .map(
        (event) =>
          `${idOf(event)} ${event.genAiToolName ?? ''} after ${event.attemptNumber} attempts, ${event.attemptWasted} s lost`,
      ),
    'What servers logged': events.filter(({ eventName }) => eventName === 'sightline.server_log').map(idOf),
    'How many calls each tool had, by outcome, in the last hour': Object.entries(
      countBy(
        requests.filter(({ genAiToolName }) => genAiToolName !== undefined),
        ({ genAiToolName, outcome }) => `${genAiToolName} ${outcome}`,
      ),
    ).map(([key, count]) => `${key} ${count}`),
  };
}

const payloads = (event: EventDetail): readonly string[] =>
  payloadPartsOf(event).map((part) => `${idOf(event)} ${part}`);

/** Span ids. */
export function traceAnswers(events: readonly EventDetail[], ids: Ids): Answers {
  const requests = requestsOf(events);
  const calls = requests.filter(({ mcpMethodName }) => mcpMethodName === 'tools/call');
  const serverSpans = (of: readonly EventDetail[]): readonly string[] =>
    of.map(({ spanId }) => String(spanId));
  return {
    'Every request, its slowest part first to see': serverSpans(requests),
    'What one session did': serverSpans(requests.filter(({ sessionId }) => sessionId === ids.SESSION)),
    'The newest failures': serverSpans(requests.filter(({ outcome }) => outcome !== 'ok')),
    'Calls of one tool': serverSpans(calls.filter(({ genAiToolName }) => genAiToolName === 'create_payment')),
    'Calls slower than a second': serverSpans(calls.filter(({ duration = 0 }) => duration > 1)),
    'Where the upstream, not the proxy, was slow': serverSpans(
      requests.filter(({ upstreamDuration = 0 }) => upstreamDuration > 0.2),
    ),
    'What one client did': serverSpans(
      requests.filter(({ clientName }) => clientName?.startsWith('claude') === true),
    ),
    'Second and later attempts of a call': serverSpans(
      requests.filter(({ attemptNumber = 1 }) => attemptNumber > 1),
    ),
    'The span of one event': serverSpans(requests.filter((event) => idOf(event) === ids.EVENT)),
    'Protocol errors with their code': serverSpans(
      requests.filter(({ rpcResponseStatusCode }) => rpcResponseStatusCode !== undefined),
    ),
  };
}

/** A series by its labels, and between which figures it has to be. */
export interface Span {
  readonly labels: Readonly<Record<string, string>>;
  readonly least: number;
  readonly most: number;
}

/** @param toolLabels The metric label of each tool's name. */
export function figureAnswers(
  events: readonly EventDetail[],
  toolLabels: ReadonlyMap<string, string>,
): Readonly<Record<string, readonly Span[]>> {
  const requests = requestsOf(events);
  const labelOf = ({ genAiToolName = '' }: EventDetail): string =>
    toolLabels.get(genAiToolName) ?? genAiToolName;
  const ofTools = Map.groupBy(
    requests.filter(({ genAiToolName }) => genAiToolName !== undefined),
    labelOf,
  );
  const ended = Map.groupBy(events.filter(endsCall), (event) => `${labelOf(event)} ${event.outcome}`);
  const labelsOf = ([event]: readonly EventDetail[]): Readonly<Record<string, string>> =>
    event ? { gen_ai_tool_name: labelOf(event), sightline_outcome: String(event.outcome) } : {};
  return {
    'Latency of each tool, 95th percentile': [...ofTools].map(([tool, own]) => ({
      labels: { gen_ai_tool_name: tool },
      least: 0,
      // A percentile lies in the bucket of some measurement, and no bucket is wider than its own upper end.
      most: Math.max(0.01, ...own.map(({ duration = 0 }) => duration * 2.5)),
    })),
    // An increase is extrapolated to the ends of the range, by no more than what there is.
    'Calls by outcome': [...ended.values()].map((own) => ({
      labels: labelsOf(own),
      least: own.length * 0.99,
      most: own.length * 2,
    })),
    'What the proxy itself costs, 99th percentile': [{ labels: {}, least: 0, most: 1 }],
    'Records that wait for the collector': [{ labels: {}, least: 0, most: events.length }],
    // Whatever traffic of ours holds, no store refuses it.
    'Records that a store refused for good, with all that came in the same batch': [
      { labels: {}, least: 0, most: 0 },
    ],
    'Records that wait in the collector, in bytes, by store': [
      'otlp_grpc/tempo',
      'otlp_http/loki',
      'otlp_http/prometheus',
    ].map((exporter) => ({ labels: { exporter }, least: 0, most: Number.MAX_SAFE_INTEGER })),
  };
}
