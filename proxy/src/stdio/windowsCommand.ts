/**
 * On Windows a command may be a batch file (`npx` is `npx.cmd`), which only `cmd.exe` can run: the system starts nothing
 * but programs, and Node refuses to hand such a file over without a shell (CVE-2024-27980). Pure, so that it can be
 * tested anywhere.
 */

export interface WindowsCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** `args` are one command line, quoted already. */
  readonly verbatim: boolean;
}

export interface WindowsPlace {
  /** Names of variables have no case there. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isFile: (path: string) => boolean;
}

/** How to start a command: as it is, or by `cmd.exe` where it is a batch file. */
export function windowsCommandOf(
  command: string,
  args: readonly string[],
  { env, isFile }: WindowsPlace,
): WindowsCommand {
  const file = findFile(command, env, isFile);
  if (file === undefined || !/\.(?:cmd|bat)$/i.test(file)) return { command, args, verbatim: false };
  const line = [withCarets(file), ...args.map(quote)].join(' ');
  // /d: nothing from the registry first; /s: only the outermost quotes are taken off.
  return {
    command: read(env, 'ComSpec') ?? 'cmd.exe',
    args: ['/d', '/s', '/c', `"${line}"`],
    verbatim: true,
  };
}

const PATHEXT = '.COM;.EXE;.BAT;.CMD';

/** As `cmd.exe` looks for it, but not in the working directory, where anybody may have put something. */
function findFile(
  command: string,
  env: WindowsPlace['env'],
  isFile: WindowsPlace['isFile'],
): string | undefined {
  const endings = (read(env, 'PATHEXT') ?? PATHEXT).split(';').filter((ending) => ending !== '');
  const isEnding = endings.some((ending) => command.toLowerCase().endsWith(ending.toLowerCase()));
  const names = [...(isEnding ? [command] : []), ...endings.map((ending) => `${command}${ending}`)];
  if (/[\\/]/.test(command)) return names.find(isFile);
  const folders = (read(env, 'PATH') ?? '')
    .split(';')
    .map((folder) => folder.replaceAll('"', '').replace(/[\\/]$/, ''))
    .filter((folder) => folder !== '');
  return folders.flatMap((folder) => names.map((name) => `${folder}\\${name}`)).find(isFile);
}

function read(env: WindowsPlace['env'], name: string): string | undefined {
  const key = Object.keys(env).find((one) => one.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : env[key];
}

/** What `cmd.exe` gives a meaning of its own, quotes included: so that it never sees a quoted part. */
const META = /[()\][%!^"`<>&|;, *?]/g;

function withCarets(text: string): string {
  return text.replaceAll(META, '^$&');
}

/**
 * One argument. The program at the end reads it by the rules of `CommandLineToArgvW`: backslashes count double only
 * before a quote. It is escaped twice, because a batch file hands its arguments on (`%*`) in a line that is read again.
 */
function quote(arg: string): string {
  const inner = arg.replaceAll(/(?<!\\)(\\*)"/g, '$1$1\\"').replace(/(?<!\\)\\+$/, '$&$&');
  return withCarets(withCarets(`"${inner}"`));
}
