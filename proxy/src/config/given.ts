/**
 * What the user gave, from the three places it can stand in, as raw values by option name. Each reader names what
 * it does not know; none of them decides which place wins.
 */
import { environmentOf, flagOf, isOptionName, OPTION_NAMES, type OptionName, rowOf } from './options.ts';
import { type Problem, show } from './problem.ts';
import { suggest } from './similar.ts';

/** One value as given, with the user's own name for its place. */
export interface Given {
  readonly name: OptionName;
  readonly raw: unknown;
  readonly key: string;
}

export interface Arguments {
  readonly given: readonly Given[];
  readonly commands: ReadonlySet<CommandName>;
  /** The address given without a flag. */
  readonly upstream?: string;
  /** Words after `--`: a stdio server's command line. */
  readonly command?: readonly string[];
  readonly problems: readonly Problem[];
}

/** Flags that ask for something instead of setting something. */
export const COMMANDS = {
  help: { short: '-h', means: 'print this page' },
  version: { short: '-V', means: 'print the version' },
  'check-config': {
    short: undefined,
    means: 'print the settings in force and where each came from, then end',
  },
} as const satisfies Readonly<Record<string, { short: string | undefined; means: string }>>;
export type CommandName = keyof typeof COMMANDS;

const SHORT: Readonly<Record<string, string>> = {
  '-h': '--help',
  '-V': '--version',
  '-q': '--show=none',
  '--quiet': '--show=none',
};

export function readArguments(argv: readonly string[]): Arguments {
  const given: Given[] = [];
  const problems: Problem[] = [];
  const commands = new Set<CommandName>();
  const loose: string[] = [];
  const end = argv.indexOf('--');
  const words = end === -1 ? argv : argv.slice(0, end);
  for (let at = 0; at < words.length; at++) {
    const word = SHORT[words[at] ?? ''] ?? words[at] ?? '';
    if (!word.startsWith('-') || word === '-') {
      loose.push(word);
      continue;
    }
    const flag = readFlag(word);
    if (flag.kind === 'command') commands.add(flag.name);
    else if (flag.kind === 'unknown') {
      problems.push(flag.problem);
      if (takesNextWord(word) && words[at + 1] !== undefined && !isFlag(words[at + 1] ?? '')) at += 1;
    } else if (flag.raw !== undefined) given.push({ name: flag.name, raw: flag.raw, key: flagOf(flag.name) });
    else if (words[at + 1] === undefined || isFlag(words[at + 1] ?? '')) {
      problems.push({ key: flagOf(flag.name), message: 'needs a value' });
    } else {
      at += 1;
      given.push({ name: flag.name, raw: words[at] ?? '', key: flagOf(flag.name) });
    }
  }
  for (const extra of loose.slice(1)) {
    problems.push({
      key: show(extra),
      message: `is one argument too many: ${show(loose[0])} is the upstream already`,
    });
  }
  return {
    ...joinLists(given, problems),
    commands,
    ...(loose[0] === undefined ? {} : { upstream: loose[0] }),
    ...(end === -1 ? {} : { command: argv.slice(end + 1) }),
  };
}

/** A negative number is no flag, but none of our values is one: everything with a dash in front is meant as a flag. */
function isFlag(word: string): boolean {
  return /^-{1,2}[A-Za-z]/.test(word);
}

type Flag =
  | { readonly kind: 'command'; readonly name: CommandName }
  | { readonly kind: 'option'; readonly name: OptionName; readonly raw: string | undefined }
  | { readonly kind: 'unknown'; readonly problem: Problem };

/** Whether the word after this flag belongs to it; of an unknown flag it is rather its value than anything else. */
function takesNextWord(word: string): boolean {
  const flag = readFlag(word);
  if (flag.kind === 'unknown') return !word.includes('=');
  return flag.kind === 'option' && flag.raw === undefined;
}

/** An option as it stands among words: itself, and the word after it where that is its value. */
export function optionAt(words: readonly string[], at: number): readonly string[] {
  const word = words[at] ?? '';
  const next = words[at + 1];
  const takes = word.startsWith('--') && takesNextWord(word) && next !== undefined && !next.startsWith('-');
  return takes ? [word, next] : [word];
}

function readFlag(word: string): Flag {
  const [flag = '', ...rest] = word.split('=');
  const raw = rest.length > 0 ? rest.join('=') : undefined;
  const name = flag.slice(2);
  if (flag.startsWith('--')) {
    if (Object.hasOwn(COMMANDS, name) && raw === undefined)
      return { kind: 'command', name: name as CommandName };
    if (isOptionName(name)) {
      const isSwitch = rowOf(name).type.kind === 'switch';
      return { kind: 'option', name, raw: raw ?? (isSwitch ? 'on' : undefined) };
    }
    const positive = name.replace(/^no-/, '');
    if (name.startsWith('no-') && isOptionName(positive) && rowOf(positive).type.kind === 'switch' && !raw) {
      return { kind: 'option', name: positive, raw: 'off' };
    }
  }
  const known = [...OPTION_NAMES, ...Object.keys(COMMANDS)];
  return {
    kind: 'unknown',
    problem: {
      key: show(flag).slice(1, -1),
      message: `is no option${suggest(name, known, '--')}; --help lists them`,
    },
  };
}

