/** The data sources by the uids of `deploy/grafana/provisioning/datasources/sightline.yaml`. */
import type { DataSourceRef } from '@grafana/grafana-foundation-sdk/common';

export const PROMETHEUS = {
  type: 'prometheus',
  uid: 'sightline-prometheus',
} as const satisfies DataSourceRef;
export const LOKI = { type: 'loki', uid: 'sightline-loki' } as const satisfies DataSourceRef;
export const TEMPO = { type: 'tempo', uid: 'sightline-tempo' } as const satisfies DataSourceRef;
export const DATA_SOURCES = [PROMETHEUS, LOKI, TEMPO] as const;
