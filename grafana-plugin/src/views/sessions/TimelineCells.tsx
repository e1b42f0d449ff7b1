/** One line of a timeline: when, beside what else, what, how long, how it went, and its place among attempts. */
import { memo } from 'react';
import { formatOffset, formatSeconds, formatTime, type Zone } from '../../model/format.ts';
import type { Timeline } from '../../model/timeline.ts';
import type { Bar as BarShape } from '../../model/timelineBar.ts';
import { barOf } from '../../model/timelineBar.ts';
import type { Link, Piece } from '../../model/timelineLinks.ts';
import { piecesAt } from '../../model/timelineLinks.ts';
import type { EventRow, GapRow } from '../../model/timelineRows.ts';
import { type RowWords, rowWords } from '../../model/timelineWords.ts';
import { standingOf, type Tone } from '../../model/words.ts';
import { Icon } from '../Icon.tsx';

interface Common {
  readonly timeline: Timeline;
  readonly index: number;
}

export interface EventCellsProps extends Common {
  readonly row: EventRow;
  /** Unix milliseconds that offsets are counted from. */
  readonly originMs: number;
  /** Clock times instead of offsets. */
  readonly clock: boolean;
  readonly zone: Zone;
  readonly open: boolean;
}

export const TimelineEventCells = memo(function TimelineEventCells(props: EventCellsProps) {
  const { timeline, row, index, open } = props;
  const words = rowWords(row.event, timeline.links.places.get(row.key));
  const standing = standingOf(row.event);
  return (
    <>
      <When {...props} />
      <Lanes timeline={timeline} index={index} />
      <div role="gridcell" data-column="what" className="sl-cell sl-cut">
        <span className="sl-event__fold">
          <Icon name={open ? 'chevronDown' : 'chevronRight'} />
        </span>
        {words.fromServer && (
          <span className="sl-muted" title="sent by the server">
            ←{' '}
          </span>
        )}
        <bdi className={words.target === undefined ? '' : 'sl-muted'}>{words.what}</bdi>
        {words.target !== undefined && <bdi className="sl-event__target"> {words.target}</bdi>}
      </div>
      {row.quiet ? (
        <div role="gridcell" data-column="said" className="sl-cell sl-cut sl-muted" title={words.detail}>
          <bdi>{words.detail}</bdi>
        </div>
      ) : (
        <>
          <div role="gridcell" data-column="bar" className="sl-cell">
            <Bar bar={barOf(row, timeline.rows, timeline.scale)} failed={standing?.tone === 'error'} />
          </div>
          <div role="gridcell" data-column="took" className="sl-cell sl-cell--number" title={tookTitle(row)}>
            {row.event.duration !== undefined && formatSeconds(row.event.duration)}
          </div>
          <div role="gridcell" data-column="outcome" className="sl-cell sl-cut">
            {standing && (
              <span className="sl-outcome sl-tone" data-tone={standing.tone}>
                <Icon name={standing.icon} />
                {standing.word}
              </span>
            )}
          </div>
          <Detail words={words} tone={standing?.tone} />
        </>
      )}
      <Rail timeline={timeline} index={index} />
      <div
        role="gridcell"
        data-column="note"
        className="sl-cell sl-cut sl-tone"
        data-tone={words.noteTone}
        title={words.note}
      >
        {words.note}
      </div>
    </>
  );
});

function When({ row, originMs, clock, zone }: EventCellsProps) {
  const offset = formatOffset((row.startMs - originMs) / 1000);
  const time = formatTime(row.startMs, zone);
  return (
    <div
      role="gridcell"
      data-column="when"
      className="sl-cell sl-cell--number sl-muted"
      title={clock ? offset : formatTime(row.startMs, zone, 'withDate')}
    >
      <time dateTime={new Date(row.startMs).toISOString()}>{clock ? time : offset}</time>
    </div>
  );
}

