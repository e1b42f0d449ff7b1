/** Questions to Loki in LogQL. */
import { ask } from './ask.ts';

export interface LogRecord {
  /** Unix nanoseconds, as decimal text. */
  readonly time: string;
  readonly line: string;
  /** Stream labels and structured metadata together; labels that Loki makes for itself (`__…`) left out. */
  readonly labels: Readonly<Record<string, string>>;
}

export interface LogRange {
  /** Unix milliseconds, included. */
  readonly from: number;
  /** Unix milliseconds, excluded. */
  readonly to: number;
  /** At most so many records; without it all of them, and it is an error if there are {@link ALL} or more. */
  readonly limit?: number;
  readonly direction?: 'forward' | 'backward';
}

interface Answer<Row> {
  readonly data: { readonly resultType: string; readonly result: readonly Row[] };
}
interface Stream {
  readonly stream: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [time: string, line: string])[];
}
interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [time: number, value: string];
}

const nanoseconds = (milliseconds: number): string => String(BigInt(Math.round(milliseconds * 1000)) * 1000n);

/** More than any test means to read at once; a silent cut would look like a loss. */
const ALL = 10_000;

/** The records of a log query, in the order asked for. */
export async function queryRecords(
  loki: string,
  logql: string,
  range: LogRange,
): Promise<readonly LogRecord[]> {
  const direction = range.direction ?? 'forward';
  const answer = (await ask(loki, '/loki/api/v1/query_range', {
    query: logql,
    start: nanoseconds(range.from),
    end: nanoseconds(range.to),
    limit: range.limit ?? ALL,
    direction,
  })) as Answer<Stream>;
  const records = answer.data.result.flatMap(({ stream, values }) => {
    const labels = Object.fromEntries(Object.entries(stream).filter(([name]) => !name.startsWith('__')));
    return values.map(([time, line]): LogRecord => ({ time, line, labels }));
  });
  if (range.limit === undefined && records.length >= ALL)
    throw new Error(`${logql} has ${ALL} records or more: name a limit`);
  const sign = direction === 'forward' ? 1 : -1;
  return records.sort((a, b) => sign * (BigInt(a.time) < BigInt(b.time) ? -1 : 1));
}

export interface Figure {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The figures of a metric query at one moment (Unix milliseconds). */
export async function queryLogFigures(loki: string, logql: string, at: number): Promise<readonly Figure[]> {
  const answer = (await ask(loki, '/loki/api/v1/query', {
    query: logql,
    time: nanoseconds(at),
  })) as Answer<Sample>;
  return answer.data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
}

/** The names of all index labels. */
export async function indexLabels(loki: string, { from, to }: LogRange): Promise<readonly string[]> {
  const answer = (await ask(loki, '/loki/api/v1/labels', {
    start: nanoseconds(from),
    end: nanoseconds(to),
  })) as { readonly data?: readonly string[] };
  return (answer.data ?? []).filter((name) => !name.startsWith('__'));
}
