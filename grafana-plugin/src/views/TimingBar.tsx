/** Where the time of one event went, as a bar and in words. */
import { timingOf } from '../model/eventText.ts';
import { formatSeconds } from '../model/format.ts';
import type { EventItem } from '../model/source.ts';

const WORDS = { upstream: 'upstream', proxy: 'proxy', waiting: 'waiting between rounds' } as const;

export function TimingBar({
  event,
  firstByte,
}: {
  readonly event: EventItem;
  readonly firstByte: number | undefined;
}) {
  const parts = timingOf(event);
  return (
    <div className="sl-timing">
      <span>{formatSeconds(event.duration ?? 0)}</span>
      {parts.length > 0 && (
        <>
          <div className="sl-timing__bar" aria-hidden="true">
            {parts.map((part) => (
              <span key={part.kind} data-part={part.kind} style={{ flexGrow: part.share }} />
            ))}
          </div>
          <ul className="sl-timing__legend">
            {parts.map((part) => (
              <li key={part.kind}>
                <span className="sl-timing__key" data-part={part.kind} aria-hidden="true" />{' '}
                {WORDS[part.kind]} {formatSeconds(part.seconds)}
              </li>
            ))}
            {firstByte !== undefined && (
              <li className="sl-muted">first byte after {formatSeconds(firstByte)}</li>
            )}
          </ul>
        </>
      )}
    </div>
  );
}
