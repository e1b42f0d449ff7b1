/** Whether a command is a shim of ours in front of another one. */

/** The program under any of the names it is started by. */
const SIGHTLINE = /(?:^|[\\/])sightline(?:@[^\\/]*)?(?:\.(?:ts|js|mjs|cjs|cmd|exe))?$/i;
/** What may stand before it: a runner, with options of its own. */
const RUNNER = /(?:^|[\\/])(?:node|npx|bunx|pnpx|cmd)(?:\.(?:exe|cmd))?$/i;

/**
 * How many words of `[command, ...args]` are a shim's own, its `--` included; 0 when it is none. Recognised by form, not
 * by the paths of this installation, so that another one, or a user's own hand, is undone too.
 */
export function shimWords(words: readonly unknown[]): number {
  const at = words.findIndex((word) => typeof word === 'string' && SIGHTLINE.test(word));
  if (at === -1 || words[at + 1] !== 'stdio') return 0;
  const before = words.slice(0, at);
  const isRun = before.every(
    (word, index) =>
      typeof word === 'string' &&
      (RUNNER.test(word) || (index > 0 && (word.startsWith('-') || word.toLowerCase() === '/c'))),
  );
  const dashes = words.indexOf('--', at + 2);
  const hasCommand = dashes !== -1 && typeof words[dashes + 1] === 'string';
  return isRun && hasCommand ? dashes + 1 : 0;
}
