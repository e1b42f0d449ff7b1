/**
 * A payload as a tree that is opened piece by piece: nothing is walked before it is looked at, long lists come in
 * slices, and search has a limit, so that 8 MiB or a thousand levels cost no more than what is seen of them.
 */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Keys and indexes from the root. */
export type JsonPath = readonly (string | number)[];

/** Children shown at once; the rest comes on demand, as many again. */
export const SLICE = 100;

export type Parsed = { readonly ok: true; readonly value: Json } | { readonly ok: false };

export function parseJson(text: string): Parsed {
  try {
    return { ok: true, value: JSON.parse(text) as Json };
  } catch {
    return { ok: false };
  }
}

export function isBranch(value: Json): value is readonly Json[] | { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null;
}

export interface JsonChild {
  readonly key: string | number;
  readonly value: Json;
}

/** The children from one place to another, and how many there are. */
export function childrenOf(
  value: Json,
  from: number,
  to: number,
): { readonly shown: readonly JsonChild[]; readonly all: number } {
  if (Array.isArray(value)) {
    const shown = value.slice(from, to).map((child, index) => ({ key: from + index, value: child as Json }));
    return { shown, all: value.length };
  }
  if (!isBranch(value)) return { shown: [], all: 0 };
  const keys = Object.keys(value);
  const shown = keys
    .slice(from, to)
    .map((key) => ({ key, value: (value as Record<string, Json>)[key] ?? null }));
  return { shown, all: keys.length };
}

/** `{3 keys}`, `[12 items]`. */
export function summaryOf(value: Json): string {
  if (Array.isArray(value)) return `[${value.length === 1 ? '1 item' : `${value.length} items`}]`;
  const count = isBranch(value) ? Object.keys(value).length : 0;
  return `{${count === 1 ? '1 key' : `${count} keys`}}`;
}

/** `$.params.arguments["odd key"][0]`: JSONPath, as tools read it. */
export function spellPath(path: JsonPath): string {
  return path.reduce<string>((said, part) => {
    if (typeof part === 'number') return `${said}[${part}]`;
    return /^[A-Za-z_$][\w$]*$/.test(part) ? `${said}.${part}` : `${said}[${JSON.stringify(part)}]`;
  }, '$');
}

/** One text per path, whatever its keys contain. */
export function keyOfPath(path: JsonPath): string {
  return JSON.stringify(path);
}

const REDACTED = /^\[redacted: (key|pattern|path|depth) ?(.*)\]$/;

/** Which rule hid a value: `key password`; undefined for a value that nothing hid. */
export function redactionOf(value: Json): string | undefined {
  if (typeof value !== 'string' || value.length > 300) return undefined;
  const match = REDACTED.exec(value);
  return match ? `${match[1]} ${match[2]}`.trim() : undefined;
}

/** Paths of the keys and plain values that contain `query`, in the order of the text, at most `limit`. */
export function searchJson(
  root: Json,
  query: string,
  limit: number,
): { readonly paths: readonly JsonPath[]; readonly more: boolean } {
  const needle = query.toLowerCase();
  const paths: JsonPath[] = [];
  if (needle === '') return { paths, more: false };
  interface Step {
    readonly value: Json;
    readonly key: string | number | undefined;
    readonly parent: Step | undefined;
  }
  // A stack of our own, because a deeply nested value would overflow the engine's; parents instead of copied paths,
  // because a thousand levels of copies are a million keys.
  const stack: Step[] = [{ value: root, key: undefined, parent: undefined }];
  const pathOf = (step: Step): JsonPath => {
    const path: (string | number)[] = [];
    for (let at: Step | undefined = step; at?.key !== undefined; at = at.parent) path.push(at.key);
    return path.reverse();
  };
  for (let step = stack.pop(); step !== undefined; step = stack.pop()) {
    const { value, key } = step;
    const inKey = typeof key === 'string' && key.toLowerCase().includes(needle);
    const inValue = !isBranch(value) && String(value).toLowerCase().includes(needle);
    if (inKey || inValue) {
      if (paths.length === limit) return { paths, more: true };
      paths.push(pathOf(step));
    }
    if (!isBranch(value)) continue;
    const { shown } = childrenOf(value, 0, Number.POSITIVE_INFINITY);
    for (let index = shown.length - 1; index >= 0; index -= 1) {
      const child = shown[index];
      if (child !== undefined) stack.push({ value: child.value, key: child.key, parent: step });
    }
  }
  return { paths, more: false };
}

/** The branches to open at first: breadth first, until about so many lines stand there. */
export function openAtFirst(root: Json, lines: number): ReadonlySet<string> {
  const open = new Set<string>();
  let queue: { value: Json; path: JsonPath }[] = [{ value: root, path: [] }];
  let left = lines;
  while (queue.length > 0) {
    const next: typeof queue = [];
    for (const { value, path } of queue) {
      const { shown, all } = childrenOf(value, 0, SLICE);
      // A first level is always open, however long: an answer that shows nothing helps nobody.
      if (!isBranch(value) || all === 0 || (path.length > 0 && shown.length > left)) continue;
      // What the protocol adds for itself is longer than most arguments, and seldom what is looked for.
      if (path.at(-1) === '_meta') continue;
      open.add(keyOfPath(path));
      left -= shown.length;
      for (const child of shown)
        if (isBranch(child.value)) next.push({ value: child.value, path: [...path, child.key] });
    }
    queue = left > 0 && open.size < lines ? next : [];
  }
  return open;
}
