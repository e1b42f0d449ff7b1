/**
 * Places in a JSON text, for whoever changes a few characters of it and nothing else: numbers, order, spacing and
 * everything untouched keep their form, which parsing and printing anew would lose. The text must be JSON: these only
 * look for where things begin and end.
 */

/** Where the value of a member begins, `object` being where its object does; of a repeated name the last, which is the one that readers take. */
export function findMember(text: string, object: number, name: string): number | undefined {
  let found: number | undefined;
  let at = skipSpace(text, object + 1);
  while (text[at] === '"') {
    const keyEnd = skipString(text, at);
    const key: unknown = JSON.parse(text.slice(at, keyEnd));
    const value = skipSpace(text, skipSpace(text, keyEnd) + 1);
    if (key === name) found = value;
    at = skipSpace(text, skipValue(text, value));
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
  return found;
}

export function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && ' \t\r\n'.includes(text[at] ?? 'x')) at += 1;
  return at;
}

function skipString(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

export function skipValue(text: string, from: number): number {
  let depth = 0;
  let at = from;
  while (at < text.length) {
    const char = text[at] ?? '';
    if (char === '"') {
      at = skipString(text, at);
      if (depth === 0) return at;
      continue;
    }
    if (char === '{' || char === '[') depth += 1;
    else if (char === '}' || char === ']') {
      if (depth === 0) return at;
      depth -= 1;
      if (depth === 0) return at + 1;
    } else if (depth === 0 && (char === ',' || ' \t\r\n'.includes(char))) return at;
    at += 1;
  }
  return at;
}

/** Puts a value in place of the one at the end of a path of members; the text as it is where the path leads nowhere. */
export function replaceAt(text: string, path: readonly string[], value: string): string {
  const at = locate(text, path);
  return at === undefined ? text : `${text.slice(0, at)}${value}${text.slice(skipValue(text, at))}`;
}

/** The value at the end of a path of members, as it is spelled; undefined where the path leads nowhere. */
export function spelledAt(text: string, path: readonly string[]): string | undefined {
  const at = locate(text, path);
  return at === undefined ? undefined : text.slice(at, skipValue(text, at));
}

function locate(text: string, path: readonly string[]): number | undefined {
  let at: number | undefined = skipSpace(text, 0);
  for (const name of path) {
    if (text[at] !== '{') return undefined;
    at = findMember(text, at, name);
    if (at === undefined) return undefined;
  }
  return at;
}
