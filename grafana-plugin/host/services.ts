/** Grafana's services: the real ones where they work in any page, and data sources that ask the shim behind this page. */
import {
  createDataFrame,
  type DataQueryRequest,
  type DataQueryResponse,
  type DataSourceApi,
  type DataSourceInstanceSettings,
  LoadingState,
  standardEditorsRegistry,
  standardFieldConfigEditorRegistry,
} from '@grafana/data';
import {
  config,
  type DataSourceSrv,
  setDataSourceSrv,
  setTemplateSrv,
  type TemplateSrv,
} from '@grafana/runtime';
import { Observable } from 'rxjs';
import type { Given, GivenTarget } from './given.ts';
import { replaceVariables, setVariables, variableNames } from './variables.ts';

/** As `deploy/grafana` provisions them. */
const SETTINGS: readonly { readonly uid: string; readonly type: string; readonly jsonData: object }[] = [
  {
    uid: 'sightline-loki',
    type: 'loki',
    jsonData: { derivedFields: [{ name: 'trace_id', datasourceUid: 'sightline-tempo' }] },
  },
  { uid: 'sightline-tempo', type: 'tempo', jsonData: {} },
];

export function provideServices(given: Given): void {
  setVariables(given);
  config.exploreEnabled = true;
  if (given.mode === 'public') config.publicDashboardAccessToken = 'a-token';
  const settingsOf = (uid: string) =>
    SETTINGS.find((one) => one.uid === uid) as DataSourceInstanceSettings | undefined;
  setDataSourceSrv({
    get: async (ref: { readonly uid: string }) => dataSourceOf(ref.uid, given),
    getInstanceSettings: (ref: { readonly uid: string }) => settingsOf(ref.uid),
    getList: ({ type }: { readonly type: string }) =>
      SETTINGS.filter((one) => one.type === type).map((one) => ({ ...one, name: one.uid })),
  } as unknown as DataSourceSrv);
  setTemplateSrv({
    getVariables: () => variableNames().map((name) => ({ name })),
    replace: (text: string) => replaceVariables(text),
  } as unknown as TemplateSrv);
  const editors = ['text', 'number', 'slider', 'boolean', 'radio', 'select', 'multi-select', 'color', 'unit'];
  standardEditorsRegistry.setInit(() =>
    editors.map((id) => ({ id, name: id, description: '', editor: () => null })),
  );
  standardFieldConfigEditorRegistry.setInit(() => []);
}

function dataSourceOf(uid: string, given: Given): DataSourceApi {
  const type = SETTINGS.find((one) => one.uid === uid)?.type ?? 'unknown';
  return {
    uid,
    type,
    query: (request: DataQueryRequest) => askShim(type, request, given),
  } as unknown as DataSourceApi;
}

/** What the shim answers: the frames of one target, and what went wrong. */
interface Answer {
  readonly frames: readonly DataFrameInput[];
  readonly errors: readonly string[];
}
type DataFrameInput = Parameters<typeof createDataFrame>[0];

/** Emits as the data sources of Grafana 12.3 do: Loki streams and is done, Tempo's search never says that it is. */
export function askShim(
  type: string,
  request: DataQueryRequest,
  given: Given,
): Observable<DataQueryResponse> {
  return new Observable((reader) => {
    const ending = new AbortController();
    const target = request.targets[0] as unknown as GivenTarget;
    const asked = {
      type,
      requestId: request.requestId,
      target: { ...target, ...replaced(target) },
      from: request.range.from.valueOf(),
      to: request.range.to.valueOf(),
      lokiFrames: given.lokiFrames,
    };
    const run = async () => {
      const response = await fetch('/shim', {
        method: 'POST',
        signal: ending.signal,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(asked),
      });
      if (!response.ok) throw { status: response.status, data: { message: await response.text() } };
      const answer: Answer = await response.json();
      const errors = answer.errors.map((message) => ({ refId: target.refId, message, status: 500 }));
      const data = answer.frames.map((frame) => createDataFrame(frame));
      if (errors.length > 0) {
        reader.next({ data, errors, state: LoadingState.Error });
        return;
      }
      if (type === 'loki') reader.next({ data, state: LoadingState.Streaming });
      reader.next(
        type === 'tempo' && target['queryType'] !== 'traceId' ? { data } : { data, state: LoadingState.Done },
      );
    };
    run().then(
      () => reader.complete(),
      (error: unknown) => {
        if (!ending.signal.aborted) reader.error(error);
      },
    );
    return () => ending.abort();
  });
}

/** The texts of a query with the dashboard's variables replaced, as every data source does it. */
function replaced(target: GivenTarget): Readonly<Record<string, string>> {
  return Object.fromEntries(
    ['expr', 'query'].flatMap((name) => {
      const text = target[name];
      return typeof text === 'string' ? [[name, replaceVariables(text)]] : [];
    }),
  );
}
