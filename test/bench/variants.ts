/**
 * What is compared: every way from the load generator to the upstream, each as a process of its own. A variant
 * that cannot run here says why, and the others run without it.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { serviceEnv } from '../../scripts/service-env.mjs';
import { endpointPath } from './fixtures.ts';
import { findNginx, setUpNginx } from './nginx.ts';
import { findFreePort, type Program, startProgram } from './program.ts';

export type VariantName =
  | 'direct'
  | 'nginx'
  | 'hpm'
  | 'sightline-bare'
  | 'sightline-observe'
  | 'sightline-export'
  | 'sightline-export-off'
  | 'sightline-archive'
  | 'sightline-archive-off';

export interface Variant {
  readonly name: VariantName;
  /** One line for the report. */
  readonly what: string;
  /** What the receiver must get for each request. Absent: nothing at all is exported. */
  readonly exports?: { readonly payloads: boolean };
  /** Flags of the command line; absent for what is not Sightline. */
  readonly flags?: readonly string[];
}

export const variants: readonly Variant[] = [
  { name: 'direct', what: 'no proxy' },
  { name: 'nginx', what: 'nginx, one process, keep-alive upstream, no buffering, no log' },
  {
    name: 'hpm',
    what: 'express 5 + http-proxy-middleware 4 forwarding alone: keep-alive agent, no xfwd, default plugins ejected',
  },
  { name: 'sightline-bare', what: 'Sightline, observation switched off', flags: ['--no-observe'] },
  {
    name: 'sightline-observe',
    what: 'Sightline observing, nothing exported, nothing kept',
    flags: ['--no-archive'],
  },
  {
    name: 'sightline-export',
    what: 'Sightline exporting every span, record and metric, payloads redacted, nothing kept',
    flags: ['--no-archive', '--payload-mode', 'redacted'],
    exports: { payloads: true },
  },
  {
    name: 'sightline-export-off',
    what: 'the same with payload capture off',
    flags: ['--no-archive', '--payload-mode', 'off'],
    exports: { payloads: false },
  },
  {
    name: 'sightline-archive',
    what: 'Sightline as it comes: exporting everything, payloads redacted, kept in the archive first',
    flags: ['--payload-mode', 'redacted'],
    exports: { payloads: true },
  },
  {
    name: 'sightline-archive-off',
    what: 'the same with payload capture off',
    flags: ['--payload-mode', 'off'],
    exports: { payloads: false },
  },
];

export interface Addresses {
  readonly upstreamPort: number;
  readonly receiverPort: number;
}

/** A variant at work. Without a `program` there is no proxy to take the CPU time of. */
export interface RunningVariant {
  readonly port: number;
  readonly program: Program | undefined;
  /** @throws when the proxy ended by itself, or not as asked. */
  stop(): Promise<void>;
}

const here = import.meta.dirname;
const root = path.join(here, '..', '..');
/** The built program, as the package and the image run it: type stripping alone would keep 40 MB resident. */
export const mainPath = path.join(root, 'proxy', 'dist', 'main.js');

/** Builds the program anew. @throws with what the bundler says. */
export function buildProxy(): void {
  const build = path.join(root, 'scripts', 'build-program.ts');
  const done = spawnSync(process.execPath, [build], { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`the proxy could not be built:\n${done.stdout}${done.stderr}`);
}

/** Why the variant cannot run on this machine; undefined when it can. */
export function findObstacle(variant: Variant): string | undefined {
  if (variant.name === 'nginx' && findNginx() === undefined) {
    return 'no nginx binary was found (on Debian: apt-get install nginx-light)';
  }
  return undefined;
}

/** `env` is for profiles. */
export async function startVariant(
  variant: Variant,
  { upstreamPort, receiverPort }: Addresses,
  env: Readonly<Record<string, string>> = {},
): Promise<RunningVariant> {
  if (variant.name === 'direct') {
    return { port: upstreamPort, program: undefined, stop: async () => undefined };
  }
  const port = await findFreePort();
  if (variant.name === 'nginx') return startNginx(port, upstreamPort);
  if (variant.name === 'hpm') return startHpm(port, upstreamPort, env);
  const stateDir = mkdtempSync(path.join(tmpdir(), 'sightline-bench-'));
  const program = await startProgram(
    {
      file: process.execPath,
      args: [
        mainPath,
        `http://127.0.0.1:${upstreamPort}${endpointPath}`,
        ...['--listen', `127.0.0.1:${port}`],
        ...['--page-listen', `127.0.0.1:${await findFreePort()}`],
        ...['--state-dir', stateDir],
        // One line an event is for people; a service at this rate has it off, and a pipe is no terminal.
        ...['--show', 'none'],
        ...(variant.flags ?? []),
      ],
      env: {
        ...env,
        ...serviceEnv(env),
        ...(variant.exports && { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${receiverPort}` }),
      },
    },
    port,
  );
  return running(port, program, () => rmSync(stateDir, { recursive: true, force: true }));
}

async function startNginx(port: number, upstreamPort: number): Promise<RunningVariant> {
  const setup = setUpNginx(findNginx() ?? 'nginx', port, upstreamPort);
  return running(port, await startProgram(setup.command, port), () => setup.clean());
}

async function startHpm(
  port: number,
  upstreamPort: number,
  env: Readonly<Record<string, string>>,
): Promise<RunningVariant> {
  const program = await startProgram(
    {
      file: process.execPath,
      args: [path.join(here, 'hpmProgram.ts'), String(port), `http://127.0.0.1:${upstreamPort}`],
      ipc: true,
      // Express answers errors with a stack unless it is told that this is production.
      env: { ...env, NODE_ENV: 'production' },
    },
    port,
  );
  return running(port, program, () => undefined);
}

function running(port: number, program: Program, clean: () => void): RunningVariant {
  return {
    port,
    program,
    stop: async () => {
      const endedBefore = program.ended();
      const code = await program.stop();
      clean();
      if (endedBefore) throw new Error(`a proxy ended by itself (exit code ${code}):\n${program.output()}`);
    },
  };
}
