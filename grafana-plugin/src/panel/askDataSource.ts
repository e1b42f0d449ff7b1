/** The data layer's questions, put to Grafana's data sources: every one a request of its own, which cancels no other. */
import {
  CoreApp,
  type DataQueryRequest,
  type DataQueryResponse,
  type DataSourceApi,
  dateTime,
  LoadingState,
} from '@grafana/data';
import { from, isObservable, Subscription } from 'rxjs';
import type { Answered, Ask, AskLoki, AskTempo } from '../data/ask.ts';

export interface AskContext {
  /** The panel's own request as it is now: what Grafana knows of the dashboard goes with every question. */
  request(): DataQueryRequest | undefined;
  dataSource(uid: string): Promise<DataSourceApi>;
  /** An id that no other request has. */
  requestId(): string;
  /** Unix milliseconds. */
  now(): number;
}

/** A target without `refId` and `datasource`, which are always the same. */
type Target = Readonly<Record<string, unknown>>;

export function lokiAsk(uid: string, context: AskContext): AskLoki {
  return askWith(uid, 'loki', context, ({ kind, expr, limit, direction, step }) => ({
    expr: withoutVariables(expr),
    queryType: kind,
    ...(limit !== undefined && { maxLines: limit }),
    ...(direction !== undefined && { direction }),
    ...(step !== undefined && { step: `${step}ms` }),
  }));
}

export function tempoAsk(uid: string, context: AskContext): AskTempo {
  return askWith(uid, 'tempo', context, ({ kind, query, limit, spansPerTrace }) => ({
    query: withoutVariables(query),
    queryType: kind === 'trace' ? 'traceId' : 'traceql',
    filters: [],
    ...(kind === 'search' && { tableType: 'spans' }),
    ...(limit !== undefined && { limit }),
    ...(spansPerTrace !== undefined && { spss: spansPerTrace }),
  }));
}

/**
 * Grafana replaces `$name`, `${name}` and `[[name]]` in every query, also inside of a value that a stranger chose. In
 * a quoted string both languages read an escape for the first character instead.
 */
export function withoutVariables(query: string): string {
  return query.replaceAll(/"(?:[^"\\]|\\[\s\S])*"/g, (text) =>
    text.replaceAll('$', '\\x24').replaceAll('[[', '\\x5b\\x5b'),
  );
}

function askWith<Question extends { readonly from: number; readonly to: number; readonly step?: number }>(
  uid: string,
  type: string,
  context: AskContext,
  targetOf: (question: Question) => Target,
): Ask<Question> {
  return async (question, signal, onPartial) => {
    signal.throwIfAborted();
    const dataSource = await context.dataSource(uid);
    signal.throwIfAborted();
    const target = { refId: 'A', datasource: { type, uid }, ...targetOf(question) };
    return finish(dataSource, requestOf(question, target, context), signal, onPartial);
  };
}

function requestOf(
  question: { readonly from: number; readonly to: number; readonly step?: number },
  target: Target & { readonly refId: string },
  context: AskContext,
): DataQueryRequest {
  const own = context.request();
  const start = dateTime(question.from);
  const end = dateTime(question.to);
  const intervalMs = question.step ?? 1_000;
  return {
    app: own?.app ?? CoreApp.Dashboard,
    timezone: own?.timezone ?? 'browser',
    ...(own?.dashboardUID !== undefined && { dashboardUID: own.dashboardUID }),
    ...(own?.panelId !== undefined && { panelId: own.panelId }),
    ...(own?.filters !== undefined && { filters: own.filters }),
    requestId: context.requestId(),
    range: { from: start, to: end, raw: { from: start, to: end } },
    intervalMs,
    interval: `${intervalMs}ms`,
    maxDataPoints: 10_000,
    scopedVars: {},
    startTime: context.now(),
    targets: [target],
  };
}

/** Loki says `Streaming` before `Done` and Tempo's search never says `Done`: only the end of the stream is the end. */
function finish(
  dataSource: DataSourceApi,
  request: DataQueryRequest,
  signal: AbortSignal,
  onPartial: ((answered: Answered) => void) | undefined,
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const asked = dataSource.query(request);
    const subscription = new Subscription();
    const onAbort = () => {
      subscription.unsubscribe();
      reject(signal.reason);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    subscription.add(() => signal.removeEventListener('abort', onAbort));
    let last: Answered = { frames: [], errors: [] };
    subscription.add(
      (isObservable(asked) ? asked : from(asked)).subscribe({
        next: (response) => {
          last = answeredBy(response);
          if (response.state === LoadingState.Streaming) onPartial?.(last);
        },
        error: (error: unknown) => {
          subscription.unsubscribe();
          reject(new Error(sentenceOf(error)));
        },
        complete: () => {
          subscription.unsubscribe();
          resolve(last);
        },
      }),
    );
  });
}

function answeredBy({ data, errors, error }: DataQueryResponse): Answered {
  const said = errors ?? (error === undefined ? [] : [error]);
  return { frames: data, errors: said.map(sentenceOf) };
}

/** What Grafana calls an error: a text, a message, or the answer of its own server. */
export function sentenceOf(error: unknown): string {
  if (typeof error === 'string') return error;
  if (typeof error !== 'object' || error === null) return 'The data source could not be asked.';
  const { message, data, statusText, status } = error as Readonly<Record<string, unknown>>;
  const inner =
    typeof data === 'object' && data !== null
      ? (data as Readonly<Record<string, unknown>>)['message']
      : undefined;
  const said = [message, inner, statusText].find((text) => typeof text === 'string' && text !== '');
  if (typeof said === 'string') return said;
  return `The data source could not be asked${status === undefined ? '' : ` (${String(status)})`}.`;
}
