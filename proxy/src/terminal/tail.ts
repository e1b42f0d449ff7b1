/**
 * What follows the columns that every line begins with: for a request its times, status, outcome and what else is
 * worth a word; for everything else one muted remark. It decides nothing that the event does not say.
 */
import type { Attributes } from '../contract/index.ts';
import type { PlainEvent, RecordedEvent, RequestEvent } from '../observation/event.ts';
import { formatSeconds } from './format.ts';
import type { Layout } from './layout.ts';
import type { Tone } from './paint.ts';
import { fitText, plainText } from './text.ts';
import { originWord, wordOf } from './words.ts';

/** A piece of a line. Widths are measured before painting. */
export interface Piece {
  readonly text: string;
  readonly tone: Tone;
}

export function tailOf(event: RecordedEvent, layout: Layout): readonly Piece[] {
  switch (event.kind) {
    case 'sightline.request':
      return exchangeTail(event, layout);
    case 'sightline.exchange':
      return isRemark(event) ? remarkTail(event, layout) : exchangeTail(event, layout);
    case 'sightline.request.waiting':
      return [what(event, layout, 'plain'), ...waitingTail(event.attributes)];
    default:
      return mutedTail(event, layout);
  }
}

// ── requests and exchanges ───────────────────────────────────────────────────────────────────────────────

function exchangeTail(event: RequestEvent | PlainEvent, layout: Layout): readonly Piece[] {
  const { attributes } = event;
  const { word, mark, tone } = wordOf(text(attributes, 'sightline.outcome') || 'ok');
  const isProbe = attributes['sightline.probe'] === true;
  const shown = isProbe ? 'muted' : tone;
  const status = attributes['http.response.status_code'];
  const origin = originWord(attributes['sightline.outcome.origin']);
  return [
    what(event, layout, event.kind === 'sightline.exchange' ? 'muted' : 'plain'),
    { text: timesOf(attributes, layout.parts), tone: 'muted' },
    ...(layout.status ? [statusOf(status)] : []),
    { text: [`${mark} ${word}`, origin].filter((part) => part !== '').join(' '), tone: shown },
    ...detailsOf(attributes, isProbe),
  ];
}

function statusOf(status: unknown): Piece {
  return { text: fitText(status === undefined ? '–' : String(status), 4), tone: toneOfStatus(status) };
}

function what(event: RecordedEvent, layout: Layout, tone: Tone): Piece {
  return { text: fitText(whatOf(event), layout.what), tone };
}

/** Method and target; an arrow in front where the server asks the client. */
function whatOf(event: RecordedEvent): string {
  const { attributes } = event;
  const method =
    text(attributes, 'mcp.method.name') ||
    [text(attributes, 'http.request.method'), text(attributes, 'url.path')]
      .filter((part) => part !== '')
      .join(' ');
  const target =
    text(attributes, 'gen_ai.tool.name') ||
    text(attributes, 'gen_ai.prompt.name') ||
    text(attributes, 'mcp.resource.uri');
  const arrow = attributes['sightline.direction'] === 'server_to_client' ? '← ' : '';
  return `${arrow}${[method === '' ? 'exchange' : method, target].filter((part) => part !== '').join(' ')}`;
}

function timesOf(attributes: Attributes, parts: boolean): string {
  const total = fitText(seconds(attributes, 'sightline.duration'), 8, 'right');
  if (!parts) return total;
  const upstream = fitText(seconds(attributes, 'sightline.upstream.duration'), 8, 'right');
  const own = fitText(seconds(attributes, 'sightline.proxy.duration'), 7, 'right');
  return `${upstream} + ${own} = ${total}`;
}

function toneOfStatus(status: unknown): Tone {
  if (typeof status !== 'number' || status < 400) return 'muted';
  return status === 401 || status === 403 ? 'warn' : 'bad';
}

/** What else is worth a word: attempts, rounds, the error's text, a probe. */
function detailsOf(attributes: Attributes, isProbe: boolean): readonly Piece[] {
  const pieces: Piece[] = [];
  const attempt = attributes['sightline.attempt.number'];
  if (typeof attempt === 'number' && attempt > 1) {
    const changed = attributes['sightline.attempt.arguments_changed'] === true ? ', other arguments' : '';
    const recovered = attributes['sightline.attempt.result'] === 'recovered';
    pieces.push({ text: `attempt ${attempt}${changed}`, tone: 'strong' });
    if (recovered) {
      pieces.push({
        text: `recovered, ${seconds(attributes, 'sightline.attempt.wasted')} lost`,
        tone: 'good',
      });
    }
  }
  const round = attributes['sightline.round.number'];
  if (typeof round === 'number') pieces.push({ text: `round ${round}`, tone: 'muted' });
  const result = attributes['sightline.result.type'];
  if (result === 'input_required') pieces.push({ text: 'asks for input', tone: 'muted' });
  if (result === 'task') pieces.push({ text: 'goes on as a task', tone: 'muted' });
  const waiting = attributes['sightline.operation.waiting'];
  if (typeof waiting === 'number') {
    const all = seconds(attributes, 'sightline.operation.duration');
    pieces.push({ text: `${all} in all, ${formatSeconds(waiting)} of it between rounds`, tone: 'muted' });
  }
  if (isProbe) pieces.push({ text: 'a client finding out the era', tone: 'muted' });
  const mismatch = text(attributes, 'sightline.mismatch');
  if (mismatch !== '') pieces.push({ text: `headers contradict the body: ${mismatch}`, tone: 'warn' });
  const message = text(attributes, 'sightline.error.message');
  if (message !== '') pieces.push({ text: message, tone: 'muted' });
  return pieces;
}

