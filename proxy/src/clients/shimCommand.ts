/**
 * The command that is put in place of a server's own. Clients with windows are started without a shell, and their PATH
 * seldom has what the user's has; so an installation is named by absolute paths, of Node and of the program.
 */
import type { Shim } from './edits.ts';

export interface Installation {
  readonly platform: NodeJS.Platform;
  /** Absolute path of the Node that runs now. */
  readonly node: string;
  /** Absolute path of the program that runs now. */
  readonly program: string;
  readonly version: string;
  /** Whether there is a file at a path. */
  exists(path: string): boolean;
}

/**
 * @param options Options of Sightline for this server, as on its own command line.
 * @param name What the server is called; nothing where the shim is to find a name.
 */
export function shimCommand(installation: Installation, name: string, options: readonly string[]): Shim {
  const rest = ['stdio', ...(name === '' ? [] : [`--server-name=${name}`]), ...options, '--'];
  const { program, platform, version } = installation;
  if (!isPassing(installation)) return { command: lastingNode(installation), args: [program, ...rest] };
  const npx = ['-y', `sightline@${version}`, ...rest];
  // There npx is no program but a script, which some clients do not start without a shell.
  return platform === 'win32'
    ? { command: 'cmd', args: ['/c', 'npx', ...npx] }
    : { command: 'npx', args: npx };
}

/** What npx, pnpm and bun download to run once is gone some day. */
export function isPassing({ program }: Installation): boolean {
  return /[\\/](?:_npx|dlx(?:-[^\\/]*)?|bunx-[^\\/]*)[\\/]/.test(program);
}

/** Homebrew's Node stands under its version, which the next upgrade removes; `opt` always leads to the newest. */
function lastingNode({ node, exists }: Installation): string {
  const lasting = node.replace(/\/Cellar\/(node(?:@\d+)?)\/[^/]+\//, '/opt/$1/');
  return lasting !== node && exists(lasting) ? lasting : node;
}

/** How the user calls this installation. */
export function typedAs(installation: Installation): string {
  if (isPassing(installation)) return 'npx sightline';
  return installation.program.endsWith('.ts') ? 'npm start --' : 'sightline';
}
