/**
 * Whether the servers answer, or can be started. OPTIONS asks what may be asked: no server begins a session or a
 * stream for it. A command is looked for, and not run: nobody knows what it does.
 */
import { access, constants, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, resolve } from 'node:path';
import type { CommandUpstream, HttpUpstream, Upstream } from '../config/servers.ts';
import { bad, type Findings, good, warn } from './check.ts';
import type { ClockSight } from './clock.ts';
import { explainFailure } from './failures.ts';
import { ask } from './request.ts';

export interface UpstreamPorts {
  readonly timeoutMs: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly onClock: (sight: ClockSight) => void;
}

export function checkUpstream(upstream: Upstream, ports: UpstreamPorts): Promise<Findings> {
  return upstream.kind === 'http' ? checkServer(upstream, ports) : checkCommand(upstream, ports);
}

async function checkServer(
  { name, url, headers }: HttpUpstream,
  { timeoutMs, onClock }: UpstreamPorts,
): Promise<Findings> {
  const check = `server ${name}`;
  const asked = await ask(url, { method: 'OPTIONS', headers, timeoutMs });
  if ('failure' in asked) {
    const { found, advice } = explainFailure(asked.failure, url.hostname);
    return [bad(check, `${url.href}: ${found}`, advice)];
  }
  const { answer } = asked;
  onClock({ who: url.host, ...answer });
  // 501 is how many servers say that they have no OPTIONS (RFC 9110, 15.6.2).
  if (answer.status < 500 || answer.status === 501) return [good(check, `${url.href} answers`)];
  return [
    warn(
      check,
      `${url.href} answers with ${answer.status} to OPTIONS`,
      'look at its own log; a gateway says so when what is behind it is away',
    ),
  ];
}

async function checkCommand(
  { name, command, env: own, cwd = '.' }: CommandUpstream,
  { env, platform }: UpstreamPorts,
): Promise<Findings> {
  const check = `server ${name}`;
  if (!(await is(cwd, 'folder')))
    return [bad(check, `${cwd}, where ${command} is started, is no directory`, 'make it, or mend its path')];
  // How Windows finds a program is its own matter: endings, shells, aliases.
  if (platform === 'win32') return [good(check, `started by ${command}, for each client`)];
  const folders = (own['PATH'] ?? env['PATH'] ?? '').split(delimiter);
  const isPath = isAbsolute(command) || command.includes('/');
  for (const folder of isPath ? [cwd] : folders) {
    const place = resolve(folder, command);
    if (await is(place, 'program')) return [good(check, `started by ${place}, for each client`)];
  }
  return [
    bad(
      check,
      `${command} is no program that this user can start`,
      isPath ? 'mend its path' : `install it, or write its whole path; it is looked for in PATH`,
    ),
  ];
}

/** A folder may be entered and a program started by the same right. */
async function is(place: string, what: 'folder' | 'program'): Promise<boolean> {
  try {
    await access(place, constants.X_OK);
    const stats = await stat(place);
    return what === 'folder' ? stats.isDirectory() : stats.isFile();
  } catch {
    return false;
  }
}
