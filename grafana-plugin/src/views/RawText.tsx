/** A text as it came, in pieces, because a browser lays out a few kilobytes at once and not megabytes. */
import { useMemo, useState } from 'react';
import { formatBytes, formatCount } from '../model/format.ts';
import { splitMatches, visibleText } from '../model/hostile.ts';
import { Button } from './Button.tsx';

const PIECE = 64_000;

export function RawText({
  text,
  query,
  label,
}: {
  readonly text: string;
  readonly query: string;
  readonly label: string;
}) {
  const [shown, setShown] = useState(PIECE);
  const pieces = useMemo(() => splitMatches(visibleText(text.slice(0, shown)), query), [text, shown, query]);
  const matches = pieces.filter((piece) => piece.match).length;
  let at = 0;
  return (
    <>
      {query !== '' && (
        <div className="sl-json__hits" role="status">
          {matches === 0 ? 'No match' : `${formatCount(matches)} ${matches === 1 ? 'match' : 'matches'}`}
          {text.length > shown && ' in what is shown'}
        </div>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre className="sl-raw" aria-label={label} role="region" tabIndex={0}>
        {pieces.map((piece) => {
          const key = at;
          at += piece.text.length;
          return piece.match ? <mark key={key}>{piece.text}</mark> : piece.text;
        })}
      </pre>
      {text.length > shown && (
        <Button look="framed" small onClick={() => setShown(shown + 4 * PIECE)}>
          Show more ({formatBytes(text.length - shown)} left)
        </Button>
      )}
    </>
  );
}
