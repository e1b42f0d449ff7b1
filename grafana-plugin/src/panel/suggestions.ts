/** When Grafana offers this panel by itself: where the queries answer with records of ours. */

import { type PanelData, type PanelDataSummary, VisualizationSuggestionScore } from '@grafana/data';
import type { Frame } from '../data/frame.ts';
import { recognise } from '../data/recognise.ts';
import type { PanelOptions } from './options.ts';

const pluginId = 'sightline-mcpsessions-panel';

export interface Suggestion {
  readonly name: string;
  readonly description: string;
  readonly options: Partial<PanelOptions>;
}

/** The best first; none where the frames are somebody else's. */
export function suggest(frames: readonly Frame[]): readonly Suggestion[] {
  const { sessions, events, spans } = recognise(frames);
  if (sessions + events + spans === 0) return [];
  const both: Suggestion = {
    name: 'MCP sessions and event log',
    description: 'Sessions with their timelines, and the log of every event',
    options: { view: 'both' },
  };
  if (sessions > 0 && events + spans > 0) return [both];
  return sessions > 0
    ? [
        { name: 'MCP sessions', description: 'Sessions with their timelines', options: { view: 'sessions' } },
        both,
      ]
    : [
        {
          name: 'MCP event log',
          description: 'Every event, filterable and live',
          options: { view: 'events' },
        },
        both,
      ];
}

/** What Grafana before 12.4 hands to a supplier; later versions have no type for it. */
interface OldBuilder {
  readonly data?: Pick<PanelData, 'series'>;
  getListAppender(defaults: object): { append(suggestion: object): void };
}

/** Both forms in one value: Grafana up to 12.3 calls the method, later ones the function. */
export const suggestionsSupplier = Object.assign(
  ({ rawFrames }: PanelDataSummary) => suggest(rawFrames ?? []).map(scored),
  {
    getSuggestionsForData: (builder: OldBuilder): void => {
      const defaults = { name: '', pluginId, options: {}, fieldConfig: { defaults: {}, overrides: [] } };
      const list = builder.getListAppender(defaults);
      for (const suggestion of suggest(builder.data?.series ?? [])) list.append(scored(suggestion));
    },
  },
);

/** Nobody else draws these records as what they are. */
function scored(suggestion: Suggestion): Suggestion & { readonly score: VisualizationSuggestionScore } {
  return { ...suggestion, score: VisualizationSuggestionScore.Best };
}
