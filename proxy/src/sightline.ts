/** The command: which program the first word asks for. Each loads only what it needs. */
import { enableCompileCache } from 'node:module';

// A client waits for each of its servers to start: what was compiled once need not be again.
enableCompileCache();
const [word, ...rest] = process.argv.slice(2);
if (word === 'stdio') await (await import('./shimMain.ts')).runStdio(rest);
else if (word === 'collect') await (await import('./collector.ts')).runCollector(rest);
else if (word === 'wrap' || word === 'unwrap') (await import('./wrapMain.ts')).runWrapping(word, rest);
else if (word === 'doctor') await (await import('./doctorMain.ts')).runDoctor(rest);
else await import('./main.ts');
