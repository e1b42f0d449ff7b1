/**
 * Which header fields belong to one connection only and so never cross the proxy. Everything else passes in its
 * own spelling, order and number: this file decides names, it never touches a value.
 */

/** Fields that end at each hop, with the rule that says so. */
export const HOP_BY_HOP: ReadonlyMap<string, string> = new Map([
  ['connection', 'RFC 9110 §7.6.1: describes this connection, and names further fields that do'],
  ['keep-alive', 'RFC 9110 §7.6.1 lists it for removal even where Connection does not name it'],
  ['proxy-connection', 'RFC 9110 §7.6.1, and RFC 9112 appendix C.2.2: a mistake of HTTP/1.0 clients'],
  ['te', 'RFC 9110 §10.1.4: what this connection accepts as transfer coding and trailers'],
  ['transfer-encoding', 'RFC 9112 §6.1: framing of this message on this connection'],
  ['upgrade', 'RFC 9110 §7.8: upgrades go through the pass-through, never through an exchange'],
  ['proxy-authenticate', 'RFC 9110 §11.7.1: meant for the next client only'],
  ['proxy-authorization', 'RFC 9110 §11.7.2: meant for the next proxy, which is us'],
]);

const PLAIN_OPTIONS = new Set(['', 'close', 'keep-alive', 'upgrade', 'te']);
/** Framing and routing never depend on a peer's `Connection` header: that would let it unframe a body. */
const NEVER_NAMED = new Set(['content-length', 'host', 'content-type']);

/**
 * Further fields that a `Connection` value declares to be of this hop (RFC 9110 §7.6.1), lower-cased; undefined
 * when there are none, which is the usual case.
 */
export function namedInConnection(value: string): ReadonlySet<string> | undefined {
  if (value === 'keep-alive' || value === 'close') return undefined;
  let named: Set<string> | undefined;
  for (const part of value.split(',')) {
    const name = part.trim().toLowerCase();
    if (PLAIN_OPTIONS.has(name) || NEVER_NAMED.has(name)) continue;
    named ??= new Set();
    named.add(name);
  }
  return named;
}

/** Fields named by every `Connection` header of a raw header list `[name, value, name, value, …]`. */
export function connectionNames(raw: readonly string[]): ReadonlySet<string> | undefined {
  let all: Set<string> | undefined;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i];
    if (name === undefined || name.length !== 10 || name.toLowerCase() !== 'connection') continue;
    const named = namedInConnection(raw[i + 1] ?? '');
    if (!named) continue;
    all ??= new Set();
    for (const each of named) all.add(each);
  }
  return all;
}

/** Raw header list without the fields of this hop: order, spelling and repetition kept. */
export function withoutHopByHop(raw: readonly string[]): string[] {
  const named = connectionNames(raw);
  const kept: string[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? '';
    const lower = name.toLowerCase();
    if (HOP_BY_HOP.has(lower) || named?.has(lower)) continue;
    kept.push(name, raw[i + 1] ?? '');
  }
  return kept;
}
