/**
 * Everything that may stand between a user and a working Sightline, looked at in one go. Checks that ask somebody run
 * at once and within a bound each; none changes anything. What they find comes in the order of this file, whatever
 * answers first.
 */
import { toArchivePlace } from '../config/archivePlace.ts';
import type { Config } from '../config/config.ts';
import type { EnvironmentReading } from '../telemetry/environment.ts';
import { checkArchive } from './archive.ts';
import { type Findings, good, warn, withLimit } from './check.ts';
import { type ClockSight, checkClock } from './clock.ts';
import { checkPort } from './ports.ts';
import { checkReceivers } from './receivers.ts';
import { checkRunning, findRunning } from './running.ts';
import { checkStateDirectory } from './stateDirectory.ts';
import { checkStdioCollector } from './stdioCollector.ts';
import { checkUpstream } from './upstreams.ts';

export interface DoctorPorts {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's own folder. */
  readonly home: string;
  readonly version: string;
  readonly platform: NodeJS.Platform;
  /** Undefined where users have no numbers. */
  readonly userId: number | undefined;
  /** The wall clock, and one that nobody sets; milliseconds. */
  readonly nowMs: () => number;
  readonly steadyMs: () => number;
  /** What times are shown in. */
  readonly zone: string;
}

/** Of one request, and of one check that may make two of them. */
const REQUEST_MS = 4_000;
const CHECK_MS = 9_000;

export async function examine(
  config: Config,
  otel: EnvironmentReading,
  ports: DoctorPorts,
): Promise<Findings> {
  const { values } = config;
  const began = { wall: ports.nowMs(), steady: ports.steadyMs() };
  const sights: ClockSight[] = [];
  const onClock = (sight: ClockSight): void => void sights.push(sight);
  const place = toArchivePlace(
    { ...values, archive: true },
    ports.env,
    ports.home,
    config.upstreams.length === 0,
  );
  const directory =
    toArchivePlace({ ...values, archive: true }, ports.env, ports.home, false)?.directory ?? '';
  const asking = { timeoutMs: REQUEST_MS, env: ports.env, platform: ports.platform, onClock };
  const limited = (check: string, act: () => Promise<Findings>) => withLimit(check, CHECK_MS, act);
  const [here, state, stdio, servers, receivers] = await Promise.all([
    limited('ports', () => checkPorts(config, ports.version)),
    values.archive && place ? limited('state directory', () => checkStateDirectory(place, ports.userId)) : [],
    limited('stdio collector', () => checkStdioCollector(directory, ports.platform)),
    Promise.all(
      config.upstreams.map((upstream) =>
        limited(`server ${upstream.name}`, () => checkUpstream(upstream, asking)),
      ),
    ),
    limited('collector', () =>
      checkReceivers(otel.settings, { timeoutMs: REQUEST_MS, keeps: values.archive, onClock }),
    ),
  ]);
  const leapMs = ports.nowMs() - began.wall - (ports.steadyMs() - began.steady);
  const exports = otel.settings.logs !== undefined || otel.settings.traces !== undefined;
  return [
    ...checkConfig(config, otel),
    ...here,
    ...state,
    // After those that wait: SQLite waits for its disk, and everybody else with it.
    ...(values.archive && place
      ? await withLimit('archive', CHECK_MS, () =>
          checkArchive({ path: place.path, exports, nowMs: ports.nowMs() }),
        )
      : [good('archive', 'nothing is kept (--no-archive)')]),
    ...stdio,
    ...servers.flat(),
    ...receivers,
    ...checkClock(sights, {
      nowMs: ports.nowMs(),
      leapMs,
      zoneGiven: ports.env['TZ'] || undefined,
      zone: ports.zone,
    }),
  ];
}

function checkConfig({ upstreams, warnings, origins }: Config, otel: EnvironmentReading): Findings {
  const given = Object.values(origins).filter(({ from }) => from !== 'default').length;
  const front =
    upstreams.length === 0
      ? 'the bundled demo'
      : upstreams.map((one) => (one.kind === 'http' ? one.url.href : one.command)).join(', ');
  const options =
    given === 0 ? 'every option at its default' : `${given} ${given === 1 ? 'option' : 'options'} given`;
  return [
    good('configuration', `in front of ${front}; ${options}`),
    ...[...warnings, ...otel.warnings].map((words) =>
      warn('configuration', words, '--check-config shows what is in force, and where it came from'),
    ),
  ];
}

async function checkPorts({ values }: Config, version: string): Promise<Findings> {
  const token = values['page-token'];
  const running = await findRunning(values['page-listen'], token === 'off' ? undefined : token, REQUEST_MS);
  return [
    ...checkRunning(running, version),
    await checkPort('listen', values.listen, running),
    await checkPort('page-listen', values['page-listen'], running),
  ];
}
