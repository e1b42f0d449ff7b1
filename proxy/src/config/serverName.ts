/** What a stdio server is called where nobody says: from the command that starts it. */

/** Programs that start another one, which their first plain argument names. */
const RUNNERS = /^(?:npx|bunx|uvx|pnpx|node|bun|deno|python[\d.]*|py|uv|pipx|tsx|pnpm|yarn|npm|cmd|env)$/;
/** Words of theirs that come before it. */
const WORDS = new Set(['run', 'exec', 'dlx', 'x', 'tool', '/c', 'npx']);

/** A slug in `[a-z0-9-]`; `server` when the command gives nothing better. */
export function serverNameOf(command: string, args: readonly string[]): string {
  const program = baseOf(command);
  const target = RUNNERS.test(program)
    ? args.find((arg) => !arg.startsWith('-') && !WORDS.has(arg))
    : undefined;
  return slugOf(target === undefined ? program : baseOf(target)) || 'server';
}

/** Names of files and folders that say nothing: the folder above them does. */
const NOTHING_SAID = /^(?:index|main|server|cli|start|app|__main__|dist|build|out|lib|src|bin|\.)?$/;

/** `@scope/name@1.2.3` and `/path/to/name/dist/index.js` are `name`. */
function baseOf(text: string): string {
  const parts = text
    .split(/[\\/]/)
    .map((part) => part.replace(/(?<=.)@.*$/, '').replace(/\.(?:exe|cmd|bat|sh|m?[jt]s|cjs|py)$/i, ''));
  return parts.findLast((part) => !NOTHING_SAID.test(part)) ?? '';
}

/** As the names of a configuration file become `sightline.server.name`. */
export function slugOf(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}
