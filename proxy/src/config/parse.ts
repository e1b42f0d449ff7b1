/**
 * Arguments, environment and file to one checked configuration, or to every problem at once. Pure: the file comes
 * through a reader that is handed in. Flag beats environment beats file beats default.
 */
import type { Config, Origin } from './config.ts';
import { type Arguments, type Given, readArguments, readEnvironment, readSection } from './given.ts';
import { parseJsonc } from './jsonc.ts';
import { OPTION_NAMES, type OptionName, type OptionValues, rowOf } from './options.ts';
import { type Problem, show } from './problem.ts';
import { checkRules } from './rules.ts';
import { readAddressOf, readCommandOf, readServers, type Servers } from './servers.ts';
import { readValue } from './values.ts';

export interface ConfigInput {
  /** Arguments after the program's name. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The text of a file, or why it cannot be read. */
  readonly readFile: (path: string) => { readonly text: string } | { readonly wrong: string };
}

export type Parsed =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'check'; readonly config: Config }
  | { readonly kind: 'run'; readonly config: Config }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

export function parseConfig(input: ConfigInput): Parsed {
  const args = readArguments(input.argv);
  // Asking for help is never wrong, whatever else was typed.
  if (args.commands.has('help')) return { kind: 'help' };
  if (args.commands.has('version')) return { kind: 'version' };
  const environment = readEnvironment(input.env);
  const problems: Problem[] = [...args.problems, ...environment.problems];
  const path = [...args.given, ...environment.given].find((one) => one.name === 'config');
  const file = readConfigFile(path, input, problems);
  const section = readSection(file['sightline']);
  problems.push(...section.problems);
  const { values, origins } = settle(
    [
      { from: 'flag', given: args.given },
      { from: 'environment', given: environment.given },
      { from: 'file', given: section.given },
    ],
    problems,
  );
  const servers = findServers(args, values, origins, file, input.env);
  problems.push(...servers.problems, ...checkRules(values, origins, servers.upstreams));
  if (problems.length > 0) return { kind: 'problems', problems };
  const { upstreams, named, warnings } = servers;
  const config = { values, origins, upstreams, named, warnings };
  return { kind: args.commands.has('check-config') ? 'check' : 'run', config };
}

function readConfigFile(
  given: Given | undefined,
  input: ConfigInput,
  problems: Problem[],
): Readonly<Record<string, unknown>> {
  if (!given) return {};
  const path = String(given.raw);
  const read = input.readFile(path);
  if ('wrong' in read) {
    problems.push({ key: given.key, message: `${show(path)} cannot be read: ${read.wrong}` });
    return {};
  }
  const parsed = parseJsonc(read.text);
  if ('wrong' in parsed) {
    problems.push({ key: given.key, message: `${show(path)} is not JSON: ${parsed.wrong}` });
    return {};
  }
  if (typeof parsed.value !== 'object' || parsed.value === null || Array.isArray(parsed.value)) {
    problems.push({ key: given.key, message: `${show(path)} must hold a JSON object` });
    return {};
  }
  return parsed.value as Readonly<Record<string, unknown>>;
}

interface Place {
  readonly from: 'flag' | 'environment' | 'file';
  readonly given: readonly Given[];
}

/** Reads every value given, also those that lose, so that a mistake is named before it matters. */
function settle(
  places: readonly Place[],
  problems: Problem[],
): { values: OptionValues; origins: Record<OptionName, Origin> } {
  const values = new Map<OptionName, unknown>();
  const origins = new Map<OptionName, Origin>();
  for (const name of OPTION_NAMES) {
    const { type, fallback } = rowOf(name);
    const standard = fallback === undefined ? undefined : readValue(type, fallback);
    values.set(name, standard && 'value' in standard ? standard.value : undefined);
    origins.set(name, { from: 'default' });
  }
  for (const { from, given } of places.toReversed()) {
    for (const { name, raw, key } of given) {
      const reading = readValue(rowOf(name).type, raw);
      if ('wrong' in reading) problems.push({ key, message: `${show(raw)} ${reading.wrong}` });
      else {
        values.set(name, reading.value);
        origins.set(name, { from, key });
      }
    }
  }
  // Every name of the table was set above, from a reading of its own type.
  return {
    values: Object.fromEntries(values) as unknown as OptionValues,
    origins: Object.fromEntries(origins) as Record<OptionName, Origin>,
  };
}

function findServers(
  { upstream: argument, command }: Pick<Arguments, 'upstream' | 'command'>,
  values: OptionValues,
  origins: Readonly<Record<OptionName, Origin>>,
  file: Readonly<Record<string, unknown>>,
  env: ConfigInput['env'],
): Servers {
  const origin = origins.upstream;
  const problems: Problem[] = [];
  if (argument !== undefined && origin.from === 'flag') {
    problems.push({ key: origin.key, message: `is given besides the argument ${show(argument)}` });
  }
  const address = argument ?? values.upstream;
  // VS Code keeps the same entries under `servers`.
  const section = file['mcpServers'] !== undefined ? 'mcpServers' : 'servers';
  const listed = file[section];
  const unused =
    listed === undefined ? [] : [`${section} of the file is left out, because an upstream is given`];
  if (command) {
    const one = readCommandOf(command, values['server-name'], '--');
    if (address !== undefined)
      problems.push({ key: '--', message: `is given besides the upstream ${show(address)}` });
    return { ...one, warnings: unused, problems: [...problems, ...one.problems] };
  }
  if (address !== undefined) {
    const key = argument !== undefined ? show(argument) : origin.from === 'default' ? 'upstream' : origin.key;
    const one = readAddressOf(address, key);
    return { ...one, warnings: [...one.warnings, ...unused], problems: [...problems, ...one.problems] };
  }
  if (listed === undefined) return { upstreams: [], named: false, warnings: [], problems };
  return readServers(listed, section, env);
}
