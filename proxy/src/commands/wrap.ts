/** `sightline wrap` and `sightline unwrap`: a client's stdio servers behind shims, and back. */
import path from 'node:path';
import { differenceOf } from '../clients/difference.ts';
import {
  CLIENTS,
  type Client,
  clientOf,
  clientOfFile,
  nearestClient,
  type Surroundings,
} from '../clients/known.ts';
import { planUnwrap, planWrap } from '../clients/plan.ts';
import { type Installation, isPassing, shimCommand, typedAs } from '../clients/shimCommand.ts';
import type { WrapWord } from '../config/commandWords.ts';
import type { Config } from '../config/config.ts';
import type { OptionValues } from '../config/options.ts';
import { type ConfigInput, parseConfig } from '../config/parse.ts';
import { type Problem, show } from '../config/problem.ts';
import { formatProblems } from '../config/report.ts';
import { slugOf } from '../config/serverName.ts';
import { formatAddress } from '../config/values.ts';
import {
  backupPathOf,
  type ClientFile,
  readBackup,
  readClientFile,
  removeBackup,
  replaceText,
  writeBackup,
} from './clientFile.ts';
import type { ExitCode } from './command.ts';
import { readWrapArguments } from './wrapArguments.ts';
import { formatChange, formatWrapHelp } from './wrapReport.ts';

export interface WrapPorts extends Surroundings, Installation {
  readonly cwd: string;
  readonly readFile: ConfigInput['readFile'];
  readonly wantsColor: (color: OptionValues['color']) => boolean;
  /** What became of it. */
  readonly print: (text: string) => void;
  /** What stands in the way. */
  readonly log: (line: string) => void;
}

/** Does what was asked, or names every problem and changes nothing. */
export function runWrap(word: WrapWord, argv: readonly string[], ports: WrapPorts): ExitCode {
  const given = readWrapArguments(word, argv, (name) => path.resolve(ports.cwd, name));
  const parsed = parseConfig({ argv: given.rest, env: ports.env, readFile: ports.readFile });
  if (parsed.kind === 'help') {
    ports.print(formatWrapHelp(word, ports));
    return 0;
  }
  if (parsed.kind === 'version') {
    ports.print(`${ports.version}\n`);
    return 0;
  }
  const problems = [...given.problems, ...(parsed.kind === 'problems' ? parsed.problems : [])];
  if (parsed.kind === 'check') problems.push({ key: '--check-config', message: `means nothing to ${word}` });
  const target = given.target === undefined ? undefined : findTarget(given.target, ports);
  if (target && 'problem' in target) problems.push(target.problem);
  if (
    problems.length > 0 ||
    parsed.kind === 'problems' ||
    parsed.kind === 'check' ||
    !target ||
    'problem' in target
  ) {
    return refuse(problems, ports);
  }
  return change(word, target, { ...given, config: parsed.config }, ports);
}

interface Target {
  readonly file: ClientFile;
  /** As the user would say it again. */
  readonly said: string;
  /** Who reads the file, as far as that is known. */
  readonly client: Client | undefined;
  /** The client was named, and not the file. */
  readonly isNamed: boolean;
}

interface Asked {
  readonly servers: readonly string[];
  readonly dryRun: boolean;
  readonly passed: readonly string[];
  readonly config: Config;
}

