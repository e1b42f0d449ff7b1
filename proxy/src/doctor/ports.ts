/** Whether the two addresses can be listened on, and if not, whether a Sightline is why. */
import { createServer } from 'node:net';
import { type Address, flagOf } from '../config/options.ts';
import { formatAddress } from '../config/values.ts';
import type { Finding } from '../terminal/findings.ts';
import { bad, good } from './check.ts';
import type { Running } from './running.ts';

export type PortName = 'listen' | 'page-listen';

const NAMES: Readonly<Record<PortName, string>> = { listen: 'proxy port', 'page-listen': 'page port' };
/** How far above a taken port another is looked for. */
const OTHERS = 20;

export async function checkPort(
  name: PortName,
  address: Address,
  running: Running | undefined,
): Promise<Finding> {
  const check = NAMES[name];
  const at = formatAddress(address);
  if (address.port === 0) return good(check, `${at}: any that is free`);
  const obstacle = await tryToListen(address);
  if (obstacle === undefined) return good(check, `${at} is free`);
  switch (obstacle.code) {
    case 'EADDRINUSE': {
      if (isOfRunning(name, address, running)) return good(check, `${at} is that of the Sightline that runs`);
      const other = await findFree(address);
      const choice =
        other === undefined ? 'another' : `${flagOf(name)} ${formatAddress(other)}, which is free`;
      return bad(check, `${at} is taken by another program`, `stop it, or choose ${choice}`);
    }
    case 'EACCES':
    case 'EPERM':
      return bad(
        check,
        `${at}: this user may not listen there`,
        `choose a port above 1023 with ${flagOf(name)}`,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return bad(
        check,
        `${at}: this machine has no such address`,
        `write one that it has, 127.0.0.1 for itself alone or 0.0.0.0 for all, with ${flagOf(name)}`,
      );
    default:
      return bad(
        check,
        `${at} cannot be listened on (${obstacle.code ?? obstacle.message})`,
        `choose another with ${flagOf(name)}`,
      );
  }
}

/** The page says which ports its proxy has; where it tells only those who have its token, it is believed. */
function isOfRunning(name: PortName, { port }: Address, running: Running | undefined): boolean {
  if (running === undefined) return false;
  if (name === 'page-listen' || running.clientUrls === undefined) return true;
  return running.clientUrls.some((url) => URL.parse(url)?.port === String(port));
}

/** Undefined when it could be listened on, for a moment; else what stood in the way. */
export function tryToListen({ host, port }: Address): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', resolve);
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

async function findFree({ host, port }: Address): Promise<Address | undefined> {
  for (let other = port + 2; other <= Math.min(port + OTHERS, 65_535); other += 2) {
    if ((await tryToListen({ host, port: other })) === undefined) return { host, port: other };
  }
  return undefined;
}
