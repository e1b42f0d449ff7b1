/** docker-compose.yml under a project name of its own, on free ports, with empty volumes; all of it gone at the end. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createPortFinder } from '../../scripts/stack/ports.ts';
import { readSettings } from '../stack/composeFile.ts';
import { docker } from './engine.ts';

export interface Container {
  readonly service: string;
  readonly id: string;
  readonly inspected: Inspected;
  /** Numbers of the users that its processes run as, while it runs. */
  readonly users: readonly number[];
}

/** Of `docker inspect`, what is looked at. */
export interface Inspected {
  readonly Config: { readonly User: string };
  readonly HostConfig: {
    readonly ReadonlyRootfs: boolean;
    readonly CapAdd: readonly string[] | null;
    readonly CapDrop: readonly string[] | null;
    readonly Memory: number;
    readonly SecurityOpt: readonly string[] | null;
  };
  readonly NetworkSettings: {
    readonly Ports: Readonly<
      Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[] | null>
    >;
  };
  readonly State: {
    readonly Status: string;
    readonly ExitCode: number;
    readonly OOMKilled: boolean;
    readonly StartedAt: string;
    readonly FinishedAt: string;
    readonly Health?: { readonly Status: string };
  };
  readonly RestartCount: number;
}

export interface ComposeRig {
  /** Loopback address of a service's published port, such as `http://127.0.0.1:23456`. */
  address(setting: string): string;
  /** Starts or changes everything and waits until it is healthy. @param settings Besides those of the rig. */
  up(settings?: Readonly<Record<string, string>>): void;
  /** Runs `docker compose` with the project and its settings. @throws with what it said. */
  compose(...args: readonly string[]): string;
  containers(): readonly Container[];
  container(service: string): Container;
  /** A directory that lasts as long as the rig. */
  readonly folder: string;
  close(): void;
}

export async function createRig(): Promise<ComposeRig> {
  const folder = mkdtempSync(path.join(tmpdir(), 'sightline-compose-'));
  const project = `sightline-test-${process.pid}`;
  const envFile = path.join(folder, 'settings.env');
  const names = Object.keys(readSettings()).filter((name) => name.endsWith('_PORT'));
  const ports: Record<string, string> = {};
  const next = createPortFinder();
  for (const name of names) ports[name] = String(await next());
  const write = (more: Readonly<Record<string, string>>): void =>
    writeFileSync(
      envFile,
      Object.entries({ ...ports, ...more })
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    );
  write({});
  const run = (args: readonly string[]) =>
    docker(['compose', '--project-name', project, '--env-file', envFile, ...args]);
  const compose = (...args: readonly string[]): string => {
    const { ok, out, said } = run(args);
    if (!ok) throw new Error(`docker compose ${args.join(' ')}: ${said}\n${run(['ps', '--all']).out}`);
    return out;
  };
  const containers = (): readonly Container[] =>
    compose('ps', '--all', '--quiet')
      .split('\n')
      .filter((id) => id !== '')
      .map((id) => {
        const [inspected] = JSON.parse(docker(['inspect', id]).out) as [
          Inspected & { readonly Config: { readonly Labels: Readonly<Record<string, string>> } },
        ];
        const rows = docker(['top', id, '-eo', 'pid,uid']).out.split('\n').slice(1);
        return {
          id,
          service: inspected.Config.Labels['com.docker.compose.service'] ?? '',
          inspected,
          users: rows.map((row) => Number(row.trim().split(/\s+/)[1])),
        };
      });
  return {
    folder,
    address: (setting) => `http://127.0.0.1:${ports[setting]}`,
    up: (settings = {}) => {
      write(settings);
      compose('up', '--detach', '--wait', '--no-build', '--pull', 'never');
    },
    compose,
    containers,
    container: (service) => {
      const found = containers().find((one) => one.service === service);
      if (found === undefined) throw new Error(`no container of ${service}`);
      return found;
    },
    close: () => {
      const down = run(['down', '--volumes', '--remove-orphans']);
      rmSync(folder, { recursive: true, force: true });
      if (!down.ok) throw new Error(`docker compose down: ${down.said}`);
    },
  };
}
