/**
 * How each program is started: its own configuration file under `deploy/`, with addresses and directories by the
 * variables that docker-compose.yml sets too. One place for both roads would need a template; so the files are one,
 * and this is all that differs.
 */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Binaries } from './build.ts';
import type { Ports } from './ports.ts';
import { type ProgramName, ROOT } from './programs.ts';
import type { ServiceSpec } from './service.ts';

export interface Settings {
  readonly binaries: Binaries;
  readonly ports: Ports;
  /** Below it each program has a directory of its own; logs are in `logs/`. */
  readonly folder: string;
  readonly retentionDays: number;
}

const DEPLOY = path.join(ROOT, 'deploy');

/** Where the programs answer. */
export interface Addresses {
  /** What OTEL_EXPORTER_OTLP_ENDPOINT takes. */
  readonly otlpHttp: string;
  readonly otlpGrpc: string;
  readonly loki: string;
  readonly tempo: string;
  readonly prometheus: string;
}

export function addressesOf(ports: Ports): Addresses {
  const at = (port: number): string => `http://127.0.0.1:${port}`;
  return {
    otlpHttp: at(ports.otlpHttp),
    otlpGrpc: at(ports.otlpGrpc),
    loki: at(ports.loki),
    tempo: at(ports.tempo),
    prometheus: at(ports.prometheus),
  };
}

/** The configuration file of each program, as compose mounts it. */
export const CONFIG_FILES: Readonly<Record<ProgramName, string>> = {
  collector: path.join(DEPLOY, 'collector/collector.yaml'),
  tempo: path.join(DEPLOY, 'tempo/tempo.yaml'),
  loki: path.join(DEPLOY, 'loki/loki.yaml'),
  prometheus: path.join(DEPLOY, 'prometheus/prometheus.yml'),
};

/** The environment that the configuration files read. */
export function environmentOf(name: ProgramName, settings: Settings): Readonly<Record<string, string>> {
  const { ports, retentionDays } = settings;
  const folder = path.join(settings.folder, name);
  const at = addressesOf(ports);
  switch (name) {
    case 'collector':
      return {
        COLLECTOR_OTLP_GRPC: `127.0.0.1:${ports.otlpGrpc}`,
        COLLECTOR_OTLP_HTTP: `127.0.0.1:${ports.otlpHttp}`,
        COLLECTOR_HEALTH: `127.0.0.1:${ports.collectorHealth}`,
        COLLECTOR_QUEUE_DIR: path.join(folder, 'queue'),
        TEMPO_OTLP: `127.0.0.1:${ports.tempoOtlp}`,
        LOKI_URL: at.loki,
        PROMETHEUS_URL: at.prometheus,
      };
    case 'tempo':
      return {
        TEMPO_PORT: String(ports.tempo),
        TEMPO_GRPC_PORT: String(ports.tempoGrpc),
        TEMPO_OTLP_ADDRESS: `127.0.0.1:${ports.tempoOtlp}`,
        TEMPO_DIR: folder,
        TEMPO_RETENTION_DAYS: String(retentionDays),
      };
    case 'loki':
      return {
        LOKI_PORT: String(ports.loki),
        LOKI_GRPC_PORT: String(ports.lokiGrpc),
        LOKI_DIR: folder,
        LOKI_RETENTION_DAYS: String(retentionDays),
      };
    case 'prometheus':
      return {};
  }
}

export function specOf(name: ProgramName, settings: Settings): ServiceSpec {
  const { binaries, ports } = settings;
  const folder = path.join(settings.folder, name);
  const [binary, args, readyUrl] = commandOf(name, settings, folder);
  const command = binaries[binary];
  if (command === undefined) throw new Error(`no binary '${binary}'`);
  return {
    name,
    command,
    args,
    env: environmentOf(name, settings),
    readyUrl: `http://127.0.0.1:${readyPort(name, ports)}${readyUrl}`,
    cwd: path.dirname(CONFIG_FILES[name]),
    logFile: path.join(settings.folder, 'logs', `${name}.log`),
  };
}

/**
 * Prometheus looks for rules and targets beside its file, and reads no variable that could say where the others are. So
 * it gets a directory of links to what is under `deploy/`, but with targets of this stack.
 */
export function linkPrometheus({ folder, ports }: Settings): void {
  const linked = prometheusFolder(folder);
  const source = path.dirname(CONFIG_FILES.prometheus);
  rmSync(linked, { recursive: true, force: true });
  mkdirSync(path.join(linked, 'targets'), { recursive: true });
  for (const name of ['prometheus.yml', 'rules']) {
    symlinkSync(path.join(source, name), path.join(linked, name));
  }
  const scraped = (['loki', 'tempo', 'prometheus'] as const).map((job) => ({
    targets: [`127.0.0.1:${ports[job]}`],
    labels: { job },
  }));
  // Every JSON is YAML.
  writeFileSync(path.join(linked, 'targets/stack.yml'), JSON.stringify(scraped));
}

function prometheusFolder(folder: string): string {
  return path.join(folder, 'prometheus-config');
}

function commandOf(
  name: ProgramName,
  { folder: stackFolder, ports, retentionDays }: Settings,
  folder: string,
): readonly [binary: string, args: readonly string[], readyPath: string] {
  const file = CONFIG_FILES[name];
  switch (name) {
    case 'collector':
      return ['otelcol', [`--config=${file}`], '/'];
    case 'tempo':
      return ['tempo', [`-config.file=${file}`, '-config.expand-env=true'], '/ready'];
    case 'loki':
      return ['loki', [`-config.file=${file}`, '-config.expand-env=true'], '/ready'];
    case 'prometheus':
      return [
        'prometheus',
        [
          `@${path.join(path.dirname(file), 'flags')}`,
          `--config.file=${path.join(prometheusFolder(stackFolder), 'prometheus.yml')}`,
          `--storage.tsdb.path=${folder}`,
          `--storage.tsdb.retention.time=${retentionDays}d`,
          `--web.listen-address=127.0.0.1:${ports.prometheus}`,
        ],
        '/-/ready',
      ];
  }
}

function readyPort(name: ProgramName, ports: Ports): number {
  return name === 'collector' ? ports.collectorHealth : ports[name];
}
