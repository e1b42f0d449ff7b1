/** Everything the fold remembers between frames. Plain mutable state, private to this room. */
import type { Attributes, Direction } from '../contract/index.ts';
import type { Envelope } from '../mcp/envelope.ts';
import type { RequestId } from '../mcp/jsonrpc.ts';
import type { Target } from '../mcp/methods.ts';
import type { Evidence } from '../session/evidence.ts';
import type { Node } from '../session/linkedList.ts';
import type { Joined } from '../session/registry.ts';
import type { Attempt, Chains } from './chains.ts';
import type { Payload, ServerSpan } from './event.ts';
import type { ExchangeId, LineFrame, RequestFrame, ResponseFrame, UnixMicros } from './frame.ts';
import type { OpenRequests } from './openRequests.ts';
import type { Ending } from './outcome.ts';
import type { Operation } from './rounds.ts';
import type { Tally } from './tally.ts';

/** What the fold keeps for one session. */
export interface SessionState {
  /** Number of the last event written. */
  number: number;
  readonly tally: Tally;
  readonly chains: Chains;
  /** Requests that may be answered on another exchange than theirs, by direction and id. */
  readonly open: OpenRequests;
  /** The session's `started` record has been written since it last ended. */
  startedWritten: boolean;
  /** The next event opens it again: it ended without its client or server saying so. */
  reopens: boolean;
  /** Something changed since the last full and the last live summary. */
  changed: boolean;
  changedLive: boolean;
  liveUs: UnixMicros;
  /** Resumed streams (`Last-Event-ID`) open now: while one is, answers may still come on it. */
  resumedStreams: number;
}

/** A wrapped process: its pipes, open for as long as it runs. */
export interface Pipe {
  /** What its server says stands on this exchange; each line of its client has one of its own, under the same id. */
  readonly exchange: Exchange;
  readonly process: string;
  /** It is served over HTTP, and its messages are seen there: to one session, or to many clients at once. */
  readonly bridged?: 'session' | 'shared';
  /** Requests of both sides, whatever session they belong to: an id means something on these pipes only. */
  readonly open: OpenRequests;
  /** Lines of stderr that came before the process had a session. */
  held: LineFrame[];
  /** Bytes of lines since the last `traffic` event. */
  receivedBytes: number;
  sentBytes: number;
}

/** One HTTP exchange in flight, or one line of a wrapped process's client. */
export interface Exchange {
  readonly id: ExchangeId;
  /** Its frame, without the body's text. */
  readonly request: RequestFrame;
  readonly server: string;
  /** `Mcp-Session-Id`, or the session of the 2024-11-05 address it was posted to. */
  readonly protocolId?: string;
  /** A POST to an address that a 2024-11-05 stream announced: its answers come on that stream. */
  readonly announced: boolean;
  /** Requests that the client sent in it, in order; ended ones included. */
  readonly requests: OpenRequest[];
  /** Requests of the server on it that belong to no known session: no answer can be told to be theirs. */
  readonly strays: OpenRequest[];
  /** Session of what in it is no request. */
  joined?: Joined<SessionState> | undefined;
  /** Why its body gave no messages; absent when it did, or had none to give. */
  readonly bodyProblem?: string;
  readonly bodyPayload?: Payload;
  response?: ResponseFrame;
  /** The answer is an event stream. */
  stream: boolean;
  /** An SSE event with an id has passed: the stream may be resumed (2025-03-26 to 2025-11-25). */
  resumable: boolean;
  /** It resumes an earlier stream of its session. */
  resumes?: boolean;
  /** A message on its stream could not be read: too large, or not text. */
  unread: boolean;
  /** It is a 2024-11-05 stream: the address key it announced. */
  addressKey?: string;
  /** It is no HTTP exchange: of its request frame only times and server mean anything. */
  pipe?: Pipe;
}

/** A CLIENT span in the making: one upstream exchange that carried the request or a part of its answer. */
export interface Carrier {
  readonly spanId: string;
  readonly startUs: UnixMicros;
  endUs?: UnixMicros;
  readonly attributes: Attributes;
}

/** A request without an outcome yet. */
export interface OpenRequest {
  readonly direction: Direction;
  readonly id: RequestId;
  readonly method: string;
  readonly target: Target;
  readonly version?: string;
  readonly modern: boolean;
  readonly envelope: Envelope;
  readonly exchange: Exchange;
  /** Ranked evidence, for when it can only be joined later. */
  readonly evidence: readonly Evidence[];
  joined?: Joined<SessionState> | undefined;
  /** Key in its session's `open`; absent when it can only be answered on its own exchange. */
  openKey?: string;
  readonly startUs: UnixMicros;
  /** When it was handed on to the other side; absent when it never was. */
  readonly sentUs?: UnixMicros;
  readonly bytes: number;
  readonly payload: Payload;
  readonly span: Omit<ServerSpan, 'endUs' | 'failed'>;
  readonly carriers: Carrier[];
  readonly operation: Operation;
  /** 1 for the first round of its operation. */
  readonly round: number;
  /** Key of a task it polls. */
  readonly taskId?: string;
  /** Key of a tool call's canonical arguments. */
  readonly argumentsKey?: string;
  attempt?: Attempt | undefined;
  /** It asks for a later page of a list. */
  readonly continuesList?: true;
  /** Headers that contradict the body. */
  readonly mismatch?: string;
  /** `clientInfo` of an `initialize`. */
  readonly handshake?: { readonly name?: string; readonly version?: string };
  /** Its place among all open requests. */
  place?: Node<OpenRequest> | undefined;
  waitingTold: boolean;
  /** Its stream is gone and may be resumed until then; past it, it ends as `lapse` says. */
  resumeByUs?: UnixMicros | undefined;
  lapse?: Ending;
  done: boolean;
}
