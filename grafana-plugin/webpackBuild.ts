/** Runs webpack over the panel. Beside the packages it needs, which are linked here and nowhere else. */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import webpack, { type Configuration } from 'webpack';

/** Builds into `dist` of the working directory, which must be this folder: the scaffold's configuration looks there. */
export async function runWebpack(): Promise<void> {
  // By its address: the scaffold's part of it is written for other compiler options than ours.
  const address = pathToFileURL(path.join(import.meta.dirname, 'webpack.config.ts')).href;
  const { default: configure } = (await import(address)) as {
    readonly default: () => Promise<Configuration>;
  };
  const compiler = webpack(await configure());
  if (compiler === null) throw new Error('webpack could not be set up');
  await new Promise<void>((resolve, reject) => {
    compiler.run((error, stats) => {
      if (error) return reject(error);
      if (stats?.hasErrors()) return reject(new Error(stats.toString('errors-only')));
      compiler.close((problem) => (problem ? reject(problem) : resolve()));
    });
  });
}
