/** A configuration file as a tree whose nodes know their place in the text, so that edits touch nothing else. */
import { type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';

export type { Node };

export type Tree =
  /** `root` is undefined where the text holds nothing but space and comments. */
  { readonly root: Node | undefined } | { readonly wrong: string };

/** Reads JSON with comments and commas after the last element, as VS Code does; clients that want plain JSON get what they had. */
export function readTree(text: string): Tree {
  const errors: ParseError[] = [];
  // The mark has to stay in the text, where offsets count it.
  const root = parseTree(text.replace(/^\uFEFF/, ' '), errors, {
    allowTrailingComma: true,
    allowEmptyContent: true,
  });
  const [first] = errors;
  return first ? { wrong: `${placeOf(text, first.offset)}: ${wordsOf(first)}` } : { root };
}

/** `line 3, column 7`, both counted from 1. */
function placeOf(text: string, offset: number): string {
  const before = text.slice(0, offset).split(/\r\n|\n|\r/);
  return `line ${before.length}, column ${(before.at(-1) ?? '').replace(/^\uFEFF/, '').length + 1}`;
}

/** `CommaExpected` is `comma expected`. */
function wordsOf({ error }: ParseError): string {
  return printParseErrorCode(error)
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toLowerCase();
}

/** A property of an object: its value, and the whole of it from key to value. Of keys given twice, readers take the last. */
export function propertyOf(
  node: Node | undefined,
  key: string,
): { readonly whole: Node; readonly value: Node } | undefined {
  return propertiesOf(node).findLast((property) => property.key === key);
}

export function propertiesOf(
  node: Node | undefined,
): readonly { readonly key: string; readonly whole: Node; readonly value: Node }[] {
  if (node?.type !== 'object') return [];
  return (node.children ?? []).flatMap((whole) => {
    const [key, value] = whole.children ?? [];
    return key && value ? [{ key: String(key.value), whole, value }] : [];
  });
}

/** The text of a node as it stands in the file. */
export function rawOf(text: string, node: Node): string {
  return text.slice(node.offset, endOf(node));
}

export function endOf(node: Node): number {
  return node.offset + node.length;
}

/** One change of a text: what stands from `from` to `to` becomes `by`. */
export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly by: string;
}

/** The edits must not overlap. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const pieces: string[] = [];
  let at = 0;
  for (const { from, to, by } of edits.toSorted((a, b) => a.from - b.from)) {
    pieces.push(text.slice(at, from), by);
    at = to;
  }
  return pieces.join('') + text.slice(at);
}
