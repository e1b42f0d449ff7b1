/**
 * The scaffold's build (`.config/`, written by `@grafana/create-plugin` and never edited), made to say the same of the
 * same source at any time and place, and in the syntax of browsers that Grafana supports.
 */
import path from 'node:path';
import webpack, { type Configuration, type WebpackPluginInstance } from 'webpack';
import scaffold from './.config/webpack/webpack.config.ts';

export default async function config(): Promise<Configuration> {
  const base = await scaffold({ production: true });
  return {
    ...base,
    // A cache of one build would be the only thing that differs from the next.
    cache: false,
    module: {
      ...base.module,
      rules: (base.module?.rules ?? []).map((rule) =>
        isSwc(rule)
          ? {
              ...rule,
              use: {
                loader: 'swc-loader',
                options: {
                  jsc: {
                    target: 'es2022',
                    parser: { syntax: 'typescript', tsx: true },
                    transform: { react: { runtime: 'automatic' } },
                  },
                },
              },
            }
          : rule,
      ),
    },
    resolve: {
      ...base.resolve,
      // The contract is a package of the workspace, which is found above this folder.
      modules: [path.join(import.meta.dirname, 'src'), 'node_modules'],
      unsafeCache: false,
    },
    plugins: [...(base.plugins ?? []), withoutTestData],
    performance: { hints: false },
    stats: 'errors-warnings',
  };
}

/** The scaffold takes every JSON file below `src` along; those of tests stay here. */
const withoutTestData: WebpackPluginInstance = {
  apply: (compiler) => {
    compiler.hooks.compilation.tap('without test data', (compilation) => {
      const stage = webpack.Compilation.PROCESS_ASSETS_STAGE_REPORT;
      compilation.hooks.processAssets.tap({ name: 'without test data', stage }, (assets) => {
        for (const name of Object.keys(assets))
          if (name.startsWith('testing/')) compilation.deleteAsset(name);
      });
    });
  },
};

function isSwc(rule: unknown): rule is object {
  return JSON.stringify(rule)?.includes('swc-loader') ?? false;
}
