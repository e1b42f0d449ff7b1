/** How the arguments of a command are read. */
import { COMMAND_WORDS, type CommandRow, type CommandWord } from '../config/commandWords.ts';
import { optionAt } from '../config/given.ts';
import { type Problem, show } from '../config/problem.ts';

export interface CommandArguments {
  readonly file: string | undefined;
  /** Unix milliseconds by flag, without its dashes. */
  readonly times: Readonly<Record<string, number>>;
  /** Everything else: options as always. */
  readonly rest: readonly string[];
  readonly problems: readonly Problem[];
}

/** Takes a command's own arguments out of those given; `nowMs` is what `2h` counts back from. */
export function readCommand(word: CommandWord, argv: readonly string[], nowMs: number): CommandArguments {
  const { takesFile, times: names }: CommandRow = COMMAND_WORDS[word];
  const rest: string[] = [];
  const problems: Problem[] = [];
  const times: Record<string, number> = {};
  let file: string | undefined;
  for (let at = 0; at < argv.length; at++) {
    const given = argv[at] ?? '';
    const [flag = '', ...inline] = given.split('=');
    const name = flag.slice(2);
    if (flag.startsWith('--') && names.includes(name)) {
      const text = inline.length > 0 ? inline.join('=') : (argv[++at] ?? '');
      const time = readTime(text, nowMs);
      if (time === undefined) {
        problems.push({
          key: flag,
          message: `${show(text)} is no time; write 2026-11-20T10:00:00Z, a day, or how long ago, such as 2h`,
        });
      } else times[name] = time;
    } else if (takesFile && file === undefined && !given.startsWith('-')) file = given;
    else {
      // The word after an option is its value, not the file.
      const option = optionAt(argv, at);
      rest.push(...option);
      at += option.length - 1;
    }
  }
  if (takesFile && file === undefined) problems.push({ key: word, message: 'needs the file to read' });
  return { file, times, rest, problems };
}

const AGO_MS: Readonly<Record<string, number>> = { s: 1e3, m: 60e3, h: 3_600e3, d: 86_400e3 };

/** A moment in ISO 8601, or how long ago. */
function readTime(text: string, nowMs: number): number | undefined {
  const ago = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text);
  if (ago) return nowMs - Number(ago[1]) * (AGO_MS[ago[2] ?? ''] ?? 0);
  const ms = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}
