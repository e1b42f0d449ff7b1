/**
 * What `wrap` and `unwrap` make of a file: text and backup in, text and backup out. The backup is at any moment what
 * `unwrap` would give. Whether a file is still as `wrap` left it is not remembered but seen: the backup, with the shims
 * that the file has now, is the file byte for byte, or somebody has edited it since.
 */
import { type Problem, show } from '../config/problem.ts';
import { suggest } from '../config/similar.ts';
import { hasArgs, type Shim, shimOf, unwrapEdits, wrapEdits } from './edits.ts';
import { type Entry, type EntryKind, entriesOf } from './entries.ts';
import { applyEdits, readTree } from './tree.ts';

export interface Plan {
  /** The file as it is to be. */
  readonly text: string;
  /** Servers that change. */
  readonly done: readonly string[];
  /** Servers that stay, and why (completing "name …"). */
  readonly left: readonly { readonly name: string; readonly why: string }[];
}

export interface WrapPlan extends Plan {
  /** What the backup is to hold; undefined where the one that there is holds it already. */
  readonly backup: string | undefined;
}

export interface UnwrapPlan extends Plan {
  /** Somebody has edited the file since it was wrapped, so only our words go. */
  readonly edited: boolean;
}

/** A problem of the file as a whole has no key. */
export type Planned<P extends Plan> = P | { readonly problems: readonly Problem[] };

/** Puts a shim in front of the servers named, or of every one that is started by a command. */
export function planWrap(
  text: string,
  backup: string | undefined,
  names: readonly string[],
  shimFor: (name: string) => Shim,
): Planned<WrapPlan> {
  const read = choose(text, names);
  if ('problems' in read) return read;
  const done: string[] = [];
  const left: { name: string; why: string }[] = [];
  const problems: Problem[] = [];
  const edits = read.chosen.flatMap((entry) => {
    const { kind } = entry;
    const shim = shimFor(entry.name);
    if (kind.is === 'command' && !(shim.command === 'cmd' && hasWordsOfCmd(kind))) {
      done.push(labelOf(entry));
      return wrapEdits(text, kind, shim);
    }
    const why = whyNot(kind, shim);
    // What was asked for by its name and cannot be had is a mistake; the rest of a file is only told about.
    if (names.length > 0 && kind.is !== 'wrapped') problems.push({ key: labelOf(entry), message: why });
    else left.push({ name: labelOf(entry), why });
    return [];
  });
  if (problems.length > 0) return { problems };
  return { text: applyEdits(text, edits), backup: nextBackup(text, backup), done, left };
}

/** Takes the shims away from the servers named, or from all. */
export function planUnwrap(
  text: string,
  backup: string | undefined,
  names: readonly string[],
): Planned<UnwrapPlan> {
  const read = choose(text, names);
  if ('problems' in read) return read;
  const wrapped = read.chosen.filter(({ kind }) => kind.is === 'wrapped');
  const ours = oursOf(wrapped, backup);
  // What was wrapped before `wrap` came stays so once: the file becomes what it was.
  const chosen = names.length > 0 || ours.length === 0 ? wrapped : ours;
  const left = read.chosen
    .filter((entry) => !chosen.includes(entry) && (names.length > 0 || entry.kind.is === 'wrapped'))
    .map((entry) => ({
      name: labelOf(entry),
      why: entry.kind.is === 'wrapped' ? 'was wrapped before, and stays so' : 'is not wrapped',
    }));
  const done = chosen.map(labelOf);
  const isAsLeft = backup !== undefined && isSource(backup, text);
  const isAll = oursOf(entriesIn(text), backup).every(({ path }) => chosen.some((one) => one.path === path));
  if (isAsLeft && isAll && chosen.length === ours.length) return { text: backup, done, left, edited: false };
  return { text: takeBack(text, chosen, backup), done, left, edited: backup !== undefined && !isAsLeft };
}

/** Whether `text` is what `wrap` made of `backup`. */
export function isSource(backup: string, text: string): boolean {
  const shims = new Map(
    entriesIn(text).flatMap(({ path, kind }) => (kind.is === 'wrapped' ? [[path, shimOf(kind)]] : [])),
  );
  const edits = entriesIn(backup).flatMap(({ path, kind }) => {
    const shim = shims.get(path);
    return kind.is === 'command' && shim ? wrapEdits(backup, kind, shim) : [];
  });
  return applyEdits(backup, edits) === text;
}

function nextBackup(text: string, backup: string | undefined): string | undefined {
  if (backup === undefined) return text;
  if (isSource(backup, text)) return undefined;
  return takeBack(text, oursOf(entriesIn(text), backup), backup);
}

/** Of wrapped entries, those that were not so in the backup. */
function oursOf(entries: readonly Entry[], backup: string | undefined): readonly Entry[] {
  const before = new Set(
    entriesIn(backup ?? '').flatMap(({ path, kind }) => (kind.is === 'wrapped' ? [path] : [])),
  );
  return entries.filter(({ path, kind }) => kind.is === 'wrapped' && !before.has(path));
}

function takeBack(text: string, chosen: readonly Entry[], backup: string | undefined): string {
  const before = new Map(entriesIn(backup ?? '').map(({ path, node }) => [path, hasArgs(node)]));
  const edits = chosen.flatMap(({ path, node, kind }) =>
    kind.is === 'wrapped' ? unwrapEdits(text, node, kind, before.get(path) ?? true) : [],
  );
  return applyEdits(text, edits);
}

function entriesIn(text: string): readonly Entry[] {
  const tree = readTree(text);
  return 'wrong' in tree ? [] : entriesOf(tree.root);
}

function choose(
  text: string,
  names: readonly string[],
): { readonly chosen: readonly Entry[] } | { readonly problems: readonly Problem[] } {
  const tree = readTree(text);
  if ('wrong' in tree) return { problems: [{ key: '', message: `is not JSON: ${tree.wrong}` }] };
  const entries = entriesOf(tree.root);
  const known = [...new Set(entries.map(({ name }) => name))];
  const there = known.length === 0 ? 'it has none' : `there are ${known.join(', ')}`;
  const problems = names
    .filter((name) => !known.includes(name))
    .map((name) => ({
      key: show(name),
      message: `is no server of this file; ${there}${suggest(name, known)}`,
    }));
  if (problems.length > 0) return { problems };
  return { chosen: entries.filter(({ name }) => names.length === 0 || names.includes(name)) };
}

/** Characters that cmd, which stands before npx on Windows, reads as its own in whatever follows. */
function hasWordsOfCmd({ command, args }: Extract<EntryKind, { is: 'command' }>): boolean {
  return [command, ...(args?.children ?? [])].some(({ value }) => /[&|<>^%]/.test(String(value)));
}

function whyNot(kind: EntryKind, shim: Shim): string {
  switch (kind.is) {
    case 'command':
      return 'has characters that cmd, which npx needs here, would read as its own: npm install --global sightline, and wrap with that';
    case 'wrapped': {
      const [has, would] = [shimOf(kind), shim].map(({ command, args }) =>
        JSON.stringify([command, ...args]),
      );
      return has === would
        ? 'is wrapped already'
        : 'is wrapped already, with other options or by another installation; unwrap it first to change that';
    }
    case 'remote':
      return 'is reached at an address: start Sightline in front of that, and put the address it prints here';
    case 'odd':
      return kind.why;
  }
}

function labelOf({ name, project }: Entry): string {
  return project === undefined ? name : `${name} (in ${project})`;
}
