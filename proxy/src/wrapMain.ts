/** `sightline wrap` and `sightline unwrap`: the composition root of what changes a client's file and then ends. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { runWrap } from './commands/wrap.ts';
import type { WrapWord } from './config/commandWords.ts';
import { log, readConfigFile, screen, VERSION, wantsColor } from './service.ts';

/** @param argv Words after `wrap` or `unwrap`. */
export function runWrapping(word: WrapWord, argv: readonly string[]): void {
  const file = import.meta.url.endsWith('.ts') ? './sightline.ts' : './sightline.js';
  const { env, platform } = process;
  process.exitCode = runWrap(word, argv, {
    env,
    platform,
    home: homedir(),
    cwd: process.cwd(),
    node: process.execPath,
    program: fileURLToPath(new URL(file, import.meta.url)),
    version: VERSION,
    exists: existsSync,
    readFile: readConfigFile,
    wantsColor,
    print: screen.print,
    log,
  });
}
