/** What a row of a timeline says. Every text of a peer leaves here with nothing hidden in it. */
import type { EventItem } from 'sightline/contract';
import { formatBytes, formatCount, formatSeconds, formatTokens } from './format.ts';
import { visibleLine } from './hostile.ts';
import type { Place } from './timelineLinks.ts';
import { endReasonWords, originWord, sourceWords, standingOf, type Tone, typeWord } from './words.ts';

export interface RowWords {
  /** The method, or what kind of record it is. */
  readonly what: string;
  /** The tool, prompt or resource. */
  readonly target: string | undefined;
  /** The server said it, unasked. */
  readonly fromServer: boolean;
  /** What went wrong, or what was said. */
  readonly detail: string | undefined;
  /** What it brought: `4 tools, 1.9 kB ≈ 480 tokens`. */
  readonly size: string | undefined;
  /** Its place among attempts and rounds. */
  readonly note: string | undefined;
  readonly noteTone: Tone;
}

export function rowWords(event: EventItem, place: Place | undefined): RowWords {
  return {
    what: whatOf(event),
    target: targetOf(event),
    fromServer: event.direction === 'server_to_client',
    detail: detailOf(event),
    size: sizeOf(event),
    note: noteOf(place),
    noteTone: toneOf(place),
  };
}

function whatOf(event: EventItem): string {
  const { eventName = '', mcpMethodName } = event;
  const named = ['sightline.request', 'sightline.request.waiting', 'sightline.notification'];
  return named.includes(eventName) && mcpMethodName !== undefined
    ? visibleLine(mcpMethodName)
    : typeWord(eventName);
}

function targetOf(event: EventItem): string | undefined {
  if (event.eventName === 'sightline.server_log') {
    const said = [event.logLevel, event.logLogger].filter((part) => part !== undefined);
    return said.length === 0 ? undefined : visibleLine(said.join(' · '));
  }
  const target = event.genAiToolName ?? event.genAiPromptName ?? event.mcpResourceUri;
  return target === undefined ? undefined : visibleLine(target);
}

function detailOf(event: EventItem): string | undefined {
  switch (event.eventName) {
    case 'sightline.session.started':
      return sourceWords(event.sessionSource, event.sessionConfidence) || undefined;
    case 'sightline.session.ended':
      return endReasonWords(event.sessionEndReason) || undefined;
    case 'sightline.server_log':
      return event.logMessage === undefined ? undefined : visibleLine(event.logMessage);
    case 'sightline.retry.gave_up':
      return gaveUpWords(event.attemptNumber, event.attemptWasted);
    default: {
      const told = event.errorMessage === undefined ? '' : visibleLine(event.errorMessage);
      // Whose doing it was is said where the error's own words do not begin with it.
      const origin = standingOf(event)?.tone === 'ok' ? '' : originWord(event.outcomeOrigin);
      return [told, told === '' ? origin : ''].filter(Boolean).join(' ') || undefined;
    }
  }
}

function sizeOf(event: EventItem): string | undefined {
  const { responseSize: bytes, eventName, outcome } = event;
  if (eventName !== 'sightline.request' || outcome !== 'ok' || bytes === undefined || bytes === 0) {
    return undefined;
  }
  const size = formatBytes(bytes);
  const cost = entersContext(event) ? `${size} ${formatTokens(estimateTokens(bytes))}` : size;
  const { toolsCount: tools } = event;
  return tools === undefined ? cost : `${formatCount(tools)} ${tools === 1 ? 'tool' : 'tools'}, ${cost}`;
}

/** Whether an answer ends up in what the model reads: tool lists, and what tools gave. */
export function entersContext(event: EventItem): boolean {
  if (event.eventName !== 'sightline.request' || event.direction === 'server_to_client') return false;
  return event.mcpMethodName === 'tools/list' || event.genAiToolName !== undefined;
}

/** Roughly: four bytes a token. */
export function estimateTokens(bytes: number): number {
  return Math.ceil(bytes / 4);
}

// ── attempts and rounds ──────────────────────────────────────────────────────────────────────────────────

function noteOf(place: Place | undefined): string | undefined {
  const said = [attemptNote(place?.attempt), roundNote(place?.round)].filter((note) => note !== undefined);
  return said.length === 0 ? undefined : said.join(' · ');
}

function attemptNote(attempt: Place['attempt']): string | undefined {
  if (!attempt) return undefined;
  const { number, argumentsChanged, begins, end } = attempt;
  if (end?.how === 'gave_up') return gaveUpWords(number, end.wasted);
  if (!begins && !end) return undefined;
  return [
    `attempt ${number}`,
    end && 'recovered',
    end?.wasted !== undefined && lost(end.wasted),
    argumentsChanged && begins && 'other arguments',
  ]
    .filter(Boolean)
    .join(', ');
}

function gaveUpWords(attempts: number | undefined, wasted: number | undefined): string {
  const after = attempts === undefined ? '' : ` after ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`;
  return `gave up${after}${wasted === undefined ? '' : `, ${lost(wasted)}`}`;
}

function lost(seconds: number): string {
  return `${formatSeconds(seconds)} lost`;
}

function roundNote(round: Place['round']): string | undefined {
  if (!round) return undefined;
  const { number, asks, total } = round;
  const first = asks === 'input' ? 'asks for input' : asks === 'time' ? 'begins a task' : undefined;
  if (number === 1) return total ? totalWords(total) : first;
  const later = asks === 'input' ? 'asks for input' : asks === 'time' ? 'still working' : undefined;
  return [`round ${number}`, later, total && totalWords(total)].filter(Boolean).join(', ');
}

/** The server's time and the waiting apart: they add up. Short, because it must fit beside its bracket. */
function totalWords({ duration, waiting }: { duration: number; waiting: number }): string {
  if (waiting <= 0) return `${formatSeconds(duration)} in all`;
  return `${formatSeconds(Math.max(0, duration - waiting))}, waited ${formatSeconds(waiting)}`;
}

function toneOf(place: Place | undefined): Tone {
  const end = place?.attempt?.end?.how;
  return end === 'gave_up' ? 'error' : end === 'recovered' ? 'ok' : 'muted';
}
