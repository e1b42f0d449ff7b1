/**
 * Sightline's own panel. Its queries are what it draws before it asks further, and all that it has where nobody can be
 * asked: in snapshots, on public dashboards, in exports. One without any gets an empty one from Grafana's editor.
 */
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder as LokiQuery } from '@grafana/grafana-foundation-sdk/loki';
import { TARGETS } from '../../../grafana-plugin/src/data/targets.ts';
import { LOKI, TEMPO } from '../dataSources.ts';
import { to } from '../links.ts';
import { dress, type Face } from './face.ts';

export const PLUGIN_ID = 'sightline-mcpsessions-panel';

/** What the panel lets a dashboard choose, as far as these dashboards do (`grafana-plugin/src/panel/options.ts`). */
export interface SightlineOptions {
  readonly view: 'both' | 'sessions' | 'events';
  /** A query string; `${name:queryparam}` puts a variable with all its values into it. */
  readonly filter?: string;
  readonly live?: boolean;
  readonly interval?: 2 | 5 | 15;
  /** As the panel's editor saves it: Grafana draws a panel anew for a variable that its options refer to. */
  readonly sessionVariable?: `$${string}`;
  readonly eventVariable?: `$${string}`;
  /** The address of a session's own page; `${__session}` and `${__bucket}` are its id and its part of Loki's index. */
  readonly sessionLink?: string;
}

/** LogQL of slim lines. */
export interface SightlineQueries {
  readonly sessions?: string;
  readonly events?: string;
}

const LINES_MAX = 1_000;

class SightlinePanelBuilder extends PanelBuilder {
  constructor(options: SightlineOptions) {
    super();
    this.internal.type = PLUGIN_ID;
    this.internal.options = {
      loki: LOKI.uid,
      tempo: TEMPO.uid,
      streams: 'service_name="sightline"',
      ...options,
    };
  }
}

/** Every session leads to its own dashboard, with range and variables. */
export const SESSION_LINK = to('session', { session: '${__session}', bucket: '${__bucket}' });

/** @param queries What of sessions and events is asked first; a log's filter menus have their values from sessions too. */
export function sightline(
  face: Face,
  options: SightlineOptions,
  queries: SightlineQueries = TARGETS,
): PanelBuilder {
  const panel = dress(new SightlinePanelBuilder(options), face, [], 'range').datasource(LOKI);
  const said = [queries.sessions, queries.events].filter((expr) => expr !== undefined);
  for (const [at, expr] of said.entries()) {
    panel.withTarget(
      new LokiQuery()
        .datasource(LOKI)
        .refId(String.fromCharCode('A'.charCodeAt(0) + at))
        .expr(expr)
        .queryType('range')
        .maxLines(LINES_MAX),
    );
  }
  return panel;
}
