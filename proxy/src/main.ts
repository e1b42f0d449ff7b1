/**
 * The composition root: arguments, environment, clock, randomness, signals and exit codes are here and nowhere
 * else, and here every room meets every other. It decides nothing about MCP.
 */
import { randomBytes, randomFillSync, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { runCommand } from './commands/command.ts';
import { archiveWords, toArchivePlace } from './config/archivePlace.ts';
import { isCommandWord } from './config/commandWords.ts';
import type { Config } from './config/config.ts';
import { formatHelp } from './config/help.ts';
import { type Parsed, parseConfig } from './config/parse.ts';
import type { Problem } from './config/problem.ts';
import { formatConfig, formatProblems } from './config/report.ts';
import type { Upstream } from './config/servers.ts';
import { toObserverSettings, toPageToken } from './config/settings.ts';
import { urlHost } from './guard/guard.ts';
import { loadCountries } from './http/country.ts';
import { startProxy } from './http/listener.ts';
import type { ProxySettings } from './http/settings.ts';
import { createClock } from './pipeline/clock.ts';
import { type ObservationThread, startObservationThread } from './pipeline/observationThread.ts';
import { type PageThread, startPageThread } from './pipeline/pageThread.ts';
import type { ThreadStats } from './pipeline/protocol.ts';
import { createRandomHex } from './pipeline/random.ts';
import { type EnvironmentReading, readEnvironment } from './telemetry/environment.ts';
import { formatBanner } from './terminal/banner.ts';
import { layoutFor } from './terminal/layout.ts';
import { headingOf, type LineOptions } from './terminal/line.ts';
import { createScreen } from './terminal/screen.ts';

/** The demo's hung call is to show within ten seconds that it hangs. */
const DEMO_UNANSWERED_AFTER_MS = 2_000;
/** What the collector may take for the last batches. */
const DELIVERY_MS = 5_000;
/** One Ctrl-C reaches us up to three times: from the terminal, from npm, and from the launcher. */
const SAME_SIGNAL_MS = 400;

const VERSION = readVersion();
const screen = createScreen(process.stdout);
const told = new Set<string>();

/** One line about ourselves. Standard output belongs to the events. */
function log(line: string): void {
  process.stderr.write(`sightline: ${line}\n`);
}

/** A fault of our own: said once for each code, and no reason to stop. */
function onFault(code: string, error: unknown): void {
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

function readConfigFile(path: string): { readonly text: string } | { readonly wrong: string } {
  try {
    return { text: readFileSync(path, 'utf8') };
  } catch (error) {
    return { wrong: error instanceof Error ? error.message : String(error) };
  }
}

async function begin(): Promise<void> {
  const [word, ...rest] = process.argv.slice(2);
  if (isCommandWord(word)) {
    process.exitCode = await runCommand(word, rest, {
      env: process.env,
      home: homedir(),
      version: VERSION,
      readFile: readConfigFile,
      nowMs: Date.now,
      seed: randomBytes(16).toString('hex'),
      uuid: randomUUID(),
      print: screen.print,
      log,
    });
    return;
  }
  const parsed = parseConfig({ argv: process.argv.slice(2), env: process.env, readFile: readConfigFile });
  if (parsed.kind === 'help') return screen.print(formatHelp(VERSION));
  if (parsed.kind === 'version') return screen.print(`${VERSION}\n`);
  const otel = readEnvironment(process.env);
  const problems = problemsOf(parsed, otel);
  if (problems.length > 0 || parsed.kind === 'problems') {
    process.stderr.write(formatProblems(problems));
    process.exitCode = 2;
    return;
  }
  if (parsed.kind === 'check') {
    const notes = otel.warnings.map((warning) => `\nNote: ${warning}\n`).join('');
    return screen.print(
      `${formatConfig(parsed.config)}\nExport\n  ${exportsTo(otel) ?? 'nothing'}\n${notes}`,
    );
  }
  await run(parsed.config, otel);
}

function problemsOf(parsed: Parsed, otel: EnvironmentReading): readonly Problem[] {
  return [...(parsed.kind === 'problems' ? parsed.problems : []), ...otel.problems];
}

/** Where each signal goes, as far as it goes anywhere. */
function exportsTo(otel: EnvironmentReading): string | undefined {
  const { traces, logs, metrics } = otel.settings;
  const rows = Object.entries({ spans: traces, logs, metrics }).flatMap(([name, endpoint]) =>
    endpoint === undefined ? [] : [`${name} to ${endpoint.url}`],
  );
  return rows.length === 0 ? undefined : rows.join(', ');
}

async function run(config: Config, otel: EnvironmentReading): Promise<void> {
  // Only the demo needs the SDK, and what is not loaded takes no memory.
  const demo = config.upstreams.length === 0 ? await (await import('./demo/demo.ts')).startDemo() : undefined;
  const upstreams = demo ? [{ name: 'demo', url: new URL(demo.upstreamUrl), headers: {} }] : config.upstreams;
  const color = wantsColor(config);
  const lines: LineOptions = {
    layout: layoutFor(process.stdout.isTTY ? process.stdout.columns : undefined, upstreams.length),
    color,
    show: config.values.show,
    zone: 'local',
  };
  // Without that propagator, trace context of others is neither read nor written (OTEL_PROPAGATORS).
  const traceParent = otel.settings.propagators.tracecontext ? config.values['trace-parent'] : 'ignore';
  const nowUs = createClock(Date.now, () => performance.now());
  const pageToken = toPageToken(config.values, () => randomBytes(24).toString('base64url'));
  const channel = config.values.observe ? new MessageChannel() : undefined;
  const [thread, page] = await Promise.all([
    channel &&
      startObserving(config, upstreams, demo !== undefined, lines, nowUs, traceParent, channel.port1),
    openPage(config, demo !== undefined, pageToken, channel?.port2),
  ]);
  const countryOf = thread ? await loadCountries(config.values['country-db'], onFault) : undefined;
  const proxy = await startProxy(
    { ...toProxySettings(config, upstreams, traceParent), observe: thread !== undefined },
    {
      sink: thread ? thread.sink : () => {},
      nowUs,
      randomHex: createRandomHex(randomFillSync),
      countryOf,
      onFault,
    },
  );
  stopOnSignal(async () => {
    await demo?.close();
    page.tell({ kind: 'stopping' });
    await proxy.close();
    const stats = await thread?.close(DELIVERY_MS);
    await page.close();
    if (stats) log(formatStats(stats, thread?.dropped() ?? 0, exportsTo(otel) !== undefined));
  });
  const clientUrls = upstreams.map(({ name, url }) => {
    const prefix = upstreams.length === 1 ? '' : `/${name}`;
    return { name, url: url.href, clientUrl: `${proxy.url}${prefix}${url.pathname}${url.search}` };
  });
  page.tell({ kind: 'serving', servers: clientUrls.map(({ name, clientUrl }) => ({ name, clientUrl })) });
  screen.print(
    formatBanner({
      version: VERSION,
      pageUrl: pageUrlOf(config, page, pageToken),
      upstreams: clientUrls,
      demo: demo !== undefined,
      blind: thread ? undefined : config.values.observe ? 'fault' : 'option',
      archive: archiveWords(config.values, placeOf(config, demo !== undefined)?.path, troubleOf(thread)),
      exportsTo: exportsTo(otel),
      payloadMode: config.values['payload-mode'],
      warnings: [...config.warnings, ...otel.warnings],
      color,
    }),
  );
  if (thread && lines.show !== 'none') screen.print(`${headingOf(lines)}\n`);
  demo?.startClients(proxy.url);
}

function startObserving(
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

function placeOf({ values }: Config, isDemo: boolean) {
  return toArchivePlace(values, process.env, homedir(), isDemo);
}

/** Why the archive could not be opened, where that is so. */
function troubleOf(thread: ObservationThread | undefined): string | undefined {
  return thread?.archive.state === 'off' ? thread.archive.reason : undefined;
}

function openPage(
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
function pageUrlOf(config: Config, page: PageThread, token: string | undefined): string | undefined {
  if (page.port === undefined) return undefined;
  const host = urlHost(config.values['page-listen'].host);
  return `http://${host}:${page.port}/${token === undefined ? '' : `?token=${token}`}`;
}

function toProxySettings(
  config: Config,
  upstreams: readonly Upstream[],
  traceParent: ProxySettings['traceParent'],
): ProxySettings {
  const { values } = config;
  return {
    host: values.listen.host,
    port: values.listen.port,
    upstreams: upstreams.map(({ name, url, headers }) => ({
      name,
      origin: url.origin,
      endpointPath: url.pathname,
      ...(url.search === '' ? {} : { endpointQuery: url.search.slice(1) }),
      headers,
    })),
    single: upstreams.length === 1,
    prefixed: config.named,
    rewriteUrls: values['rewrite-urls'],
    preserveHost: values['preserve-host'],
    forwardedHeaders: values['forwarded-headers'],
    trustedProxies: values['trusted-proxies'],
    allowedHosts: values['allowed-hosts'],
    allowedOrigins: values['allowed-origins'],
    requestTimeoutMs: values['request-timeout'] === 0 ? undefined : values['request-timeout'],
    inspectBytesMax: values['inspect-max'],
    credentialPrefix: values['credential-prefix'],
    traceParent,
    rewriteTraceparent: values['rewrite-traceparent'],
    propagateSampled: values['propagate-sampled'],
    observe: values.observe,
    drainMs: values['drain-time'],
  };
}

/** `auto` follows the terminal and NO_COLOR (https://no-color.org: any value that is not empty). */
function wantsColor(config: Config): boolean {
  const { color } = config.values;
  if (color !== 'auto') return color === 'always';
  return process.stdout.isTTY === true && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb';
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
function stopOnSignal(stop: () => Promise<void>): void {
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

/** Why the proxy could not begin, in words for the one who started it. */
function explain(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const message = error instanceof Error ? error.message : String(error);
  if (code === 'EADDRINUSE')
    return `the port is in use (${message}); stop what listens there, or choose another with --listen`;
  if (code === 'EACCES') return `not allowed to listen there (${message}); choose another port with --listen`;
  if (code === 'EADDRNOTAVAIL') return `this machine has no such address (${message}); check --listen`;
  return error instanceof Error ? (error.stack ?? message) : message;
}

// A reader that goes away (`| head`) ends the lines, never the traffic.
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});
process.on('uncaughtException', (error) => onFault('uncaught', error));
process.on('unhandledRejection', (error) => onFault('unhandled', error));

begin().catch((error: unknown) => {
  log(explain(error));
  process.exit(1);
});
