/** Which data sources the panel asks: those chosen in its options, else those that its own queries name. */
import type { DataSourceInstanceSettings, DataSourceRef } from '@grafana/data';
import type { PanelOptions } from './options.ts';
import type { Replace } from './variables.ts';

export interface Chosen {
  /** Uids; undefined where there is none to ask. */
  readonly loki: string | undefined;
  readonly tempo: string | undefined;
}

/** What a query of the panel says of its data source. */
export interface Target {
  readonly datasource?: Partial<DataSourceRef> | null | undefined;
}

export interface Known {
  /** Settings of a data source by its uid (variables replaced already). */
  settingsOf(uid: string): Pick<DataSourceInstanceSettings, 'type' | 'uid' | 'jsonData'> | undefined;
  readonly replace: Replace;
}

export function chooseDataSources(
  options: Pick<PanelOptions, 'loki' | 'tempo'>,
  targets: readonly Target[],
  known: Known,
): Chosen {
  const named = (type: 'loki' | 'tempo'): string | undefined => {
    if (options[type] !== '') return known.settingsOf(known.replace(options[type]))?.uid;
    for (const { datasource } of targets) {
      const settings =
        datasource?.uid === undefined ? undefined : known.settingsOf(known.replace(datasource.uid));
      if (settings?.type === type) return settings.uid;
    }
    return undefined;
  };
  const loki = named('loki');
  return { loki, tempo: named('tempo') ?? (loki === undefined ? undefined : tracesOf(loki, known)) };
}

/** Where Loki itself sends the reader of a trace id: its derived field names a data source. */
function tracesOf(loki: string, known: Known): string | undefined {
  const { derivedFields } = (known.settingsOf(loki)?.jsonData ?? {}) as { readonly derivedFields?: unknown };
  if (!Array.isArray(derivedFields)) return undefined;
  for (const field of derivedFields as readonly { readonly datasourceUid?: unknown }[]) {
    const uid = field?.datasourceUid;
    const settings = typeof uid === 'string' ? known.settingsOf(uid) : undefined;
    if (settings?.type === 'tempo') return settings.uid;
  }
  return undefined;
}
