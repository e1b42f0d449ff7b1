/**
 * Loki as Grafana's data source shows it: the same frames, made of Loki's own answers by what the data source does
 * (`pkg/loki/frame.go` of grafana-loki-datasource), in both of the shapes that a server's settings choose.
 */
import type { Answered, AskLoki, LokiQuestion } from '../../grafana-plugin/src/data/ask.ts';
import type { Frame, FrameField } from '../../grafana-plugin/src/data/frame.ts';

/** `dataplane`: with the feature `lokiLogsDataplane` switched on. */
export type LokiShape = 'legacy' | 'dataplane';

interface Entry {
  readonly timeNs: string;
  readonly line: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly types: Readonly<Record<string, string>>;
}

interface Answer {
  readonly data: {
    readonly resultType: 'streams' | 'matrix' | 'vector';
    readonly result: readonly {
      readonly stream?: Readonly<Record<string, string>>;
      readonly metric?: Readonly<Record<string, string>>;
      readonly values?: readonly (readonly [string | number, string, Categorised?])[];
      readonly value?: readonly [number, string];
    }[];
  };
}
interface Categorised {
  readonly structuredMetadata?: Readonly<Record<string, string>>;
  readonly parsed?: Readonly<Record<string, string>>;
}

/** @param onAnswer Hears of every answer, to record it. */
export function grafanaLoki(
  loki: string,
  shape: LokiShape,
  onAnswer: (question: LokiQuestion, answered: Answered) => void = () => {},
): AskLoki {
  return async (question, signal) => {
    const answered = await ask(loki, shape, question, signal);
    onAnswer(question, answered);
    return answered;
  };
}

async function ask(
  loki: string,
  shape: LokiShape,
  question: LokiQuestion,
  signal: AbortSignal,
): Promise<Answered> {
  const { kind, expr, from, to, limit = 1_000, direction = 'backward', step } = question;
  const url = new URL(kind === 'range' ? '/loki/api/v1/query_range' : '/loki/api/v1/query', loki);
  const nanoseconds = (ms: number): string => String(BigInt(Math.round(ms)) * 1_000_000n);
  const parameters =
    kind === 'range'
      ? {
          query: expr,
          start: nanoseconds(from),
          end: nanoseconds(to),
          limit,
          direction,
          step: (step ?? 0) / 1000,
        }
      : { query: expr, time: nanoseconds(to), limit, direction };
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== 0) url.searchParams.set(name, String(value));
  }
  const response = await fetch(url, {
    signal,
    headers: { 'X-Loki-Response-Encoding-Flags': 'categorize-labels' },
  });
  const text = await response.text();
  if (!response.ok) return { frames: [], errors: [text.trim()] };
  const { data } = JSON.parse(text) as Answer;
  const meta = { executedQueryString: `Expr: ${expr}`, ...(kind === 'range' && { limit }) };
  if (data.resultType === 'vector') return { frames: [tableFrame(data.result)], errors: [] };
  if (data.resultType !== 'streams') return { frames: data.result.map(seriesFrame), errors: [] };
  const entries = data.result.flatMap(({ stream = {}, values = [] }) =>
    values.map(([time, line, said]) => entryOf(String(time), line, stream, said)),
  );
  const sign = direction === 'forward' ? 1 : -1;
  entries.sort((a, b) => (a.timeNs === b.timeNs ? 0 : sign * (a.timeNs < b.timeNs ? -1 : 1)));
  return { frames: [logFrame(entries, shape, meta)], errors: [] };
}

function entryOf(timeNs: string, line: string, stream: Entry['labels'], said: Categorised = {}): Entry {
  const { structuredMetadata = {}, parsed = {} } = said;
  const named = (labels: object, type: string) =>
    Object.fromEntries(Object.keys(labels).map((name) => [name, type]));
  return {
    timeNs,
    line,
    labels: { ...stream, ...structuredMetadata, ...parsed },
    types: { ...named(stream, 'I'), ...named(structuredMetadata, 'S'), ...named(parsed, 'P') },
  };
}

function logFrame(entries: readonly Entry[], shape: LokiShape, said: object): Frame {
  const millis = entries.map(({ timeNs }) => Number(timeNs.slice(0, -6)));
  const nanos = entries.map(({ timeNs }) => Number(timeNs.slice(-6)));
  const labels: FrameField = {
    name: 'labels',
    type: 'other',
    config: {},
    values: entries.map((e) => e.labels),
  };
  const types: FrameField = {
    name: 'labelTypes',
    type: 'other',
    config: { custom: { hidden: true } },
    values: entries.map((entry) => entry.types),
  };
  const lines = entries.map(({ line }) => line);
  const id: FrameField = {
    name: 'id',
    type: 'string',
    config: {},
    values: entries.map(({ timeNs }, at) => `${timeNs}_${at.toString(16)}`),
  };
  const fields: FrameField[] =
    shape === 'legacy'
      ? [
          labels,
          { name: 'Time', type: 'time', config: {}, values: millis, nanos },
          { name: 'Line', type: 'string', config: {}, values: lines },
          { name: 'tsNs', type: 'string', config: {}, values: entries.map(({ timeNs }) => timeNs) },
          types,
          id,
        ]
      : [
          labels,
          { name: 'timestamp', type: 'time', config: {}, values: millis, nanos },
          { name: 'body', type: 'string', config: {}, values: lines },
          id,
          types,
        ];
  const kind =
    shape === 'legacy'
      ? { custom: { frameType: 'LabeledTimeValues' } }
      : { type: 'log-lines', typeVersion: [0, 0] };
  const meta = { ...kind, ...said, preferredVisualisationType: 'logs' };
  return { refId: 'A', meta, length: entries.length, fields };
}

/** What the data source's browser code makes of an instant query (`makeTableFrames.ts`): every label a column. */
function tableFrame(result: Answer['data']['result']): Frame {
  const names = [...new Set(result.flatMap(({ metric = {} }) => Object.keys(metric)))].sort();
  const column = (name: string, type: string, values: readonly unknown[]): FrameField => ({
    name,
    type,
    config: {},
    values,
  });
  return {
    refId: 'A',
    meta: { preferredVisualisationType: 'table' },
    length: result.length,
    fields: [
      column(
        'Time',
        'time',
        result.map(({ value }) => Number(value?.[0]) * 1000),
      ),
      ...names.map((name) =>
        column(
          name,
          'string',
          result.map(({ metric = {} }) => metric[name] ?? ''),
        ),
      ),
      column(
        'Value #A',
        'number',
        result.map(({ value }) => Number(value?.[1])),
      ),
    ],
  };
}

function seriesFrame({ metric = {}, values, value }: Answer['data']['result'][number]): Frame {
  const points = values ?? (value === undefined ? [] : [value]);
  return {
    refId: 'A',
    meta: { type: 'timeseries-multi', typeVersion: [0, 1] },
    length: points.length,
    fields: [
      { name: 'Time', type: 'time', config: {}, values: points.map(([time]) => Number(time) * 1000) },
      {
        name: 'Value',
        type: 'number',
        config: {},
        labels: metric,
        values: points.map(([, one]) => Number(one)),
      },
    ],
  };
}
