/**
 * One upstream at run time: the road to it, the addresses that carry MCP there, and those of its
 * protected-resource metadata. Connections are kept and never shared by two exchanges at once (pipelining 1), or a short call would wait behind a stream.
 */
import { type Dispatcher, Pool } from 'undici';
import { PathBook } from './pathBook.ts';
import { isResourceMetadata, readChallenge } from './rewrite.ts';
import { EndpointBook } from './route.ts';
import type { UpstreamSettings } from './settings.ts';

/** Heads as large as ours may be: a limit below the peers' own would break what works without the proxy. */
export const HEAD_BYTES_MAX = 65_536;

/** A server has one such path for each resource; whoever names many more gets the latest remembered. */
const METADATA_PATHS_MAX = 64;

/** Whatever answers exchanges as undici's pool does: mostly that pool, else somebody in this process. */
export type Road = Pick<Dispatcher, 'dispatch'> & { destroy(): Promise<void> };

export class Upstream {
  readonly settings: UpstreamSettings;
  readonly road: Road;
  /** It is somebody in this process, who has nothing but the MCP endpoint. */
  readonly isBridged: boolean;
  readonly endpoints: EndpointBook;
  /** Paths of metadata that challenges named, besides the well-known ones. */
  readonly #metadata = new PathBook(METADATA_PATHS_MAX);
  /** TLS asks for the upstream's own name, also when the client's `Host` is handed on. */
  readonly servername: string | null;
  /** Configured headers as `[lower-cased name, name, value]`. */
  readonly extra: readonly (readonly [string, string, string])[];

  /** @param bridge Takes the place of connections to the origin. */
  constructor(settings: UpstreamSettings, bridge?: Road) {
    this.settings = settings;
    this.endpoints = new EndpointBook(settings.endpointPath);
    const url = new URL(settings.origin);
    this.servername = url.protocol === 'https:' ? url.hostname : null;
    this.extra = Object.entries(settings.headers).map(([name, value]) => [name.toLowerCase(), name, value]);
    this.isBridged = bridge !== undefined;
    this.road =
      bridge ??
      new Pool(settings.origin, {
        pipelining: 1,
        // No limit of ours on an answer that takes its time, or on a stream that is silent (MCP allows both).
        headersTimeout: 0,
        bodyTimeout: 0,
        maxHeaderSize: HEAD_BYTES_MAX,
      });
  }

  /** An `endpoint` event named this address (2024-11-05 HTTP+SSE); `base` is the path that was asked. */
  announce(address: string, base: string): void {
    // Of any origin: a server may build it from the client's own `Host`, and one elsewhere never comes by here.
    const url = URL.parse(address.trim(), `${this.settings.origin}${base}`);
    if (url) this.endpoints.announce(url.pathname);
  }

  /** A `WWW-Authenticate` value, as it came: it may name metadata at any path (RFC 9728 §5.1). */
  learnChallenge(value: string): void {
    for (const address of readChallenge(value)) {
      // Of any origin, for the same reason as above.
      const path = URL.parse(address, this.settings.origin)?.pathname;
      if (path !== undefined && !isResourceMetadata(path)) this.#metadata.add(path);
    }
  }

  /** Whether a GET of this path is answered with protected-resource metadata. */
  hasMetadataAt(path: string): boolean {
    return isResourceMetadata(path) || this.#metadata.has(path);
  }
}
