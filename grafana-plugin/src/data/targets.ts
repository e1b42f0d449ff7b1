/**
 * What a dashboard's panel asks so that this panel has something to draw before it asks further: session summaries and
 * events, both as slim lines. Dashboards, messages and docs take the text from here.
 */
import { OUR_LABELS, type StreamLabels, selector } from './logql.ts';
import { slimStages } from './slim.ts';

export interface Targets {
  /** LogQL, a range query; `maxLines` 1,000 is plenty. */
  readonly sessions: string;
  readonly events: string;
}

export function targetsFor(labels: StreamLabels = OUR_LABELS): Targets {
  const streams = (records: Parameters<typeof selector>[0]['records']) => selector({ labels, records });
  return {
    sessions: `${streams(['session', 'session_live'])} ${slimStages('session')}`,
    events: `${streams(['event'])} ${slimStages('event')}`,
  };
}

export const TARGETS: Targets = targetsFor();
