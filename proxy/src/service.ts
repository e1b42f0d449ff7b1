/**
 * What every form of the running program is made of, whoever brings it frames: the proxy (`main.ts`) and the collector
 * of stdio servers (`collector.ts`). Like them it is a composition root.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { MessagePort } from 'node:worker_threads';
import { toArchivePlace } from './config/archivePlace.ts';
import type { Config } from './config/config.ts';
import type { OptionValues } from './config/options.ts';
import type { Parsed } from './config/parse.ts';
import type { Problem } from './config/problem.ts';
import type { Upstream } from './config/servers.ts';
import { toObserverSettings } from './config/settings.ts';
import { authorityToOpen } from './guard/guard.ts';
import type { ProxySettings } from './http/settings.ts';
import { type ObservationThread, startObservationThread } from './pipeline/observationThread.ts';
import { type PageThread, startPageThread } from './pipeline/pageThread.ts';
import type { ThreadStats } from './pipeline/protocol.ts';
import type { EnvironmentReading } from './telemetry/environment.ts';
import type { LineOptions } from './terminal/line.ts';
import { createScreen } from './terminal/screen.ts';

/** The demo's hung call is to show within ten seconds that it hangs. */
const DEMO_UNANSWERED_AFTER_MS = 2_000;
/** One Ctrl-C reaches us up to three times: from the terminal, from npm, and from the launcher. */
const SAME_SIGNAL_MS = 400;

/** What an OTLP receiver may take for the last batches. */
const DELIVERY_MS = 5_000;

export const VERSION = readVersion();
export const screen = createScreen(process.stdout);
const told = new Set<string>();

/** Numbers for exchanges: one series for everybody who brings frames to one observing thread. */
export function createNumbers(): () => number {
  let last = 0;
  return () => {
    last += 1;
    return last;
  };
}

/** What readers of the page have to know where it is asked for. */
export function randomToken(): string {
  return randomBytes(24).toString('base64url');
}

/** One line about ourselves. Standard output belongs to the events. */
export function log(line: string): void {
  process.stderr.write(`sightline: ${line}\n`);
}

