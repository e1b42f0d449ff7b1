/** A JSON tree as the lines that stand open: flat, so that depth costs an indent and not a nest of elements. */
import { childrenOf, isBranch, type Json, type JsonPath, keyOfPath, SLICE } from './json.ts';

export type JsonLine =
  | {
      readonly kind: 'branch' | 'leaf';
      readonly id: string;
      readonly path: JsonPath;
      readonly depth: number;
      readonly value: Json;
      readonly open: boolean;
    }
  /** Children not shown, before or after those that are. */
  | {
      readonly kind: 'rest';
      readonly id: string;
      readonly of: string;
      readonly depth: number;
      readonly left: number;
      readonly side: 'before' | 'after';
    };

/** Which children of a branch are shown. */
export interface Slice {
  readonly from: number;
  readonly to: number;
}

export interface Opened {
  readonly open: ReadonlySet<string>;
  /** Where it is not the first `SLICE` children. */
  readonly slices: ReadonlyMap<string, Slice>;
}

const FIRST: Slice = { from: 0, to: SLICE };
/** How many children one step shows more of. */
const STEP = 10 * SLICE;
/** Levels that are opened on the way to a match: below, nobody could tell where it stands. */
const LEVELS_MAX = 500;

/** The lines that stand there, at most `limit`; `more` when there would be others. */
export function linesOf(
  root: Json,
  { open, slices }: Opened,
  limit: number,
): { readonly lines: readonly JsonLine[]; readonly more: boolean } {
  const lines: JsonLine[] = [];
  const stack: JsonLine[] = [lineOf(root, [], open)];
  for (let line = stack.pop(); line !== undefined; line = stack.pop()) {
    if (lines.length === limit) return { lines, more: true };
    lines.push(line);
    if (line.kind !== 'branch' || !line.open) continue;
    const { from, to } = slices.get(line.id) ?? FIRST;
    const { shown, all } = childrenOf(line.value, from, to);
    const rest = { kind: 'rest', of: line.id, depth: line.depth + 1 } as const;
    if (all > to) stack.push({ ...rest, id: `${line.id} after`, left: all - to, side: 'after' });
    for (let index = shown.length - 1; index >= 0; index -= 1) {
      const child = shown[index];
      if (child !== undefined) stack.push(lineOf(child.value, [...line.path, child.key], open));
    }
    if (from > 0) stack.push({ ...rest, id: `${line.id} before`, left: from, side: 'before' });
  }
  return { lines, more: false };
}

function lineOf(value: Json, path: JsonPath, open: ReadonlySet<string>): JsonLine {
  const id = keyOfPath(path);
  return {
    kind: isBranch(value) ? 'branch' : 'leaf',
    id,
    path,
    depth: path.length,
    value,
    open: open.has(id),
  };
}

/** The same with more children of a branch at one side. */
export function showMore(opened: Opened, rest: Extract<JsonLine, { kind: 'rest' }>): Opened {
  const { from, to } = opened.slices.get(rest.of) ?? FIRST;
  const slice = rest.side === 'after' ? { from, to: to + STEP } : { from: Math.max(0, from - STEP), to };
  return { ...opened, slices: new Map(opened.slices).set(rest.of, slice) };
}

/** The same with everything above `path` open, and the slices on the way where the path leads. */
export function openTo(root: Json, path: JsonPath, opened: Opened): Opened {
  const open = new Set(opened.open);
  const slices = new Map(opened.slices);
  let value: Json = root;
  path.slice(0, LEVELS_MAX).forEach((part, depth) => {
    const id = keyOfPath(path.slice(0, depth));
    open.add(id);
    const at = typeof part === 'number' ? part : isBranch(value) ? Object.keys(value).indexOf(part) : 0;
    const { from, to } = slices.get(id) ?? FIRST;
    if (at < from || at >= to) {
      const begin = Math.floor(at / SLICE) * SLICE;
      slices.set(id, { from: begin, to: begin + SLICE });
    }
    value = (value as { readonly [key: string | number]: Json })[part] ?? null;
  });
  return { open, slices };
}
