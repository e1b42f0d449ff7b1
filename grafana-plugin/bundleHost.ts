/** Bundles the page that hosts the panel in tests. Beside esbuild, which is linked here and nowhere else. */
import path from 'node:path';
import { build } from 'esbuild';

/**
 * @param sources The page's own files, in a folder that has no packages above it.
 * @param packages The `node_modules` that everything comes from.
 */
export async function bundleHost(sources: string, packages: string, into: string): Promise<void> {
  await build({
    entryPoints: [path.join(sources, 'main.tsx')],
    outdir: into,
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    nodePaths: [packages],
    define: { 'process.env.NODE_ENV': '"production"', global: 'window' },
    loader: { '.svg': 'dataurl', '.ttf': 'dataurl' },
    minify: true,
    logLevel: 'error',
  });
}
