/** What a row and the details say of one event, apart from how it is drawn. */
import type { EventItem } from 'sightline/contract';
import { typeWord } from './words.ts';

/** The method; of records without one, what kind of record it is. */
export function methodOf(event: EventItem): string {
  return event.mcpMethodName ?? typeWord(event.eventName ?? '');
}

/** What the message is about: tool, prompt, resource; of other records their one telling text. */
export function targetOf(event: EventItem): string | undefined {
  return (
    event.genAiToolName ??
    event.genAiPromptName ??
    event.mcpResourceUri ??
    event.logMessage ??
    (event.sessionEndReason === undefined ? undefined : event.sessionEndReason.replaceAll('_', ' '))
  );
}

export function clientOf(event: EventItem): string | undefined {
  if (event.clientName === undefined) return undefined;
  return event.clientVersion === undefined ? event.clientName : `${event.clientName} ${event.clientVersion}`;
}

/** The id that a reader knows the session by: the protocol's own where there is one. */
export function sessionIdOf(event: EventItem): string | undefined {
  return event.mcpSessionId ?? event.sessionId;
}

/** A sentence for screen readers and titles: `tools/call create_payment, tool error`. */
export function eventName(event: EventItem): string {
  return [methodOf(event), targetOf(event)].filter((part) => part !== undefined).join(' ');
}

/** Good, bad or neither, for the chip. */
export function statusTone(status: number): 'ok' | 'error' | 'muted' {
  if (status >= 400) return 'error';
  return status >= 200 && status < 300 ? 'ok' : 'muted';
}

export interface TimingPart {
  readonly kind: 'upstream' | 'proxy' | 'waiting';
  readonly seconds: number;
  /** Of the whole, 0 to 1. */
  readonly share: number;
}

/** What the time went into; empty where no time is known. Waiting is between the rounds of one operation. */
export function timingOf(event: EventItem): readonly TimingPart[] {
  const parts = (
    [
      ['upstream', event.upstreamDuration],
      ['proxy', event.proxyDuration],
      ['waiting', event.operationWaiting],
    ] as const
  ).flatMap(([kind, seconds]) => (seconds === undefined || seconds < 0 ? [] : [{ kind, seconds }]));
  const whole = parts.reduce((sum, part) => sum + part.seconds, 0);
  return whole > 0 ? parts.map((part) => ({ ...part, share: part.seconds / whole })) : [];
}
