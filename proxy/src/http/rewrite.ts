/**
 * Four places in which an upstream names its own address to clients: `Location`, the data of a 2024-11-05
 * `endpoint` event, `resource` of protected-resource metadata (RFC 9728), `resource_metadata` in
 * `WWW-Authenticate` (RFC 9728 §5.1). Behind a prefix of ours, or with `rewrite-urls`, these four become the
 * address that the client can reach. Nothing else is touched, and never an issuer: clients compare it letter by
 * letter (RFC 8414 §3.3).
 */

export interface RewriteRules {
  /** The upstream's `scheme://host:port`. */
  readonly origin: string;
  /** `scheme://host:port` under which the client reaches the proxy. */
  readonly publicOrigin: string;
  /** `/{name}`, or empty. */
  readonly prefix: string;
}

/** An address as clients must see it; undefined when it stays as it is. */
export function rewriteAddress(rules: RewriteRules, address: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(address)) {
    const url = URL.parse(address);
    if (!url || !isOurs(rules, url.origin)) return undefined;
    const rest = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*(.*)$/is.exec(address)?.[1] ?? '';
    const moved = `${rules.publicOrigin}${placePath(rules, rest.startsWith('/') ? rest : `/${rest}`)}`;
    return moved === address ? undefined : moved;
  }
  // `//host/path` names another host, and a relative path resolves against what the client asked for.
  if (!address.startsWith('/') || address.startsWith('//') || rules.prefix === '') return undefined;
  return placePath(rules, address);
}

/** The upstream's own origin, or ours: a server that was handed the client's `Host` builds addresses from it. */
function isOurs(rules: RewriteRules, origin: string): boolean {
  return origin === URL.parse(rules.origin)?.origin || origin === URL.parse(rules.publicOrigin)?.origin;
}

/** `/.well-known/{x}/rest` keeps its place at the root: `/.well-known/{x}/{name}/rest` (RFC 8615). */
function placePath(rules: RewriteRules, path: string): string {
  const known = /^(\/\.well-known\/[^/?#]+)(.*)$/s.exec(path);
  return known ? `${known[1]}${rules.prefix}${known[2]}` : `${rules.prefix}${path}`;
}

/** Rewrites `Location` and `WWW-Authenticate` in a raw header list, in place. */
export function rewriteHeaders(rules: RewriteRules, raw: string[]): void {
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = (raw[i] ?? '').toLowerCase();
    const value = raw[i + 1] ?? '';
    if (name === 'location') raw[i + 1] = rewriteAddress(rules, value) ?? value;
    else if (name === 'www-authenticate') raw[i + 1] = rewriteChallenge(rules, value);
  }
}

const RESOURCE_METADATA = /(\bresource_metadata\s*=\s*)(?:"([^"\\]*)"|([^\s,"]+))/gi;

/** Addresses of metadata that a `WWW-Authenticate` value names (RFC 9728 §5.1), as they stand there. */
export function readChallenge(value: string): string[] {
  return [...value.matchAll(RESOURCE_METADATA)].map((match) => match[2] ?? match[3] ?? '');
}

export function rewriteChallenge(rules: RewriteRules, value: string): string {
  return value.replace(
    RESOURCE_METADATA,
    (whole: string, head: string, quoted: string | undefined, bare: string | undefined) => {
      const moved = rewriteAddress(rules, quoted ?? bare ?? '');
      if (moved === undefined) return whole;
      return quoted === undefined ? `${head}${moved}` : `${head}"${moved}"`;
    },
  );
}

/** Paths at which protected-resource metadata stand by default (RFC 9728 §3). */
export function isResourceMetadata(path: string): boolean {
  return /^\/\.well-known\/oauth-protected-resource(\/|$)/.test(path);
}

/**
 * Protected-resource metadata with its `resource` moved. Only that value's own characters change; text that is
 * not JSON, or in which the value cannot be found safely, stays as it came.
 */
export function rewriteResource(rules: RewriteRules, text: string): string {
  const before = parseObject(text);
  const resource = before?.['resource'];
  if (!before || typeof resource !== 'string') return text;
  const moved = rewriteAddress(rules, resource);
  if (moved === undefined) return text;
  const expected = JSON.stringify({ ...before, resource: moved });
  for (const match of text.matchAll(/"resource"\s*:\s*("(?:[^"\\]|\\.)*")/g)) {
    const literal = match[1] ?? '';
    const at = match.index + match[0].length - literal.length;
    const changed = `${text.slice(0, at)}${JSON.stringify(moved)}${text.slice(at + literal.length)}`;
    const after = parseObject(changed);
    if (after && JSON.stringify(after) === expected) return changed;
  }
  return text;
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    // Not ours to judge: the client gets what the server sent.
    return undefined;
  }
}

/** An event that has not ended by then is no `endpoint` event. */
const HEAD_BYTES_MAX = 16_384;
const BLOCK_END = /\r\n\r\n|\n\n|\r\r/;

/**
 * Rewrites the first event of a stream if it is an `endpoint` event. Until that is decided whole blocks are held
 * back, comments excepted; afterwards every chunk passes as it is.
 */
export class EndpointRewriter {
  readonly #rules: RewriteRules;
  #held = '';
  #decided = false;

  constructor(rules: RewriteRules) {
    this.#rules = rules;
  }

  /** Bytes to hand on now; empty while the first event is incomplete. */
  push(chunk: Buffer): Buffer {
    if (this.#decided) return chunk;
    this.#held += chunk.toString('latin1');
    let out = '';
    for (let end = this.#blockEnd(); end !== -1 && !this.#decided; end = this.#blockEnd()) {
      const block = this.#held.slice(0, end);
      this.#held = this.#held.slice(end);
      out += this.#passBlock(block);
    }
    if (this.#held.length > HEAD_BYTES_MAX) this.#decided = true;
    if (this.#decided) {
      out += this.#held;
      this.#held = '';
    }
    return Buffer.from(out, 'latin1');
  }

  /** What was still held when the stream ended. */
  flush(): Buffer {
    this.#decided = true;
    const rest = Buffer.from(this.#held, 'latin1');
    this.#held = '';
    return rest;
  }

  #blockEnd(): number {
    const match = BLOCK_END.exec(this.#held);
    return match ? match.index + match[0].length : -1;
  }

  #passBlock(block: string): string {
    const lines = block.split(/\r\n|\n|\r/).filter((line) => line !== '' && !line.startsWith(':'));
    if (lines.length === 0) return block;
    this.#decided = true;
    if (!lines.some((line) => /^(?:\u00ef\u00bb\u00bf)?event: ?endpoint$/.test(line))) return block;
    return block.replace(/^(data: ?)([^\r\n]*)/m, (whole: string, field: string, data: string) => {
      const moved = rewriteAddress(this.#rules, data);
      return moved === undefined ? whole : `${field}${moved}`;
    });
  }
}
