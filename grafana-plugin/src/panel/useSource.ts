/** The one source of a panel: it stays the same while what is asked of whom stays the same. */
import { LoadingState, type PanelData, type PanelProps } from '@grafana/data';
import { config, getDataSourceSrv } from '@grafana/runtime';
import { useRef } from 'react';
import type { PanelSource, Shown } from '../data/panelPorts.ts';
import { createPanelSource } from '../data/panelSource.ts';
import { type AskContext, lokiAsk, sentenceOf, tempoAsk } from './askDataSource.ts';
import { type Chosen, chooseDataSources } from './dataSources.ts';
import type { PanelOptions } from './options.ts';
import { readStreams } from './variables.ts';

export interface SourceInUse {
  readonly source: PanelSource;
  readonly chosen: Chosen;
  /** Questions can be put; else there is what the panel's own queries gave, and no more. */
  readonly asks: boolean;
  /** Whose records are asked for; undefined when the option cannot be read. */
  readonly streams: Readonly<Record<string, string>> | undefined;
}

let requests = 0;

/**
 * @param follows What is shown follows by itself; else it is asked anew with every refresh of the dashboard.
 * @param refreshes Grows with every refresh.
 */
export function useSource(
  props: PanelProps<PanelOptions>,
  options: PanelOptions,
  follows: boolean,
  refreshes: number,
): SourceInUse {
  const { data, replaceVariables } = props;
  const shown = useRef<Shown>(shownOf(data, undefined));
  shown.current = shownOf(data, shown.current);
  const request = useRef(data.request);
  request.current = data.request;

  const chosen = chooseDataSources(options, data.request?.targets ?? [], {
    settingsOf: (uid) => getDataSourceSrv().getInstanceSettings({ uid }),
    replace: replaceVariables,
  });
  const { loki, tempo } = chosen;
  // A public dashboard's server asks the stored queries whatever it is asked; a snapshot has no server to ask.
  const asks = loki !== undefined && !config.publicDashboardAccessToken && !isSnapshot(data);
  const streams = readStreams(options.streams, replaceVariables);
  const labels = streams ?? {};
  const activeWindow = options.activeWindow * 60_000;
  const reload = asks && follows ? 'by itself' : refreshes;
  // The dashboard's own filters go with every request.
  const filters = data.request?.filters ?? [];
  const source = useKept(JSON.stringify([asks, loki, tempo, labels, filters, activeWindow, reload]), () => {
    const context: AskContext = {
      request: () => request.current,
      dataSource: (uid) => getDataSourceSrv().get({ uid }),
      requestId: () => {
        requests += 1;
        return `sightline-${requests}`;
      },
      now: Date.now,
    };
    return createPanelSource({
      shown: () => shown.current,
      ...(asks && { loki: lokiAsk(loki, context) }),
      ...(asks && tempo !== undefined && { tempo: tempoAsk(tempo, context) }),
      now: Date.now,
      activeWindow,
      ...(Object.keys(labels).length > 0 && { labels }),
    });
  });
  return { source, chosen, asks, streams };
}

/** What was made for a key, until the key is another. */
function useKept<Value>(key: string, make: () => Value): Value {
  const kept = useRef<{ readonly key: string; readonly value: Value }>(undefined);
  if (kept.current?.key !== key) kept.current = { key, value: make() };
  return kept.current.value;
}

/** The same value while nothing of it has changed, because the source compares. */
function shownOf(data: PanelData, before: Shown | undefined): Shown {
  const { series, timeRange, state } = data;
  const said = data.errors ?? (data.error === undefined ? [] : [data.error]);
  const next: Shown = {
    frames: series,
    from: timeRange.from.valueOf(),
    to: timeRange.to.valueOf(),
    loading: state === LoadingState.Loading || state === LoadingState.NotStarted,
    errors: said.map(sentenceOf),
  };
  const same =
    before !== undefined &&
    before.frames === next.frames &&
    before.from === next.from &&
    before.to === next.to &&
    before.loading === next.loading &&
    before.errors.join('\n') === next.errors.join('\n');
  return same ? before : next;
}

/** The query of a panel in a snapshot is one that holds the frames themselves. */
function isSnapshot({ request }: PanelData): boolean {
  return request?.targets.some(({ queryType }) => queryType === 'snapshot') ?? false;
}
