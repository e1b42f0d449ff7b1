/**
 * `npm run stack`: collector, Tempo, Loki and Prometheus as native processes on loopback, with the configuration
 * files of docker-compose.yml. Builds what is not built yet, prints where everything is, and stops all of it on
 * SIGINT or SIGTERM.
 */
import { homedir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { buildStack } from './build.ts';
import { BuildProblem } from './go.ts';
import { findFreePorts, findTaken, USUAL_PORTS } from './ports.ts';
import { startStack } from './stack.ts';

const HELP = `npm run stack -- [options]

  --build-only            build the programs that are not built yet, and end
  --free-ports            free ports instead of the usual ones
  --state-dir DIR         where data and logs are kept (default: ${'sightline/stack'} in the user's state directory)
  --retention-days DAYS   how long Loki, Tempo and Prometheus keep what they have (default: 30)
`;

const { values } = parseArgs({
  options: {
    help: { type: 'boolean' },
    'build-only': { type: 'boolean' },
    'free-ports': { type: 'boolean' },
    'state-dir': { type: 'string', default: defaultFolder() },
    'retention-days': { type: 'string', default: '30' },
  },
});

function defaultFolder(): string {
  const base = process.env['XDG_STATE_HOME'];
  return path.join(
    base && path.isAbsolute(base) ? base : path.join(homedir(), '.local/state'),
    'sightline/stack',
  );
}

async function run(): Promise<void> {
  const binaries = await buildStack();
  if (values['build-only']) return;
  const retentionDays = Number(values['retention-days']);
  if (!Number.isInteger(retentionDays) || retentionDays < 1) {
    throw new BuildProblem(`--retention-days: '${values['retention-days']}' is no whole number of days`);
  }
  const ports = values['free-ports'] ? await findFreePorts() : USUAL_PORTS;
  const taken = await findTaken(ports);
  if (taken.length > 0) {
    throw new BuildProblem(`In use already: port ${taken.join(', ')}. --free-ports takes others.`);
  }
  const folder = path.resolve(values['state-dir']);
  const asked = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => resolve());
  });
  console.error('starting collector, Tempo, Loki and Prometheus …');
  const stack = await startStack({ binaries, ports, folder, retentionDays });
  const { addresses } = stack;
  console.log(`
  OTLP        ${addresses.otlpHttp}   (gRPC ${addresses.otlpGrpc})
  Loki        ${addresses.loki}
  Tempo       ${addresses.tempo}
  Prometheus  ${addresses.prometheus}
  data, logs  ${folder}

  OTEL_EXPORTER_OTLP_ENDPOINT=${addresses.otlpHttp} npm start
`);
  const fallen = await Promise.race([asked, watch(stack.fallen)]);
  if (fallen)
    console.error(`${fallen.join(', ')} ended by itself; stopping the others. Logs: ${folder}/logs`);
  else console.error('stopping …');
  await stack.stopAll();
  if (fallen) process.exitCode = 1;
}

/** Resolves with who ended though nobody asked. */
async function watch<Name>(fallen: () => readonly Name[]): Promise<readonly Name[]> {
  for (;;) {
    await sleep(1_000, undefined, { ref: false });
    const now = fallen();
    if (now.length > 0) return now;
  }
}

if (values.help) console.log(HELP);
else {
  try {
    await run();
  } catch (error) {
    console.error(error instanceof BuildProblem || error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
