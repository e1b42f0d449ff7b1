/** What a session adds up to, as the line under its timeline, and what it cost the model's context, tool by tool. */
import type { EventItem, SessionItem } from 'sightline/contract';
import { formatBytes, formatCounted, formatPercent, formatSeconds, formatTokens } from './format.ts';
import { entersContext, estimateTokens } from './timelineWords.ts';
import { sourceWords } from './words.ts';

export interface TotalPart {
  readonly text: string;
  readonly isError: boolean;
}

/** `6 calls`, `2 errors (33.3 %)`, `3.6 s in tools`, `5.1 kB ≈ 1,280 tokens`, … in the order they stand. */
export function totalParts(session: SessionItem): readonly TotalPart[] {
  const { sessionCalls: calls = 0, sessionErrors: errors = 0, sessionToolTime } = session;
  const parts = [plain(formatCounted(calls, 'call'))];
  const rate = calls > 0 && errors > 0 ? ` (${formatPercent(errors / calls)})` : '';
  parts.push({ text: `${formatCounted(errors, 'error')}${rate}`, isError: errors > 0 });
  const retries = retryWords(session);
  if (retries !== undefined) parts.push(plain(retries));
  if (sessionToolTime !== undefined) parts.push(plain(`${formatSeconds(sessionToolTime)} in tools`));
  const tokens = session.sessionTokensEstimated ?? 0;
  const size = formatBytes(session.sessionBytes ?? 0);
  parts.push(plain(tokens > 0 ? `${size} ${formatTokens(tokens)}` : size));
  const source = sourceWords(session.sessionSource, session.sessionConfidence);
  if (source !== '') parts.push(plain(source));
  return parts;
}

function plain(text: string): TotalPart {
  return { text, isError: false };
}

function retryWords({ sessionRetries = 0, sessionRecovered = 0, sessionGaveUp = 0 }: SessionItem) {
  if (sessionRetries === 0) return undefined;
  const said = [
    formatCounted(sessionRetries, 'retry', 'retries'),
    sessionRecovered > 0 && `${sessionRecovered} recovered`,
    sessionGaveUp > 0 && `${sessionGaveUp} gave up`,
  ];
  return said.filter(Boolean).join(', ');
}

/** What one tool, or the tools' definitions, put into the context. */
export interface ContextCost {
  /** Undefined for the definitions. */
  readonly tool: string | undefined;
  readonly answers: number;
  readonly bytes: number;
  readonly tokens: number;
  /** Of all tokens, 0 to 1. */
  readonly share: number;
}

/** The most expensive first. */
export function contextCosts(events: Iterable<EventItem>): readonly ContextCost[] {
  const sums = new Map<string | undefined, { answers: number; bytes: number; tokens: number }>();
  let all = 0;
  for (const event of events) {
    const bytes = event.responseSize ?? 0;
    if (bytes === 0 || !entersContext(event)) continue;
    const sum = sums.get(event.genAiToolName) ?? { answers: 0, bytes: 0, tokens: 0 };
    const tokens = estimateTokens(bytes);
    sums.set(event.genAiToolName, {
      answers: sum.answers + 1,
      bytes: sum.bytes + bytes,
      tokens: sum.tokens + tokens,
    });
    all += tokens;
  }
  return [...sums]
    .map(([tool, sum]) => ({ tool, ...sum, share: sum.tokens / Math.max(1, all) }))
    .sort((a, b) => b.tokens - a.tokens);
}