function tookTitle({ event }: EventRow): string | undefined {
  if (event.upstreamDuration === undefined || event.proxyDuration === undefined) return undefined;
  return `${formatSeconds(event.upstreamDuration)} upstream, ${formatSeconds(event.proxyDuration)} in the proxy`;
}

function Detail({ words, tone }: { readonly words: RowWords; readonly tone: Tone | undefined }) {
  const failed = tone === 'error' || tone === 'denied';
  return (
    <div
      role="gridcell"
      data-column="detail"
      className={`sl-cell sl-cut ${failed ? 'sl-tone' : 'sl-muted'}`}
      data-tone={tone}
      title={words.detail}
    >
      <bdi>{words.detail ?? words.size}</bdi>
    </div>
  );
}

const percent = (share: number) => `${(share * 100).toFixed(3)}%`;

function Bar({ bar, failed }: { readonly bar: BarShape | undefined; readonly failed: boolean }) {
  if (!bar) return null;
  const tone = failed ? 'failed' : undefined;
  switch (bar.kind) {
    case 'call':
      return (
        <span className="sl-bar" data-tone={tone} style={{ left: percent(bar.left) }}>
          <span className="sl-bar__upstream" style={{ width: percent(bar.upstream) }} />
          <span className="sl-bar__proxy" style={{ width: percent(bar.proxy) }} />
        </span>
      );
    case 'waiting':
      return <span className="sl-bar sl-bar--waiting" style={{ marginLeft: percent(bar.left) }} />;
    case 'stream':
      return <span className="sl-bar sl-bar--stream" />;
    case 'moment':
      return <span className="sl-bar sl-bar--moment" style={{ left: percent(bar.left) }} />;
  }
}

// ── what runs beside it ──────────────────────────────────────────────────────────────────────────────────

function Lanes({ timeline, index }: Common) {
  const { list, lanes } = timeline.rows;
  if (lanes < 2) return null;
  const row = list[index];
  const above = row?.kind === 'event' ? row.busy : 0;
  const own = row?.kind === 'event' ? row.lane : undefined;
  const next = list.slice(index + 1, index + 3).find((one) => one.kind === 'event');
  // Beside a gap nothing runs.
  const below = row?.kind === 'gap' || list[index + 1]?.kind === 'gap' ? 0 : (next?.busy ?? 0);
  const lines = [];
  for (let lane = 0; lane < lanes; lane++) {
    const bit = 1 << lane;
    const part = (above & bit ? 'up' : '') + (below & bit ? 'down' : '');
    if (part === '' && lane !== own) continue;
    lines.push(
      <span
        key={lane}
        className="sl-lane"
        data-part={part}
        data-own={lane === own ? '' : undefined}
        style={{ left: lane * LANE }}
      />,
    );
  }
  return (
    <div role="presentation" className="sl-lanes" aria-hidden="true">
      {lines}
    </div>
  );
}

/** Pixels from lane to lane, and from bracket to bracket. */
export const LANE = 8;
export const TRACK = 10;

function Rail({ timeline, index }: Common) {
  if (timeline.links.tracks === 0) return null;
  return (
    <div role="presentation" className="sl-rail" aria-hidden="true">
      {piecesAt(timeline.links, index).map((piece) => piece && <Bracket key={piece[0].id} piece={piece} />)}
    </div>
  );
}

function Bracket({ piece: [link, part] }: { readonly piece: readonly [Link, Piece] }) {
  return (
    <span
      className="sl-bracket"
      data-part={part}
      data-kind={link.kind}
      data-failed={link.failed ? '' : undefined}
      style={{ left: link.track * TRACK }}
    />
  );
}

export const TimelineGapCells = memo(function TimelineGapCells({
  timeline,
  row,
  index,
}: Common & { readonly row: GapRow }) {
  return (
    <>
      <Lanes timeline={timeline} index={index} />
      <div role="gridcell" data-column="gap" className="sl-cell sl-muted">
        {formatSeconds((row.endMs - row.startMs) / 1000)} idle
      </div>
      <Rail timeline={timeline} index={index} />
    </>
  );
});
