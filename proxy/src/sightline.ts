/** The command: which program the first word asks for. Each loads only what it needs. */
import { enableCompileCache } from 'node:module';
import { setFlagsFromString } from 'node:v8';

/**
 * For V8, which knows them from Node 22 to 26. There is a shim for each server, and it only waits and copies: the two
 * compilers that it has no use for, and the room that young garbage may take, are a sixth of its memory. Set here,
 * because its command stands in clients' files, and first, because what is compiled is kept apart for other flags.
 */
const SMALL = ['--no-opt', '--no-maglev', '--max-semi-space-size=1', '--optimize-for-size'];

const [word, ...rest] = process.argv.slice(2);
if (word === 'stdio') for (const flag of SMALL) setFlagsFromString(flag);
// A client waits for each of its servers to start: what was compiled once need not be again.
enableCompileCache();
if (word === 'stdio') await (await import('./shimMain.ts')).runStdio(rest);
else if (word === 'collect') await (await import('./collector.ts')).runCollector(rest);
else if (word === 'wrap' || word === 'unwrap') (await import('./wrapMain.ts')).runWrapping(word, rest);
else if (word === 'doctor') await (await import('./doctorMain.ts')).runDoctor(rest);
else await import('./main.ts');
