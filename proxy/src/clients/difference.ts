/** What changes between two versions of a file, to be looked at: lines in hunks, without the secrets that a file may hold. */
import { PATTERNS_BUILT_IN } from '../config/redaction.ts';
import { applyEdits, type Edit, endOf, type Node, readTree } from './tree.ts';

export interface DifferenceLine {
  readonly sign: '@' | ' ' | '-' | '+';
  /** Without line end. */
  readonly text: string;
}

/** Lines shown around a change. */
const CONTEXT = 2;
/** How far apart the same line may be in both versions; wrapping adds a handful. */
const REACH = 400;

export function differenceOf(before: string, after: string): readonly DifferenceLine[] {
  const [old, now] = [linesOf(before), linesOf(after)];
  const runs = runsOf(old, now);
  const lines: DifferenceLine[] = [];
  let at = 0;
  while (at < runs.length) {
    // Changes that are near each other share a hunk.
    let end = at;
    while (end + 1 < runs.length && (runs[end + 1]?.old ?? 0) - oldEnd(runs[end]) <= CONTEXT * 2) end += 1;
    lines.push(...hunkOf(runs.slice(at, end + 1), old, now));
    at = end + 1;
  }
  return lines;
}

/** `removed` lines from `old` on have become `added` lines from `now` on. */
interface Run {
  readonly old: number;
  readonly removed: number;
  readonly now: number;
  readonly added: number;
}

function oldEnd(run: Run | undefined): number {
  return run ? run.old + run.removed : 0;
}

function runsOf(old: readonly string[], now: readonly string[]): readonly Run[] {
  const runs: Run[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < now.length) {
    if (i < old.length && old[i] === now[j]) {
      i += 1;
      j += 1;
      continue;
    }
    const [removed, added] = nextCommon(old.slice(i, i + REACH), now.slice(j, j + REACH));
    const isEnd = removed === undefined || added === undefined;
    const run = {
      old: i,
      removed: isEnd ? old.length - i : removed,
      now: j,
      added: isEnd ? now.length - j : added,
    };
    runs.push(run);
    i += run.removed;
    j += run.added;
  }
  return runs;
}

/** The fewest lines to leave out of both until they go on alike: with a line that says something, or with two. */
function nextCommon(old: readonly string[], now: readonly string[]): readonly [number?, number?] {
  for (let skipped = 1; skipped < old.length + now.length; skipped++) {
    for (
      let removed = Math.max(0, skipped - now.length + 1);
      removed <= Math.min(skipped, old.length - 1);
      removed++
    ) {
      const added = skipped - removed;
      if (old[removed] !== now[added]) continue;
      if (/\w/.test(old[removed] ?? '') || old[removed + 1] === now[added + 1]) return [removed, added];
    }
  }
  return [];
}

function hunkOf(
  runs: readonly Run[],
  old: readonly string[],
  now: readonly string[],
): readonly DifferenceLine[] {
  const [first, last] = [runs[0], runs.at(-1)];
  if (!first || !last) return [];
  const before = Math.min(CONTEXT, first.old);
  const after = Math.min(CONTEXT, old.length - oldEnd(last));
  const from = first.old - before;
  const to = oldEnd(last) + after;
  const nowFrom = first.now - before;
  const nowTo = last.now + last.added + after;
  const lines: DifferenceLine[] = [
    { sign: '@', text: `@@ -${from + 1},${to - from} +${nowFrom + 1},${nowTo - nowFrom} @@` },
  ];
  const add = (sign: DifferenceLine['sign'], some: readonly string[]) => {
    for (const text of some) lines.push({ sign, text });
  };
  let at = from;
  for (const run of runs) {
    add(' ', old.slice(at, run.old));
    add('-', old.slice(run.old, oldEnd(run)));
    add('+', now.slice(run.now, run.now + run.added));
    at = oldEnd(run);
  }
  add(' ', old.slice(at, to));
  return lines;
}

/** Parts of names whose values are nobody's to see. Rather too many than one too few: this is only for looking. */
const PARTS = 'token|secret|passw|passphrase|pwd|api_?-?key|auth|cookie|credential|private_?-?key';
/** What says it alone or at the end of a name: `SUPABASE_KEY` and `--pat`, but not `--key-file`. */
const ENDS = '(?<![a-z])(?:key|pass|pat)(?![\\w-])';
const SECRET_NAME = new RegExp(`${PARTS}|${ENDS}`, 'i');
/** Such a name with its value inside another text: a query, a connection string, JSON in JSON, a comment. */
const SAID_INSIDE = new RegExp(
  `((?:(?:${PARTS})[\\w-]{0,40}|${ENDS})\\\\*["']?\\s*[=:]\\s*\\\\*["']?)(?:(?:basic|bearer)\\s+)?[^\\s"'&;,{}[\\]\\\\]+`,
  'gi',
);
/** Of an address: also a name alone, which is often a token. */
const LOGIN = /(?<=:\/\/)[^\s/@"']+(?=@)/g;
const HIDING: readonly string[] = ['env', 'headers'];
const HIDDEN = '…';

/** A value never has a line break in it, so what is hidden moves no line. */
function linesOf(text: string): readonly string[] {
  const tree = readTree(text);
  const hidden = 'wrong' in tree || !tree.root ? text : applyEdits(text, [...secretsOf(tree.root, false)]);
  const patterns = PATTERNS_BUILT_IN.map(({ source }) => new RegExp(source, 'gi'));
  return hidden
    .replace(/^\uFEFF|(?:\r\n|\n|\r)$/g, '')
    .split(/\r\n|\n|\r/)
    .map((line) =>
      patterns
        .reduce((shown, pattern) => shown.replace(pattern, HIDDEN), line)
        .replace(LOGIN, HIDDEN)
        .replace(SAID_INSIDE, `$1${HIDDEN}`),
    );
}

function* secretsOf(node: Node, isSecret: boolean): Generator<Edit> {
  const children = node.children ?? [];
  if (node.type === 'property') {
    const [key, value] = children;
    const name = String(key?.value);
    if (value) yield* secretsOf(value, isSecret || HIDING.includes(name) || SECRET_NAME.test(name));
  } else if (node.type === 'object') {
    for (const child of children) yield* secretsOf(child, isSecret);
  } else if (node.type === 'array') {
    for (const [index, child] of children.entries()) {
      const flag = children[index - 1]?.value as unknown;
      const isNamed = typeof flag === 'string' && /^--?[\w-]+$/.test(flag) && SECRET_NAME.test(flag);
      yield* secretsOf(child, isSecret || isNamed);
    }
  } else if (isSecret) {
    yield { from: node.offset, to: endOf(node), by: JSON.stringify(HIDDEN) };
  } else if (typeof node.value === 'string') {
    // `--api-key=…`, `GITHUB_TOKEN=…`, `Authorization: …` among arguments.
    const named = /^([\w-]+)(=|:\s*)./.exec(node.value);
    if (named && SECRET_NAME.test(named[1] ?? '')) {
      yield { from: node.offset, to: endOf(node), by: JSON.stringify(`${named[1]}${named[2]}${HIDDEN}`) };
    }
  }
}
