/** What a row of the sessions list says, and what is missing of a session, in words. */
import type { SessionItem, SessionSource, SessionTool } from 'sightline/contract';
import { crossesMidnight, formatCount, formatCounted, formatTime, type Zone } from './format.ts';
import { visibleLine } from './hostile.ts';
import { countHoles, type NumberRange, type SessionGaps } from './sessionGaps.ts';
import { sourceWords } from './words.ts';

/** The id a reader knows a session by: the protocol's own, else ours with the evidence it was made from. */
export interface ShownId {
  readonly id: string;
  /** In one word; undefined where the protocol itself says which session it is. */
  readonly source: string | undefined;
  /** Everything about it, in lines. */
  readonly title: string;
}

const SOURCES: Readonly<Record<SessionSource, string>> = {
  protocol: 'address',
  conversation: 'conversation',
  client_hint: 'hint',
  process: 'process',
  trace: 'trace',
  inferred: 'inferred',
};

export function shownId(session: SessionItem): ShownId {
  const { sessionId, mcpSessionId, sessionSource, sessionConfidence } = session;
  const lines = [`Sightline's id: ${sessionId}`, sourceWords(sessionSource, sessionConfidence)];
  if (mcpSessionId !== undefined) lines.unshift(`Protocol session id: ${visibleLine(mcpSessionId)}`);
  const source = mcpSessionId === undefined && sessionSource ? SOURCES[sessionSource] : undefined;
  return { id: mcpSessionId ?? sessionId, source, title: lines.filter(Boolean).join('\n') };
}

/** `claude-ai 1.4`; undefined when the client never said who it is. */
export function clientWords({ clientName, clientVersion }: SessionItem): string | undefined {
  const said = [clientName, clientVersion].filter((part) => part !== undefined);
  return said.length === 0 ? undefined : visibleLine(said.join(' '));
}

/** To the second, with the date when it is another day than `now`. */
export function startWords(time: number, now: number, zone: Zone): string {
  const date = crossesMidnight(time, now, zone) ? 'withDate' : 'timeOnly';
  // Milliseconds would say nothing beside a session's length.
  return formatTime(time, zone, date).slice(0, -'.000'.length);
}

export interface ToolSummary {
  readonly shown: readonly SessionTool[];
  /** Names that are not shown. */
  readonly more: number;
  /** Every tool with its counts, one a line. */
  readonly title: string;
}

/** As many names as fit into so many characters, at least one. */
export function toolSummary(tools: readonly SessionTool[], charactersMax: number): ToolSummary {
  const named = tools.filter(({ name }) => name !== FOLDED);
  let count = 0;
  let length = 0;
  for (const { name } of named) {
    length += Math.min(name.length, NAME_MAX) + 2;
    if (count > 0 && length > charactersMax) break;
    count += 1;
  }
  return { shown: named.slice(0, count), more: tools.length - count, title: tools.map(toolLine).join('\n') };
}

/** Under this name the summary counts the tools beyond its cap. */
export const FOLDED = '_more';
const NAME_MAX = 24;

function toolLine({ name, calls, errors }: SessionTool): string {
  const failed = errors > 0 ? `, ${formatCounted(errors, 'error')}` : '';
  return `${name === FOLDED ? 'further tools' : visibleLine(name)}: ${formatCounted(calls, 'call')}${failed}`;
}

/**
 * What is missing, each a sentence; empty when nothing is. Told from the session's own events, because what the source
 * says of completeness is of a range and everything in it.
 *
 * @param truncated Events with a payload that was cut.
 */
export function missingWords(gaps: SessionGaps, truncated: number, session: SessionItem): readonly string[] {
  const said: string[] = [];
  const holes = countHoles(gaps);
  if (gaps.head > 0)
    said.push(`The first ${formatCounted(gaps.head, 'event')} ${are(gaps.head)} no longer kept.`);
  if (holes > 0) {
    said.push(
      `${formatCounted(holes, 'event')} ${are(holes)} missing between: ${gaps.holes.slice(0, 3).map(rangeWords).join(', ')}${gaps.holes.length > 3 ? ', …' : ''}.`,
    );
  }
  if (gaps.tail > 0) {
    const why = session.active ? 'still on the way' : 'missing at the end';
    said.push(`${formatCounted(gaps.tail, 'event')} ${are(gaps.tail)} ${why}.`);
  }
  if (session.sessionIncomplete === true) {
    said.push('Something of this session was dropped or cut before it could be recorded.');
  }
  if (truncated > 0) said.push(`${formatCounted(truncated, 'payload')} cut at the size limit.`);
  return said;
}

/**
 * What of a timeline is not on this page, though it is kept.
 *
 * @param letGo Events that gave way to newer ones.
 * @param isCut Only the first were loaded.
 */
export function leftOutWords(shown: number, letGo: number, isCut: boolean): string | undefined {
  const count = formatCounted(shown, 'event');
  if (isCut) return `The first ${count} are shown, the most that a timeline holds; the event log has all.`;
  if (letGo === 0) return undefined;
  return `The newest ${count} are shown; ${formatCount(letGo)} older ones were let go to keep this page light.`;
}

function are(count: number): string {
  return count === 1 ? 'is' : 'are';
}

function rangeWords({ from, to }: NumberRange): string {
  return from === to ? `number ${formatCount(from)}` : `numbers ${formatCount(from)} to ${formatCount(to)}`;
}
