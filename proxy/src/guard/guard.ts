/**
 * Keeps web pages away from what listens on the user's machine, the proxy and its own page alike: a page whose name was rebound to 127.0.0.1 carries
 * its own name in `Host`, a page that simply posts carries its `Origin` (MCP 2025-11-25, transports, Security
 * Warning: invalid Origin is answered 403). Any port counts: the browser's origin check is the other half.
 */
import { isIP } from 'node:net';

export interface GuardRules {
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
}

/** Says why a caller is refused, or undefined when it may pass. */
export type Guard = (host: string | undefined, origin: string | undefined) => string | undefined;

/** Verdicts kept, so that the usual caller costs one look-up. */
const VERDICTS_MAX = 256;

export function createGuard(rules: GuardRules): Guard {
  const hosts = rules.allowedHosts.map((entry) => entry.trim().toLowerCase());
  const origins = new Set(rules.allowedOrigins.map((entry) => entry.trim().toLowerCase().replace(/\/$/, '')));
  const anyHost = hosts.includes('*');
  // Whoever lists origins has said which pages may call; a proxy that any name reaches does not unsay it.
  const anyOrigin = origins.has('*') || (anyHost && origins.size === 0);
  const hostsPassed = new Set<string>();
  const originsPassed = new Set<string>();

  const mayHost = (value: string) => anyHost || isLoopbackName(hostName(value)) || matchesHost(hosts, value);
  const mayOrigin = (value: string) => {
    const lower = value.trim().toLowerCase();
    if (anyOrigin || origins.has(lower)) return true;
    const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#@\s]+)$/.exec(lower)?.[1];
    return authority !== undefined && (isLoopbackName(hostName(authority)) || matchesHost(hosts, authority));
  };

  return (host, origin) => {
    if (host === undefined) return 'it has no Host header';
    if (!hostsPassed.has(host)) {
      if (!mayHost(host)) return `Host ${quote(host)} is neither loopback nor in allowed-hosts`;
      remember(hostsPassed, host);
    }
    if (origin === undefined || originsPassed.has(origin)) return undefined;
    if (!mayOrigin(origin)) return `Origin ${quote(origin)} is neither loopback nor in allowed-origins`;
    remember(originsPassed, origin);
    return undefined;
  };
}

/** Name or address of a `Host` value, without port and brackets, lower-cased; empty when it is malformed. */
export function hostName(authority: string): string {
  const value = authority.trim().toLowerCase();
  const bracketed = /^\[([0-9a-f:.]+)\](?::\d*)?$/.exec(value);
  if (bracketed) return bracketed[1] ?? '';
  const plain = /^([^:@/?#\s[\]]+)(?::\d*)?$/.exec(value);
  return plain?.[1]?.replace(/\.$/, '') ?? '';
}

/** A host to listen on as it stands in an address that this machine can open. */
export function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::' || host === '') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

/** Name and port to open what listens there by: its own where the rules let that pass, else the first that they name. */
export function authorityToOpen(host: string, port: number, allowedHosts: readonly string[]): string {
  const mayPass = createGuard({ allowedHosts, allowedOrigins: [] });
  const named = allowedHosts
    .filter((entry) => !entry.startsWith('*'))
    .map((entry) => entry.replace(/:\d+$/, ''));
  const authorities = [urlHost(host), ...named].map((name) => `${name}:${port}`);
  return (
    authorities.find((authority) => mayPass(authority, undefined) === undefined) ?? `${urlHost(host)}:${port}`
  );
}

/** `localhost`, `*.localhost` (RFC 6761 §6.3), 127.0.0.0/8, `::1` and its IPv4-mapped form. */
function isLoopbackName(name: string): boolean {
  if (name === 'localhost' || name.endsWith('.localhost')) return true;
  if (isIP(name) === 4) return name.startsWith('127.');
  if (isIP(name) !== 6) return false;
  return /^(?:0{0,4}:)*(?::|0{0,3})1$/.test(name) || /^::ffff:127\.\d+\.\d+\.\d+$/.test(name);
}

/** An entry with a port means that port; one that begins with `*.` means every name below it. */
function matchesHost(entries: readonly string[], value: string): boolean {
  const whole = value.trim().toLowerCase();
  const name = hostName(value);
  if (name === '') return false;
  return entries.some(
    (entry) =>
      entry === whole ||
      entry === name ||
      entry === `[${name}]` ||
      (entry.startsWith('*.') && name.endsWith(entry.slice(1))),
  );
}

function remember(passed: Set<string>, value: string): void {
  if (passed.size >= VERDICTS_MAX) passed.clear();
  passed.add(value);
}

function quote(value: string): string {
  return JSON.stringify(value.slice(0, 100));
}
