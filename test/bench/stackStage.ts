/** What runs while the stack is measured: stack, upstream, load generator and proxy, in a folder of their own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { serviceEnv } from '../../scripts/service-env.mjs';
import type { Binaries } from '../../scripts/stack/build.ts';
import { findFreePorts } from '../../scripts/stack/ports.ts';
import { type Stack, startStack } from '../../scripts/stack/stack.ts';
import { endpointPath } from './fixtures.ts';
import type { LoadJob, LoadResult } from './loadJob.ts';
import { askProgram, findFreePort, type Program, startProgram } from './program.ts';
import { mainPath } from './variants.ts';

const CONNECTIONS = 32;

export interface Stage {
  readonly stack: Stack;
  readonly proxy: Program;
  readonly proxyPort: number;
  readonly load: Program;
  /** Of the proxy's archive. */
  readonly stateDir: string;
}

/** Acts on a stage that is empty at the beginning and gone at the end. */
export async function withStage<T>(binaries: Binaries, act: (stage: Stage) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), 'sightline-bench-stack-'));
  const ends: (() => Promise<unknown>)[] = [];
  try {
    const stack = await startStack({ binaries, ports: await findFreePorts(), folder, retentionDays: 30 });
    ends.push(() => stack.stopAll());
    const upstreamPort = await findFreePort();
    const here = import.meta.dirname;
    const start = (file: string, port?: number): Promise<Program> =>
      startProgram(
        { file: process.execPath, args: [path.join(here, file), String(port ?? '')], ipc: true },
        port,
      );
    const upstream = await start('upstreamProgram.ts', upstreamPort);
    ends.push(() => upstream.stop());
    const generator = await start('loadProgram.ts');
    ends.push(() => generator.stop());
    const stateDir = path.join(folder, 'proxy');
    const proxyPort = await findFreePort();
    const places = [
      ...['--listen', `127.0.0.1:${proxyPort}`, '--page-listen', `127.0.0.1:${await findFreePort()}`],
      ...['--state-dir', stateDir, '--show', 'none'],
    ];
    const proxy = await startProgram(
      {
        file: process.execPath,
        args: [mainPath, `http://127.0.0.1:${upstreamPort}${endpointPath}`, ...places],
        env: { ...serviceEnv({}), OTEL_EXPORTER_OTLP_ENDPOINT: stack.addresses.otlpHttp },
      },
      proxyPort,
    );
    ends.push(() => proxy.stop());
    return await act({ stack, proxy, proxyPort, load: generator, stateDir });
  } finally {
    for (const end of ends.reverse()) await end();
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface Driven extends LoadResult {
  /** Calls that were due and had no answer within the generator's patience, or could not be sent. */
  readonly unanswered: number;
}

/** Calls at a fixed rate. @throws when one of them is answered wrongly. */
export async function runLoad(stage: Stage, ratePerSecond: number, durationMs: number): Promise<Driven> {
  const job: LoadJob = {
    kind: 'open',
    fixture: 'call',
    connections: CONNECTIONS,
    port: stage.proxyPort,
    ratePerSecond,
    durationMs,
  };
  const { result, failure } = await askProgram<{ result?: LoadResult; failure?: string }>(stage.load, job);
  if (result === undefined) throw new Error(failure ?? 'no result');
  const unanswered = Math.floor((ratePerSecond * durationMs) / 1_000) - result.requests;
  // The generator tells of all that were not answered as one error.
  if (result.errors > (unanswered > 0 ? 1 : 0))
    throw new Error(`${result.errors} wrong answers: ${result.errorTexts.join('; ')}`);
  return { ...result, unanswered };
}
