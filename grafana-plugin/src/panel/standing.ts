/** Whether there is anything to show, and if not, what an author or a reader can do about it. */
import { LoadingState, type PanelData } from '@grafana/data';
import type { Recognised } from '../data/panelPorts.ts';
import { sentenceOf } from './askDataSource.ts';

export type Standing =
  | { readonly kind: 'ready' }
  | { readonly kind: 'loading' }
  /** The queries answer, with records of somebody else. */
  | { readonly kind: 'foreign'; readonly rows: number }
  /** No query and no data source of ours. */
  | { readonly kind: 'nothing' }
  /** The option that says whose records are shown is no list of matchers. */
  | { readonly kind: 'streams' }
  /** The queries fail, and nobody else can be asked. */
  | { readonly kind: 'failed'; readonly message: string };

export function standingOf({
  data,
  found,
  asks,
  streams,
}: {
  readonly data: Pick<PanelData, 'state' | 'error' | 'errors' | 'series'>;
  readonly found: Recognised;
  /** A Loki data source can be asked. */
  readonly asks: boolean;
  /** What the option of that name says; undefined when it says nothing that can be read. */
  readonly streams: object | undefined;
}): Standing {
  if (streams === undefined) return { kind: 'streams' };
  const ours = found.sessions + found.events + found.spans;
  const loading = data.state === LoadingState.Loading || data.state === LoadingState.NotStarted;
  if (ours > 0) return { kind: 'ready' };
  if (found.foreign > 0 && !loading) return { kind: 'foreign', rows: found.foreign };
  if (asks) return { kind: 'ready' };
  if (loading) return { kind: 'loading' };
  const [error] = data.errors ?? (data.error === undefined ? [] : [data.error]);
  if (error !== undefined) return { kind: 'failed', message: sentenceOf(error) };
  // Frames without rows: the right queries, most likely, and nothing in the range.
  return data.series.length > 0 ? { kind: 'ready' } : { kind: 'nothing' };
}
