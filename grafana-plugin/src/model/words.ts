/** The words and signs for what the contract's vocabularies mean, as everywhere a person reads them on the page. */
import type {
  Confidence,
  CredentialKind,
  EndReason,
  EventItem,
  Origin,
  Outcome,
  SessionSource,
} from 'sightline/contract';
import { formatBytes, formatSeconds } from './format.ts';

/** Which colour token speaks for it; the icon and the word say the same without colour. */
export type Tone = 'ok' | 'error' | 'denied' | 'muted' | 'running';

export interface OutcomeWord {
  readonly word: string;
  readonly tone: Tone;
  /** Name of an icon of `views/Icon.tsx`. */
  readonly icon: 'check' | 'cross' | 'shield' | 'minus' | 'hourglass';
}

const ERROR = { tone: 'error', icon: 'cross' } as const;
const OUTCOME_WORDS: Readonly<Record<Outcome, OutcomeWord>> = {
  ok: { word: 'ok', tone: 'ok', icon: 'check' },
  tool_error: { word: 'tool error', ...ERROR },
  rpc_error: { word: 'protocol error', ...ERROR },
  http_error: { word: 'HTTP error', ...ERROR },
  timeout: { word: 'timeout', ...ERROR },
  interrupted: { word: 'interrupted', ...ERROR },
  unanswered: { word: 'no answer', ...ERROR },
  denied: { word: 'denied', tone: 'denied', icon: 'shield' },
  cancelled: { word: 'cancelled', tone: 'muted', icon: 'minus' },
  abandoned: { word: 'abandoned', tone: 'muted', icon: 'minus' },
};
const OUTCOMES_BY_NAME = new Map<string, OutcomeWord>(Object.entries(OUTCOME_WORDS));

/** An outcome this version does not know is shown as it is, and as bad: hiding it would be worse. */
export function outcomeWord(outcome: string): OutcomeWord {
  return OUTCOMES_BY_NAME.get(outcome) ?? { word: outcome, ...ERROR };
}

/** How an event stands; undefined for what has no outcome, as a notification. */
export function standingOf(event: EventItem): OutcomeWord | undefined {
  if (event.eventName === 'sightline.request.waiting') {
    return { word: 'still waiting', tone: 'running', icon: 'hourglass' };
  }
  if (event.outcome === undefined) return undefined;
  const known = outcomeWord(event.outcome);
  // A client finding out the era is refused in the ordinary course of things.
  return event.probe === true && known.tone === 'error' ? { ...known, tone: 'muted', icon: 'minus' } : known;
}

const ORIGIN_WORDS: Readonly<Record<Origin, string>> = {
  client: 'by the client',
  proxy: 'by the proxy',
  upstream: 'by the server',
};

export function originWord(origin: Origin | undefined): string {
  return origin === undefined ? '' : (ORIGIN_WORDS[origin] ?? `by ${origin}`);
}

const TYPE_WORDS = new Map([
  ['sightline.request', 'request'],
  ['sightline.request.waiting', 'waiting'],
  ['sightline.notification', 'notification'],
  ['sightline.exchange', 'HTTP exchange'],
  ['sightline.server_log', 'server log'],
  ['sightline.session.started', 'session started'],
  ['sightline.session.ended', 'session ended'],
  ['sightline.retry.gave_up', 'retries gave up'],
]);

/** Whether a record of this name is a row of the event log. */
export function isEventType(eventName: string): boolean {
  return TYPE_WORDS.has(eventName);
}

/** What kind of record an event is. */
export function typeWord(eventName: string): string {
  return TYPE_WORDS.get(eventName) ?? eventName.replace(/^sightline\./, '');
}

const SOURCE_WORDS: Readonly<Record<SessionSource, string>> = {
  protocol: 'protocol session id',
  conversation: 'conversation id',
  client_hint: "from the client's hint",
  process: 'one process',
  trace: 'one trace',
  inferred: 'inferred',
};

/** By which evidence events were joined to a session: `inferred, weak`. */
export function sourceWords(source: SessionSource | undefined, confidence: Confidence | undefined): string {
  const word = source === undefined ? '' : (SOURCE_WORDS[source] ?? source);
  return [word, confidence].filter(Boolean).join(', ');
}

const END_WORDS: Readonly<Record<EndReason, string>> = {
  deleted: 'the client ended it',
  expired: 'the server had forgotten it',
  closed: 'its stream closed',
  idle: 'nothing came for long',
  process_exit: 'its process ended',
  crashed: 'open when the proxy stopped without notice',
  shutdown: 'the proxy was stopped',
};

export function endReasonWords(reason: EndReason | undefined): string {
  return reason === undefined ? '' : (END_WORDS[reason] ?? reason);
}

const CREDENTIAL_WORDS: Readonly<Record<CredentialKind, string>> = {
  none: 'none',
  bearer: 'bearer token',
  basic: 'user and password (basic)',
  api_key: 'API key',
  cookie: 'cookie',
  other: 'another kind',
};

export function credentialWord(kind: CredentialKind): string {
  return CREDENTIAL_WORDS[kind] ?? kind;
}

/** `attempt 3, recovered, 12.9 s lost`; undefined for what was tried once and never again. */
export function attemptWords(event: EventItem): string | undefined {
  const number = event.attemptNumber;
  const gaveUp = event.eventName === 'sightline.retry.gave_up';
  if (number === undefined || (number < 2 && !gaveUp)) return undefined;
  const said = [
    gaveUp ? `gave up after ${number} ${number === 1 ? 'attempt' : 'attempts'}` : `attempt ${number}`,
  ];
  if (event.attemptResult === 'recovered') said.push('recovered');
  if (event.attemptArgumentsChanged === true) said.push('with other arguments');
  if (event.attemptWasted !== undefined) said.push(`${formatSeconds(event.attemptWasted)} lost`);
  if (event.attemptWastedBytes) said.push(`${formatBytes(event.attemptWastedBytes)} wasted`);
  return said.join(', ');
}

/** `interrupted` and its like, with whose doing it was: `tool error, by the server`. */
export function outcomeSentence(event: EventItem): string | undefined {
  const standing = standingOf(event);
  if (standing === undefined) return undefined;
  const origin = originWord(event.outcomeOrigin);
  return origin === '' ? standing.word : `${standing.word}, ${origin}`;
}
