/**
 * `sightline collect`: the composition root of the collector of stdio servers. It is the ordinary pipeline (observing
 * thread, archive, page, export) with shims in place of a proxy's socket. Shims start it, and it ends by itself.
 */
import { mkdirSync } from 'node:fs';
import { MessageChannel } from 'node:worker_threads';
import type { Config } from './config/config.ts';
import { parseConfig } from './config/parse.ts';
import { formatProblems } from './config/report.ts';
import { toPageToken } from './config/settings.ts';
import { createClock } from './pipeline/clock.ts';
import {
  createNumbers,
  endObserving,
  guardProcess,
  log,
  openPage,
  pageUrlOf,
  problemsOf,
  randomToken,
  readConfigFile,
  screen,
  startObserving,
  stopOnSignal,
  wantsColor,
} from './service.ts';
import { HUB_PORTS, shimPlaceOf } from './shims.ts';
import { claimSocket } from './stdio/claim.ts';
import { Hub } from './stdio/hub.ts';
import { type EnvironmentReading, readEnvironment } from './telemetry/environment.ts';
import { layoutFor } from './terminal/layout.ts';
import type { LineOptions } from './terminal/line.ts';

/** @param argv Words after `collect`. */
export async function runCollector(argv: readonly string[]): Promise<void> {
  guardProcess();
  const parsed = parseConfig({ argv, env: process.env, readFile: readConfigFile });
  const otel = readEnvironment(process.env);
  const problems = problemsOf(parsed, otel);
  if (problems.length > 0 || parsed.kind !== 'run') {
    process.stderr.write(
      formatProblems(problems.length > 0 ? problems : [{ key: 'collect', message: '--help explains it' }]),
    );
    process.exitCode = 2;
    return;
  }
  await collect(parsed.config, otel);
}

async function collect(config: Config, otel: EnvironmentReading): Promise<void> {
  const { values } = config;
  const { directory, path } = shimPlaceOf(config);
  if (path === undefined) {
    log('the path of --state-dir is too long for a local socket; choose a shorter one');
    process.exitCode = 1;
    return;
  }
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const server = await claimSocket(path);
  if (!server) return log('another Sightline shows the stdio servers already');
  const nowUs = createClock(Date.now, () => performance.now());
  const stop = () => process.kill(process.pid, 'SIGTERM');
  // Whoever started us has frames at once; they wait until somebody observes.
  const hub = new Hub(server, {
    ...HUB_PORTS,
    nowUs,
    nextExchange: createNumbers(),
    onShims: createIdle(values['collector-idle'], () => {
      log('no stdio server runs any more');
      stop();
    }),
    onTakeOver: () => {
      log('a proxy takes over');
      stop();
      return true;
    },
  });
  const lines: LineOptions = {
    layout: layoutFor(process.stdout.isTTY ? process.stdout.columns : undefined, 2),
    color: wantsColor(config.values.color),
    show: values.show,
    zone: 'local',
  };
  const token = toPageToken(values, randomToken);
  const channel = new MessageChannel();
  const [thread, page] = await Promise.all([
    startObserving(config, [], false, lines, nowUs, values['trace-parent'], channel.port1),
    openPage(config, false, token, channel.port2),
  ]);
  stopOnSignal(async () => {
    page.tell({ kind: 'stopping' });
    await hub.hold();
    await endObserving(thread, page, otel);
    hub.close();
  });
  hub.open(thread ? thread.sink : () => {});
  page.tell({ kind: 'serving', servers: [] });
  screen.print(`Collecting from stdio servers; page: ${pageUrlOf(config, page, token) ?? 'none'}\n`);
}

/** Calls back once nobody has been here for so long, from the start on. */
function createIdle(afterMs: number, onIdle: () => void): (count: number) => void {
  let timer = setTimeout(onIdle, afterMs);
  return (count) => {
    clearTimeout(timer);
    if (count === 0) timer = setTimeout(onIdle, afterMs);
  };
}
