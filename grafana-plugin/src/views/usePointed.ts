/** The moment that another panel points at, for whoever draws a time axis or rows with times. */
import { type RefObject, useLayoutEffect, useSyncExternalStore } from 'react';
import { pointedRows } from '../model/pointed.ts';
import { usePorts } from './ViewContext.tsx';

const nothing = () => undefined;
const deaf = () => nothing;

/** Unix milliseconds; undefined while nobody points anywhere. */
export function usePointed(): number | undefined {
  const { pointed } = usePorts().capabilities;
  return useSyncExternalStore(pointed?.subscribe ?? deaf, pointed?.read ?? nothing);
}

/**
 * Marks the rows below an element whose times the moment belongs to, by an attribute of theirs: a mouse that moves over
 * another panel must not draw a list anew. Their times are those of their `time` elements.
 */
export function usePointedRows(list: RefObject<HTMLElement | null>): void {
  const { pointed } = usePorts().capabilities;
  // After every drawing, because rows come into sight while somebody points.
  useLayoutEffect(() => {
    if (pointed === undefined) return undefined;
    const mark = () => {
      const rows = [...(list.current?.querySelectorAll<HTMLElement>('[data-row]') ?? [])];
      const moment = pointed.read();
      const marks = moment === undefined ? [] : pointedRows(rows.map(timesOf), moment);
      for (const [at, row] of rows.entries()) row.toggleAttribute('data-pointed', marks[at] ?? false);
    };
    if (pointed.read() !== undefined) mark();
    return pointed.subscribe(mark);
  });
}

function timesOf(row: HTMLElement): readonly number[] {
  return [...row.querySelectorAll('time')]
    .map(({ dateTime }) => Date.parse(dateTime))
    .filter((time) => !Number.isNaN(time));
}
