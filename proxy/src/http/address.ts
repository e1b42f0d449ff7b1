/**
 * Who calls. The peer's address, unless the peer is a trusted proxy: then what it says of its own peer. Nothing
 * else is believed, because every client can send these headers.
 */
import { BlockList, isIP } from 'node:net';
import type { ClientSighting } from '../observation/frame.ts';

export type CountryOf = (address: string) => string | undefined;

export interface AddressRules {
  /** Addresses and CIDR ranges; entries that are neither are ignored here and refused by `config/`. */
  readonly trustedProxies: readonly string[];
  readonly countryOf?: CountryOf | undefined;
}

/** `headers` gives the value of a field by its lower-cased name. */
export type ReadHeader = (name: string) => string | undefined;
export type AddressReader = (
  peer: string | undefined,
  port: number | undefined,
  headers: ReadHeader,
) => ClientSighting;

/** Whether what an address says of others is believed. */
export function createTrust(trustedProxies: readonly string[]): (address: string) => boolean {
  if (trustedProxies.length === 0) return () => false;
  const list = buildTrust(trustedProxies);
  return (address) => {
    const family = isIP(address);
    return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4');
  };
}

export function createAddressReader(rules: AddressRules): AddressReader {
  const isTrusted = createTrust(rules.trustedProxies);
  const withCountry = (
    address: string,
    port: number | undefined,
    told: string | undefined,
  ): ClientSighting => {
    const country = told ?? rules.countryOf?.(address);
    return {
      address,
      ...(port === undefined ? {} : { port }),
      ...(country === undefined ? {} : { country }),
    };
  };
  return (peer, port, headers) => {
    const direct = plainAddress(peer ?? '');
    if (!isTrusted(direct)) return withCountry(direct, port, undefined);
    const told = toldCountry(headers);
    const forwarded = toldAddress(headers, isTrusted);
    if (forwarded === undefined) return withCountry(direct, port, told);
    return withCountry(forwarded, undefined, told);
  };
}

/**
 * The caller as the trusted proxies tell it. The CDN's own field first: behind a CDN the `X-Forwarded-For` walk
 * ends at the CDN's edge. In `X-Forwarded-For` the last entry not trusted counts: what stands before it was
 * sent by that very caller.
 */
function toldAddress(headers: ReadHeader, isTrusted: (address: string) => boolean): string | undefined {
  const cloudFront = headers('cloudfront-viewer-address');
  if (cloudFront !== undefined) {
    const address = plainAddress(cloudFront.replace(/:\d+$/, ''));
    if (isIP(address) !== 0) return address;
  }
  const cloudflare = plainAddress(headers('cf-connecting-ip') ?? '');
  if (isIP(cloudflare) !== 0) return cloudflare;
  const chain = (headers('x-forwarded-for') ?? '').split(',').slice(-64);
  let farthest: string | undefined;
  for (let i = chain.length - 1; i >= 0; i -= 1) {
    const address = plainAddress(withoutPort((chain[i] ?? '').trim()));
    // A gap or a name cannot be judged, so nothing beyond it is believed.
    if (isIP(address) === 0) break;
    farthest = address;
    if (!isTrusted(address)) break;
  }
  return farthest;
}

function toldCountry(headers: ReadHeader): string | undefined {
  const value = headers('cf-ipcountry') ?? headers('cloudfront-viewer-country');
  const code = value?.trim().toUpperCase();
  // Cloudflare says XX for unknown and T1 for Tor, which is no country.
  return code !== undefined && /^[A-Z]{2}$/.test(code) && code !== 'XX' ? code : undefined;
}

/** Without zone, brackets and the IPv6 mapping that a dual-stack socket shows IPv4 peers in. */
export function plainAddress(value: string): string {
  const bare = value.trim().replace(/^\[|\]$/g, '');
  const zoned = bare.indexOf('%');
  const address = zoned === -1 ? bare : bare.slice(0, zoned);
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}

function withoutPort(value: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(value)?.[1];
  if (bracketed !== undefined) return bracketed;
  return /^\d+\.\d+\.\d+\.\d+:\d+$/.test(value) ? value.slice(0, value.lastIndexOf(':')) : value;
}

function buildTrust(entries: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = '', bits] = entry.trim().split('/');
    const family = isIP(address);
    if (family === 0) continue;
    const type = family === 6 ? 'ipv6' : 'ipv4';
    const prefix = Number(bits);
    if (bits === undefined) list.addAddress(address, type);
    else if (Number.isInteger(prefix) && prefix >= 0 && prefix <= (family === 6 ? 128 : 32)) {
      list.addSubnet(address, prefix, type);
    }
  }
  return list;
}