function change(word: WrapWord, target: Target, asked: Asked, ports: WrapPorts): ExitCode {
  const { file } = target;
  const kept = readBackup(file);
  if (kept && 'wrong' in kept) {
    return refuse([{ key: backupPathOf(file), message: kept.wrong }], ports);
  }
  const backup = kept?.file.text;
  const plan =
    word === 'wrap'
      ? planWrap(file.text, backup, asked.servers, (name) => shimCommand(ports, slugOf(name), asked.passed))
      : planUnwrap(file.text, backup, asked.servers);
  if ('problems' in plan) {
    const named = plan.problems.map(({ key, message }) => ({
      key: key === '' ? file.path : key,
      message: key === '' ? message : `${message} (${file.path})`,
    }));
    return refuse(named, ports);
  }
  const changes = plan.done.length > 0;
  // What is in the file itself needs no backup.
  const isBack = word === 'unwrap' && plan.text === backup;
  // Before anything is written: whatever fails here has then changed nothing.
  const difference = changes ? differenceOf(file.text, plan.text) : [];
  if (!asked.dryRun) {
    // The backup first: a file that is wrapped has one, whenever this process ends.
    const toKeep = changes && 'backup' in plan ? plan.backup : undefined;
    const wrong =
      (toKeep === undefined ? undefined : writeBackup(file, toKeep)) ??
      (changes ? replaceText(file, plan.text) : undefined) ??
      (isBack ? removeBackup(file) : undefined);
    if (wrong !== undefined) {
      ports.log(`${word}: ${file.path} could not be written: ${wrong}`);
      return 1;
    }
  }
  ports.print(
    formatChange({
      word,
      title: target.client?.title ?? path.basename(file.path),
      path: file.path,
      done: plan.done,
      left: plan.left,
      difference,
      dryRun: asked.dryRun,
      backup: (word === 'wrap' ? changes : backup !== undefined && !isBack) ? backupPathOf(file) : undefined,
      edited: 'edited' in plan && plan.edited,
      restart: target.client?.restart ?? 'restart the client that reads this file',
      pageUrl: `http://${formatAddress(asked.config.values['page-listen'])}`,
      undo: `${typedAs(ports)} unwrap ${target.said}`,
      notes: [...notesFor(word, target, ports), ...(word === 'wrap' && changes ? startNotes(ports) : [])],
      color: ports.wantsColor(asked.config.values.color),
    }),
  );
  return 0;
}

function findTarget(word: string, ports: WrapPorts): Target | { readonly problem: Problem } {
  const client = clientOf(word);
  const places = client?.places(ports) ?? [path.resolve(ports.cwd, word)];
  const found = places.find(ports.exists);
  if (found === undefined)
    return { problem: { key: show(word), message: missing(word, client, places, ports) } };
  const read = readClientFile(found);
  if ('wrong' in read) return { problem: { key: found, message: read.wrong } };
  const said = /^[\w@%+=:,./\\-]+$/.test(word) ? word : `"${word}"`;
  return {
    file: read.file,
    said,
    client: client ?? clientOfFile(found, ports),
    isNamed: client !== undefined,
  };
}

function missing(
  word: string,
  client: Client | undefined,
  places: readonly string[],
  ports: WrapPorts,
): string {
  if (client) {
    const own = projectFileHere(client, ports);
    const instead =
      own === undefined ? 'name its file if it is elsewhere' : `this folder has ${own}: name that`;
    return `has no configuration at ${places.join(' or ')}; ${instead}`;
  }
  if (/[./\\]/.test(word)) return `there is no file ${places.join('')}`;
  const nearest = nearestClient(word);
  const hint = nearest === undefined ? '' : ` (did you mean '${nearest}'?)`;
  const names = CLIENTS.map(({ name }) => name).join(', ');
  return `is neither a file nor a client${hint}; the clients are ${names}`;
}

function projectFileHere({ projectFile }: Client, { cwd, exists }: WrapPorts): string | undefined {
  return projectFile !== undefined && exists(path.join(cwd, projectFile)) ? projectFile : undefined;
}

function notesFor(word: WrapWord, { file, client, isNamed }: Target, ports: WrapPorts): readonly string[] {
  if (word === 'unwrap' || !client) return [];
  if (!isNamed) {
    // In a user's own folder such a path is the user's file.
    const isOwn = client.places(ports).includes(file.path);
    const isProject = client.projectFile !== undefined && isAt(file.path, client.projectFile);
    return isProject && !isOwn
      ? ['the commands name paths of this machine; do not commit them for others']
      : [];
  }
  const own = projectFileHere(client, ports);
  return own === undefined || path.join(ports.cwd, own) === file.path
    ? []
    : [`this folder has servers of its own: ${typedAs(ports)} wrap ${own}`];
}

/** npx takes longer to start than what it starts, and looks on the network where its cache was emptied. */
function startNotes(ports: WrapPorts): readonly string[] {
  return isPassing(ports)
    ? [
        'each start goes through npx; a server starts sooner when sightline is installed (npm install --global sightline) and does this',
      ]
    : [];
}

function isAt(file: string, end: string): boolean {
  return file.split(path.sep).join('/').endsWith(`/${end}`);
}

function refuse(problems: readonly Problem[], ports: WrapPorts): ExitCode {
  ports.log(formatProblems(problems).trimEnd());
  return 2;
}
