/**
 * One readable line for each event. A pure translation: it decides nothing that the event does not say, and
 * lets no character of a stranger do more than stand there.
 */
import type { Attributes } from '../contract/index.ts';
import type { Event, RecordedEvent } from '../observation/event.ts';
import { formatClock, shortenId } from './format.ts';
import type { Layout } from './layout.ts';
import { createPainter, type Painter } from './paint.ts';
import { isRemark, type Piece, tailOf, text } from './tail.ts';
import { cutText, fitText, widthOf } from './text.ts';

export interface LineOptions {
  readonly layout: Layout;
  readonly color: boolean;
  /** Which events get a line. */
  readonly show: 'all' | 'requests' | 'problems' | 'none';
  readonly zone: 'local' | 'utc';
}

/** The line of one event; undefined when it has none (summaries, traffic), or when it is not to be shown. */
export function lineOf(event: Event, options: LineOptions): string | undefined {
  if (event.kind === 'traffic' || event.kind === 'sightline.session' || !isShown(event, options.show)) {
    return undefined;
  }
  const pieces = [...headOf(event, options), ...tailOf(event, options.layout)];
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
  cells.push({ text: times, tone: 'muted' });
  if (layout.status) cells.push({ text: 'HTTP', tone: 'muted' });
  cells.push({ text: 'outcome', tone: 'muted' });
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
      return show === 'requests' || isProblem(event.attributes) || isRemark(event);
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