/** A list may be given piece by piece; anything else given twice is a mistake, not a preference. */
function joinLists(given: readonly Given[], problems: Problem[]): { given: Given[]; problems: Problem[] } {
  const byName = new Map<OptionName, Given>();
  for (const one of given) {
    const before = byName.get(one.name);
    const { type } = rowOf(one.name);
    if (type.kind === 'list' && before) {
      byName.set(one.name, { ...one, raw: `${before.raw}${type.separator}${one.raw}` });
      continue;
    }
    if (before) problems.push({ key: one.key, message: 'is given twice' });
    byName.set(one.name, one);
  }
  return { given: [...byName.values()], problems };
}

export interface Read {
  readonly given: readonly Given[];
  readonly problems: readonly Problem[];
}

const ENVIRONMENT = 'SIGHTLINE_';
/** Of the repository's scripts: where built programs are kept. */
const NOT_OURS: readonly string[] = ['SIGHTLINE_CACHE'];
/**
 * What Kubernetes gives every container for each Service whose name begins with `sightline` (Kubernetes, "Discovering
 * services"). `SIGHTLINE_PORT` is one only with such a value: a person who sets a port there has to be told.
 */
const SERVICE_LINK =
  /^SIGHTLINE_(?:\w+_)?(?:SERVICE_HOST=|SERVICE_PORT(?:_\w+)?=\d|PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?=|=(?:tcp|udp|sctp):))/;

export function readEnvironment(env: Readonly<Record<string, string | undefined>>): Read {
  const known = new Map(OPTION_NAMES.map((name) => [environmentOf(name), name]));
  const given: Given[] = [];
  const problems: Problem[] = [];
  for (const [key, raw] of Object.entries(env)) {
    // An empty variable is how many tools say "not set".
    if (!key.startsWith(ENVIRONMENT) || raw === undefined || raw === '' || NOT_OURS.includes(key)) continue;
    const name = known.get(key);
    if (name) given.push({ name, raw, key });
    else if (!SERVICE_LINK.test(`${key}=${raw}`))
      problems.push({
        key,
        message: `is no setting of Sightline${suggest(
          key.slice(ENVIRONMENT.length),
          [...known.keys()].map((one) => one.slice(ENVIRONMENT.length)),
          ENVIRONMENT,
        )}`,
      });
  }
  return { given, problems };
}

/** The options in the file's `sightline` section: nested or dotted, with `.`, `-`, `_` or capitals between words. */
export function readSection(section: unknown): Read {
  if (section === undefined) return { given: [], problems: [] };
  if (typeof section !== 'object' || section === null || Array.isArray(section)) {
    return { given: [], problems: [{ key: 'sightline', message: 'must be an object of options' }] };
  }
  const known = new Map(OPTION_NAMES.map((name) => [name.replaceAll('-', '.'), name]));
  const given: Given[] = [];
  const problems: Problem[] = [];
  const walk = (value: object, path: string): void => {
    for (const [part, inner] of Object.entries(value)) {
      const key = path === '' ? part : `${path}.${part}`;
      const name = known.get(plainKey(key));
      if (name && rowOf(name).notInFile) {
        problems.push({ key: `sightline.${key}`, message: 'cannot stand in the file itself' });
      } else if (name && !isPrefixOnly(inner, name)) {
        if (given.some((one) => one.name === name)) {
          problems.push({ key: `sightline.${key}`, message: 'is given twice' });
        }
        given.push({ name, raw: inner, key: `sightline.${key}` });
      } else if (typeof inner === 'object' && inner !== null && !Array.isArray(inner)) {
        walk(inner, key);
      } else {
        const hint = suggest(plainKey(key), [...known.keys()], 'sightline.');
        problems.push({ key: `sightline.${key}`, message: `is no option${hint}` });
      }
    }
  };
  walk(section, '');
  return { given, problems };
}

/** `payloadMode`, `payload-mode`, `payload.mode` are one key. */
function plainKey(key: string): string {
  return key
    .replaceAll(/([a-z])([A-Z])/g, '$1.$2')
    .replaceAll(/[-_]/g, '.')
    .toLowerCase();
}

/** An object under the name of an option that takes none leads further down (`trace` to `trace.parent`). */
function isPrefixOnly(value: unknown, name: OptionName): boolean {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject && rowOf(name).type.kind !== 'list';
}
