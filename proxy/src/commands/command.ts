/** What every command gets, and the way from its arguments to its exit code. */
import { toArchivePlace } from '../config/archivePlace.ts';
import type { CommandWord } from '../config/commandWords.ts';
import type { Config } from '../config/config.ts';
import { formatHelp } from '../config/help.ts';
import { type ConfigInput, parseConfig } from '../config/parse.ts';
import { formatProblems } from '../config/report.ts';
import type { Environment } from '../telemetry/environment.ts';
import { readCommand } from './arguments.ts';
import { exportHistory } from './exportHistory.ts';
import { importRecording, replayRecording } from './recordings.ts';

export interface CommandPorts {
  readonly env: Environment;
  /** The user's own folder. */
  readonly home: string;
  readonly version: string;
  readonly readFile: ConfigInput['readFile'];
  readonly nowMs: () => number;
  /** 32 hex digits. */
  readonly seed: string;
  readonly uuid: string;
  /** The result. */
  readonly print: (text: string) => void;
  /** Progress and trouble, one line each. */
  readonly log: (line: string) => void;
}

/** A command that is understood. */
export interface Command {
  readonly config: Config;
  readonly archivePath: string;
  /** The demo has an archive of its own. */
  readonly demoPlace: { readonly directory: string; readonly path: string } | undefined;
  readonly file: string;
  readonly times: Readonly<Record<string, number>>;
}

export type ExitCode = 0 | 1 | 2;

/** Runs a command to its end. */
export async function runCommand(
  word: CommandWord,
  argv: readonly string[],
  ports: CommandPorts,
): Promise<ExitCode> {
  const { file = '', times, rest, problems } = readCommand(word, argv, ports.nowMs());
  const parsed = parseConfig({ argv: rest, env: ports.env, readFile: ports.readFile });
  if (parsed.kind === 'help') {
    ports.print(formatHelp(ports.version));
    return 0;
  }
  const all = [...problems, ...(parsed.kind === 'problems' ? parsed.problems : [])];
  if (all.length > 0 || parsed.kind !== 'run') {
    ports.log(
      formatProblems(all.length > 0 ? all : [{ key: word, message: '--help explains it' }]).trimEnd(),
    );
    return 2;
  }
  const { config } = parsed;
  const placeOf = (isDemo: boolean) =>
    toArchivePlace({ ...config.values, archive: true }, ports.env, ports.home, isDemo);
  const command = { config, archivePath: placeOf(false)?.path ?? '', demoPlace: placeOf(true), file, times };
  if (word === 'export') return await exportHistory(command, ports);
  return word === 'import' ? importRecording(command, ports) : replayRecording(command, ports);
}
