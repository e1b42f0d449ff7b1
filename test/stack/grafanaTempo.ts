/**
 * Tempo as Grafana's data source shows it: a trace by its id, and found spans as the back end makes them
 * (`pkg/tempo/search.go` of grafana-tempo-datasource) or as the browser puts them together while they stream.
 */
import type { Answered, AskTempo, TempoQuestion } from '../../grafana-plugin/src/data/ask.ts';
import type { Frame, FrameField } from '../../grafana-plugin/src/data/frame.ts';
import { fetchTrace, searchTraces, type TraceSpan } from './tempo.ts';

/** `browser`: the data source streams, and the browser makes the frames. */
export type TempoShape = 'backend' | 'browser';

export function grafanaTempo(
  tempo: string,
  shape: TempoShape,
  onAnswer: (question: TempoQuestion, answered: Answered) => void = () => {},
): AskTempo {
  return async (question) => {
    const frames =
      question.kind === 'trace' ? await trace(tempo, question) : await found(tempo, shape, question);
    const answered = { frames, errors: frames.length === 0 ? ['failed to get trace: not found'] : [] };
    onAnswer(question, answered);
    return answered;
  };
}

async function trace(tempo: string, { query }: TempoQuestion): Promise<readonly Frame[]> {
  const spans = await fetchTrace(tempo, query);
  if (spans.length === 0) return [];
  const of = (name: string, type: string, value: (span: TraceSpan) => unknown): FrameField => ({
    name,
    type,
    config: {},
    values: spans.map(value),
  });
  const tags = (attributes: TraceSpan['attributes']) =>
    Object.entries(attributes).map(([key, value]) => ({ key, value }));
  const fields = [
    of('traceID', 'string', ({ traceId }) => traceId),
    of('spanID', 'string', ({ spanId }) => spanId),
    of('parentSpanID', 'string', ({ parentSpanId }) => parentSpanId ?? ''),
    of('operationName', 'string', ({ name }) => name),
    of('serviceName', 'string', ({ resource }) => resource['service.name']),
    of('kind', 'string', ({ kind }) => kind),
    of('statusCode', 'number', ({ status }) => (status === 'error' ? 2 : 0)),
    of('serviceTags', 'other', ({ resource }) => tags(resource)),
    of('startTime', 'number', ({ startNano }) => Number(startNano) / 1e6),
    of('duration', 'number', ({ startNano, endNano }) => Number(endNano - startNano) / 1e6),
    of('logs', 'other', () => null),
    of('references', 'other', () => null),
    of('tags', 'other', ({ attributes }) => tags(attributes)),
  ];
  return [
    {
      name: 'Trace',
      refId: 'A',
      meta: { preferredVisualisationType: 'trace' },
      length: spans.length,
      fields,
    },
  ];
}

async function found(tempo: string, shape: TempoShape, question: TempoQuestion): Promise<readonly Frame[]> {
  const { query, from, to, limit = 20, spansPerTrace = 3 } = question;
  const traces = await searchTraces(tempo, query, { from, to, limit, spansPerTrace });
  const rows = traces.flatMap(({ traceID, rootServiceName = '', rootTraceName = '', spanSets = [] }) =>
    spanSets.flatMap(({ spans }) =>
      spans.map((span) => ({
        traceID,
        rootServiceName,
        rootTraceName,
        span,
        attributes: new Map(span.attributes?.map(({ key, value }) => [key, plainValue(value)])),
      })),
    ),
  );
  const names = [...new Set(rows.flatMap(({ attributes }) => [...attributes.keys()]))].sort();
  const inBrowser = shape === 'browser';
  const nanos = rows.map(({ span }) => Number(span.startTimeUnixNano.slice(-6)));
  const whole = rows.map(({ span }) => Number(span.startTimeUnixNano.slice(0, -6)));
  const attribute = (name: string): FrameField => {
    const values = rows.map(({ attributes }) => attributes.get(name));
    // While streaming, every attribute is a field of text, and what is falsy gets lost.
    if (inBrowser)
      return { name, type: 'string', config: {}, values: values.map((one) => (one ? one : undefined)) };
    const type = typeof values.find((one) => one !== undefined);
    return { name, type, config: {}, values: values.map((one) => one ?? null) };
  };
  const fields: FrameField[] = [
    { name: 'traceIdHidden', type: 'string', config: {}, values: rows.map((row) => row.traceID) },
    { name: 'traceService', type: 'string', config: {}, values: rows.map((row) => row.rootServiceName) },
    { name: 'traceName', type: 'string', config: {}, values: rows.map((row) => row.rootTraceName) },
    { name: 'spanID', type: 'string', config: {}, values: rows.map(({ span }) => span.spanID) },
    inBrowser
      ? { name: 'time', type: 'time', config: {}, values: whole.map((ms, at) => ms + (nanos[at] ?? 0) / 1e6) }
      : { name: 'time', type: 'time', config: {}, values: whole, nanos },
    { name: 'name', type: 'string', config: {}, values: rows.map(({ span }) => span.name ?? '') },
    ...names.map(attribute),
    {
      name: 'duration',
      type: 'number',
      config: {},
      values: rows.map(({ span }) => Number(span.durationNanos)),
    },
  ];
  const spans: Frame = {
    name: 'Spans',
    refId: inBrowser ? 'traces' : 'A',
    meta: { preferredVisualisationType: 'table' },
    length: rows.length,
    fields,
  };
  return inBrowser ? [spans, PROGRESS] : [spans];
}

const PROGRESS: Frame = {
  name: 'Streaming Progress',
  refId: 'streaming-progress',
  length: 1,
  fields: [
    { name: 'state', type: 'string', config: {}, values: ['Done'] },
    { name: 'completedJobs', type: 'number', config: {}, values: [3] },
    { name: 'totalJobs', type: 'number', config: {}, values: [3] },
  ],
};

type Given = NonNullable<
  NonNullable<
    Awaited<ReturnType<typeof searchTraces>>[number]['spanSets']
  >[number]['spans'][number]['attributes']
>[number]['value'];

function plainValue({
  stringValue,
  boolValue,
  intValue,
  doubleValue,
}: Given): string | number | boolean | undefined {
  return stringValue ?? boolValue ?? (intValue === undefined ? doubleValue : Number(intValue));
}
