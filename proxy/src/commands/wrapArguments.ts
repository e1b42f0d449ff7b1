/** How the arguments of `wrap` and `unwrap` are read: what to change, and options for the command that is put in place. */
import type { WrapWord } from '../config/commandWords.ts';
import { WRAP_SWITCHES } from '../config/commandWords.ts';
import { type Given, optionAt, readArguments } from '../config/given.ts';
import { flagOf, type OptionName, rowOf } from '../config/options.ts';
import type { Problem } from '../config/problem.ts';

export interface WrapArguments {
  /** A client's name or a file. */
  readonly target: string | undefined;
  readonly servers: readonly string[];
  readonly dryRun: boolean;
  /** Everything else: options as always. */
  readonly rest: readonly string[];
  /** Options for the wrapped servers, each one word. */
  readonly passed: readonly string[];
  readonly problems: readonly Problem[];
}

/** Said of this run, and not of the servers. */
const OWN: readonly OptionName[] = ['color'];
/** What a stdio server's shim has no use for, or must not share with another's. */
const NOT_PASSED: readonly OptionName[] = ['config', 'upstream', 'listen', 'server-name'];

/** @param resolve A path as seen from where the user stands; a client starts servers somewhere else. */
export function readWrapArguments(
  word: WrapWord,
  argv: readonly string[],
  resolve: (path: string) => string,
): WrapArguments {
  const words: string[] = [];
  const rest: string[] = [];
  let dryRun = false;
  for (let at = 0; at < argv.length; at++) {
    const given = argv[at] ?? '';
    if (given === `--${DRY_RUN}`) dryRun = true;
    else if (!given.startsWith('-')) words.push(given);
    else {
      const option = optionAt(argv, at);
      rest.push(...option);
      at += option.length - 1;
    }
  }
  const [target, ...servers] = words;
  const read = readArguments(rest);
  const options = read.given.filter(({ name }) => !OWN.includes(name));
  const problems = options.flatMap((one) => problemsOf(word, one));
  if (read.command !== undefined) problems.push({ key: '--', message: `means nothing to ${word}` });
  if (target === undefined) {
    problems.push({ key: word, message: `needs a client or a file; ${word} --help lists the clients` });
  }
  const passed = options.map((one) => passedAs(one, resolve));
  return { target, servers, dryRun, rest, passed, problems };
}

const [DRY_RUN] = Object.keys(WRAP_SWITCHES);

function problemsOf(word: WrapWord, { name, key }: Given): Problem[] {
  if (word === 'unwrap') return [{ key, message: 'means nothing to unwrap' }];
  if (NOT_PASSED.includes(name)) {
    return [{ key, message: 'cannot be given to wrapped servers' }];
  }
  // It would stand in the client's file, and in every list of processes.
  if (rowOf(name).secret) return [{ key, message: 'is a secret; set it in the environment instead' }];
  return [];
}

function passedAs({ name, raw }: Given, resolve: (path: string) => string): string {
  const { type } = rowOf(name);
  const isPath = type.kind === 'text' && (type.shape === 'FILE' || type.shape === 'DIR');
  return `${flagOf(name)}=${isPath ? resolve(String(raw)) : String(raw)}`;
}
