/** Rules between settings, and inside lists: what each value alone cannot show to be wrong. */
import { parsePath } from '../observation/redactPath.ts';
import type { Origin } from './config.ts';
import { isAnyHost, isLoopback } from './loopback.ts';
import { type Address, flagOf, type OptionName, type OptionValues } from './options.ts';
import { type Problem, show } from './problem.ts';
import type { Upstream } from './servers.ts';
import { formatAddress } from './values.ts';

type Origins = Readonly<Record<OptionName, Origin>>;

/** Every rule broken, each under the key that the user gave. */
export function checkRules(
  values: OptionValues,
  origins: Origins,
  upstreams: readonly Upstream[],
): readonly Problem[] {
  const keyOf = (name: OptionName): string => {
    const origin = origins[name];
    return origin.from === 'default' ? flagOf(name) : origin.key;
  };
  const problems: Problem[] = [];
  for (const name of ['listen', 'page-listen'] as const) {
    if (isLoopback(values[name].host) || values['allowed-hosts'].length > 0) continue;
    problems.push({
      key: keyOf(name),
      message: `${show(formatAddress(values[name]))} is reachable from other machines; name the hosts that may be asked for with --allowed-hosts, or say --allowed-hosts '*'`,
    });
  }
  if (isSameSocket(values.listen, values['page-listen'])) {
    problems.push({
      key: keyOf('page-listen'),
      message: `${show(formatAddress(values['page-listen']))} is the address of the proxy; choose another port`,
    });
  }
  const token = values['page-token'];
  if (token !== undefined && token !== 'off' && !TOKEN.test(token)) {
    // Never the value: a problem is printed, and perhaps kept.
    problems.push({
      key: keyOf('page-token'),
      message: 'is no token; write 16 to 128 letters, digits and any of ._~- (or off)',
    });
  }
  for (const upstream of upstreams) {
    if (upstream.kind !== 'http' || !isItself(upstream.url, values)) continue;
    problems.push({
      key: keyOf('listen'),
      message: `${show(formatAddress(values.listen))} is the upstream ${show(upstream.url.href)} itself; choose another port`,
    });
  }
  const each = (name: OptionName & ListName, wrongWith: (item: string) => string | undefined): void => {
    for (const item of values[name]) {
      const wrong = wrongWith(item);
      if (wrong !== undefined) problems.push({ key: keyOf(name), message: `${show(item)} ${wrong}` });
    }
  };
  each('allowed-hosts', (item) =>
    item === '*' || HOST.test(item) || NAMES_BELOW.test(item)
      ? undefined
      : 'is no host name; write it without scheme and path, as in mcp.example.com or *.example.com',
  );
  each('allowed-origins', (item) =>
    item === '*' || item === 'null' || URL.parse(item)?.origin === item
      ? undefined
      : 'is no origin; write scheme, host and port, such as https://app.example.com',
  );
  each('trusted-proxies', (item) =>
    isNetwork(item) ? undefined : 'is no address or network, such as 10.0.0.0/8',
  );
  each('redact-path', (item) =>
    parsePath(item)
      ? undefined
      : 'is no path; begin at the root, as in $.params.arguments.card, $.result.content[*].text or $..card',
  );
  each('redact-pattern', patternProblem);
  return problems;
}

/** Guessing it takes for ever, and it stands in an address as it is. */
const TOKEN = /^[A-Za-z0-9._~-]{16,128}$/;
const HOST = /^(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?$/;
/** Of any port: the guard compares the name alone. */
const NAMES_BELOW = /^\*(?:\.[A-Za-z0-9_-]+)+$/;

/** Whether both would listen at the same place; port 0 is a different one each time. */
function isSameSocket(a: Address, b: Address): boolean {
  return a.port === b.port && a.port !== 0 && (a.host === b.host || isAnyHost(a.host) || isAnyHost(b.host));
}

/** A proxy in front of itself forwards its first request for ever. */
function isItself(url: URL, values: OptionValues): boolean {
  const { host, port } = values.listen;
  const upstreamHost = url.hostname.replaceAll(/^\[|\]$/g, '');
  const reachesUs =
    upstreamHost === host || (isLoopback(upstreamHost) && (isLoopback(host) || isAnyHost(host)));
  return (
    reachesUs && port !== 0 && url.protocol === 'http:' && (url.port === '' ? 80 : Number(url.port)) === port
  );
}

type ListName = 'allowed-hosts' | 'allowed-origins' | 'trusted-proxies' | 'redact-path' | 'redact-pattern';

function patternProblem(item: string): string | undefined {
  const at = item.indexOf('=');
  if (at < 1 || at === item.length - 1) return 'has no name; write NAME=REGEX, such as card=\\d{16}';
  try {
    const pattern = new RegExp(item.slice(at + 1), 'gi');
    return pattern.test('') ? 'matches the empty text, so it would hide everything' : undefined;
  } catch (error) {
    return `is no regular expression: ${error instanceof Error ? error.message : String(error)}`;
  }
}

const IPV4 = /^(?:\d{1,3}\.){3}\d{1,3}$/;

function isNetwork(item: string): boolean {
  const [address = '', bits, ...more] = item.split('/');
  if (more.length > 0) return false;
  const isV4 = IPV4.test(address) && address.split('.').every((part) => Number(part) <= 255);
  const isV6 = address.includes(':') && URL.canParse(`http://[${address}]/`);
  if (!isV4 && !isV6) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (isV4 ? 32 : 128));
}
