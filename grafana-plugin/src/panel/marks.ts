/**
 * Shows in a drawn panel what another one points at, by attributes: a mouse that moves over another panel must not draw a
 * list anew. React leaves alone what it has not set.
 */
import { pointedRows } from './pointed.ts';

/** @param moment Unix milliseconds; undefined takes all marks away. */
export function mark(panel: HTMLElement, moment: number | undefined): void {
  const rows = [...panel.querySelectorAll<HTMLElement>('[data-row]')];
  const marks = moment === undefined ? [] : pointedRows(rows.map(timesOf), moment);
  for (const [at, row] of rows.entries()) row.toggleAttribute('data-pointed', marks[at] ?? false);
  for (const chart of panel.querySelectorAll<HTMLElement>('[data-from][data-to]')) {
    const [from, to] = [Number(chart.dataset['from']), Number(chart.dataset['to'])];
    const inside = moment !== undefined && moment >= from && moment <= to && to > from;
    chart.toggleAttribute('data-pointed', inside);
    if (inside) chart.style.setProperty('--sl-pointed', String((moment - from) / (to - from)));
  }
}

/** The times that a row shows. */
function timesOf(row: HTMLElement): readonly number[] {
  return [...row.querySelectorAll('time')]
    .map(({ dateTime }) => Date.parse(dateTime))
    .filter((time) => !Number.isNaN(time));
}
