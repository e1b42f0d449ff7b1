/** Bridges for the servers of a configuration that are started by a command. Like `main.ts` a composition root. */
import { Bridge } from './bridge/bridge.ts';
import { Keeper } from './bridge/keeper.ts';
import type { RunPorts } from './bridge/run.ts';
import type { Config } from './config/config.ts';
import { COMMAND_PATH, type Upstream } from './config/servers.ts';
import type { UpstreamSettings } from './http/settings.ts';

/** Below a minute, which is what the most impatient of proxies and balancers give a silent stream. */
const KEEP_ALIVE_MS = 15_000;

/** One for each of those servers, by its name. */
export function openBridges(
  { values }: Config,
  upstreams: readonly Upstream[],
  ports: Pick<RunPorts, 'sink' | 'nowUs' | 'randomHex' | 'nextRun' | 'onFault'>,
): ReadonlyMap<string, Bridge> {
  const bridges = new Map<string, Bridge>();
  const keeper = new Keeper();
  for (const upstream of upstreams) {
    if (upstream.kind !== 'command') continue;
    const { name, ...launch } = upstream;
    const bridge = new Bridge({
      run: {
        ...ports,
        launch,
        server: name,
        inherited: process.env,
        keeper,
        messageBytesMax: values['bridge-message-max'],
      },
      processesMax: values['bridge-processes'],
      idleMs: values['bridge-idle'],
      keepAliveMs: KEEP_ALIVE_MS,
    });
    bridges.set(name, bridge);
  }
  // The second signal ends us at once: then they are not asked.
  if (bridges.size > 0) {
    process.on('exit', () => {
      for (const bridge of bridges.values()) bridge.kill();
    });
  }
  return bridges;
}

/** An upstream as the byte path knows it. */
export function toUpstreamSettings(upstream: Upstream): UpstreamSettings {
  const { name } = upstream;
  if (upstream.kind === 'command') {
    const program = upstream.command.split(/[\\/]/).at(-1) ?? '';
    return { name, origin: `stdio:${encodeURIComponent(program)}`, endpointPath: COMMAND_PATH, headers: {} };
  }
  const { url, headers } = upstream;
  return {
    name,
    origin: url.origin,
    endpointPath: url.pathname,
    ...(url.search === '' ? {} : { endpointQuery: url.search.slice(1) }),
    headers,
  };
}
