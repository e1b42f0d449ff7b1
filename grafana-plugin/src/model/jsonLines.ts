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
  /** Children not shown yet. */
  | {
      readonly kind: 'rest';
      readonly id: string;
      readonly of: string;
      readonly depth: number;
      readonly left: number;
    };

export interface Opened {
  readonly open: ReadonlySet<string>;
  /** How many children of a branch are shown, where it is not `SLICE`. */
  readonly slices: ReadonlyMap<string, number>;
}

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
    const { shown, all } = childrenOf(line.value, slices.get(line.id) ?? SLICE);
    const depth = line.depth + 1;
    if (all > shown.length) {
      stack.push({ kind: 'rest', id: `${line.id} rest`, of: line.id, depth, left: all - shown.length });
    }
    for (let index = shown.length - 1; index >= 0; index -= 1) {
      const child = shown[index];
      if (child !== undefined) stack.push(lineOf(child.value, [...line.path, child.key], open));
    }
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

/** The same with everything above `path` open, and slices long enough that it stands there. */
export function openTo(root: Json, path: JsonPath, opened: Opened): Opened {
  const open = new Set(opened.open);
  const slices = new Map(opened.slices);
  let value: Json = root;
  path.forEach((part, depth) => {
    const id = keyOfPath(path.slice(0, depth));
    open.add(id);
    const at = typeof part === 'number' ? part : isBranch(value) ? Object.keys(value).indexOf(part) : 0;
    if (at >= (slices.get(id) ?? SLICE)) slices.set(id, Math.ceil((at + 1) / SLICE) * SLICE);
    value = (value as { readonly [key: string | number]: Json })[part] ?? null;
  });
  return { open, slices };
}
