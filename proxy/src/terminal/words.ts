/** The words for outcomes and origins, as everywhere a person reads them. */
import type { Outcome } from '../contract/index.ts';
import type { Tone } from './paint.ts';

interface OutcomeWord {
  readonly word: string;
  /** Says the same as the tone, for those who see no colours. */
  readonly mark: string;
  readonly tone: Tone;
}

const OUTCOME_WORDS: Readonly<Record<Outcome, OutcomeWord>> = {
  ok: { word: 'ok', mark: '·', tone: 'plain' },
  tool_error: { word: 'tool error', mark: '✗', tone: 'bad' },
  rpc_error: { word: 'protocol error', mark: '✗', tone: 'bad' },
  http_error: { word: 'HTTP error', mark: '✗', tone: 'bad' },
  timeout: { word: 'timeout', mark: '✗', tone: 'bad' },
  interrupted: { word: 'interrupted', mark: '✗', tone: 'bad' },
  unanswered: { word: 'no answer', mark: '✗', tone: 'bad' },
  denied: { word: 'denied', mark: '!', tone: 'warn' },
  cancelled: { word: 'cancelled', mark: '–', tone: 'muted' },
  abandoned: { word: 'abandoned', mark: '–', tone: 'muted' },
};

const ORIGIN_WORDS: Readonly<Record<string, string>> = {
  client: 'by the client',
  proxy: 'by the proxy',
  upstream: 'by the server',
};

/** An outcome this version does not know is shown as it is, and as bad: hiding it would be worse. */
export function wordOf(outcome: string): OutcomeWord {
  const known = new Map<string, OutcomeWord>(Object.entries(OUTCOME_WORDS));
  return known.get(outcome) ?? { word: outcome, mark: '✗', tone: 'bad' };
}

export function originWord(origin: unknown): string {
  return (typeof origin === 'string' ? ORIGIN_WORDS[origin] : undefined) ?? '';
}
