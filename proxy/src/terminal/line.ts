/**
 * One readable line for each event. A pure translation: it decides nothing that the event does not say, and
 * lets no character of a stranger do more than stand there.
 */
import type { Attributes } from '../contract/index.ts';
import type { Event, PlainEvent, RecordedEvent, RequestEvent } from '../observation/event.ts';
import { formatClock, formatSeconds, shortenId } from './format.ts';
import type { Layout } from './layout.ts';
import { createPainter, type Painter, type Tone } from './paint.ts';
import { cutText, fitText, plainText, widthOf } from './text.ts';
import { originWord, wordOf } from './words.ts';

export interface LineOptions {
  readonly layout: Layout;
  readonly color: boolean;
  /** Which events get a line. */
  readonly show: 'all' | 'requests' | 'problems' | 'none';
  readonly zone: 'local' | 'utc';
}

/** A piece of a line. Widths are measured before painting. */
interface Piece {
  readonly text: string;
  readonly tone: Tone;
}

/** The line of one event; undefined when it has none (summaries, traffic), or when it is not to be shown. */
export function lineOf(event: Event, options: LineOptions): string | undefined {
  if (event.kind === 'traffic' || event.kind === 'sightline.session' || !isShown(event, options.show)) {
    return undefined;
  }
  const pieces = [...headOf(event, options), ...tailOf(event, options)];
  return join(pieces, options.layout.width, createPainter(options.color));
}

/** Names of the columns, for the line above the first one. */
export function headingOf(options: LineOptions): string {
  const { layout } = options;
  const cells: Piece[] = [
    { text: fitText('time', 12), tone: 'muted' },
    { text: fitText('session', 8), tone: 'muted' },
  ];
  if (layout.client > 0) cells.push({ text: fitText('client', layout.client), tone: 'muted' });
  if (layout.server > 0) cells.push({ text: fitText('server', layout.server), tone: 'muted' });
  cells.push({ text: fitText('method and target', layout.what), tone: 'muted' });
  const times = layout.parts
    ? [fitText('upstream', 8, 'right'), fitText('proxy', 7, 'right'), fitText('total', 8, 'right')].join(
        '   ',
      )
    : fitText('total', 8, 'right');
  cells.push(
    { text: times, tone: 'muted' },
    { text: 'HTTP', tone: 'muted' },
    { text: 'outcome', tone: 'muted' },
  );
  return join(cells, layout.width, createPainter(options.color));
}

function isShown(event: RecordedEvent, show: LineOptions['show']): boolean {
  if (show === 'all') return true;
  if (show === 'none') return false;
  switch (event.kind) {
    case 'sightline.loss':
    case 'sightline.request.waiting':
    case 'sightline.retry.gave_up':
      return true;
    case 'sightline.request':
    case 'sightline.exchange':
      return show === 'requests' || isProblem(event.attributes);
    default:
      return false;
  }
}

function isProblem(attributes: Attributes): boolean {
  const outcome = attributes['sightline.outcome'];
  if (attributes['sightline.probe'] === true) return false;
  return (
    (outcome !== undefined && outcome !== 'ok') || attributes['sightline.attempt.result'] === 'recovered'
  );
}

// ── the columns every line begins with ───────────────────────────────────────────────────────────────────

function headOf(event: RecordedEvent, options: LineOptions): readonly Piece[] {
  const { attributes } = event;
  const session = text(attributes, 'sightline.session.id');
  const pieces: Piece[] = [
    { text: formatClock(event.timeNs, options.zone), tone: 'muted' },
    { text: fitText(session === '' ? '–' : shortenId(session), 8), tone: 'muted' },
  ];
  if (options.layout.client > 0) {
    const client = [text(attributes, 'sightline.client.name'), text(attributes, 'sightline.client.version')];
    const name = client.filter((part) => part !== '').join(' ');
    pieces.push({ text: fitText(name === '' ? '–' : name, options.layout.client), tone: 'plain' });
  }
  if (options.layout.server > 0) {
    pieces.push({
      text: fitText(text(attributes, 'sightline.server.name'), options.layout.server),
      tone: 'plain',
    });
  }
  return pieces;
}

function tailOf(event: RecordedEvent, options: LineOptions): readonly Piece[] {
  switch (event.kind) {
    case 'sightline.request':
    case 'sightline.exchange':
      return exchangeTail(event, options);
    case 'sightline.request.waiting':
      return [what(event, options, 'plain'), ...waitingTail(event.attributes)];
    default:
      return mutedTail(event, options);
  }
}

// ── requests and exchanges ───────────────────────────────────────────────────────────────────────────────

function exchangeTail(event: RequestEvent | PlainEvent, options: LineOptions): readonly Piece[] {
  const { attributes } = event;
  const { word, mark, tone } = wordOf(text(attributes, 'sightline.outcome') || 'ok');
  const isProbe = attributes['sightline.probe'] === true;
  const shown = isProbe ? 'muted' : tone;
  const status = attributes['http.response.status_code'];
  const origin = originWord(attributes['sightline.outcome.origin']);
  return [
    what(event, options, event.kind === 'sightline.exchange' ? 'muted' : 'plain'),
    { text: timesOf(attributes, options.layout.parts), tone: 'muted' },
    { text: fitText(status === undefined ? '–' : String(status), 4), tone: toneOfStatus(status) },
    { text: [`${mark} ${word}`, origin].filter((part) => part !== '').join(' '), tone: shown },
    ...detailsOf(attributes, isProbe),
  ];
}

function what(event: RecordedEvent, options: LineOptions, tone: Tone): Piece {
  return { text: fitText(whatOf(event), options.layout.what), tone };
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

// ── everything else ──────────────────────────────────────────────────────────────────────────────────────

function waitingTail(attributes: Attributes): readonly Piece[] {
  const since = attributes['sightline.duration'];
  const how = typeof since === 'number' ? ` after ${formatSeconds(since)}` : '';
  return [{ text: `… still waiting for an answer${how}`, tone: 'running' }];
}

function mutedTail(event: RecordedEvent, options: LineOptions): readonly Piece[] {
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
          text: fitText(`tools/call ${text(attributes, 'gen_ai.tool.name')}`, options.layout.what),
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

// ── reading and joining ──────────────────────────────────────────────────────────────────────────────────

function text(attributes: Attributes, key: keyof Attributes): string {
  const value = attributes[key];
  return value === undefined ? '' : plainText(String(value));
}

function seconds(attributes: Attributes, key: keyof Attributes): string {
  const value = attributes[key];
  return typeof value === 'number' ? formatSeconds(value) : '–';
}

/** Pieces with two spaces between, cut at the terminal's edge; painted last, so that no code is cut in two. */
function join(pieces: readonly Piece[], width: number | undefined, paint: Painter): string {
  let left = width ?? Number.POSITIVE_INFINITY;
  let line = '';
  for (const [index, piece] of pieces.entries()) {
    const gap = index === 0 ? '' : '  ';
    const cut = cutText(piece.text, left - gap.length);
    if (cut === '' && piece.text !== '') break;
    line += gap + paint(cut, piece.tone);
    left -= gap.length + widthOf(cut);
  }
  return line.trimEnd();
}
