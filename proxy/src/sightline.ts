/** The command: which program the first word asks for. Each loads only what it needs. */
import { enableCompileCache } from 'node:module';
import { setFlagsFromString } from 'node:v8';

/** Flags of V8, known to it from Node 22 to 26. */
const SMALL = ['--no-opt', '--no-maglev', '--max-semi-space-size=1', '--optimize-for-size'];

// A client waits for each of its servers to start: what was compiled once need not be again.
enableCompileCache();
const [word, ...rest] = process.argv.slice(2);
if (word === 'stdio') {
  // There is one for each server, and it only waits and copies. The two compilers that it has no use for, and the room
  // that young garbage may take, are a sixth of its memory; set here, because its command stands in clients' files.
  for (const flag of SMALL) setFlagsFromString(flag);
  await (await import('./shimMain.ts')).runStdio(rest);
} else if (word === 'collect') await (await import('./collector.ts')).runCollector(rest);
else if (word === 'wrap' || word === 'unwrap') (await import('./wrapMain.ts')).runWrapping(word, rest);
else if (word === 'doctor') await (await import('./doctorMain.ts')).runDoctor(rest);
else await import('./main.ts');
