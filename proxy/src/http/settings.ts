/**
 * What the byte path must be told. Plain data, already checked: wrong values are refused by `config/`, and
 * nothing here reads files, flags or the environment. Defaults live in `config/` too.
 */
import type { TraceParentPolicy } from '../mcp/traceContext.ts';

export interface UpstreamSettings {
  /** Configured name, slugged to `[a-z0-9-]`. */
  readonly name: string;
  /** `scheme://host:port` of the configured URL, without a path. */
  readonly origin: string;
  /** Path of the configured URL: the MCP endpoint, or the SSE endpoint of a 2024-11-05 server. */
  readonly endpointPath: string;
  /** Query of the configured URL without `?`: sent to the endpoint when the client sends no query itself. */
  readonly endpointQuery?: string;
  /** Headers from the configuration file, added only where the client sends none of that name. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface ProxySettings {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly upstreams: readonly UpstreamSettings[];
  /** One upstream mounted at `/`, nothing rewritten. Otherwise each has its prefix `/{name}/`. */
  readonly single: boolean;
  /** The single upstream is reached under `/{name}/` too, as it would be beside others. */
  readonly prefixed: boolean;
  /** Rewrite `endpoint` data, `Location`, `resource` and `resource_metadata` without a prefix too. */
  readonly rewriteUrls: boolean;
  /** Hand the client's `Host` on instead of the upstream's own. */
  readonly preserveHost: boolean;
  /** Add `X-Forwarded-*` towards the upstream. */
  readonly forwardedHeaders: boolean;
  /** Addresses and CIDR ranges whose forwarding headers are believed. */
  readonly trustedProxies: readonly string[];
  /** Host names accepted besides loopback; `*` accepts all. */
  readonly allowedHosts: readonly string[];
  /** Origins accepted besides loopback; `*` accepts all. */
  readonly allowedOrigins: readonly string[];
  /** How long the upstream may take to begin its answer; absent means for ever. */
  readonly requestTimeoutMs?: number | undefined;
  /** Largest message that is looked at; larger ones pass and are recorded as such. */
  readonly inspectBytesMax: number;
  /** Show the first characters of credentials. */
  readonly credentialPrefix: boolean;
  readonly traceParent: TraceParentPolicy;
  /** Also write `params._meta.traceparent` into requests: the one case in which the proxy changes a body. */
  readonly rewriteTraceparent: boolean;
  /** A `traceparent` that begins here says sampled. */
  readonly propagateSampled: boolean;
  /** `false` forwards without a tap: the yardstick of the benchmark. */
  readonly observe: boolean;
  /** How long `close()` lets running exchanges finish. */
  readonly drainMs: number;
}
