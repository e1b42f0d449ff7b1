/**
 * What one message says about whose it is, ranked: the first evidence that is there wins. Nothing is minted on
 * the wire; a session is only ever concluded from what clients and servers send anyway.
 */
import type { Confidence, SessionSource } from '../contract/index.ts';
import type { Envelope } from '../mcp/envelope.ts';
import { conversationOf } from '../mcp/envelope.ts';
import type { TraceParent } from '../mcp/traceContext.ts';

export interface Evidence {
  readonly source: SessionSource;
  readonly value: string;
  /** Where it is worth less than its kind mostly is. */
  readonly confidence?: Confidence;
}

/** Prefix of session evidence that is a message address, not an id: it is never shown as `mcp.session.id`. */
export const ADDRESS_EVIDENCE = 'address:';

/** What each kind of evidence is worth, unless it says otherwise itself. */
export const CONFIDENCE: Readonly<Record<SessionSource, Confidence>> = {
  protocol: 'certain',
  process: 'certain',
  conversation: 'strong',
  client_hint: 'strong',
  trace: 'weak',
  inferred: 'weak',
};

/** Facts about the caller that hold for a whole exchange. */
export interface Caller {
  readonly address: string;
  readonly userAgent: string;
  /** Hash of the credential; empty when there is none. */
  readonly credential: string;
}

export interface Claims {
  /** `Mcp-Session-Id`, or the session of a 2024-11-05 message address. */
  readonly protocol?: string;
  readonly envelope: Envelope;
  /** The wrapped process whose pipes carried it. */
  readonly process?: string;
  /** `baggage` header, read when `_meta` says nothing. */
  readonly baggage?: string;
  /** The caller's trace: `_meta.traceparent`, else the HTTP header. */
  readonly trace?: TraceParent;
  readonly caller: Caller;
}

/**
 * The evidence of one message, strongest first, `inferred` always last. A modern request's protocol session id is
 * no evidence: 2026-07-28 removed it, and servers must ignore the header.
 */
export function rankEvidence(claims: Claims): Evidence[] {
  const { envelope } = claims;
  const modern = envelope.protocolVersion !== undefined;
  const ranked: Evidence[] = [];
  if (claims.protocol && !modern) ranked.push({ source: 'protocol', value: claims.protocol });
  const conversation = envelope.conversation ?? conversationOf(claims.baggage);
  if (conversation !== undefined) ranked.push({ source: 'conversation', value: conversation });
  if (envelope.clientHint !== undefined) ranked.push({ source: 'client_hint', value: envelope.clientHint });
  if (claims.process !== undefined) {
    // 2026-07-28 knows no sessions, so a client may serve several conversations over one process.
    const worth = modern ? { confidence: 'strong' as const } : {};
    ranked.push({ source: 'process', value: claims.process, ...worth });
  }
  if (claims.trace) ranked.push({ source: 'trace', value: claims.trace.traceId });
  ranked.push({ source: 'inferred', value: identityOf(claims) });
  return ranked;
}

/**
 * Who a caller seems to be. A modern request names its client, a legacy one only did so in its handshake, so the
 * name takes part only where every request carries it.
 */
function identityOf({ caller, envelope }: Claims): string {
  const client =
    envelope.protocolVersion === undefined
      ? 'legacy'
      : `${envelope.clientName ?? ''}@${envelope.clientVersion ?? ''}`;
  return [caller.address, caller.userAgent, caller.credential, client].join('\0');
}
