/**
 * Which upstream a request is for, and under which path that upstream knows it. Pure text work: paths and queries
 * go on byte for byte as they came (`//`, `%2F`, `..`, an empty query), only a prefix of ours is taken away.
 */
import { hostName } from './guard.ts';
import { PathBook } from './pathBook.ts';
import type { UpstreamSettings } from './settings.ts';

export interface Route {
  /** Index into the settings' upstreams. */
  readonly upstream: number;
  /** Path as the upstream sees it. */
  readonly path: string;
  /** Without `?`; undefined when there is none, empty when the target ends in `?`. */
  readonly query: string | undefined;
  /** `/{name}` when the path came under a prefix, else empty. */
  readonly prefix: string;
}

export interface Router {
  /** Undefined when several upstreams exist and the path names none. `target` is in origin form. */
  route(host: string | undefined, target: string): Route | undefined;
}

/** `/.well-known/{x}/{name}/rest`: RFC 8615 puts the well-known part first, RFC 9728 §3.1 the path behind it. */
const WELL_KNOWN = /^(\/\.well-known\/[^/]+)\/([^/]+)(\/.*)?$/;

export function createRouter(upstreams: readonly UpstreamSettings[], single: boolean): Router {
  const byName = new Map(upstreams.map((upstream, index) => [upstream.name, index]));

  const byHost = (host: string | undefined): number | undefined => {
    if (host === undefined) return undefined;
    const name = hostName(host);
    return name.endsWith('.localhost') ? byName.get(name.slice(0, -'.localhost'.length)) : undefined;
  };

  return {
    route(host, target) {
      const mark = target.indexOf('?');
      const path = mark === -1 ? target : target.slice(0, mark);
      const query = mark === -1 ? undefined : target.slice(mark + 1);
      if (single) return { upstream: 0, path, query, prefix: '' };
      const named = byHost(host);
      if (named !== undefined) return { upstream: named, path, query, prefix: '' };
      const second = path.indexOf('/', 1);
      const first = second === -1 ? path.slice(1) : path.slice(1, second);
      const prefixed = byName.get(first);
      if (prefixed !== undefined) {
        const rest = second === -1 ? '/' : path.slice(second);
        return { upstream: prefixed, path: rest, query, prefix: `/${first}` };
      }
      const known = WELL_KNOWN.exec(path);
      const owner = known?.[2] === undefined ? undefined : byName.get(known[2]);
      if (!known || owner === undefined) return undefined;
      return { upstream: owner, path: `${known[1]}${known[3] ?? ''}`, query, prefix: `/${known[2]}` };
    },
  };
}

/**
 * The addresses of one upstream that carry MCP: the configured path, a slash at its end or not, and what
 * `endpoint` events announced (2024-11-05).
 */
export class EndpointBook {
  readonly #configured: string;
  readonly #announced: PathBook;

  constructor(configured: string, max?: number) {
    this.#configured = withoutSlash(configured);
    this.#announced = new PathBook(max);
  }

  has(path: string): boolean {
    return path === this.#configured || withoutSlash(path) === this.#configured || this.#announced.has(path);
  }

  announce(path: string): void {
    this.#announced.add(path);
  }
}

function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

/**
 * Origin form of a request target (RFC 9112 §3.2): clients that think of us as a forward proxy send a whole URL.
 * `*` stays, it is only sent with OPTIONS.
 */
export function toOriginForm(target: string): string {
  if (target.startsWith('/') || target === '*') return target;
  const rest = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*(.*)$/i.exec(target)?.[1];
  if (rest === undefined) return target;
  return rest.startsWith('/') ? rest : `/${rest}`;
}
