/**
 * The edits that put a shim in front of a server's command, and those that take it away. Both move the text of the file
 * itself, not its meaning: the old command goes into `args` as it was written and comes back so, and comments, order,
 * indentation and line ends are not touched.
 */
import type { EntryKind } from './entries.ts';
import { type Edit, endOf, type Node, propertiesOf, propertyOf, rawOf } from './tree.ts';

/** What stands in place of a command, up to its `--`. */
export interface Shim {
  readonly command: string;
  readonly args: readonly string[];
}

type Kind<Is extends EntryKind['is']> = Extract<EntryKind, { is: Is }>;

export function wrapEdits(text: string, { command, args }: Kind<'command'>, shim: Shim): readonly Edit[] {
  const replaced = { from: command.offset, to: endOf(command), by: JSON.stringify(shim.command) };
  const words = [...shim.args.map((word) => JSON.stringify(word)), rawOf(text, command)];
  if (!args) {
    const { gap, colon } = styleOf(text, command);
    return [{ ...replaced, by: `${replaced.by},${gap}"args"${colon}[${words.join(', ')}]` }];
  }
  const [first] = args.children ?? [];
  if (!first) {
    const inside = args.offset + 1;
    return [replaced, { from: inside, to: inside, by: words.join(', ') }];
  }
  const gap = gapOf(text, args);
  return [
    replaced,
    { from: first.offset, to: first.offset, by: words.map((word) => `${word},${gap}`).join('') },
  ];
}

/** @param hadArgs Whether the entry had any `args` before it was wrapped; an empty list stays where that is not known. */
export function unwrapEdits(
  text: string,
  entry: Node,
  { command, args, words }: Kind<'wrapped'>,
  hadArgs: boolean,
): readonly Edit[] {
  const all = args.children ?? [];
  // `words` counts the command of the shim, which is none of its arguments.
  const [first, old, rest] = [all[0], all[words - 1], all[words]];
  if (!first || !old) return [];
  const replaced = { from: command.offset, to: endOf(command), by: rawOf(text, old) };
  if (rest) return [replaced, { from: first.offset, to: rest.offset, by: '' }];
  const whole = hadArgs ? undefined : argsWithComma(text, entry);
  return [replaced, whole ?? { from: first.offset, to: endOfLast(text, old), by: '' }];
}

/** The whole property, with the comma before it; undefined where more than space stands between it and its neighbour. */
function argsWithComma(text: string, entry: Node): Edit | undefined {
  const properties = propertiesOf(entry);
  const at = properties.findLastIndex(({ key }) => key === 'args');
  const [before, own] = [properties[at - 1]?.whole, properties[at]?.whole];
  if (!before || !own || !/^\s*,\s*$/.test(text.slice(endOf(before), own.offset))) return undefined;
  return { from: endOf(before), to: endOf(own), by: '' };
}

/** A comma after the last element would be one after nothing. */
function endOfLast(text: string, last: Node): number {
  const comma = /^\s*,/.exec(text.slice(endOf(last)));
  return endOf(last) + (comma?.[0].length ?? 0);
}

/** The space between two elements of a list, as this list has it. */
function gapOf(text: string, { offset, children = [] }: Node): string {
  const [first, second] = children;
  if (!first) return ' ';
  const before = spaceBefore(text, first.offset);
  if (/[\r\n]/.test(before)) return before;
  if (second) return spaceBefore(text, second.offset).replace(/[\r\n][\s\S]*/, ' ');
  // A list of one says nothing about that, but the text around it may.
  return /^\[\s/.test(text.slice(offset)) || /[:,]\s/.test(text) ? ' ' : '';
}

/** How a property is set apart from the one before it, and its value from its key. */
function styleOf(text: string, value: Node): { readonly gap: string; readonly colon: string } {
  const property = value.parent;
  const key = property?.children?.[0];
  if (!property || !key) return { gap: ' ', colon: ': ' };
  const between = text.slice(endOf(key), value.offset);
  return { gap: spaceBefore(text, property.offset), colon: /^\s*:\s*$/.test(between) ? between : ': ' };
}

/** At most one line break of it: an empty line above the first element is none between the others. */
function spaceBefore(text: string, offset: number): string {
  let from = offset;
  while (from > 0 && ' \t'.includes(text[from - 1] ?? '')) from -= 1;
  const lineBreak = /(?:\r\n|\n|\r)$/.exec(text.slice(Math.max(0, from - 2), from))?.[0] ?? '';
  return lineBreak + text.slice(from, offset);
}

/** What stands in front of a wrapped command. */
export function shimOf({ command, args, words }: Kind<'wrapped'>): Shim {
  const own = (args.children ?? []).slice(0, words - 1).map(({ value }) => String(value));
  return { command: String(command.value), args: own };
}

/** Whether an entry has `args` at all. */
export function hasArgs(entry: Node): boolean {
  return propertyOf(entry, 'args') !== undefined;
}
