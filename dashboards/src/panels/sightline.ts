/** Sightline's own panel. It asks Loki and Tempo by itself, so it has options and no query. */
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { LOKI, TEMPO } from '../dataSources.ts';
import { dress, type Face } from './face.ts';

export const PLUGIN_ID = 'sightline-mcpsessions-panel';

/** What the panel lets a dashboard choose, as far as these dashboards do (`grafana-plugin/src/panel/options.ts`). */
export interface SightlineOptions {
  readonly view: 'both' | 'sessions' | 'events';
  /** A query string; `${name:queryparam}` puts a variable with all its values into it. */
  readonly filter?: string;
  readonly live?: boolean;
  readonly interval?: 2 | 5 | 15;
  readonly sessionVariable?: string;
  readonly eventVariable?: string;
}

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

export function sightline(face: Face, options: SightlineOptions): PanelBuilder {
  return dress(new SightlinePanelBuilder(options), face, [], 'range').datasource(LOKI);
}
