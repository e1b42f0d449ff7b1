/**
 * Frames: dated sightings by a transport. A transport timestamps and labels what crossed; it never correlates
 * and never interprets, so every conclusion is drawn in one place (`observer.ts`) and any recorded traffic
 * replays to the same events. Frames are plain JSON-able data: no clock, no handle, no class crosses here.
 *
 * Order within one exchange: `request`, then `response`, then any number of `sse`, then `end`. Frames of
 * different exchanges interleave freely. Times never run backwards within one exchange. A wrapped process is one
 * exchange too, for as long as it runs: `process`, then any number of `line`, then `exit`. So is one that is served
 * over HTTP, besides the exchanges that carry its messages.
 */

import type { CredentialKind } from '../contract/index.ts';
import type { RequestId } from '../mcp/jsonrpc.ts';

/** Unix time in whole microseconds: exact as a double until the year 2255. */
export type UnixMicros = number;

/** Names one exchange within one process. */
export type ExchangeId = number;

/** Text of one body or one SSE event's data, as far as it may be looked at. */
export interface BodySighting {
  /** Decoded text (content coding removed); absent when it must not or cannot be read. */
  readonly text?: string;
  /** Bytes of the text with content coding removed, whole even when `text` is absent. */
  readonly bytes: number;
  /**
   * Why there is no complete text: larger than `inspect-max`, not UTF-8, an unknown or broken content coding,
   * or the sender stopped before the end.
   */
  readonly problem?: 'oversized' | 'not_utf8' | 'coding' | 'incomplete';
}

/** What is known of the credential a request carried. The credential itself never leaves `http/`. */
export interface CredentialSighting {
  readonly kind: CredentialKind;
  /** First characters, never more than a quarter of the value, then `…`; absent when switched off. */
  readonly prefix?: string;
  /** Hash of the value, to tell callers apart; absent when there is none. */
  readonly hash?: string;
}

/** The caller, as far as trusted: forwarding headers count only behind `trusted-proxies`. */
export interface ClientSighting {
  readonly address: string;
  /** Absent when the address came from a forwarding header. */
  readonly port?: number;
  /** ISO 3166-1 alpha-2; absent for private and unknown addresses. */
  readonly country?: string;
}

/**
 * The client's half of an exchange on the MCP endpoint: emitted once its body is complete (or known never to
 * be), and at the latest before any other frame of the exchange.
 */
export interface RequestFrame {
  readonly kind: 'request';
  readonly exchange: ExchangeId;
  /** When the proxy had received it: the body's last byte when the body was read whole before forwarding, else the head. */
  readonly atUs: UnixMicros;
  /** When it was handed on towards the upstream; absent when the proxy answers by itself. */
  readonly sentUs?: UnixMicros;
  /** Configured name of the upstream. */
  readonly server: string;
  readonly method: string;
  /** Path as the upstream sees it (any prefix of ours removed), without query. */
  readonly path: string;
  /** Query without `?`; absent when there is none. */
  readonly query?: string;
  readonly httpVersion: string;
  /** The headers in `OBSERVED_REQUEST_HEADERS`, lower-cased, repeated values joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly client: ClientSighting;
  readonly credential: CredentialSighting;
  /**
   * The `traceparent` value sent to the upstream. Its trace id is the trace of the exchange's first request,
   * its span id that request's CLIENT span; the random ids of both come from here.
   */
  readonly traceparent: string;
  /** Absent when the method has no body. */
  readonly body?: BodySighting;
}

/** Request headers that observation may see. Credentials are not among them. */
export const OBSERVED_REQUEST_HEADERS = [
  'accept',
  'baggage',
  'content-encoding',
  'content-type',
  'host',
  'last-event-id',
  'mcp-method',
  'mcp-name',
  'mcp-protocol-version',
  'mcp-session-id',
  'origin',
  'traceparent',
  'tracestate',
  'user-agent',
] as const;

/** Why the proxy answered instead of the upstream. */
export type ProxyAnswer = 'guard' | 'unreachable' | 'timeout' | 'interrupted' | 'draining';

/** Head of the answer, as the client saw it. */
export interface ResponseFrame {
  readonly kind: 'response';
  readonly exchange: ExchangeId;
  readonly atUs: UnixMicros;
  readonly status: number;
  /** The headers in `OBSERVED_RESPONSE_HEADERS`, lower-cased. */
  readonly headers: Readonly<Record<string, string>>;
  /** Present when the answer is the proxy's own. */
  readonly proxy?: { readonly answer: ProxyAnswer; readonly message: string };
}

/** Response headers that observation may see. */
export const OBSERVED_RESPONSE_HEADERS = [
  'content-encoding',
  'content-type',
  'mcp-session-id',
  'retry-after',
] as const;

/** One SSE event of an answer stream, after its bytes were passed on. Comments leave no frame. */
export interface SseFrame {
  readonly kind: 'sse';
  readonly exchange: ExchangeId;
  /** When its last byte had been handed to the client. */
  readonly atUs: UnixMicros;
  /** When its last byte had come from the upstream. */
  readonly receivedUs: UnixMicros;
  /** `event:` field; absent means `message`. */
  readonly event?: string;
  /** `id:` field; present (even empty) when the event carried one. */
  readonly id?: string;
  /** `data:` lines joined; absent when the event carried none. */
  readonly data?: BodySighting;
}

