/** One archive on two roads: asked itself, and exported into the real stack and asked there as the Grafana panel does. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { PanelSource } from '../../grafana-plugin/src/data/panelPorts.ts';
import { createPanelSource } from '../../grafana-plugin/src/data/panelSource.ts';
import { exportHistory } from '../../proxy/src/commands/exportHistory.ts';
import type { ArchiveReader } from '../../proxy/src/observation/archive.ts';
import type { RecordedEvent } from '../../proxy/src/observation/event.ts';
import { openArchive } from '../../proxy/src/store/openArchive.ts';
import { openReader } from '../../proxy/src/store/openReader.ts';
import type { Addresses } from '../../scripts/stack/specs.ts';
import { grafanaLoki, type LokiShape } from './grafanaLoki.ts';
import { grafanaTempo, type TempoShape } from './grafanaTempo.ts';
import type { Recording } from './recordFrames.ts';

export const ACTIVE_WINDOW_MS = 300_000;

/** Fills an archive; returns its file. */
export function fillWith(folder: string, events: readonly RecordedEvent[], nowMs: number): string {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, 'archive.sqlite');
  const opened = openArchive({ path: file, nowMs, ageMs: 0, bytesMax: 2 ** 40 });
  if (!opened.ok) throw new Error(opened.problem.reason);
  opened.archive.append(events);
  opened.archive.close();
  return file;
}

/** Exports an archive, its records under an environment of their own, so that many stand in one Loki apart. */
export async function exportInto(
  addresses: Addresses,
  archivePath: string,
  environment: string,
): Promise<void> {
  const lines: string[] = [];
  const code = await exportHistory(
    { config: {} as never, archivePath, demoPlace: undefined, file: '', times: {} },
    {
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: addresses.otlpHttp,
        OTEL_RESOURCE_ATTRIBUTES: `deployment.environment.name=${environment}`,
      },
      home: '',
      version: '0.0.0',
      readFile: () => {
        throw new Error('nothing is read');
      },
      nowMs: Date.now,
      seed: '0123456789abcdef0123456789abcdef',
      uuid: environment,
      print: (text) => lines.push(text),
      log: (line) => lines.push(line),
    },
  );
  if (code !== 0) throw new Error(lines.join('\n'));
}

export function archiveRoad(file: string, now: () => number): ArchiveReader {
  return openReader(file, { activeWindowMs: ACTIVE_WINDOW_MS, now });
}

export interface PanelRoad {
  readonly from: number;
  readonly now: () => number;
  readonly environment: string;
  readonly loki: LokiShape;
  readonly tempo: TempoShape;
  /** Hears what the data sources answer. */
  readonly recording?: Recording;
}

export function panelRoad(addresses: Addresses, road: PanelRoad): PanelSource {
  const { from, now, environment, loki, tempo, recording } = road;
  return createPanelSource({
    shown: () => ({ frames: [], from, to: now(), loading: false, errors: [] }),
    loki: grafanaLoki(addresses.loki, loki, recording?.hear),
    tempo: grafanaTempo(addresses.tempo, tempo, recording?.hear),
    now,
    activeWindow: ACTIVE_WINDOW_MS,
    labels: { service_name: 'sightline', deployment_environment_name: environment },
  });
}
