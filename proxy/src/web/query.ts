/**
 * A query string to checked values, by the table of parameters. Nothing is guessed and nothing is passed over: the
 * first thing wrong comes back as the parameter's name and a sentence of what would be right.
 */
import { type ParameterName, type ParameterRow, type ParameterValues, parameterOf } from './parameters.ts';
import { decodeText } from './paths.ts';
import { readValue } from './values.ts';

export interface QueryFault {
  readonly parameter: string;
  readonly detail: string;
}

export type QueryReading<Name extends ParameterName> =
  | { readonly values: ParameterValues<Name> }
  | { readonly fault: QueryFault };

/** Alternatives of one parameter. */
const MANY_MAX = 500;
/** Longer than any of ours: a cursor may hold a name of 512 characters, each escaped with six, in base64. */
const TEXT_MAX = 5_000;

/** `query` without its question mark; `nowMs` is what `now` means. */
export function readQuery<Name extends ParameterName>(
  query: string,
  allowed: readonly Name[],
  nowMs: number,
): QueryReading<Name> {
  const given = new Map<Name, unknown[]>();
  for (const piece of query.split('&')) {
    if (piece === '') continue;
    const mark = piece.indexOf('=');
    const name = decode(mark === -1 ? piece : piece.slice(0, mark));
    const text = mark === -1 ? '' : decode(piece.slice(mark + 1));
    const known = allowed.find((one) => one === name);
    if (known === undefined) return { fault: unknownParameter(name, allowed) };
    const row = parameterOf(known);
    const before = given.get(known) ?? [];
    const fault = (detail: string) => ({ fault: { parameter: known, detail } });
    const wrong = refusalOf(text, row, before.length);
    if (wrong !== undefined || text === undefined) return fault(wrong ?? '');
    const reading = readValue(row.type, text, nowMs);
    if ('wrong' in reading) return fault(`${show(text)} ${reading.wrong}`);
    given.set(known, [...before, reading.value]);
  }
  const values = [...given].map(([name, list]) => [name, parameterOf(name).many ? list : list[0]]);
  // Every value was read by the type of its own row.
  const read = Object.fromEntries(values) as ParameterValues<Name> & { from?: number; to?: number };
  if (read.from !== undefined && read.to !== undefined && read.from >= read.to) {
    return { fault: { parameter: 'from', detail: 'is not before to' } };
  }
  return { values: read };
}

function decode(text: string): string | undefined {
  return decodeText(text.replaceAll('+', ' '));
}

function unknownParameter(name: string | undefined, allowed: readonly string[]): QueryFault {
  const known = allowed.length === 0 ? 'it takes none' : `it takes ${allowed.join(', ')}`;
  return { parameter: (name ?? '').slice(0, 60), detail: `is no parameter of this path; ${known}` };
}

/** What is wrong with a value whatever its type. */
function refusalOf(text: string | undefined, row: ParameterRow, before: number): string | undefined {
  if (text === undefined) return 'is not UTF-8 in percent-encoding';
  if (text === '') return 'is empty; give it a value or leave it out';
  if (text.length > TEXT_MAX) return `is longer than ${TEXT_MAX} characters`;
  if (text.includes('\0')) return 'has a NUL character in it';
  if (before > 0 && row.many !== true) return 'is given twice';
  if (before >= MANY_MAX) return `is given more than ${MANY_MAX} times`;
  return undefined;
}

function show(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 59)}…` : text);
}
