/** Whether the servers answer. OPTIONS asks what may be asked: no server begins a session or a stream for it. */
import type { Upstream } from '../config/servers.ts';
import { bad, type Findings, good, warn } from './check.ts';
import type { ClockSight } from './clock.ts';
import { explainFailure } from './failures.ts';
import { ask } from './request.ts';

export async function checkUpstream(
  upstream: Upstream,
  timeoutMs: number,
  onClock: (sight: ClockSight) => void,
): Promise<Findings> {
  const check = `server ${upstream.name}`;
  if (!('url' in upstream)) return [good(check, 'is started by a command, for each client')];
  const { url, headers } = upstream;
  const asked = await ask(url, { method: 'OPTIONS', headers, timeoutMs });
  if ('failure' in asked) {
    const { found, advice } = explainFailure(asked.failure);
    return [bad(check, `${url.href}: ${found}`, advice)];
  }
  const { answer } = asked;
  onClock({ who: url.host, ...answer });
  if (answer.status < 500) return [good(check, `${url.href} answers`)];
  return [
    warn(
      check,
      `${url.href} answers with ${answer.status} to OPTIONS`,
      'look at its own log; a gateway says so when what is behind it is away',
    ),
  ];
}
