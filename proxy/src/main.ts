/**
 * The composition root: arguments, environment, clock, randomness, signals and exit codes are here and nowhere
 * else, and here every room meets every other. It decides nothing about MCP.
 */
import { randomBytes, randomFillSync, randomUUID } from 'node:crypto';
import { homedir } from 'node:os';
import { MessageChannel } from 'node:worker_threads';
import { openBridges, toUpstreamSettings } from './bridges.ts';
import { runCommand } from './commands/command.ts';
import { archiveWords } from './config/archivePlace.ts';
import { isCommandWord } from './config/commandWords.ts';
import type { Config } from './config/config.ts';
import { formatHelp } from './config/help.ts';
import { parseConfig } from './config/parse.ts';
import { describeUpstream, formatConfig, formatProblems } from './config/report.ts';
import type { Upstream } from './config/servers.ts';
import { toPageToken } from './config/settings.ts';
import { tryToListen } from './doctor/ports.ts';
import { loadCountries } from './http/country.ts';
import { startProxy } from './http/listener.ts';
import type { ProxySettings } from './http/settings.ts';
import { createClock } from './pipeline/clock.ts';
import { createRandomHex } from './pipeline/random.ts';
import {
  createNumbers,
  endObserving,
  exportsTo,
  guardProcess,
  log,
  onFault,
  openPage,
  pageUrlOf,
  placeOf,
  problemsOf,
  randomToken,
  readConfigFile,
  screen,
  startObserving,
  stopOnSignal,
  troubleOf,
  VERSION,
  wantsColor,
} from './service.ts';
import { takeShims } from './shims.ts';
import { type EnvironmentReading, readEnvironment } from './telemetry/environment.ts';
import { formatBanner } from './terminal/banner.ts';
import { layoutFor } from './terminal/layout.ts';
import { headingOf, type LineOptions } from './terminal/line.ts';

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

async function run(config: Config, otel: EnvironmentReading): Promise<void> {
  // Only the demo needs the SDK, and what is not loaded takes no memory.
  const demo = config.upstreams.length === 0 ? await (await import('./demo/demo.ts')).startDemo() : undefined;
  const upstreams: readonly Upstream[] = demo
    ? [{ kind: 'http', name: 'demo', url: new URL(demo.upstreamUrl), headers: {} }]
    : config.upstreams;
  const color = wantsColor(config.values.color);
  const lines: LineOptions = {
    layout: layoutFor(process.stdout.isTTY ? process.stdout.columns : undefined, upstreams.length),
    color,
    show: config.values.show,
    zone: 'local',
  };
  // Without that propagator, trace context of others is neither read nor written (OTEL_PROPAGATORS).
  const traceParent = otel.settings.propagators.tracecontext ? config.values['trace-parent'] : 'ignore';
  const nowUs = createClock(Date.now, () => performance.now());
  const pageToken = toPageToken(config.values, randomToken);
  const nextExchange = createNumbers();
  let stopping = false;
  // Who cannot serve must not have taken the shims from those who show them.
  const obstacle = await tryToListen(config.values.listen);
  if (obstacle !== undefined) throw obstacle;
  // Before archive and page: a collector that has both gives them up for us. The demo's traffic is nobody's own.
  const shims = demo
    ? undefined
    : await takeShims(config, { nowUs, nextExchange, onTakeOver: () => stopping });
  const channel = config.values.observe ? new MessageChannel() : undefined;
  const [thread, page] = await Promise.all([
    channel &&
      startObserving(config, upstreams, demo !== undefined, lines, nowUs, traceParent, channel.port1),
    openPage(config, demo !== undefined, pageToken, channel?.port2),
  ]);
  shims?.open(thread ? thread.sink : () => {});
  const countryOf = thread ? await loadCountries(config.values['country-db'], onFault) : undefined;
  const sink = thread ? thread.sink : () => {};
  const ports = { sink, nowUs, randomHex: createRandomHex(randomFillSync), onFault };
  const proxy = await startProxy(
    { ...toProxySettings(config, upstreams, traceParent), observe: thread !== undefined },
    {
      ...ports,
      countryOf,
      nextExchange,
      bridges: openBridges(config, upstreams, { ...ports, nextRun: nextExchange }),
    },
  );
  stopOnSignal(async () => {
    stopping = true;
    await demo?.close();
    page.tell({ kind: 'stopping' });
    await proxy.close();
    await shims?.hold();
    await endObserving(thread, page, otel);
    // Only now: what the shims start in our place finds archive and port free.
    shims?.close();
  });
  const clientUrls = upstreams.map((upstream) => {
    const { name, endpointPath, endpointQuery } = toUpstreamSettings(upstream);
    const path = `${upstreams.length === 1 ? '' : `/${name}`}${endpointPath}`;
    const query = endpointQuery === undefined ? '' : `?${endpointQuery}`;
    return { name, url: describeUpstream(upstream), clientUrl: `${proxy.url}${path}${query}` };
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

function toProxySettings(
  config: Config,
  upstreams: readonly Upstream[],
  traceParent: ProxySettings['traceParent'],
): ProxySettings {
  const { values } = config;
  return {
    host: values.listen.host,
    port: values.listen.port,
    upstreams: upstreams.map(toUpstreamSettings),
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

guardProcess();

begin().catch((error: unknown) => {
  log(explain(error));
  process.exit(1);
});
