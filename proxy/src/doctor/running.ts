/** A Sightline that runs already, found by its page. */
import type { Address } from '../config/options.ts';
import { urlHost } from '../guard/guard.ts';
import { type Findings, good, warn } from './check.ts';
import { ask } from './request.ts';

export interface Running {
  readonly pageUrl: string;
  /** What is not ready, by name. */
  readonly unready: Readonly<Record<string, string>>;
  /** The rest is told only to whoever has its token. */
  readonly version: string | undefined;
  readonly clientUrls: readonly string[] | undefined;
}

/** Undefined when nothing listens there, or something else does. */
export async function findRunning(
  { host, port }: Address,
  token: string | undefined,
  timeoutMs: number,
): Promise<Running | undefined> {
  if (port === 0) return undefined;
  const pageUrl = `http://${urlHost(host)}:${port}/`;
  const unready = readUnready(await read(new URL('readyz', pageUrl), undefined, timeoutMs));
  if (unready === undefined) return undefined;
  return { pageUrl, unready, ...readAbout(await read(new URL('api/v1/about', pageUrl), token, timeoutMs)) };
}

export function checkRunning(running: Running | undefined, version: string): Findings {
  if (running === undefined) return [];
  const about = `${running.version ?? 'of a version that it does not tell'}, page at ${running.pageUrl}`;
  const reasons = Object.values(running.unready);
  if (reasons.length > 0)
    return [
      warn('running', `Sightline ${about}: ${reasons.join('; ')}`, 'see what it says in its terminal or log'),
    ];
  if (running.version !== undefined && running.version !== version)
    return [
      warn('running', `Sightline ${about}, and this is ${version}`, 'start it again to have one version'),
    ];
  return [good('running', `Sightline ${about}, ready`)];
}

async function read(url: URL, token: string | undefined, timeoutMs: number): Promise<unknown> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const asked = await ask(url, { method: 'GET', headers, timeoutMs });
  if ('failure' in asked) return undefined;
  try {
    return JSON.parse(asked.answer.text);
  } catch {
    return undefined;
  }
}

/** The answer of `/readyz`, whatever its status; undefined when it is none. */
function readUnready(answer: unknown): Readonly<Record<string, string>> | undefined {
  if (typeof answer !== 'object' || answer === null || !('unready' in answer)) return undefined;
  const { unready } = answer;
  if (typeof unready !== 'object' || unready === null) return undefined;
  return Object.fromEntries(Object.entries(unready).map(([name, reason]) => [name, String(reason)]));
}

function readAbout(answer: unknown): Pick<Running, 'version' | 'clientUrls'> {
  if (typeof answer !== 'object' || answer === null || !('version' in answer && 'servers' in answer)) {
    return { version: undefined, clientUrls: undefined };
  }
  const servers: readonly unknown[] = Array.isArray(answer.servers) ? answer.servers : [];
  const clientUrls = servers.flatMap((server) =>
    typeof server === 'object' && server !== null && 'clientUrl' in server ? [String(server.clientUrl)] : [],
  );
  return { version: String(answer.version), clientUrls };
}