/** How an exchange ended. */
export type EndHow =
  /** The answer was delivered whole. */
  | 'complete'
  /** The client's connection went away first. */
  | 'client_gone'
  /** The upstream broke off inside the body. */
  | 'upstream_broke'
  /** The proxy was stopped. */
  | 'shutdown';

export interface EndFrame {
  readonly kind: 'end';
  readonly exchange: ExchangeId;
  readonly atUs: UnixMicros;
  readonly how: EndHow;
  /** When the upstream's first byte (its head) came; absent when none came. */
  readonly firstByteUs?: UnixMicros;
  /** When the upstream's last byte came; absent when none came. */
  readonly receivedUs?: UnixMicros;
  /** Body of an answer that is no event stream. */
  readonly body?: BodySighting;
  /** Body bytes from the client and to the client, as they stood on the wire. */
  readonly receivedBytes: number;
  readonly sentBytes: number;
}

/**
 * An upstream gave an address of another origin than the client reached it under, in a place where clients refuse
 * that, and nothing rewrites it. Anywhere among the frames of its exchange, or without one (OAuth metadata).
 */
export interface MisdirectionFrame {
  readonly kind: 'misdirection';
  /** Absent when the answer was no MCP exchange. */
  readonly exchange?: ExchangeId;
  readonly atUs: UnixMicros;
  readonly server: string;
  readonly method: string;
  /** Path as the upstream sees it, without query. */
  readonly path: string;
  readonly client: ClientSighting;
  /** Data of an `endpoint` event, `Location` of a redirect, `resource` of protected-resource metadata. */
  readonly where: 'endpoint' | 'location' | 'resource';
  /** Absolute, as the client resolves it; cut where it is longer than any honest one. */
  readonly address: string;
  /** `rewrite-urls` would make it one that the client can reach: its origin is the upstream's own. */
  readonly rewritable: boolean;
}

/** A stdio server was started, or is met again after frames of it were missed. */
export interface ProcessFrame {
  readonly kind: 'process';
  readonly exchange: ExchangeId;
  readonly atUs: UnixMicros;
  readonly server: string;
  /** Names this run of it among all runs on all machines: evidence of a session, never shown. */
  readonly process: string;
  /**
   * It is served over HTTP: its messages are seen there, and of its pipes only what is no message. `session` is the
   * protocol's session that the run belongs to; absent where many clients share the run.
   */
  readonly bridged?: { readonly session?: string };
}

/** One line that crossed a pipe of a wrapped process. Empty lines leave no frame. */
export interface LineFrame {
  readonly kind: 'line';
  readonly exchange: ExchangeId;
  /** Whose: what the client wrote, or which of the server's two outputs. */
  readonly from: 'client' | 'stdout' | 'stderr';
  /** When its last byte had been handed on. */
  readonly atUs: UnixMicros;
  /** When its last byte had come. */
  readonly receivedUs: UnixMicros;
  /** Without its line break. */
  readonly line: BodySighting;
  /** On a line too long to be read that is an answer: the id it gives. */
  readonly answers?: RequestId;
}

/** A wrapped process is gone, and its pipes with it. */
export interface ExitFrame {
  readonly kind: 'exit';
  readonly exchange: ExchangeId;
  readonly atUs: UnixMicros;
  /** Who left first; `lost`: whoever watched it is gone, and nothing more is known. */
  readonly how: 'client_gone' | 'server_gone' | 'lost';
  /** Exit code, where it ended by itself. */
  readonly code?: number;
  /** Name of the signal that ended it. */
  readonly signal?: string;
  /** Why it could not be started. */
  readonly failure?: string;
}

/**
 * The queue in front of observation was full: frames of this exchange are missing, of an HTTP exchange from here on, of
 * a process up to here.
 */
export interface CutFrame {
  readonly kind: 'cut';
  readonly exchange: ExchangeId;
  readonly atUs: UnixMicros;
}

/** Something was lost outside observation (`stage`), `count` times since the last such frame. */
export interface LossFrame {
  readonly kind: 'loss';
  readonly atUs: UnixMicros;
  readonly stage: 'tap' | 'queue' | 'shim' | 'archive' | 'export';
  readonly reason: string;
  readonly count: number;
}

/** Time passes. Everything that expires does so on a tick, never by a timer of its own. */
export interface TickFrame {
  readonly kind: 'tick';
  readonly atUs: UnixMicros;
}

/** The proxy stops: every open session ends with reason `shutdown`. No frame follows. */
export interface ShutdownFrame {
  readonly kind: 'shutdown';
  readonly atUs: UnixMicros;
}

export type Frame =
  | RequestFrame
  | ResponseFrame
  | SseFrame
  | EndFrame
  | MisdirectionFrame
  | ProcessFrame
  | LineFrame
  | ExitFrame
  | CutFrame
  | LossFrame
  | TickFrame
  | ShutdownFrame;

/** Where a transport puts its frames. Never throws, never waits. */
export type FrameSink = (frame: Frame) => void;
