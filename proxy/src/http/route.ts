/**
 * Which upstream a request is for, and under which path that upstream knows it. Pure text work: paths and queries
 * go on byte for byte as they came (`//`, `%2F`, `..`, an empty query), only a prefix of ours is taken away.
 */
import { hostName } from '../guard/guard.ts';
import { PathBook } from './pathBook.ts';
import type { ProxySettings, UpstreamSettings } from './settings.ts';

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
  /** Undefined when none has `/` for itself and the path names none. `target` is in origin form. */
  route(host: string | undefined, target: string): Route | undefined;
}

/** `/.well-known/{x}/{name}/rest`: RFC 8615 puts the well-known part first, RFC 9728 §3.1 the path behind it. */
const WELL_KNOWN = /^(\/\.well-known\/[^/]+)\/([^/]+)(\/.*)?$/;

type Mounts = Pick<ProxySettings, 'upstreams' | 'single' | 'prefixed'>;

export function createRouter({ upstreams, single, prefixed }: Mounts): Router {
  const byName = new Map(upstreams.map((upstream, index) => [upstream.name, index]));
  const only = single ? upstreams[0] : undefined;

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
      if (only) {
        const split = prefixed && byHost(host) === undefined ? splitOfOnly(only, path) : undefined;
        return { upstream: 0, path: split?.rest ?? path, query, prefix: split ? `/${split.name}` : '' };
      }
      const named = byHost(host);
      if (named !== undefined) return { upstream: named, path, query, prefix: '' };
      const split = splitWellKnown(path) ?? splitPrefix(path);
      const upstream = byName.get(split.name);
      if (upstream !== undefined) return { upstream, path: split.rest, query, prefix: `/${split.name}` };
      return undefined;
    },
  };
}

/** A path that may name an upstream. */
interface Split {
  readonly name: string;
  /** What follows the name; empty, or from a slash on. */
  readonly behind: string;
  /** The path as that upstream knows it. */
  readonly rest: string;
}

function splitPrefix(path: string): Split {
  const second = path.indexOf('/', 1);
  if (second === -1) return { name: path.slice(1), behind: '', rest: '/' };
  const behind = path.slice(second);
  return { name: path.slice(1, second), behind, rest: behind };
}

function splitWellKnown(path: string): Split | undefined {
  const [, known, name, behind = ''] = WELL_KNOWN.exec(path) ?? [];
  return known === undefined || name === undefined ? undefined : { name, behind, rest: `${known}${behind}` };
}

/**
 * The split of an upstream that has `/` for itself, where it is asked for by its name. Only `/{name}/…` is, for
 * `/{name}` may be a page of its own. Where the upstream's own path lies under its name (`mcp` at `/mcp`), the
 * name must come twice, or clients at `/` would be sent astray.
 */
function splitOfOnly({ name, endpointPath }: UpstreamSettings, path: string): Split | undefined {
  const known = splitWellKnown(path);
  const split = known ?? splitPrefix(path);
  if (split.name !== name) return undefined;
  const isUnderName = (text: string): boolean => `${text}/`.startsWith(`/${name}/`);
  const isAsked = isUnderName(endpointPath) ? isUnderName(split.behind) : known || split.behind !== '';
  return isAsked ? split : undefined;
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
