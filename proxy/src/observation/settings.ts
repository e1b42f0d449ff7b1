/** What the fold must be told. Times in microseconds, sizes in bytes; the options' defaults are in `config/`. */
import type { TraceParentPolicy } from '../mcp/traceContext.ts';
import type { RememberedSession } from './archive.ts';

export interface RedactionRules {
  /** Object keys whose values are replaced, compared without case, `-` and `_`. */
  readonly keys: readonly string[];
  /** Named regular expressions (source text, flags `gi` are ours) whose matches are replaced in every text. */
  readonly patterns: readonly { readonly name: string; readonly source: string }[];
  /** Paths such as `$.params.arguments.card` or `$.result.content[*].text`, from the message's root. */
  readonly paths: readonly string[];
}

export type PayloadMode = 'off' | 'redacted' | 'full';

export interface ServerSettings {
  readonly name: string;
  /** Host and port of the upstream, for `server.address` and `server.port`; absent of a process. */
  readonly address?: string;
  readonly port?: number;
}

export interface ObserverSettings {
  readonly servers: readonly ServerSettings[];
  /** 32 hex digits of randomness, fresh for each start; every id the fold makes derives from it. */
  readonly seed: string;
  readonly unansweredAfterUs: number;
  readonly resumeWindowUs: number;
  readonly retryWindowUs: number;
  readonly sessionIdleUs: number;
  readonly payloadMode: PayloadMode;
  readonly payloadBytesMax: number;
  /** Nesting above which a message is not interpreted. */
  readonly inspectDepthMax: number;
  readonly redaction: RedactionRules;
  readonly traceParent: TraceParentPolicy;
  /** Replace protocol session ids in everything exported by a hash. */
  readonly hashSessionIds: boolean;
  /** What an earlier run left, newest session first; absent where nothing is remembered. */
  readonly remembered?: readonly RememberedSession[];
  /** Timestamps begin after this one, in decimal nanoseconds: the newest that was ever given. */
  readonly afterNs?: string;
}
