/**
 * The shims of one state directory in the hands of a program that observes: the collector, which they start, or a proxy,
 * which takes them over. Like those it is a composition root.
 */
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { toArchivePlace } from './config/archivePlace.ts';
import type { Config } from './config/config.ts';
import { log, onFault } from './service.ts';
import { Hub, type HubPorts } from './stdio/hub.ts';
import { socketPathOf } from './stdio/place.ts';
import { takeSocket } from './stdio/takeOver.ts';

/** Where the shims of a state directory look; no path where it is too long for a local socket. */
export function shimPlaceOf({ values }: Config): { readonly directory: string; readonly path?: string } {
  const place = toArchivePlace({ ...values, archive: true }, process.env, homedir(), false);
  const directory = place?.directory ?? '';
  const path = socketPathOf(directory, process.platform);
  return { directory, ...(path !== undefined && { path }) };
}

/** What a hub needs of its program, besides the program's own. */
export const HUB_PORTS = { signal, onFault } as const;

/**
 * Takes the shims over for a proxy that observes and keeps: then they show on its page. One that keeps nothing leaves
 * them to their collector, which does.
 *
 * @returns undefined where somebody else has them and keeps them.
 */
export async function takeShims(
  config: Config,
  ports: Pick<HubPorts, 'nowUs' | 'nextExchange' | 'onTakeOver'>,
): Promise<Hub | undefined> {
  const { directory, path } = shimPlaceOf(config);
  if (!config.values.observe || !config.values.archive || path === undefined) return undefined;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const claim = await takeSocket(path, ports.nowUs);
    if (claim.kind === 'other_version')
      log(
        `stdio_version: another Sightline of version '${claim.greeting}' shows the stdio servers, and goes on`,
      );
    if (claim.kind !== 'ours') return undefined;
    const hub = new Hub(claim.server, { ...HUB_PORTS, ...ports, onShims: () => {} });
    await claim.freed;
    return hub;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    log(`stdio_socket: stdio servers of this machine do not show here (${why})`);
    return undefined;
  }
}

/** Sends a signal to a process, or to a group as a negative number; 0 only asks. */
function signal(target: number, name: NodeJS.Signals | 0): boolean {
  // 0 and 1 would be our own group and every process.
  if (Math.abs(target) <= 1) return false;
  try {
    process.kill(target, name);
    return true;
  } catch {
    return false;
  }
}
