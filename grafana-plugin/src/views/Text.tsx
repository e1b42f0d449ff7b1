/** A stranger's text: its invisible characters shown, its direction kept to itself, what was searched for marked. */
import { memo } from 'react';
import { shortenId } from '../model/format.ts';
import { splitMatches, visibleLine } from '../model/hostile.ts';

export const Text = memo(function Text({
  value,
  query = '',
}: {
  readonly value: string;
  readonly query?: string;
}) {
  const shown = visibleLine(value);
  if (query === '') return <bdi>{shown}</bdi>;
  let at = 0;
  return (
    <bdi>
      {splitMatches(shown, query).map((piece) => {
        const key = at;
        at += piece.text.length;
        return piece.match ? <mark key={key}>{piece.text}</mark> : piece.text;
      })}
    </bdi>
  );
});

/** An id shortened in the middle, whole on hover and to screen readers' copy. */
export function Id({ value }: { readonly value: string }) {
  return (
    <bdi className="sl-mono" title={visibleLine(value)}>
      {visibleLine(shortenId(value))}
    </bdi>
  );
}

/** What is not there, with the reason: never an empty cell, never "N/A". */
export function Dash({ why }: { readonly why: string }) {
  return (
    <span className="sl-muted" title={why}>
      <span aria-hidden="true">–</span>
      <span className="sl-hidden">{why}</span>
    </span>
  );
}