/**
 * An event about an exchange that is not its end: nothing in it was measured. What an upstream's answer will lead
 * its clients to is told so.
 */
export function isRemark(event: RecordedEvent): boolean {
  return event.kind === 'sightline.exchange' && event.attributes['sightline.duration'] === undefined;
}

function remarkTail(event: RecordedEvent, layout: Layout): readonly Piece[] {
  const message = text(event.attributes, 'sightline.error.message');
  return [what(event, layout, 'muted'), { text: `! ${message}`, tone: 'warn' }];
}

// ── everything else ──────────────────────────────────────────────────────────────────────────────────────

function waitingTail(attributes: Attributes): readonly Piece[] {
  const since = attributes['sightline.duration'];
  const how = typeof since === 'number' ? ` after ${formatSeconds(since)}` : '';
  return [{ text: `… still waiting for an answer${how}`, tone: 'running' }];
}

function mutedTail(event: RecordedEvent, layout: Layout): readonly Piece[] {
  const { attributes } = event;
  switch (event.kind) {
    case 'sightline.session.started':
      return [{ text: `┌ session started  ${startedWords(attributes)}`, tone: 'muted' }];
    case 'sightline.session.ended':
      return [{ text: `└ session ended  ${endedWords(event)}`, tone: 'muted' }];
    case 'sightline.retry.gave_up': {
      const attempts = attributes['sightline.attempt.number'];
      const lost = seconds(attributes, 'sightline.attempt.wasted');
      return [
        {
          text: fitText(`tools/call ${text(attributes, 'gen_ai.tool.name')}`, layout.what),
          tone: 'plain',
        },
        { text: `✗ gave up after ${String(attempts ?? 'several')} attempts, ${lost} lost`, tone: 'bad' },
      ];
    }
    case 'sightline.server_log': {
      const level = text(attributes, 'sightline.log.level') || 'log';
      const logger = text(attributes, 'sightline.log.logger');
      const head = `│ ${level}${logger === '' ? '' : ` ${logger}`}:`;
      return [{ text: `${head} ${text(attributes, 'sightline.log.message')}`, tone: 'muted' }];
    }
    case 'sightline.loss': {
      const count = String(attributes['sightline.loss.count'] ?? 'some');
      const stage = text(attributes, 'sightline.loss.stage');
      return [
        { text: `! ${count} lost at ${stage}: ${text(attributes, 'sightline.loss.reason')}`, tone: 'warn' },
      ];
    }
    default:
      return [{ text: `│ ${whatOf(event)}`, tone: 'muted' }];
  }
}

const SOURCE_WORDS: Readonly<Record<string, string>> = {
  protocol: 'by its protocol session id',
  conversation: "by the client's conversation id",
  client_hint: "by the client's hint",
  process: 'by its process',
  trace: 'by its trace',
  inferred: 'inferred from who calls and when',
};

function startedWords(attributes: Attributes): string {
  const own = text(attributes, 'mcp.session.id');
  const source = SOURCE_WORDS[text(attributes, 'sightline.session.source')] ?? '';
  return [
    text(attributes, 'sightline.server.name'),
    text(attributes, 'mcp.protocol.version'),
    [source, own].filter((part) => part !== '').join(' '),
    text(attributes, 'sightline.session.confidence'),
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

const END_WORDS: Readonly<Record<string, string>> = {
  deleted: 'by the client',
  expired: 'the server no longer knows it',
  closed: 'its stream closed',
  idle: 'nothing came for a while',
  process_exit: 'its process ended',
  crashed: 'found open at the next start',
  shutdown: 'the proxy stops',
};

function endedWords(event: RecordedEvent): string {
  const reason = text(event.attributes, 'sightline.session.end_reason');
  const lasted =
    event.kind === 'sightline.session.ended' && event.sessionDuration !== undefined
      ? ` · ${formatSeconds(event.sessionDuration)}`
      : '';
  return `${END_WORDS[reason] ?? reason}${lasted}`;
}

// ── reading ──────────────────────────────────────────────────────────────────────────────────────────────

/** An attribute as harmless text; empty when absent. */
export function text(attributes: Attributes, key: keyof Attributes): string {
  const value = attributes[key];
  return value === undefined ? '' : plainText(String(value));
}

function seconds(attributes: Attributes, key: keyof Attributes): string {
  const value = attributes[key];
  return typeof value === 'number' ? formatSeconds(value) : '–';
}