/** A fault of our own: said once for each code, and no reason to stop. */
export function onFault(code: string, error: unknown): void {
  if (told.has(code)) return;
  told.add(code);
  log(`${code}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
}

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const version =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : '';
  return String(version);
}

export function readConfigFile(path: string): { readonly text: string } | { readonly wrong: string } {
  try {
    return { text: readFileSync(path, 'utf8') };
  } catch (error) {
    return { wrong: error instanceof Error ? error.message : String(error) };
  }
}

export function problemsOf(parsed: Parsed, otel: EnvironmentReading): readonly Problem[] {
  return [...(parsed.kind === 'problems' ? parsed.problems : []), ...otel.problems];
}

/** Where each signal goes, as far as it goes anywhere. */
export function exportsTo(otel: EnvironmentReading): string | undefined {
  const { traces, logs, metrics } = otel.settings;
  const rows = Object.entries({ spans: traces, logs, metrics }).flatMap(([name, endpoint]) =>
    endpoint === undefined ? [] : [`${name} to ${endpoint.url}`],
  );
  return rows.length === 0 ? undefined : rows.join(', ');
}

export function startObserving(
  config: Config,
  upstreams: readonly Upstream[],
  isDemo: boolean,
  lines: LineOptions,
  nowUs: () => number,
  traceParent: ProxySettings['traceParent'],
  page: MessagePort,
): Promise<ObservationThread | undefined> {
  const isDefault = config.origins['unanswered-after'].from === 'default';
  const place = placeOf(config, isDemo);
  const values =
    isDemo && isDefault ? { ...config.values, 'unanswered-after': DEMO_UNANSWERED_AFTER_MS } : config.values;
  return startObservationThread(
    {
      observer: {
        ...toObserverSettings(values, upstreams, randomBytes(16).toString('hex')),
        traceParent,
      },
      env: { ...process.env },
      version: VERSION,
      instanceId: randomUUID(),
      ...(place && { archive: { ...place, nowMs: nowUs() / 1_000 } }),
      lines: lines.show === 'none' ? undefined : lines,
    },
    { nowUs, rssBytes: () => process.memoryUsage.rss(), onLines: screen.print, onLog: log, page },
  );
}

export function placeOf({ values }: Config, isDemo: boolean) {
  return toArchivePlace(values, process.env, homedir(), isDemo);
}

/** Why the archive could not be opened, where that is so. */
export function troubleOf(thread: ObservationThread | undefined): string | undefined {
  return thread?.archive.state === 'off' ? thread.archive.reason : undefined;
}

export function openPage(
  { values }: Config,
  demo: boolean,
  token: string | undefined,
  observing: MessagePort | undefined,
): Promise<PageThread> {
  const settings = {
    host: values['page-listen'].host,
    port: values['page-listen'].port,
    token,
    allowedHosts: values['allowed-hosts'],
    allowedOrigins: values['allowed-origins'],
    version: VERSION,
    demo,
    activeWindowMs: values['active-window'],
    // The same place, seen from the source and from what is built of it.
    assetsDirectory: fileURLToPath(new URL('../dist/page/', import.meta.url)),
  };
  return startPageThread(settings, { observing, onLog: log });
}

/** The token is in the address this once; the page puts it into a cookie. */
export function pageUrlOf(config: Config, page: PageThread, token: string | undefined): string | undefined {
  if (page.port === undefined) return undefined;
  const { 'page-listen': at, 'allowed-hosts': allowed } = config.values;
  const authority = authorityToOpen(at.host, page.port, allowed);
  return `http://${authority}/${token === undefined ? '' : `?token=${token}`}`;
}

/** `auto` follows the terminal and NO_COLOR (https://no-color.org: any value that is not empty). */
export function wantsColor(color: OptionValues['color']): boolean {
  if (color !== 'auto') return color === 'always';
  return process.stdout.isTTY === true && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb';
}

/** No fault of ours and no reader of our words that goes away (`| head`) ends the process. */
export function guardProcess(): void {
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
  process.on('uncaughtException', (error) => onFault('uncaught', error));
  process.on('unhandledRejection', (error) => onFault('unhandled', error));
}

/** Ends what shows and keeps events, once nothing observes any more, and says what became of them. */
export async function endObserving(
  thread: ObservationThread | undefined,
  page: PageThread,
  otel: EnvironmentReading,
): Promise<void> {
  const stats = await thread?.close(DELIVERY_MS);
  await page.close();
  if (stats) log(formatStats(stats, thread?.dropped() ?? 0, exportsTo(otel) !== undefined));
}

function formatStats(stats: ThreadStats, dropped: number, exports: boolean): string {
  const parts = [`${stats.events} events`];
  if (exports) parts.push(`${stats.exported} spans and records delivered`, `${stats.lost} lost`);
  if (stats.waiting > 0) parts.push(`${stats.waiting} events wait in the archive for the next start`);
  if (dropped > 0) parts.push(`${dropped} sightings dropped`);
  if (stats.faults > 0) parts.push(`${stats.faults} faults of our own`);
  return parts.join(', ');
}

/** The first signal ends in order, a second one at once. */
export function stopOnSignal(stop: () => Promise<void>): void {
  let firstAtMs: number | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (firstAtMs !== undefined) {
      if (performance.now() - firstAtMs > SAME_SIGNAL_MS) process.exit(1);
      return;
    }
    firstAtMs = performance.now();
    log(`${signal}: finishing what is open; once more stops at once`);
    stop().then(
      () => leave(0),
      (error: unknown) => {
        onFault('stop_failed', error);
        leave(1);
      },
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
}

/** Ends the process once what was printed has been written. */
function leave(code: number): void {
  process.stdout.write('', () => process.exit(code));
}
