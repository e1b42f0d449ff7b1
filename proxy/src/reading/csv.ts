/**
 * Events as CSV (RFC 4180): one row an event, every column of the event log. A cell that a spreadsheet would take
 * for a formula gets an apostrophe in front, because its text comes from strangers.
 */
import { ATTRIBUTES, type AttributeRow, apiNameOf, type EventDetail } from '../contract/index.ts';

/** Labels of Loki's, of no use in a table. */
const LEFT_OUT = ['sightline.record', 'sightline.bucket'];
const COLUMNS: readonly string[] = [
  'sequence',
  'time',
  'startTime',
  ...(ATTRIBUTES as readonly AttributeRow[])
    .filter((row) => row.on.includes('event') && !LEFT_OUT.includes(row.key))
    .map((row) => apiNameOf(row.key)),
  'traceId',
  'spanId',
];

export const CSV_HEAD = toRow(COLUMNS);

export function toCsvRow(event: EventDetail): string {
  const values = new Map(Object.entries(event));
  return toRow(COLUMNS.map((name) => toText(name, values.get(name))));
}

function toText(name: string, value: unknown): string {
  if (value === undefined) return '';
  if ((name === 'time' || name === 'startTime') && typeof value === 'number') return toIso(value);
  return typeof value === 'string' ? value.replace(/^(?=[=+\-@\t\r\n])/, "'") : String(value);
}

/** A date beyond what JavaScript can say stays a number. */
function toIso(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? String(time) : date.toISOString();
}

function toRow(cells: readonly string[]): string {
  return `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\r\n`;
}
